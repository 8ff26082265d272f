"""Spans, gaps and their causes."""

from hypothesis import given
from hypothesis import strategies as st

from playback.timeline import (
    GAP_TOLERANCE_US,
    MOST_CELLS,
    StreamLife,
    activity,
    build_cells,
    build_timeline,
    needs_cells,
)
from vms.domain.camera import OutageCause
from vms.domain.segment import Outage, Rollup
from vms.domain.time import BUCKET_US, DAY_US, HOUR_US, MINUTE_US, SECOND_US, TimeRange

LATER = 10_000 * SECOND_US
KNOWN = StreamLife()


def span(start: float, end: float) -> TimeRange:
    return TimeRange(int(start * SECOND_US), int(end * SECOND_US))


def outage(start: float, end: float | None, cause: OutageCause) -> Outage:
    return Outage(1, int(start * SECOND_US), None if end is None else int(end * SECOND_US), cause, "why")


def test_outage_between_two_runs_is_one_gap_with_its_cause() -> None:
    found = build_timeline(
        span(0, 60),
        [span(0, 20), span(30, 60)],
        [outage(20, 29, OutageCause.TIMEOUT), outage(29, 30, OutageCause.AUTH)],
        KNOWN,
        now_us=LATER,
    )
    assert found.spans == (span(0, 20), span(30, 60))
    assert [(gap.time, gap.cause, gap.detail) for gap in found.gaps] == [
        (span(20, 30), OutageCause.TIMEOUT, "why")
    ]


def test_gap_without_an_outage_has_an_unknown_cause() -> None:
    found = build_timeline(span(0, 60), [span(0, 20)], [], KNOWN, now_us=LATER)
    assert [gap.cause for gap in found.gaps] == [OutageCause.UNKNOWN]


def test_keyframe_rounding_is_no_gap() -> None:
    found = build_timeline(span(0, 60), [span(0, 20), span(21.4, 60)], [], KNOWN, now_us=LATER)
    assert (found.spans, found.gaps) == ((span(0, 60),), ())


def test_future_is_neither_footage_nor_gap() -> None:
    found = build_timeline(span(0, 60), [span(0, 30)], [], KNOWN, now_us=30 * SECOND_US)
    assert (found.gaps, found.known_until_us) == ((), 30 * SECOND_US)


def test_last_seconds_of_a_recording_stream_are_no_gap() -> None:
    life = StreamLife(is_recording=True)
    found = build_timeline(span(0, 60), [span(0, 27)], [], life, now_us=30 * SECOND_US)
    stopped = build_timeline(span(0, 60), [span(0, 27)], [], KNOWN, now_us=30 * SECOND_US)
    assert (found.gaps, len(stopped.gaps)) == ((), 1)


def test_lasting_outage_explains_the_gap_up_to_now() -> None:
    found = build_timeline(
        span(0, 60),
        [span(0, 10)],
        [outage(10, None, OutageCause.UNREACHABLE)],
        KNOWN,
        now_us=40 * SECOND_US,
    )
    assert [(gap.time, gap.cause) for gap in found.gaps] == [(span(10, 40), OutageCause.UNREACHABLE)]


def test_silence_is_split_where_retention_ended_and_where_the_camera_began() -> None:
    life = StreamLife(created_us=10 * SECOND_US, purged_until_us=20 * SECOND_US)
    found = build_timeline(span(0, 60), [span(30, 60)], [], life, now_us=LATER)
    assert [(gap.time, gap.cause) for gap in found.gaps] == [
        (span(0, 10), OutageCause.DISABLED),
        (span(10, 20), OutageCause.PURGED),
        (span(20, 30), OutageCause.UNKNOWN),
    ]


@given(
    st.lists(st.tuples(st.integers(-50, 250), st.integers(0, 60)), max_size=12),
    st.integers(0, 150),
    st.integers(1, 100),
    st.integers(-20, 300),
)
def test_spans_and_gaps_tile_the_past_of_the_window(
    parts: list[tuple[int, int]], start: int, length: int, now: int
) -> None:
    window = span(start, start + length)
    found = build_timeline(window, [span(s, s + n) for s, n in parts], [], KNOWN, now_us=now * SECOND_US)
    pieces = sorted([*found.spans, *(gap.time for gap in found.gaps)])
    reached = window.start_us
    for piece in pieces:
        assert 0 <= piece.start_us - reached <= GAP_TOLERANCE_US
        reached = piece.end_us
    assert found.known_until_us - reached <= GAP_TOLERANCE_US
    assert found.known_until_us == max(window.start_us, min(window.end_us, now * SECOND_US))


def test_wide_or_crowded_windows_are_drawn_as_cells() -> None:
    assert not needs_cells(TimeRange(0, 14 * DAY_US), 2000)
    assert needs_cells(TimeRange(0, 14 * DAY_US), 2001)
    assert needs_cells(TimeRange(0, 15 * DAY_US), 1)


def test_cells_hold_coverage_and_longest_gap() -> None:
    rollups = [
        Rollup(1, 0, BUCKET_US, 10, 15, 0, 0),
        Rollup(1, BUCKET_US, BUCKET_US - MINUTE_US, 10, 14, 1, MINUTE_US),
    ]
    found = build_cells(TimeRange(0, 16 * DAY_US), rollups, now_us=2 * BUCKET_US)
    assert found.cells is not None
    assert [(c.covered_us, c.longest_gap_us) for c in found.cells] == [
        (BUCKET_US, 0),
        (BUCKET_US - MINUTE_US, MINUTE_US),
    ]


def test_number_of_cells_is_bounded() -> None:
    found = build_cells(TimeRange(0, 365 * DAY_US), [], now_us=400 * DAY_US)
    assert found.cells is not None
    assert len(found.cells) <= MOST_CELLS + 1
    assert all(cell.longest_gap_us == cell.width_us for cell in found.cells)


def test_activity_is_bytes_per_second_in_each_bin() -> None:
    window = span(0, 40)
    amounts = [(0, 10 * SECOND_US, 1000), (15 * SECOND_US, 25 * SECOND_US, 2000)]
    assert activity(window, amounts, bins=4) == [
        (0, 100),
        (10 * SECOND_US, 100),
        (20 * SECOND_US, 100),
    ]


def test_activity_bins_are_bounded() -> None:
    amounts = [(n * SECOND_US, (n + 1) * SECOND_US, 10) for n in range(6 * 3600)]
    assert len(activity(TimeRange(0, 6 * HOUR_US), amounts)) == 600
