"""The small pure rules of the recorder."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.clock.timings import RecorderTimings
from recorder.clock.wall_clock import Arrival
from recorder.publish.jump_repair import find_break
from recorder.run.file_sampler import Sample
from recorder.run.run_watch import RunWatch
from recorder.run.segmenter_output import ListLine, parse_list_line
from recorder.streams.stream_account import (
    ALLOWED,
    OutageNote,
    StateNow,
    own_restart_delay,
    restart_delay,
)
from vms.domain.camera import OutageCause, StreamState
from vms.domain.errors import MalformedMedia
from vms.domain.segment import RunEnd
from vms.domain.time import SECOND_US
from vms.media.fragments import Fragment

TIMINGS = RecorderTimings()


def test_list_line_names_a_file_and_its_times() -> None:
    assert parse_list_line("000007.mp4,421.480000,481.440000") == ListLine(7, 421_480_000, 481_440_000)


@pytest.mark.parametrize(
    "line", ["", "x", "000001.mp4", "../1.mp4,0,1", "000001.mp4,a,b", "000001.mp4,0,inf"]
)
def test_anything_else_is_no_list_line(line: str) -> None:
    with pytest.raises(MalformedMedia):
        parse_list_line(line)


@given(st.text())
def test_no_text_breaks_the_list_reader(text: str) -> None:
    with contextlib.suppress(MalformedMedia):
        assert parse_list_line(text).seq >= 0


def delay(failures: int, cause: OutageCause = OutageCause.CLOSED, chance: float = 0.5) -> float:
    return restart_delay(
        failures, cause, first_seconds=1, longest_seconds=60, refused_seconds=60, chance=chance
    )


def test_pauses_double_up_to_a_minute() -> None:
    assert [delay(n) for n in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert delay(10_000) == 60


@given(st.integers(1, 50), st.floats(0, 1))
def test_refused_password_waits_at_least_a_minute(failures: int, chance: float) -> None:
    assert delay(failures, OutageCause.AUTH, chance) >= 60


@given(st.integers(1, 50), st.floats(0, 1))
def test_chance_moves_a_pause_by_a_fifth_at_most(failures: int, chance: float) -> None:
    assert 0.79 * delay(failures) <= delay(failures, chance=chance) <= 1.21 * delay(failures)


@given(st.floats(0, 10**6))
def test_pause_after_an_ending_of_our_own_never_grows(recorded_seconds: float) -> None:
    """issue 9, number 3: a camera that changes its picture each half minute was left alone for up to a minute."""
    pause = own_restart_delay(recorded_seconds, first_seconds=1)
    assert pause == (0 if recorded_seconds >= 1 else 1)


def test_no_state_is_an_end() -> None:
    assert set(ALLOWED) == set(StreamState)
    assert all(ALLOWED.values())


def test_state_keeps_its_beginning_while_its_reason_changes() -> None:
    now = StateNow(StreamState.BACKOFF, 5).to(StreamState.BACKOFF, 9, OutageCause.CLOSED, "closed")
    assert (now.since_us, now.detail) == (5, "closed")


def test_impossible_change_of_state_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot go"):
        StateNow(StreamState.STOPPED, 0).to(StreamState.RECORDING, 1)


def test_outage_keeps_its_start_and_takes_the_newest_cause() -> None:
    note, first = OutageNote(1).began(100, OutageCause.CLOSED, "closed", 101)
    note, second = note.began(500, OutageCause.UNREACHABLE, "gone", 600)
    assert [(o.start_us, o.cause) for o in (*first, *second)] == [
        (100, OutageCause.CLOSED),
        (100, OutageCause.UNREACHABLE),
    ]
    note, ended = note.ended(900)
    assert (ended[0].start_us, ended[0].end_us, note.current) == (100, 900, None)


def test_absence_of_the_recorder_and_what_followed_are_two_outages() -> None:
    _, (down,) = OutageNote(1).began(100, OutageCause.RECORDER_DOWN, "", 100)
    _, changed = OutageNote(1, down).began(100, OutageCause.AUTH, "refused", 700)
    assert [(o.start_us, o.end_us, o.cause) for o in changed] == [
        (100, 700, OutageCause.RECORDER_DOWN),
        (700, None, OutageCause.AUTH),
    ]


def test_outage_never_ends_before_it_began() -> None:
    note, _ = OutageNote(1).began(1000, OutageCause.CLOCK, "", 1000)
    assert note.ended(10)[1][0].end_us == 1000


def fragments(*durations: int, samples: int = 10) -> list[Fragment]:
    found: list[Fragment] = []
    for duration in durations:
        at = found[-1].decode_time + found[-1].duration if found else 0
        found.append(
            Fragment(
                len(found) * 10,
                10,
                at,
                duration,
                is_keyframe=True,
                keyframe_size=5,
                samples=samples,
                presentation_time=at,
            )
        )
    return found


def test_steady_fragments_have_no_break() -> None:
    assert find_break(fragments(*[90_000] * 60), 90_000) is None
    assert find_break([], 90_000) is None


def test_frame_that_lasts_an_hour_is_found() -> None:
    found = find_break(fragments(90_000, 90_000, 90_000 + 3600 * 90_000, 90_000), 90_000)
    assert found is not None
    assert (found.index, found.surplus_ticks, found.frame_ticks) == (2, 3600 * 90_000, 9_000)


def test_squeezed_frames_are_found() -> None:
    found = find_break(fragments(90_000, 90_000, 10, 90_000), 90_000)
    assert found is not None
    assert (found.index, found.surplus_ticks) == (2, 0)


def sample(
    at: float, size: int, *, seq: int = 0, has_media: bool = True, arrival: Arrival | None = None
) -> Sample:
    return Sample(seq, int(at * SECOND_US), size, has_media, arrival)


def watched() -> RunWatch:
    return RunWatch(TIMINGS, started_us=0, longest_file_us=180 * SECOND_US)


def test_stream_without_media_is_given_up_after_half_a_minute() -> None:
    watch = watched()
    endings = [
        watch.on_sample(sample(second, 700, has_media=False), has_stepped=False) for second in range(1, 33)
    ]
    first = next(ending for ending in endings if ending)
    assert first.cause is OutageCause.NO_MEDIA
    assert endings.index(first) == 30


def test_stream_that_stalls_is_shown_so_and_then_ended() -> None:
    watch = watched()
    for second in range(1, 5):
        assert watch.on_sample(sample(second, second * 1000), has_stepped=False) is None
    for second in range(5, 34):
        assert watch.on_sample(sample(second, 4000), has_stepped=False) is None
    assert watch.is_quiet
    ending = watch.on_sample(sample(35, 4000), has_stepped=False)
    assert ending is not None
    assert ending.end is RunEnd.TIMEOUT


def test_our_own_pause_is_not_blamed_on_the_camera() -> None:
    """failure mode 41: the first look after a pause finds an old file that no longer grows."""
    watch = watched()
    for second in range(1, 5):
        watch.on_sample(sample(second, second * 1000), has_stepped=False)
    assert watch.on_sample(sample(604, 4000), has_stepped=False) is None
    assert watch.on_sample(sample(605, 5000, seq=9), has_stepped=False) is None


def test_times_that_go_backwards_for_long_end_the_run() -> None:
    watch = watched()
    line = "[warning] Non-monotonic DTS; previous: 9, current: 3; changing to 10."
    assert watch.on_stderr_line(line, 0) is None
    assert all(watch.on_stderr_line(line, at * 100_000) is None for at in range(1, 30))
    ending = watch.on_stderr_line(line, 3_000_000)
    assert ending is not None
    assert ending.end is RunEnd.JUMP


def test_single_rewritten_times_are_left_alone() -> None:
    watch = watched()
    line = "[warning] Non-monotonic DTS; previous: 9, current: 3; changing to 10."
    assert all(watch.on_stderr_line(line, at * 2 * SECOND_US) is None for at in range(60))


def test_file_without_key_frames_is_not_written_for_ever() -> None:
    watch = watched()
    endings = [watch.on_sample(sample(s, s * 100), has_stepped=False) for s in range(1, 185)]
    assert next(e.detail for e in endings if e).startswith("the camera sends no key frame")
