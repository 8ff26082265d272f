"""Spans and rollups: what follows from segments and is stored to answer fast.

Writer and purge call this in the transaction that changes segments. A new segment extends its span in place; all
else is worked out anew from the segments of the touched time, so nothing can drift. The pure half takes a segment
as a span of one segment.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.schema.footage import LONGEST_SPAN_US, rollup, segment, span
from storage.sql.database import insert_or_update
from vms.domain.segment import LONGEST_SEGMENT_US, Rollup, Span
from vms.domain.time import BUCKET_US, SECOND_US, TimeRange, buckets, merged, subtracted

JOIN_TOLERANCE_US = 1_000
"""Segments of one run that lie this close are continuous: rounding, and starts moved aside by a collision."""
GAP_TOLERANCE_US = SECOND_US
"""Shorter uncovered parts are not counted as gaps: cameras pause for less between two keyframes."""


def joined(parts: Iterable[Span], *, longest_us: int | None = LONGEST_SPAN_US) -> list[Span]:
    """Join footage to the fewest spans, in order of time; those of different runs stay apart.

    Args:
        parts: spans of one stream in any order; those of one run do not overlap by more than the tolerance.
        longest_us: no returned span is made longer than this; None for no limit.
    """
    result: list[Span] = []
    for part in sorted(parts, key=lambda s: (s.run_id, s.start_us)):
        last = result[-1] if result else None
        if (
            last is not None
            and last.run_id == part.run_id
            and part.start_us - last.end_us <= JOIN_TOLERANCE_US
            and (longest_us is None or max(last.end_us, part.end_us) - last.start_us <= longest_us)
        ):
            end_us = max(last.end_us, part.end_us)
            result[-1] = Span(
                last.stream_id, last.start_us, end_us, last.run_id, last.size_bytes + part.size_bytes
            )
        else:
            result.append(part)
    return sorted(result, key=lambda s: (s.start_us, s.run_id))


def rolled_up(segments: Iterable[Span]) -> list[Rollup]:
    """Return the rollups of every 15-minute bucket that the segments of one stream touch, in order of time.

    A segment counts for the bucket in which it begins, and covers every bucket that it reaches. A bucket is right
    only if all segments that touch it are given.
    """
    by_bucket: defaultdict[int, list[Span]] = defaultdict(list)
    for part in segments:
        for bucket_us in buckets(part.time):
            by_bucket[bucket_us].append(part)
    return [_rolled_up(bucket_us, parts) for bucket_us, parts in sorted(by_bucket.items())]


def _rolled_up(bucket_us: int, parts: Sequence[Span]) -> Rollup:
    bucket = TimeRange(bucket_us, bucket_us + BUCKET_US)
    covered = [common for s in parts if (common := s.time.intersection(bucket)) is not None]
    gaps = [gap.duration_us for gap in subtracted(bucket, covered, tolerance_us=GAP_TOLERANCE_US)]
    beginning = [s for s in parts if bucket.holds(s.start_us)]
    return Rollup(
        stream_id=parts[0].stream_id,
        bucket_us=bucket_us,
        covered_us=sum(r.duration_us for r in merged(covered)),
        size_bytes=sum(s.size_bytes for s in beginning),
        segments=len(beginning),
        gaps=len(gaps),
        longest_gap_us=max(gaps, default=0),
    )


def add_coverage(connection: Connection, added: Sequence[Span]) -> None:
    """Bring spans and rollups up to date after segments were inserted.

    Args:
        connection: the transaction that inserted them.
        added: the inserted segments, each exactly once; segments that were there before must not be among them.
    """
    by_stream: defaultdict[int, list[Span]] = defaultdict(list)
    by_run: defaultdict[tuple[int, int], list[Span]] = defaultdict(list)
    for part in added:
        by_stream[part.stream_id].append(part)
        by_run[part.stream_id, part.run_id].append(part)
    stored: list[Span] = []
    wanted: list[Span] = []
    for (stream_id, run_id), parts in by_run.items():
        neighbours = _neighbours(connection, stream_id, run_id, _hull(parts))
        stored += neighbours
        wanted += joined([*neighbours, *parts])
    _replace_spans(connection, stored, wanted)
    _store_rollups(
        connection, [(s, window) for s, parts in by_stream.items() for window in _by_bucket(parts)]
    )


def remove_coverage(connection: Connection, stream_id: int, removed: Sequence[TimeRange]) -> None:
    """Bring spans and rollups up to date after segments were deleted, moved in time, or repaired.

    Args:
        connection: the transaction that changed them.
        stream_id: whose footage.
        removed: the wall times of the changed segments, before and after, in any order.
    """
    # Joined generously: one pass over an hour costs less than one pass for every minute of it.
    near = merged(TimeRange(r.start_us, r.end_us + BUCKET_US) for r in removed if not r.is_empty)
    for widened in near:
        window = TimeRange(widened.start_us, widened.end_us - BUCKET_US)
        recompute_spans(connection, stream_id, window)
        recompute_rollups(connection, stream_id, window)


def recompute_spans(connection: Connection, stream_id: int, window: TimeRange) -> None:
    """Recompute, from the segments, every span of the stream that touches the window."""
    stored = overlapping_spans(connection, stream_id, window)
    hulls: defaultdict[int, TimeRange] = defaultdict(lambda: window)
    for old in stored:
        hulls[old.run_id] = _hull([old], hulls[old.run_id])
    whole = TimeRange(
        min([window.start_us, *(h.start_us for h in hulls.values())]),
        max([window.end_us, *(h.end_us for h in hulls.values())]),
    )
    parts = [s for s in segment_times(connection, stream_id, whole) if hulls[s.run_id].holds(s.start_us)]
    _replace_spans(connection, stored, joined(parts))


def recompute_rollups(connection: Connection, stream_id: int, window: TimeRange) -> None:
    """Recompute, from the segments, the rollups of every bucket that the window touches."""
    _store_rollups(connection, [(stream_id, window)])


def segment_times(connection: Connection, stream_id: int, beginning: TimeRange) -> list[Span]:
    """Return the segments of a stream that begin in the range, each as a span of its own, in order of start."""
    values = {"of_stream": stream_id, "from_us": beginning.start_us, "to_us": beginning.end_us}
    return [
        Span(stream_id, start, start + duration, run_id, size)
        for start, duration, run_id, size in connection.execute(_SEGMENT_TIMES, values).all()
    ]


def overlapping_spans(
    connection: Connection, stream_id: int, window: TimeRange, *, limit: int | None = None
) -> list[Span]:
    """Return the stored spans that overlap the window, in order of start, at most `limit`."""
    rows = connection.execute(
        sa.select(span.c.start_us, span.c.end_us, span.c.run_id, span.c.size_bytes)
        .where(
            span.c.stream_id == stream_id,
            # No span is longer, so none that began earlier can reach into the window.
            span.c.start_us > window.start_us - LONGEST_SPAN_US,
            span.c.start_us < window.end_us,
            span.c.end_us > window.start_us,
        )
        .order_by(span.c.start_us)
        .limit(limit)
    ).all()
    return [Span(stream_id, start, end, run_id, size) for start, end, run_id, size in rows]


# What every commit asks once for each stream is built once.
_SEGMENT_TIMES: Final = (
    sa.select(segment.c.start_us, segment.c.duration_us, segment.c.run_id, segment.c.size_bytes)
    .where(
        segment.c.stream_id == sa.bindparam("of_stream"),
        segment.c.start_us >= sa.bindparam("from_us"),
        segment.c.start_us < sa.bindparam("to_us"),
    )
    .order_by(segment.c.start_us)
)
_NEIGHBOURS: Final = sa.select(span.c.start_us, span.c.end_us, span.c.size_bytes).where(
    span.c.stream_id == sa.bindparam("of_stream"),
    span.c.run_id == sa.bindparam("of_run"),
    span.c.start_us >= sa.bindparam("earliest_us"),
    span.c.start_us <= sa.bindparam("latest_us"),
    span.c.end_us >= sa.bindparam("touching_us"),
)


def _neighbours(connection: Connection, stream_id: int, run_id: int, hull: TimeRange) -> list[Span]:
    touching_us = hull.start_us - JOIN_TOLERANCE_US
    values = {
        "of_stream": stream_id,
        "of_run": run_id,
        "earliest_us": touching_us - LONGEST_SPAN_US,
        "latest_us": hull.end_us + JOIN_TOLERANCE_US,
        "touching_us": touching_us,
    }
    rows = connection.execute(_NEIGHBOURS, values).all()
    return [Span(stream_id, start, end, run_id, size) for start, end, size in rows]


def _replace_spans(connection: Connection, stored: Sequence[Span], wanted: Sequence[Span]) -> None:
    kept = {(s.stream_id, s.start_us) for s in wanted}
    lost = [s for s in stored if (s.stream_id, s.start_us) not in kept]
    if lost:
        statement = sa.delete(span).where(
            span.c.stream_id == sa.bindparam("of_stream"), span.c.start_us == sa.bindparam("lost_us")
        )
        connection.execute(statement, [{"of_stream": s.stream_id, "lost_us": s.start_us} for s in lost])
    known = set(stored)
    insert_or_update(connection, span, [asdict(s) for s in wanted if s not in known])


def _store_rollups(connection: Connection, windows: Iterable[tuple[int, TimeRange]]) -> None:
    empty: list[dict[str, int]] = []
    rollups: list[Rollup] = []
    for stream_id, window in windows:
        starts = list(buckets(window))
        whole = TimeRange(starts[0], starts[-1] + BUCKET_US) if starts else window
        reach_back = TimeRange(whole.start_us - LONGEST_SEGMENT_US, whole.end_us)
        segments = segment_times(connection, stream_id, reach_back)
        here = [r for r in rolled_up(segments) if whole.holds(r.bucket_us)]
        rollups += here
        empty += [
            {"of_stream": stream_id, "empty_us": bucket_us}
            for bucket_us in sorted(set(starts) - {r.bucket_us for r in here})
        ]
    if empty:
        statement = sa.delete(rollup).where(
            rollup.c.stream_id == sa.bindparam("of_stream"), rollup.c.bucket_us == sa.bindparam("empty_us")
        )
        connection.execute(statement, empty)
    insert_or_update(connection, rollup, [asdict(r) for r in rollups])


def _hull(parts: Iterable[Span], *more: TimeRange) -> TimeRange:
    times = [*(s.time for s in parts), *more]
    return TimeRange(min(t.start_us for t in times), max(t.end_us for t in times))


def _by_bucket(parts: Iterable[Span]) -> list[TimeRange]:
    """Return the touched buckets as few ranges, so that a file salvaged from last week costs two look-ups."""
    starts = {bucket_us for s in parts for bucket_us in buckets(s.time)}
    return merged(TimeRange(start, start + BUCKET_US) for start in starts)
