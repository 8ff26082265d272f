"""The recorder's parts against the real thing: ffmpeg, processes, files, and an RTSP server that is not ours."""

import asyncio
import ctypes
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import av
import pytest

from recorder.publish.jump_repair import close_break, find_break
from recorder.run.ffmpeg_self_test import judge, run_self_test
from recorder.run.segmenter_command import SegmenterPlan, self_test_command
from recorder.run.strays import ChildNotes
from storage.volumes.volume_pool import VolumePool
from tests.support.cameras.rtsp_server import GStreamerCameras
from tests.support.deadline import wait_until
from tests.support.footage import NOON_US
from tests.support.recorder_scene import Scene, play, recording_scene
from tests.support.stored_footage import RecordedRun
from vms.domain.camera import CameraDraft, StreamState
from vms.domain.camera_address import parse_stream_url
from vms.domain.segment import ClockTrust
from vms.domain.time import SECOND_US
from vms.ffmpeg.binary import find_ffmpeg
from vms.host.clock import SystemClock, read_clock_trust
from vms.media.fragments import Fragment, walk_fragments
from vms.media.init_segment import InitSegment, read_init
from vms.simulator.camera_spec import CameraSpec

CAMERA = CameraSpec("Balai Kota", "a", 1, width=128, height=96, fps=10)


@pytest.fixture
def pool() -> Iterator[VolumePool]:
    made = VolumePool()
    yield made
    made.close()


def test_every_supported_ffmpeg_passes_the_self_test(any_ffmpeg: str) -> None:
    result = asyncio.run(run_self_test(find_ffmpeg(any_ffmpeg)))
    assert result.faults == ()
    assert result.is_sound


def test_self_test_tells_missing_files() -> None:
    assert judge(["000000.mp4,0,2"], []) != ()


def written_with_jump(ffmpeg: str, folder: Path) -> Path:
    """Record six seconds of test picture whose clock jumps by twenty after half, and return the file."""
    folder.mkdir()
    command = self_test_command(SegmenterPlan(ffmpeg, UUID(int=7), 60, 0), seconds=6)
    source = next(i for i, word in enumerate(command) if word.startswith("testsrc2"))
    command[source] += r",setpts=PTS+if(gte(N\,33)\,20/TB\,0)"
    command[-1:-1] = ["-fps_mode", "passthrough"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "000000.mp4"


def walked(descriptor: int) -> tuple[InitSegment, tuple[Fragment, ...]]:
    init = read_init(descriptor)
    size = os.fstat(descriptor).st_size
    return init, walk_fragments(descriptor, size, len(init.data), init).fragments


def test_repaired_jump_leaves_a_file_that_plays_without_a_hole(any_ffmpeg: str, tmp_path: Path) -> None:
    path = written_with_jump(any_ffmpeg, tmp_path / "run")
    descriptor = os.open(path, os.O_RDWR)
    try:
        init, broken = walked(descriptor)
        found = find_break(broken, init.timescale)
        assert found is not None
        mended, back = close_break(descriptor, broken, found, init)
        assert back == pytest.approx(20 * init.timescale, rel=0.01)
        _, again = walked(descriptor)
        assert again == mended
        assert all(a.decode_time + a.duration == b.decode_time for a, b in pairwise(again))
        assert sum(fragment.duration for fragment in again) == pytest.approx(6 * init.timescale, rel=0.02)
    finally:
        os.close(descriptor)
    with av.open(str(path)) as container:
        assert len(list(container.decode(video=0))) == 60


def test_stray_child_is_ended_at_the_next_start(tmp_path: Path, pool: VolumePool) -> None:
    child = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        notes = ChildNotes(tmp_path / "run", pool)
        assert notes.end_strays() == 0
        notes.add(child.pid)
        wait_until((tmp_path / "run" / str(child.pid)).exists, seconds=10, what="a note")
        assert notes.end_strays() == 1
        assert child.wait(5) == -signal.SIGKILL
        assert list((tmp_path / "run").iterdir()) == []
    finally:
        child.kill()
        child.wait()


def test_process_that_took_over_a_number_is_left_alone(tmp_path: Path, pool: VolumePool) -> None:
    notes = ChildNotes(tmp_path / "run", pool)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / str(os.getpid())).write_text("another-boot 12345")
    assert notes.end_strays() == 0
    assert list((tmp_path / "run").iterdir()) == []


def test_kernel_says_of_its_clock_what_the_c_library_says() -> None:
    state = ctypes.CDLL(None).ntp_gettime(ctypes.byref((ctypes.c_long * 64)()))
    said = {-1: ClockTrust.UNKNOWN, 5: ClockTrust.UNSYNCED}.get(state, ClockTrust.SYNCED)
    assert read_clock_trust() is said


def test_foreign_camera_is_recorded_by_every_ffmpeg(
    any_ffmpeg: str, rtsp_camera: GStreamerCameras, tmp_path: Path
) -> None:
    async def run() -> None:
        async with recording_scene(tmp_path, [], ffmpeg_path=any_ffmpeg) as scene:
            url, _ = parse_stream_url(rtsp_camera.url(0))
            draft = CameraDraft(name="Foreign", main_url=url, purpose="a test", retention_days=1)
            scene.cameras["x"] = scene.storage.cameras.add(draft)
            began_us = scene.clock.now_us()
            scene.start()
            segments = await scene.until_recorded("x", 3)
            assert all(a.end_us == b.start_us for a, b in pairwise(segments))
            assert len({s.init_id for s in segments}) == 1
            assert began_us - SECOND_US < segments[0].start_us
            assert segments[-1].end_us < scene.clock.now_us() + SECOND_US

            def is_told_of_more() -> bool:
                status = scene.status("x")
                return status is not None and (status.last_media_us or 0) > segments[-1].end_us

            await scene.until(is_told_of_more, "news of media after the last file")

    asyncio.run(asyncio.wait_for(run(), 180))


def test_open_run_is_announced_long_before_its_first_file_ends(tmp_path: Path) -> None:
    began_us = SystemClock().now_us()

    async def scenario(scene: Scene) -> None:
        (run,) = await scene.until(scene.storage.segments.open_runs, "an open run")
        assert scene.segments("a") == []
        assert began_us < run.start_us < scene.clock.now_us()
        (file,) = scene.volume_path.glob("incoming/*/*.mp4")
        assert file.parent.name == run.uuid.hex

    play(tmp_path, [CAMERA], scenario, segment_seconds=600)


def test_recorder_says_what_to_run_where_the_index_lacks_older_footage(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """failure mode 27: the index is lost, and nobody runs `vms up`."""

    async def run() -> None:
        async with recording_scene(tmp_path, [CAMERA]) as scene:
            old = RecordedRun(scene.stream("a"), scene.volumes[0], NOON_US)
            old.publish(old.write())
            shutil.rmtree(scene.volume_path / "incoming")
            scene.start()
            await scene.until_recorded("a")
            assert all(segment.start_us > NOON_US for segment in scene.segments("a"))
            assert "run  vms check --rebuild" in caplog.text

    asyncio.run(asyncio.wait_for(run(), 180))


def test_ended_recorder_leaves_nothing_unpublished(tmp_path: Path) -> None:
    async def scenario(scene: Scene) -> None:
        await scene.until(lambda: scene.state("a") is StreamState.RECORDING, "recording")
        await scene.stop()
        assert len(scene.segments("a")) == 1
        assert scene.storage.segments.open_runs() == []
        assert scene.state("a") is StreamState.STOPPED
        assert not list(scene.volume_path.glob("incoming/*"))

    play(tmp_path, [CAMERA], scenario, segment_seconds=60)
