"""Cameras that fail in every way a camera can: what the recorder makes of it."""

import os
import signal
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.installation import truths_of
from tests.support.recorder_scene import QUICK, Scene, command_of, play, recording_ffmpeg
from tests.support.written_footage import growing_files, whole_frames
from vms.domain.camera import OutageCause, StreamState
from vms.domain.segment import RunEnd, SegmentFlag
from vms.domain.time import SECOND_US
from vms.media.fragment_table import decode
from vms.simulator.camera_spec import Audio, CameraSpec, Codec
from vms.simulator.faults import (
    ChangeEncoding,
    Close,
    Freeze,
    LieFps,
    Refuse,
    Reset,
    Resume,
    RtpBackward,
    RtpJump,
    Silent,
    SrClockStep,
)

pytestmark = pytest.mark.faults

CAMERA = CameraSpec("Balai Kota", "a", 1, width=128, height=96, fps=10)
OTHER = CameraSpec("Menara", "b", 2, width=128, height=96, fps=10)


def gapless(scene: Scene, path: str) -> bool:
    """Whether each segment of the camera begins where the one before it ends."""
    segments = scene.segments(path)
    return all(a.end_us == b.start_us for a, b in pairwise(segments))


def newest_file(scene: Scene) -> int:
    """Return the number, within its run, of the one file that is being written."""
    return max(int(path.stem) for path in scene.volume_path.glob("incoming/*/*.mp4"))


def has_more_runs(scene: Scene, count: int) -> bool:
    """Whether the camera has footage of more runs than that."""
    return len(scene.runs("a")) > count


def test_silent_connection_becomes_a_timeout_and_a_new_run(tmp_path: Path) -> None:
    """failure mode 1: the camera stops sending while TCP stays open."""

    async def scenario(scene: Scene) -> None:
        await scene.until_recorded("a")
        await scene.simulator.apply_fault("a", Freeze())
        outage = await scene.until_outage("a", OutageCause.TIMEOUT)
        ended = await scene.until_ended("a")
        assert outage.start_us == ended.end_us == scene.segments("a")[-1].end_us
        await scene.simulator.apply_fault("a", Resume())
        await scene.until(lambda: scene.state("a") is StreamState.RECORDING, "recording again")
        await scene.until(lambda: all(o.end_us for o in scene.outages("a")), "the outage to end")
        await scene.until_recorded("a")
        assert scene.runs("a")[0].end_reason is RunEnd.TIMEOUT
        assert len(recording_ffmpeg()) == 1

    play(tmp_path, [CAMERA], scenario)


@pytest.mark.parametrize("fault", [Close(), Reset()], ids=["fin", "rst"])
def test_closed_connection_keeps_all_that_arrived(tmp_path: Path, fault: Close | Reset) -> None:
    """failure mode 2: FIN or RST from the camera."""

    async def scenario(scene: Scene) -> None:
        await scene.until_recorded("a")
        await scene.simulator.apply_fault("a", fault)
        await scene.until_outage("a", OutageCause.CLOSED)
        await scene.until(lambda: len(scene.runs("a")) == 2, "a second run")
        first = scene.runs("a")[0]
        outage = next(o for o in scene.outages("a") if o.cause is OutageCause.CLOSED)
        assert first.end_us == outage.start_us
        last = [s for s in scene.segments("a") if s.run_id == first.id][-1]
        assert last.end_us == first.end_us

    play(tmp_path, [CAMERA], scenario)


def test_refused_password_is_not_tried_again_soon(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """failure mode 3: 401 leaves other cameras alone, and the password stays out of logs and argument lists."""
    guarded = CameraSpec(
        "Puskesmas", "a", 1, width=128, height=96, fps=10, username="admin", password="kenari-9876"
    )

    async def scenario(scene: Scene) -> None:
        await scene.simulator.apply_fault("a", Refuse(401))
        commands: set[str] = set()

        def is_refused() -> bool:
            commands.update(command_of(pid) for pid in recording_ffmpeg())
            return scene.state("a") is StreamState.AUTH

        await scene.until(is_refused, "the state auth")
        await scene.until_recorded("b", 2)
        status = scene.status("a")
        assert status is not None
        assert status.attempts == 1
        assert status.cause is OutageCause.AUTH
        assert "password" in status.detail
        assert commands
        assert not any("kenari" in command for command in commands)

    play(tmp_path, [guarded, OTHER], scenario)
    assert "kenari" not in caplog.text
    assert "401" in caplog.text


def test_camera_without_packets_is_named_so(tmp_path: Path) -> None:
    """failure mode 4: DESCRIBE and PLAY succeed, and nothing comes."""

    async def scenario(scene: Scene) -> None:
        await scene.simulator.apply_fault("a", Silent())
        await scene.until(
            lambda: any(
                o.cause in {OutageCause.NO_MEDIA, OutageCause.UNREACHABLE} for o in scene.outages("a")
            ),
            "an outage",
        )
        assert scene.segments("a") == []
        assert not list(scene.volume_path.rglob("*.mp4"))
        await scene.simulator.apply_fault("a", Resume())
        await scene.until_recorded("a")

    play(tmp_path, [CAMERA], scenario)


def test_forward_jump_costs_one_odd_segment(tmp_path: Path) -> None:
    """failure mode 6: the camera's RTP clock jumps an hour ahead."""

    async def scenario(scene: Scene) -> None:
        await scene.until_recorded("a", 2)
        await scene.simulator.apply_fault("a", RtpJump(3600))
        await scene.until(lambda: len(scene.runs("a")) == 2, "a new run")
        await scene.until_recorded("a", 2)
        odd = [s for s in scene.segments("a") if SegmentFlag.JUMP in s.flags]
        assert 1 <= len(odd) <= 2
        assert scene.runs("a")[0].end_reason is RunEnd.JUMP
        for segment in scene.segments("a"):
            assert segment.media_us < 10 * SECOND_US
            assert segment.fragments is not None
            table = decode(segment.fragments)
            assert table.duration_us == pytest.approx(segment.media_us, abs=2)
        spans = scene.storage.segments.spans(scene.stream("a").id, scene.always)
        covered = sum(span.time.duration_us for span in spans)
        whole = spans[-1].end_us - spans[0].start_us
        assert whole - covered < 2 * SECOND_US + 1_500_000

    play(tmp_path, [CAMERA], scenario)


def test_step_of_the_cameras_own_clock_restarts_a_run_with_sound(tmp_path: Path) -> None:
    """failure mode 7: the sender reports of a camera with sound step back by 100 s."""
    spec = CameraSpec("Taman", "a", 1, width=128, height=96, fps=10, audio=Audio.G711)

    async def scenario(scene: Scene) -> None:
        scene.add(spec, record_audio=True)
        await scene.until_recorded("a", 2)
        before_us = scene.clock.now_us()
        await scene.simulator.apply_fault("a", SrClockStep(-100))
        await scene.until_recorded("a", 3)
        for segment in scene.segments("a"):
            assert segment.duration_us < 20 * SECOND_US
            assert segment.end_us < scene.clock.now_us() + SECOND_US
        assert scene.segments("a")[-1].end_us > before_us

    play(tmp_path, [spec], scenario, add=False)


def test_step_of_the_cameras_own_clock_is_not_seen_without_sound(tmp_path: Path) -> None:
    """failure mode 8: the same step when only the picture is recorded."""
    spec = CameraSpec("Taman", "a", 1, width=128, height=96, fps=10, audio=Audio.G711)

    async def scenario(scene: Scene) -> None:
        await scene.until_recorded("a")
        await scene.simulator.apply_fault("a", SrClockStep(-100))
        await scene.until_recorded("a", 4)
        assert len(scene.runs("a")) == 1
        assert gapless(scene, "a")

    play(tmp_path, [spec], scenario)


def test_backward_jump_restarts_the_run(tmp_path: Path) -> None:
    """failure mode 9: RTP times go back, and ffmpeg rewrites them."""

    async def scenario(scene: Scene) -> None:
        await scene.until_recorded("a")
        await scene.simulator.apply_fault("a", RtpBackward(60))
        await scene.until(lambda: len(scene.runs("a")) == 2, "a new run")
        assert scene.runs("a")[0].end_reason is RunEnd.JUMP
        newest = await scene.until_recorded("a", 2)
        assert newest[-1].duration_us == pytest.approx(newest[-1].media_us, rel=0.01)

    play(tmp_path, [CAMERA], scenario)


@pytest.mark.long
def test_lying_frame_rate_leaves_no_gap(tmp_path: Path) -> None:
    """failure mode 10: frames come a fifth slower than their times claim."""

    async def scenario(scene: Scene) -> None:
        await scene.simulator.apply_fault("a", LieFps(real_fps=8))
        # How many files it takes to be sure of the rate is the clock's affair, and a busy machine's.
        await scene.until(
            lambda: any(SegmentFlag.RATE in s.flags for s in scene.segments("a")), "a rated file", seconds=60
        )
        segments = await scene.until_recorded("a", 1)
        assert len(scene.runs("a")) == 1
        assert gapless(scene, "a")
        last = segments[-1]
        assert SegmentFlag.RATE in last.flags
        assert last.duration_us > 1.1 * last.media_us
        # A file that is being written now ends after now, and not in the future.
        now_us, growing = scene.clock.now_us(), newest_file(scene)
        ends = await scene.until(
            lambda: [s.end_us for s in scene.segments("a") if s.seq == growing],
            "the row of what is written now",
        )
        assert now_us - 2 * SECOND_US < ends[0] < scene.clock.now_us() + 2 * SECOND_US

    play(tmp_path, [CAMERA], scenario, segment_seconds=6)


def test_b_frames_keep_their_order_across_files(tmp_path: Path) -> None:
    """failure mode 11: decode times go on over file borders, and the init stays the same."""
    spec = CameraSpec("Sungai", "a", 1, width=128, height=96, fps=10, b_frames=2)

    async def scenario(scene: Scene) -> None:
        segments = await scene.until_recorded("a", 3)
        assert len({s.init_id for s in segments}) == 1
        tables = [decode(s.fragments or b"") for s in segments]
        for before, after in pairwise(tables):
            last = before.fragments[-1]
            assert after.fragments[0].decode_time == last.decode_time + last.duration

    play(tmp_path, [spec], scenario)


@pytest.mark.parametrize(
    "change",
    [
        ChangeEncoding(codec=Codec.H265, is_torn_down=True),
        ChangeEncoding(width=256, height=192, is_torn_down=True),
        ChangeEncoding(width=256, height=192, is_torn_down=False),
    ],
    ids=["codec", "size", "size-in-band"],
)
def test_new_format_gets_a_new_run_and_init(tmp_path: Path, change: ChangeEncoding) -> None:
    """failure mode 12: codec or resolution change in the middle of the day."""

    async def scenario(scene: Scene) -> None:
        await scene.until_recorded("a")
        await scene.simulator.apply_fault("a", change)
        wanted = ("h265", 128) if change.codec else ("h264", 256)

        def is_followed() -> bool:
            init = scene.storage.segments.init(scene.segments("a")[-1].init_id)
            return (init.codec, init.width) == wanted and not init.rfc6381.startswith("hev1")

        await scene.until(is_followed, "footage in the new format")
        assert len({s.run_id for s in scene.segments("a")}) >= 2
        assert scene.state("a") is StreamState.RECORDING

    play(tmp_path, [CAMERA], scenario)


def test_camera_that_changes_its_picture_again_and_again_is_never_left_alone(tmp_path: Path) -> None:
    """issue 9, number 3: each change costs a new run, and the pause before it doubled up to a minute."""

    async def scenario(scene: Scene) -> None:
        for number in range(1, 6):
            await scene.until_recorded("a")
            change = ChangeEncoding(width=128 + 64 * (number % 2), height=96)
            await scene.simulator.apply_fault("a", change)
            await scene.until(partial(has_more_runs, scene, number), "the next run")
            status = scene.status("a")
            assert status is not None
            assert (status.state, status.attempts) == (StreamState.RECORDING, 0)
        causes = {outage.cause for outage in scene.outages("a")}
        assert causes == {OutageCause.CODEC}

    slow = replace(QUICK, first_delay_seconds=1.0, longest_delay_seconds=60.0, good_run_seconds=60.0)
    play(tmp_path, [CAMERA], scenario, timings=slow)


def test_sound_that_mp4_cannot_hold_does_not_stop_the_picture(tmp_path: Path) -> None:
    """failure mode 13: a G.711 camera, recorded with sound and without."""
    loud = CameraSpec("Taman", "a", 1, width=128, height=96, fps=10, audio=Audio.G711)
    quiet = CameraSpec("Taman 2", "b", 2, width=128, height=96, fps=10, audio=Audio.G711)

    async def scenario(scene: Scene) -> None:
        scene.add(loud, record_audio=True)
        scene.add(quiet)
        await scene.until_recorded("a", 2)
        await scene.until(lambda: len(scene.segments("b")) >= 2, "the quiet one")
        tracks = [
            scene.storage.segments.init(scene.segments(path)[0].init_id).data.count(b"mdhd") for path in "ab"
        ]
        assert tracks == [2, 1]

    play(tmp_path, [loud, quiet], scenario, add=False)


def test_long_gop_loses_only_a_fragment_to_a_kill(tmp_path: Path) -> None:
    """failure modes 14 and 29: kill -9 of ffmpeg within a 20 s GOP."""
    spec = CameraSpec("Tugu", "a", 1, width=320, height=180, fps=10, gop_seconds=20)

    async def scenario(scene: Scene) -> None:
        written = await scene.until(
            lambda: whole_frames(growing_files(scene.volume_path).values()), "a whole fragment"
        )
        os.kill(recording_ffmpeg()[0], signal.SIGKILL)
        segments = await scene.until_recorded("a")
        assert SegmentFlag.RECOVERED in segments[0].flags
        files = scene.volume_path.glob("rec/*/*/*/*.mp4")
        assert not written - {truth for file in files for truth in truths_of(file)}
        assert scene.runs("a")[0].end_reason is RunEnd.CRASH
        await scene.until(lambda: scene.state("a") is StreamState.RECORDING, "recording again")

    play(tmp_path, [spec], scenario)
