"""The import contracts bite: a violation planted in a copy of the packages is reported by the contract meant for it."""

import json
import re
import shutil
import subprocess
import sys
import tomllib

import pytest

from tests.support import planted_imports
from tests.support.source_files import PACKAGES, PROJECT

UNPLACED = '"""A module that no layer names."""'
PLANTED = [
    ("layers", "storage/footage/segment_index.py", "import playback.timeline.timeline"),
    ("layers", "vms/media/boxes.py", "from vms.ffmpeg import binary"),
    ("vms-rooms", "vms/domain/time.py", "import vms.host.clock"),
    ("vms-rooms", "vms/unplaced.py", UNPLACED),
    ("storage-rooms", "storage/cameras/camera_store.py", "import storage.open"),
    ("storage-rooms", "storage/unplaced.py", UNPLACED),
    ("recorder-rooms", "recorder/run/segmenter_command.py", "import recorder.streams.supervisor"),
    ("recorder-rooms", "recorder/unplaced.py", UNPLACED),
    ("playback-rooms", "playback/stream/footage.py", "import playback.timeline.timeline"),
    ("playback-rooms", "playback/unplaced.py", UNPLACED),
    ("web-rooms", "web/http/routing.py", "import web.pages.home.home"),
    ("web-rooms", "web/unplaced.py", UNPLACED),
    ("api-rooms", "web/api/operations.py", "import web.api.footage.hls"),
    ("api-rooms", "web/api/unplaced.py", UNPLACED),
    ("pages-rooms", "web/pages/frame/rendering.py", "import web.pages.home.home"),
    ("pages-rooms", "web/pages/unplaced.py", UNPLACED),
    ("simulator-rooms", "vms/simulator/picture/canvas.py", "import vms.simulator.rtsp.server"),
    ("simulator-rooms", "vms/simulator/unplaced.py", UNPLACED),
    ("domain-is-pure", "vms/domain/time.py", "import os"),
    ("recorder-stands-alone", "recorder/run/segmenter_command.py", "import playback.timeline.timeline"),
    ("simulator-stands-alone", "vms/simulator/rtsp/server.py", "import storage.footage.segment_index"),
    ("revisions-are-frozen", "migrations/versions/0001_cameras.py", "from vms.domain import camera"),
    ("sql-in-one-place", "playback/timeline/timeline.py", "import sqlalchemy"),
    ("http-in-one-place", "playback/timeline/timeline.py", "import starlette.responses"),
    ("jobs-in-one-place", "storage/footage/segment_index.py", "import apscheduler.events"),
    ("ffmpeg-arguments-in-one-place", "recorder/__init__.py", "import ffmpeg"),
    ("simulator-is-an-extra", "vms/processes/app.py", "import vms.simulator.camera_spec"),
    ("numpy-is-an-extra", "playback/pictures/snapshot.py", "import numpy"),
    ("processes-have-owners", "recorder/run/segmenter_command.py", "import subprocess"),
]
"""The contract, the module, and a line that it must not have; every contract has one at least."""
CONTRACTS = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the linter says of a copy of the packages: as it is, with each violation alone, and as it is again."""
    copy = tmp_path_factory.mktemp("packages")
    unwanted = shutil.ignore_patterns("__pycache__", "static", "templates")
    for package in PACKAGES:
        shutil.copytree(PROJECT / package, copy / package, ignore=unwanted)
    shutil.copy(PROJECT / "pyproject.toml", copy)
    command = [sys.executable, planted_imports.__file__, json.dumps(PLANTED)]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split(planted_imports.SEPARATOR)


def test_every_contract_has_its_planted_violation() -> None:
    assert {contract["id"] for contract in CONTRACTS["contracts"]} == {contract for contract, _, _ in PLANTED}


def test_contracts_are_kept_before_and_after(answers: list[str]) -> None:
    count = len(CONTRACTS["contracts"])
    assert f"Contracts: {count} kept, 0 broken." in answers[0]
    assert f"Contracts: {count} kept, 0 broken." in answers[len(PLANTED) + 1]


@pytest.mark.parametrize("number", range(len(PLANTED)), ids=[f"{name}-{file}" for name, file, _ in PLANTED])
def test_planted_import_breaks_its_contract(answers: list[str], number: int) -> None:
    _, file, _ = PLANTED[number]
    said = answers[number + 1]
    assert "Contracts: 0 kept, 1 broken." in said, said
    module = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    assert re.search(rf"^- +{re.escape(module)}(?: ->|$)", said, re.MULTILINE), f"by something else:\n{said}"
