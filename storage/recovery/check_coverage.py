"""Compares spans and rollups with the segments that they follow from, a stream-day at a time."""

from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.footage.coverage import (
    JOIN_TOLERANCE_US,
    overlapping_spans,
    recompute_rollups,
    recompute_spans,
    rolled_up,
    segment_times,
)
from storage.holds.protection import lock_streams
from storage.open import Storage
from storage.recovery.check_report import CheckReport, Difference
from storage.schema.footage import rollup, segment, span
from vms.domain.segment import LONGEST_SEGMENT_US, Rollup, Span
from vms.domain.time import DAY_US, TimeRange, format_rfc3339, merged


def check_coverage(storage: Storage, report: CheckReport, *, repair: bool) -> None:
    """Report every stream-day whose spans or rollups are wrong, and recompute them if asked to."""
    for camera in storage.cameras.list(include_removed=True):
        for stream in camera.streams:
            for day in _days(storage, stream.id):
                with storage.database.read() as connection:
                    is_right = _is_right(connection, stream.id, day)
                if is_right:
                    continue
                report.add(Difference.SPANS, f"stream {stream.id} {format_rfc3339(day.start_us)[:10]}")
                if repair:
                    with storage.database.write() as connection:
                        lock_streams(connection, [stream.id])
                        recompute_spans(connection, stream.id, day)
                        recompute_rollups(connection, stream.id, day)
                    report.mended += 1


def _days(storage: Storage, stream_id: int) -> list[TimeRange]:
    """Return every UTC day between the first and the last segment, span or rollup of the stream."""
    firsts: list[int] = []
    lasts: list[int] = []
    for column, owner in (
        (segment.c.start_us, segment.c.stream_id),
        (span.c.start_us, span.c.stream_id),
        (rollup.c.bucket_us, rollup.c.stream_id),
    ):
        with storage.database.read() as connection:
            first = connection.execute(sa.select(sa.func.min(column)).where(owner == stream_id)).scalar()
            last = connection.execute(sa.select(sa.func.max(column)).where(owner == stream_id)).scalar()
        if first is not None and last is not None:
            firsts.append(first)
            lasts.append(last)
    if not firsts:
        return []
    start_us = min(firsts) - min(firsts) % DAY_US
    return [TimeRange(at_us, at_us + DAY_US) for at_us in range(start_us, max(lasts) + 1, DAY_US)]


def _is_right(connection: Connection, stream_id: int, day: TimeRange) -> bool:
    reach_back = TimeRange(day.start_us - LONGEST_SEGMENT_US, day.end_us)
    parts = segment_times(connection, stream_id, reach_back)
    wanted = {r.bucket_us: r for r in rolled_up(parts) if day.holds(r.bucket_us)}
    rows = connection.execute(
        sa.select(rollup).where(
            rollup.c.stream_id == stream_id,
            rollup.c.bucket_us >= day.start_us,
            rollup.c.bucket_us < day.end_us,
        )
    )
    stored = {row.bucket_us: Rollup(**row._mapping) for row in rows}  # noqa: SLF001 - SQLAlchemy's public name
    if stored != wanted:
        return False
    spans = overlapping_spans(connection, stream_id, day)
    return _cover(spans, day) == _cover(parts, day)


def _cover(parts: Sequence[Span], day: TimeRange) -> dict[int, list[TimeRange]]:
    """Return what each run covers of the day, with the holes closed that spans bridge."""
    by_run: defaultdict[int, list[TimeRange]] = defaultdict(list)
    for part in parts:
        if part.time.overlaps(day):
            by_run[part.run_id].append(TimeRange(part.start_us, part.end_us + JOIN_TOLERANCE_US))
    return {
        run_id: [
            common
            for whole in merged(times)
            if (common := TimeRange(whole.start_us, whole.end_us - JOIN_TOLERANCE_US).intersection(day))
        ]
        for run_id, times in by_run.items()
    }
