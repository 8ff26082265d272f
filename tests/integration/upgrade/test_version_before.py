"""An installation of the version before is taken over in place: what it knew is known, what it held is held.

`version_before.tar.xz` was left by the version of 28 November 2026 (revision 0005): one camera of 160x90 recorded for
half a minute, everything killed with -9 while it recorded; its rules keep the footage until 2036. `expected.json` in
it is what that version answered shortly before.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.deadline import wait_until
from tests.support.free_port import free_port
from tests.support.installation import ALL_TIME, Installation, main_stream
from tests.support.processes import running
from vms.domain.time import MINUTE_US, format_rfc3339
from vms.host.settings import Settings

ARCHIVE = Path(__file__).with_name("version_before.tar.xz")
PASSWORD = "sandi-lama-yang-panjang"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    """The old installation, unpacked where its disk is mounted now, and this version running on it."""
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(tmp_path, filter="data")
    port = free_port()
    data = tmp_path / "data"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("VMS_")}
    environment |= {
        "VMS_DATA_DIR": str(data),
        "VMS_PORT": str(port),
        "VMS_CAMERA_NETWORKS": "127.0.0.0/8",
        "VMS_SEGMENT_SECONDS": "10",
    }
    settings = Settings(data_dir=data, port=port, camera_networks=("127.0.0.0/8",), segment_seconds=10)
    made = Installation(tmp_path, settings, {}, 0, environment)
    command = [sys.executable, "-m", "vms"]
    for words in (["db", "upgrade"], ["volume", "edit", "1", "--folder", str(made.volume)]):
        subprocess.run([*command, *words], env=environment, check=True, timeout=60, capture_output=True)
    with running([*command, "up"], tmp_path / "up.log", env=environment):
        yield made


@pytest.fixture
def client(site: Installation) -> Iterator[httpx2.Client]:
    """A browser in which the old installation's administrator has signed in with her old password."""
    base = f"http://127.0.0.1:{site.settings.port}"
    with httpx2.Client(base_url=base, timeout=10, headers={"Origin": base}) as made:

        def answers() -> bool:
            try:
                return made.get("/healthz").status_code == 200
            except httpx2.TransportError:
                return False

        wait_until(answers, seconds=60, what="the portal")
        page = made.get("/sign-in").text
        token = re.search(r'name="csrf_token" value="(\w+)"', page)
        assert token is not None
        form = {"name": "siti", "password": PASSWORD, "csrf_token": token[1]}
        assert made.post("/sign-in", data=form).status_code == 303
        yield made


def test_installation_of_the_version_before_is_taken_over(site: Installation, client: httpx2.Client) -> None:
    expected: dict[str, Any] = json.loads((site.folder / "expected.json").read_text())
    for part in ("bookmarks", "views", "preferences"):
        assert client.get(f"/api/v1/{part}").json() == expected[part], part
    [before], [export] = expected["exports"], client.get("/api/v1/exports").json()
    # This version tells more of an export; what was told before stays.
    assert {key: export[key] for key in before} == before
    assert client.get("/api/v1/holds").json() == expected["holds"]
    clip = client.get("/api/v1/exports/1/file").content
    assert hashlib.sha256(clip).hexdigest() == expected["file_sha256"]

    with site.opened() as services:
        storage = services.storage
        [camera] = storage.cameras.list()
        stream = main_stream(camera)
        credentials = storage.cameras.credentials(camera.id)
        assert credentials is not None
        assert credentials.username == "kamera"
        # The file that nobody had finished is salvaged beside those that the index knew.
        known = len(expected["segments"])
        wait_until(
            lambda: len(storage.segments.covering(stream.id, ALL_TIME)) == known + 1,
            seconds=60,
            what="the file that was being written",
        )
        found = storage.segments.covering(stream.id, ALL_TIME)
        assert [[s.start_us, s.duration_us, s.seq, s.sha256.hex()] for s in found[:known]] == expected[
            "segments"
        ]
        for segment in found:
            content = site.path_of(segment, stream).read_bytes()
            assert hashlib.sha256(content).digest() == segment.sha256
        assert storage.audit.head()[0] > expected["head"]
        assert storage.audit.first_broken() is None

    start_us = expected["segments"][0][0]
    span = {"from": format_rfc3339(start_us - MINUTE_US), "to": format_rfc3339(start_us + MINUTE_US)}
    timeline = client.get(f"/api/v1/cameras/{camera.id}/timeline", params=span).json()
    assert timeline["spans"][0][0] == start_us
    base = f"/api/v1/cameras/{camera.id}"
    main = client.get(f"{base}/playlist.m3u8", params=span).text
    [media] = re.findall(r"^media\.m3u8.*$", main, re.MULTILINE)
    inits = re.findall(r'#EXT-X-MAP:URI="([^"]+)"', client.get(f"{base}/{media}").text)
    assert client.get(client.base_url.join(f"{base}/").join(inits[0])).content[4:8] == b"ftyp"
