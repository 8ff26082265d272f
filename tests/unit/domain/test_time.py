"""Ranges are half-open and their algebra agrees with counting instants one by one."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vms.domain.errors import InvalidInput
from vms.domain.time import (
    MINUTE_US,
    TimeRange,
    buckets,
    format_rfc3339,
    merged,
    parse_rfc3339,
    subtracted,
    wall_minus_monotonic_us,
)


class StoppedClock:
    """A clock whose process is stopped for a minute between its first two readings."""

    def __init__(self) -> None:
        self.readings = 0

    def _passed_us(self) -> int:
        self.readings += 1
        return self.readings if self.readings < 2 else self.readings + MINUTE_US

    def now_us(self) -> int:
        return 1_700_000_000_000_000 + self._passed_us()

    def monotonic_us(self) -> int:
        return self._passed_us()


def test_pause_between_two_readings_is_no_step_of_the_wall_clock() -> None:
    """issue 9, number 1: what was read before is judged by what was read after."""
    assert wall_minus_monotonic_us(StoppedClock()) == pytest.approx(1_700_000_000_000_000, abs=10)


small_ranges = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(
    lambda ends: TimeRange(min(ends), max(ends))
)


def instants(ranges: list[TimeRange]) -> set[int]:
    return {at for r in ranges for at in range(r.start_us, r.end_us)}


@given(st.lists(small_ranges, max_size=8))
def test_merged_ranges_hold_the_same_instants_and_never_touch(ranges: list[TimeRange]) -> None:
    result = merged(ranges)
    assert instants(result) == instants(ranges)
    assert all(a.end_us < b.start_us for a, b in itertools.pairwise(result))


@given(small_ranges, st.lists(small_ranges, max_size=8))
def test_what_is_subtracted_and_what_is_left_tile_the_whole(whole: TimeRange, taken: list[TimeRange]) -> None:
    left = subtracted(whole, taken)
    assert instants(left) == instants([whole]) - instants(taken)


@given(small_ranges, st.lists(small_ranges, max_size=8), st.integers(0, 5))
def test_parts_up_to_the_tolerance_are_not_left(
    whole: TimeRange, taken: list[TimeRange], tolerance: int
) -> None:
    exact = subtracted(whole, taken)
    assert subtracted(whole, taken, tolerance_us=tolerance) == [r for r in exact if r.duration_us > tolerance]


def test_a_range_cannot_end_before_it_starts() -> None:
    with pytest.raises(InvalidInput):
        TimeRange(2, 1)


def test_buckets_are_those_the_window_touches() -> None:
    assert list(buckets(TimeRange(95, 200), 100)) == [0, 100]
    assert list(buckets(TimeRange(100, 100), 100)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-11-25T14:05:09.200+08:00", "2025-11-25T06:05:09.200000Z"),
        ("2025-11-25T06:05:09.200Z", "2025-11-25T06:05:09.200000Z"),
        ("2025-11-25T14:05:09 08:00", "2025-11-25T06:05:09.000000Z"),
    ],
)
def test_rfc3339_times_are_read_with_their_offset(text: str, expected: str) -> None:
    assert format_rfc3339(parse_rfc3339(text)) == expected


@pytest.mark.parametrize("text", ["", "yesterday", "2025-11-25", "2025-11-25T14:05:09", "9" * 60])
def test_a_time_without_offset_or_sense_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_rfc3339(text, field="from")
