"""What an export will hold."""

from playback.clips.clip_plan import CameraClip, plan_clip
from playback.stream.life import StreamLife
from playback.stream.pieces import RecordedFile
from tests.support.recorded_files import recorded_file
from vms.domain.camera import OutageCause
from vms.domain.segment import Outage
from vms.domain.time import SECOND_US, TimeRange


def plan(
    *files: RecordedFile, start: float = 0, end: float = 60, outages: tuple[Outage, ...] = ()
) -> CameraClip:
    return plan_clip(
        1,
        1,
        TimeRange(int(start * SECOND_US), int(end * SECOND_US)),
        files,
        outages,
        StreamLife(),
        now_us=10**15,
        decoder_of=lambda file: str(file.init_id).encode(),
    )


def test_files_of_one_run_make_one_part() -> None:
    clip = plan(*(recorded_file(n * 10 * SECOND_US, seq=n) for n in range(6)))
    assert [len(part.files) for part in clip.parts] == [6]
    assert clip.gaps == ()


def test_runs_with_the_same_decoder_stay_in_one_part() -> None:
    clip = plan(recorded_file(), recorded_file(20 * SECOND_US, run=2), end=30)
    assert len(clip.parts) == 1


def test_change_of_decoder_begins_a_new_part() -> None:
    clip = plan(recorded_file(), recorded_file(10 * SECOND_US, run=2, init=2), end=20)
    assert [part.time for part in clip.parts] == [
        TimeRange(0, 10 * SECOND_US),
        TimeRange(10 * SECOND_US, 20 * SECOND_US),
    ]


def test_run_that_goes_back_in_time_begins_a_new_part() -> None:
    """failure mode 16: footage from before and after the clock was put back is not mixed"""
    clip = plan(recorded_file(), recorded_file(4 * SECOND_US, run=2), end=20)
    assert len(clip.parts) == 2


def test_gap_longer_than_three_frames_is_named_with_its_cause() -> None:
    outage = Outage(1, 10 * SECOND_US, 11 * SECOND_US, OutageCause.CLOSED)
    clip = plan(recorded_file(), recorded_file(10 * SECOND_US + 130_000, run=2), end=20, outages=(outage,))
    assert [(gap.time.duration_us, gap.cause) for gap in clip.gaps] == [(130_000, OutageCause.CLOSED)]


def test_gap_of_three_frames_is_none() -> None:
    assert plan(recorded_file(), recorded_file(10 * SECOND_US + 120_000, run=2), end=20).gaps == ()


def test_part_delivers_only_what_was_asked_for() -> None:
    clip = plan(recorded_file(), start=2.5, end=7)
    assert clip.parts[0].time == TimeRange(2_500_000, 7_000_000)
    assert clip.covered_us == 4_500_000


def test_estimate_counts_from_the_keyframe_before() -> None:
    assert plan(recorded_file(gop=5), start=7, end=8).estimated_bytes == 800 + 3 * 1000


def test_nothing_recorded_is_all_gap() -> None:
    clip = plan(start=0, end=10)
    assert (clip.parts, clip.estimated_bytes) == ((), 0)
    assert [gap.time for gap in clip.gaps] == [TimeRange(0, 10 * SECOND_US)]
