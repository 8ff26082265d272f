"""Spans, gaps and their causes."""

from hypothesis import given
from hypothesis import strategies as st

from playback.stream.life import StreamLife
from playback.timeline.timeline import GAP_TOLERANCE_US, build_timeline, gaps_in
from vms.domain.camera import OutageCause
from vms.domain.segment import Outage
from vms.domain.time import SECOND_US, TimeRange

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
        (span(0, 10), OutageCause.BEFORE_FIRST),
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


@given(
    st.lists(st.tuples(st.integers(-20, 120), st.integers(1, 60)), max_size=12),
    st.integers(0, 80),
    st.integers(2, 40),
)
def test_gap_has_the_cause_that_overlaps_it_longest(
    parts: list[tuple[int, int]], start: int, length: int
) -> None:
    causes = list(OutageCause)
    outages = [outage(s, s + n, causes[i % len(causes)]) for i, (s, n) in enumerate(parts)]
    window = span(start, start + length)
    (gap,) = gaps_in(window, [], outages, KNOWN, now_us=LATER, tolerance_us=0)
    overlaps = [
        min(LATER if o.end_us is None else o.end_us, window.end_us) - max(o.start_us, window.start_us)
        for o in sorted(outages, key=lambda o: o.start_us)
    ]
    longest = max(overlaps, default=0)
    if longest <= 0:
        assert gap.cause is OutageCause.UNKNOWN
    else:
        first = sorted(outages, key=lambda o: o.start_us)[overlaps.index(longest)]
        assert gap.cause is first.cause
