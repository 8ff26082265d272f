"""Reads what a purge plan is made from: rules, protections and the oldest footage of every stream on one volume.

Reads are bounded: spans say where a stream's footage on the volume begins, and only its oldest segments are read.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.protection import protected_ranges
from storage.purge_guard import StreamAmount
from storage.purge_plan import Candidate, StreamStock
from storage.schema import camera, rollup, run, segment, span, stream
from vms.domain.retention import RetentionRule, days_us
from vms.domain.time import BUCKET_US, HOUR_US, TimeRange, merged

_SPANS_AT_A_TIME = 64


def read_stocks(
    connection: Connection, volume_id: int, now_us: int, *, confirmed: frozenset[int], batch: int
) -> list[StreamStock]:
    """Return every stream that has footage on the volume, with its oldest segments there.

    Args:
        connection: a read transaction.
        volume_id: the volume.
        now_us: wall time.
        confirmed: streams of which a person agreed to a large purge.
        batch: segments wanted per stream, beside those that are protected.
    """
    rules = _rules(connection)
    pins = protected_ranges(connection, rules.keys(), now_us)
    stocks: list[StreamStock] = []
    for stream_id, rule in rules.items():
        pinned = pins.get(stream_id, [])
        found, is_complete = _oldest(connection, stream_id, volume_id, pinned, batch)
        if found:
            is_due = rule is not None and found[0].end_us < now_us - rule.max_age_us
            has_quota = rule is not None and rule.max_bytes is not None
            total_bytes, covered_us = _totals(connection, stream_id) if is_due or has_quota else (0, 0)
            due_us = 0
            if rule is not None and is_due:
                due_us = _due_us(connection, stream_id, now_us - rule.max_age_us, pinned)
            stocks.append(
                StreamStock(
                    stream_id=stream_id,
                    rule=rule,
                    candidates=found,
                    is_complete=is_complete,
                    total_bytes=total_bytes,
                    pinned=pinned,
                    amount=StreamAmount(covered_us, due_us),
                    is_confirmed=stream_id in confirmed,
                )
            )
    return stocks


def ingest_bytes_per_second(connection: Connection, now_us: int) -> float:
    """Return how fast footage of all streams has arrived in the last hour or so."""
    since_us = now_us - now_us % BUCKET_US - HOUR_US
    stream_ids = connection.execute(sa.select(stream.c.id)).scalars().all()
    recent = connection.execute(
        sa.select(sa.func.coalesce(sa.func.sum(rollup.c.size_bytes), 0)).where(
            rollup.c.stream_id.in_(stream_ids), rollup.c.bucket_us >= since_us, rollup.c.bucket_us <= now_us
        )
    ).scalar_one()
    return int(recent) / ((now_us - since_us) / 1_000_000)


def _rules(connection: Connection) -> dict[int, RetentionRule | None]:
    """Return the rule of every stream; None where its camera has no retention."""
    rows = connection.execute(
        sa.select(stream.c.id, camera.c.retention_days, camera.c.min_days, camera.c.quota_bytes)
        .join(camera, camera.c.id == stream.c.camera_id)
        .order_by(stream.c.id)
    )
    return {
        stream_id: None
        if days is None
        else RetentionRule(stream_id, days_us(days), days_us(min_days), quota_bytes)
        for stream_id, days, min_days, quota_bytes in rows
    }


def _oldest(
    connection: Connection, stream_id: int, volume_id: int, pinned: Sequence[TimeRange], batch: int
) -> tuple[list[Candidate], bool]:
    """Return the oldest segments on the volume, at least one unprotected if there is any, and whether that is all."""
    found: list[Candidate] = []
    free = 0
    after_us = -1
    while True:
        spans = connection.execute(
            sa.select(span.c.start_us, span.c.end_us, span.c.run_id)
            .join(run, run.c.id == span.c.run_id)
            .where(span.c.stream_id == stream_id, span.c.start_us > after_us, run.c.volume_id == volume_id)
            .order_by(span.c.start_us)
            .limit(_SPANS_AT_A_TIME)
        ).all()
        for start_us, end_us, run_id in spans:
            if free >= batch:
                return _in_order(found), False
            added, is_whole = _of_span(
                connection, stream_id, run_id, TimeRange(start_us, end_us), pinned, batch
            )
            found += added
            free += sum(not _is_pinned(candidate, pinned) for candidate in added)
            if not is_whole:
                return _in_order(found), False
        if len(spans) < _SPANS_AT_A_TIME:
            return _in_order(found), True
        after_us = spans[-1][0]


def _of_span(
    connection: Connection,
    stream_id: int,
    run_id: int,
    time: TimeRange,
    pinned: Sequence[TimeRange],
    batch: int,
) -> tuple[list[Candidate], bool]:
    """Return the span's oldest segments, at most `batch` unprotected ones, and whether those are all of them."""
    found: list[Candidate] = []
    free = 0
    after_us = time.start_us - 1
    while True:
        rows = connection.execute(
            sa.select(segment.c.start_us, segment.c.duration_us, segment.c.size_bytes)
            .where(
                segment.c.stream_id == stream_id,
                segment.c.start_us > after_us,
                segment.c.start_us < time.end_us,
                segment.c.run_id == run_id,
            )
            .order_by(segment.c.start_us)
            .limit(batch)
        ).all()
        page = [Candidate(stream_id, start_us, start_us + length, size) for start_us, length, size in rows]
        found += page
        free += sum(not _is_pinned(candidate, pinned) for candidate in page)
        if len(page) < batch:
            return found, True
        if free >= batch:
            return found, False
        after_us = page[-1].start_us


def _is_pinned(candidate: Candidate, pinned: Sequence[TimeRange]) -> bool:
    return any(candidate.time.overlaps(pin) for pin in pinned)


def _in_order(found: list[Candidate]) -> list[Candidate]:
    """Return the segments by start: runs overlap where the recorder's clock was set back."""
    return sorted(found, key=lambda candidate: candidate.start_us)


def _totals(connection: Connection, stream_id: int) -> tuple[int, int]:
    """Return bytes and covered microseconds of a stream on all volumes."""
    total_bytes, covered_us = connection.execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(rollup.c.size_bytes), 0),
            sa.func.coalesce(sa.func.sum(rollup.c.covered_us), 0),
        ).where(rollup.c.stream_id == stream_id)
    ).one()
    return int(total_bytes), int(covered_us)


def _due_us(connection: Connection, stream_id: int, cutoff_us: int, pinned: Sequence[TimeRange]) -> int:
    """Return the footage, in microseconds, that is past its age and not protected, to within a bucket."""
    rows = connection.execute(
        sa.select(rollup.c.bucket_us, rollup.c.covered_us).where(
            rollup.c.stream_id == stream_id, rollup.c.bucket_us < cutoff_us
        )
    )
    protected = merged(pinned)
    return sum(
        min(covered_us, max(0, cutoff_us - bucket_us))
        for bucket_us, covered_us in rows
        if not any(TimeRange(bucket_us, bucket_us + BUCKET_US).overlaps(pin) for pin in protected)
    )
