from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from storage.footage.coverage import GAP_TOLERANCE_US, JOIN_TOLERANCE_US, joined, rolled_up
from storage.schema.footage import LONGEST_SPAN_US
from vms.domain.segment import Span
from vms.domain.time import BUCKET_US, MINUTE_US, SECOND_US, TimeRange, merged


def part(start_us: int, end_us: int, run_id: int = 1, size_bytes: int = 10) -> Span:
    return Span(7, start_us, end_us, run_id, size_bytes)


@st.composite
def recordings(draw: st.DrawFn) -> list[Span]:
    """Segments of up to three runs, in order within each, with gaps of every size, in any order altogether."""
    found: list[Span] = []
    for run_id in range(1, draw(st.integers(1, 3)) + 1):
        reached = draw(st.integers(0, 3 * BUCKET_US))
        for _ in range(draw(st.integers(0, 25))):
            gap = draw(
                st.sampled_from([0, 0, 0, JOIN_TOLERANCE_US, JOIN_TOLERANCE_US + 1, SECOND_US, MINUTE_US])
            )
            length = draw(st.integers(1, 600 * SECOND_US))
            found.append(part(reached + gap, reached + gap + length, run_id, draw(st.integers(1, 9))))
            reached += gap + length
    return draw(st.permutations(found))


@given(recordings())
def test_joined_spans_hold_the_same_footage(segments: list[Span]) -> None:
    spans = joined(segments)
    assert sum(s.size_bytes for s in spans) == sum(s.size_bytes for s in segments)
    for run_id in {s.run_id for s in segments}:
        of_run = merged(s.time for s in spans if s.run_id == run_id)
        exact = merged(s.time for s in segments if s.run_id == run_id)
        assert all(any(w.start_us <= e.start_us and e.end_us <= w.end_us for w in of_run) for e in exact)
        bridged = sum(w.duration_us for w in of_run) - sum(e.duration_us for e in exact)
        assert 0 <= bridged <= JOIN_TOLERANCE_US * len(segments)


@given(recordings())
def test_joined_spans_are_as_few_as_may_be(segments: list[Span]) -> None:
    spans = joined(segments, longest_us=None)
    for run_id in {s.run_id for s in segments}:
        of_run = [s for s in spans if s.run_id == run_id]
        for one, other in pairwise(of_run):
            assert other.start_us - one.end_us > JOIN_TOLERANCE_US


@given(recordings())
def test_joining_again_changes_nothing(segments: list[Span]) -> None:
    assert joined(joined(segments)) == joined(segments)
    assert joined(joined(segments), longest_us=None) == joined(segments, longest_us=None)


def test_no_span_is_longer_than_a_reader_looks_back() -> None:
    segments = [part(n * MINUTE_US, (n + 1) * MINUTE_US) for n in range(24 * 60)]
    spans = joined(segments)
    assert [s.time.duration_us for s in spans] == [LONGEST_SPAN_US] * 4
    assert joined(spans, longest_us=None) == [part(0, 24 * 60 * MINUTE_US, size_bytes=14_400)]


def test_runs_that_overlap_are_not_joined() -> None:
    assert len(joined([part(0, MINUTE_US, 1), part(30 * SECOND_US, 90 * SECOND_US, 2)])) == 2


@given(recordings())
def test_buckets_add_up_to_the_whole(segments: list[Span]) -> None:
    rollups = rolled_up(segments)
    assert sum(r.size_bytes for r in rollups) == sum(s.size_bytes for s in segments)
    assert sum(r.segments for r in rollups) == len(segments)
    covered = sum(r.duration_us for r in merged(s.time for s in segments))
    assert sum(r.covered_us for r in rollups) == covered
    for r in rollups:
        assert r.bucket_us % BUCKET_US == 0
        assert 0 < r.covered_us <= BUCKET_US
        assert r.covered_us + r.longest_gap_us <= BUCKET_US
        assert (r.gaps == 0) == (r.longest_gap_us == 0)


@given(recordings())
def test_bucket_depends_only_on_segments_that_touch_it(segments: list[Span]) -> None:
    for r in rolled_up(segments):
        bucket = TimeRange(r.bucket_us, r.bucket_us + BUCKET_US)
        touching = [s for s in segments if s.time.overlaps(bucket)]
        assert r in rolled_up(touching)


def test_short_silence_is_no_gap() -> None:
    silence = GAP_TOLERANCE_US
    (whole,) = rolled_up([part(0, MINUTE_US), part(MINUTE_US + silence, BUCKET_US)])
    assert (whole.gaps, whole.longest_gap_us, whole.covered_us) == (0, 0, BUCKET_US - silence)
    (broken,) = rolled_up([part(0, MINUTE_US), part(MINUTE_US + silence + 1, BUCKET_US)])
    assert (broken.gaps, broken.longest_gap_us) == (1, silence + 1)
