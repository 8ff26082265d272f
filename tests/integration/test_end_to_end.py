"""The whole path on real input: a camera is recorded, found, played as it grows, cut to the frame, and handed over."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.support.cameras.rtsp_server import GStreamerCameras
from tests.support.deadline import wait_until
from tests.support.installation import (
    ALL_TIME,
    Installation,
    add_camera,
    installation,
    main_stream,
    truths_of,
)
from tests.support.recordings import packets
from vms.domain.camera import Camera, CameraDraft
from vms.domain.camera_address import parse_stream_url
from vms.domain.time import SECOND_US, TimeRange, format_rfc3339
from vms.domain.user import Role
from web.access.auth import Authority, session_cookie_name

FRAME_US = 100_000
DATED_LATE_US = 40_000
PASSWORD = "a long enough password"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path / "site", cameras=1) as made:
        yield made


def signed_in(site: Installation) -> httpx2.Client:
    with site.opened() as services:
        authority = Authority(services.storage, services.clock)
        services.storage.users.add(
            name="admin", full_name="Admin", role=Role.ADMIN, password_hash=authority.hash_password(PASSWORD)
        )
        token = authority.sign_in("admin", PASSWORD, address="127.0.0.1").token
    return httpx2.Client(
        base_url=f"http://127.0.0.1:{site.settings.port}", cookies={session_cookie_name(site.settings): token}
    )


def export(
    site: Installation, camera: Camera, asked: TimeRange, folder: Path
) -> tuple[Path, dict[str, object]]:
    """Export by the command line; return the clip and its manifest."""
    folder.mkdir()
    command = [
        sys.executable,
        "-m",
        "vms",
        "export",
        str(camera.id),
        "--reason",
        "test",
        "--output",
        str(folder),
    ]
    command += ["--from", format_rfc3339(asked.start_us), "--to", format_rfc3339(asked.end_us)]
    done = subprocess.run(
        command, env=site.environment, capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stderr
    (clip,) = folder.glob("*.mp4")
    (manifest,) = folder.glob("*.json")
    return clip, json.loads(manifest.read_text())


def is_contiguous_part(part: list[str], whole: list[str]) -> bool:
    return any(whole[i : i + len(part)] == part for i in range(len(whole) - len(part) + 1))


def recorded_range(site: Installation, camera: Camera, *, seconds: int) -> TimeRange:
    """Wait until so much is indexed, and return the recorded time."""
    with site.opened() as services:
        spans = wait_until(
            lambda: [
                span
                for span in services.storage.segments.spans(main_stream(camera).id, ALL_TIME)
                if span.time.duration_us >= seconds * SECOND_US
            ],
            seconds=90,
            what=f"{seconds} s of footage",
        )
    return spans[0].time


@pytest.mark.long
def test_a_clip_begins_with_the_asked_frame_and_holds_the_camera_s_own_packets(
    site: Installation, tmp_path: Path
) -> None:
    with site.opened() as services:
        camera = add_camera(services.storage, site, "balai-kota")
    with site.running("up"):
        span = recorded_range(site, camera, seconds=22)
        # Times between keyframes and between frames: the first frame at or after each is meant.
        asked = TimeRange(span.start_us + 3_456_789, span.start_us + 20_123_456)
        clip, manifest = export(site, camera, asked, tmp_path / "out")
    files = site.files(main_stream(camera))
    recorded = [packet for file in files for packet in packets(file)]
    assert is_contiguous_part(packets(clip), recorded)
    truths = truths_of(clip)
    first_us, last_us = truths[0].time_us, truths[-1].time_us
    # The first frame at or after the asked time, and the last before its end: at 10 frames a second, and with the few
    # milliseconds by which the recorder's clock may date a frame late.
    assert asked.start_us - DATED_LATE_US <= first_us < asked.start_us + FRAME_US
    assert asked.end_us - FRAME_US - DATED_LATE_US <= last_us < asked.end_us
    assert [truth.frame for truth in truths] == list(range(truths[0].frame, truths[-1].frame + 1))
    assert manifest["requested"] == {
        "start": format_rfc3339(asked.start_us),
        "end": format_rfc3339(asked.end_us),
    }


def test_footage_is_played_while_it_grows(site: Installation) -> None:
    with site.opened() as services:
        camera = add_camera(services.storage, site, "balai-kota")
    with site.running("up") as running, signed_in(site) as client:
        with site.opened() as services:
            site.wait_until_recording(services.storage)
            # The recorder may record before the portal listens.
            running.wait_for_output("Uvicorn running", seconds=60)
            start_us = services.clock.now_us() - 5 * SECOND_US
        url = f"/api/v1/cameras/{camera.id}/media.m3u8"

        def listed() -> str:
            answer = client.get(url, params={"from": format_rfc3339(start_us)})
            return answer.text if answer.status_code == 200 and "#EXTINF" in answer.text else ""

        first = wait_until(listed, seconds=20, what="a playlist that follows the recording")
        longer = wait_until(
            lambda: (
                max(listed(), first, key=len) if listed().count("#EXTINF") > first.count("#EXTINF") else ""
            ),
            seconds=20,
            what="a longer playlist",
        )
        body = first[: first.rfind("media/")]
        assert longer.startswith(body), "entries that were listed once must stay as they are"
        name = [line for line in longer.splitlines() if line.startswith("media/")][-1]
        part = client.get(f"/api/v1/cameras/{camera.id}/{name}", headers={"Range": "bytes=0-99"})
        assert part.status_code == 206
        assert len(part.content) == 100


@pytest.mark.long
def test_a_camera_of_another_make_goes_the_same_way(
    site: Installation, rtsp_camera: GStreamerCameras, tmp_path: Path
) -> None:
    with site.opened() as services:
        camera = services.storage.cameras.add(
            CameraDraft(
                name="GStreamer",
                main_url=parse_stream_url(rtsp_camera.url(0))[0],
                purpose="test",
                retention_days=1,
            )
        )
    with site.running("up"):
        span = recorded_range(site, camera, seconds=22)
        asked = TimeRange(span.start_us + 3_456_789, span.start_us + 20_123_456)
        clip, _manifest = export(site, camera, asked, tmp_path / "out")
    recorded = [packet for file in site.files(main_stream(camera)) for packet in packets(file)]
    assert is_contiguous_part(packets(clip), recorded)
