import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.clock.wall_clock import Arrival, FileTimes, RunClock
from vms.domain.segment import ClockTrust, SegmentFlag
from vms.domain.time import SECOND_US

MINUTE = 60 * SECOND_US
ANCHOR = 1_700_000_000 * SECOND_US
DELAY = 40_000


def clock(*, trust: ClockTrust = ClockTrust.SYNCED) -> RunClock:
    return RunClock(ANCHOR, trust, MINUTE)


def file(start_us: int, end_us: int, at_us: int | None, *, has_break: bool = False) -> FileTimes:
    """A finished file whose end arrived at a monotonic time."""
    arrival = None if at_us is None else Arrival(end_us, at_us)
    return FileTimes(start_us, end_us, end_us if at_us is None else at_us, arrival, has_break)


def steady(count: int, rate: float = 1.0, delays: list[int] | None = None) -> list[FileTimes]:
    """Files of a minute of media, each taking `rate` minutes of wall time."""
    return [
        file(k * MINUTE, (k + 1) * MINUTE, round((k + 1) * MINUTE * rate) + (delays[k] if delays else DELAY))
        for k in range(count)
    ]


def test_first_file_starts_where_its_least_delayed_arrival_says() -> None:
    run = (
        clock()
        .observed(Arrival(SECOND_US, 2 * SECOND_US))
        .observed(Arrival(3 * SECOND_US, 3 * SECOND_US + 5))
    )
    _, assigned = run.assigned(file(0, MINUTE, MINUTE + 900_000))
    assert assigned.start_us == ANCHOR + 5
    assert assigned.duration_us == MINUTE


def test_files_of_a_run_touch() -> None:
    run, end_us = clock(), None
    for times in steady(20):
        run, assigned = run.assigned(times)
        assert end_us is None or assigned.start_us == end_us
        end_us = assigned.start_us + assigned.duration_us
        assert assigned.flags is SegmentFlag.NONE


def test_late_packets_move_nothing() -> None:
    run = clock()
    for times in steady(10, delays=[DELAY, *[900_000] * 7, DELAY, DELAY]):
        run, assigned = run.assigned(times)
        assert assigned.duration_us == MINUTE


def test_honest_drift_is_followed_within_500_ppm() -> None:
    run = clock()
    for times in steady(200, rate=1 + 200e-6):
        run, assigned = run.assigned(times)
        assert abs(assigned.duration_us - MINUTE) <= MINUTE * 500 // 1_000_000
    assert run.end_us == pytest.approx(ANCHOR + 200 * MINUTE * (1 + 200e-6), abs=300_000)
    assert run.rate is None


@pytest.mark.parametrize("rate", [1.2, 0.8, 1.5, 0.67])
def test_gross_lie_about_the_rate_is_seen_in_the_first_file(rate: float) -> None:
    run = clock().observed(Arrival(SECOND_US, round(SECOND_US * rate)))
    for k, times in enumerate(steady(30, rate=rate)):
        run, assigned = run.assigned(times)
        assert SegmentFlag.RATE in assigned.flags
        assert not assigned.is_jump
        assert assigned.duration_us == pytest.approx(MINUTE * rate, rel=0.02)
        assert run.end_us == pytest.approx(ANCHOR + (k + 1) * MINUTE * rate, abs=SECOND_US)


def test_small_lie_about_the_rate_is_seen_after_a_second_of_drift() -> None:
    run = clock().observed(Arrival(SECOND_US, SECOND_US))
    for times in steady(11, rate=1.01):
        run, _ = run.assigned(times)
    run, assigned = run.assigned(steady(12, rate=1.01)[-1])
    assert SegmentFlag.RATE in assigned.flags
    assert run.end_us == pytest.approx(ANCHOR + 12 * MINUTE * 1.01, abs=SECOND_US)


def test_forward_jump_ends_the_run_and_costs_no_wall_time() -> None:
    run = clock()
    for times in steady(3):
        run, _ = run.assigned(times)
    jumped = file(3 * MINUTE, 4 * MINUTE + 3600 * SECOND_US, 4 * MINUTE + DELAY, has_break=True)
    _, assigned = run.assigned(jumped)
    assert assigned.is_jump
    assert SegmentFlag.JUMP in assigned.flags
    assert assigned.duration_us == pytest.approx(MINUTE, abs=100_000)


def test_squeezed_frames_are_a_jump_too() -> None:
    run = clock()
    for times in steady(3):
        run, _ = run.assigned(times)
    _, assigned = run.assigned(file(3 * MINUTE, 3 * MINUTE + 20 * SECOND_US, 4 * MINUTE, has_break=True))
    assert assigned.is_jump
    assert assigned.duration_us == pytest.approx(MINUTE, abs=100_000)


def test_last_file_of_a_silent_camera_ends_with_its_media() -> None:
    run = clock()
    for times in steady(2):
        run, _ = run.assigned(times)
    last = FileTimes(2 * MINUTE, 2 * MINUTE + 7 * SECOND_US, 2 * MINUTE + 40 * SECOND_US, None)
    _, assigned = run.assigned(last)
    assert assigned.duration_us == pytest.approx(7 * SECOND_US, rel=0.001)


def test_media_never_comes_from_the_future() -> None:
    run = clock()
    for times in steady(2):
        run, _ = run.assigned(times)
    last = FileTimes(2 * MINUTE, 2 * MINUTE + 3600 * SECOND_US, 2 * MINUTE + 9 * SECOND_US, None)
    run, assigned = run.assigned(last)
    assert assigned.is_jump
    assert run.end_us == ANCHOR + 2 * MINUTE + 9 * SECOND_US


def test_step_of_the_hosts_clock_is_told_from_its_slewing() -> None:
    assert not clock().has_stepped(ANCHOR + 900_000)
    assert clock().has_stepped(ANCHOR + 1_100_000)
    assert clock().has_stepped(ANCHOR - 3600 * SECOND_US)


def test_unsynchronised_host_is_noted_on_each_segment() -> None:
    """failure mode 18: recording begins before the host's clock is set."""
    _, assigned = clock(trust=ClockTrust.UNSYNCED).assigned(steady(1)[0])
    assert SegmentFlag.UNSYNCED in assigned.flags


@given(
    st.lists(
        st.tuples(
            st.integers(-5 * SECOND_US, 400 * SECOND_US), st.integers(0, 400 * SECOND_US), st.booleans()
        ),
        min_size=1,
        max_size=30,
    )
)
def test_whatever_a_camera_does_starts_are_monotone_and_durations_positive(
    steps: list[tuple[int, int, bool]],
) -> None:
    run, media_us, at_us, end_us = clock().observed(Arrival(0, 0)), 0, 0, None
    for media_step, wall_step, has_break in steps:
        at_us += wall_step
        run, assigned = run.assigned(file(media_us, media_us + media_step, at_us, has_break=has_break))
        media_us += media_step
        assert assigned.duration_us > 0
        assert end_us is None or assigned.start_us == end_us
        end_us = assigned.start_us + assigned.duration_us
