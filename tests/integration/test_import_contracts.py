"""The import contracts bite: a violation planted in a copy of the packages is reported by the contract meant for it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source_files import PACKAGES, PROJECT


@pytest.fixture
def project_copy(tmp_path: Path) -> Path:
    """A copy of the product's packages and of their contracts."""
    unwanted = shutil.ignore_patterns("__pycache__", "static", "templates")
    for package in PACKAGES:
        shutil.copytree(PROJECT / package, tmp_path / package, ignore=unwanted)
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder: Path, contract: str) -> subprocess.CompletedProcess[str]:
    """Check one contract on the packages in `folder`."""
    program = Path(sys.executable).with_name("lint-imports")
    command = [str(program), "--contract", contract, "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    ("contract", "module", "line"),
    [
        ("layers", "storage/footage/segment_index.py", "import playback.timeline.timeline"),
        ("layers", "vms/media/boxes.py", "from vms.ffmpeg import binary"),
        ("vms-rooms", "vms/unplaced.py", '"""A module that no layer names."""'),
        ("domain-is-pure", "vms/domain/time.py", "import os"),
        ("recorder-stands-alone", "recorder/run/segmenter_command.py", "import playback.timeline.timeline"),
        ("simulator-stands-alone", "vms/simulator/server.py", "import storage.footage.segment_index"),
        ("revisions-are-frozen", "migrations/versions/0001_cameras.py", "from vms.domain import camera"),
        ("sql-in-one-place", "playback/timeline/timeline.py", "import sqlalchemy"),
        ("http-in-one-place", "playback/timeline/timeline.py", "import starlette.responses"),
        ("jobs-in-one-place", "storage/footage/segment_index.py", "import apscheduler.events"),
        ("ffmpeg-arguments-in-one-place", "recorder/__init__.py", "import ffmpeg"),
        ("processes-have-owners", "recorder/run/segmenter_command.py", "import subprocess"),
    ],
)
def test_planted_import_breaks_its_contract(
    project_copy: Path, contract: str, module: str, line: str
) -> None:
    before = lint(project_copy, contract)
    assert before.returncode == 0, before.stdout
    with (project_copy / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    after = lint(project_copy, contract)
    assert after.returncode == 1
    assert "Contracts: 0 kept, 1 broken." in after.stdout
