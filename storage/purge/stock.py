"""Reads what a purge plan is made from: each stream's rule, protection, amounts and oldest footage on one volume."""

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.holds.protection import protected_ranges
from storage.purge.candidates import oldest_candidates
from storage.purge.guards import ClockVerdict, StreamAmount, Undated
from storage.purge.plan import StreamStock
from storage.schema.cameras import camera, stream
from storage.schema.footage import rollup, run, segment
from vms.domain.retention import RetentionRule, days_us
from vms.domain.segment import LONGEST_SEGMENT_US
from vms.domain.time import BUCKET_US, HOUR_US, TimeRange, merged


def read_stocks(
    connection: Connection, volume_id: int, clock: ClockVerdict, *, confirmed: frozenset[int], batch: int
) -> list[StreamStock]:
    """Return the stock of every stream that has footage on the volume.

    Args:
        connection: a read transaction.
        volume_id: the volume.
        clock: what is known of the time.
        confirmed: streams of which a person agreed to a large purge.
        batch: segments wanted per stream, beside those that are protected.
    """
    rules = _rules(connection)
    pins = protected_ranges(connection, rules.keys(), clock.sure_us)
    stocks: list[StreamStock] = []
    for stream_id, rule in rules.items():
        pinned = pins.get(stream_id, [])
        found, is_complete = oldest_candidates(
            connection, stream_id, run.c.volume_id == volume_id, pinned, batch, clock.undated
        )
        if not found:
            continue
        stock = StreamStock(stream_id, rule, found, is_complete, 0, pinned, StreamAmount(0, 0))
        if rule is not None:
            stock = _with_amounts(connection, stock, rule, volume_id, clock)
        stocks.append(replace(stock, is_confirmed=stream_id in confirmed))
    return stocks


def pinned_bytes(connection: Connection, stream_id: int, pinned: Sequence[TimeRange]) -> int:
    """Return the bytes of the stream's segments that overlap protected time.

    Rollups count whole quarters of an hour; only the segments at the edges are read.

    Args:
        connection: a read transaction.
        stream_id: the stream.
        pinned: apart from each other, in order.
    """
    total = 0
    counted_until_us = 0
    for pin in pinned:
        since_us = max(counted_until_us, pin.start_us - LONGEST_SEGMENT_US)
        first_us = min(pin.start_us + -pin.start_us % BUCKET_US, pin.end_us)
        last_us = max(first_us, pin.end_us - pin.end_us % BUCKET_US)
        total += _bytes_of_segments(connection, stream_id, TimeRange(since_us, first_us), pin.start_us)
        total += _bytes_of_buckets(connection, stream_id, TimeRange(first_us, last_us))
        total += _bytes_of_segments(connection, stream_id, TimeRange(last_us, pin.end_us), pin.start_us)
        counted_until_us = pin.end_us
    return total


def oldest_elsewhere(
    connection: Connection,
    stream_id: int,
    volume_id: int,
    pinned: Sequence[TimeRange],
    undated: Undated | None,
) -> int | None:
    """Return when the stream's oldest unprotected footage on other volumes was recorded, or None if there is none."""
    found, _ = oldest_candidates(connection, stream_id, run.c.volume_id != volume_id, pinned, 1, undated)
    free = [c for c in found if not any(c.time.overlaps(pin) for pin in pinned)]
    return free[0].since_us if free else None


def ingest_bytes_per_second(connection: Connection, now_us: int) -> float:
    """Return the bytes per second that all streams recorded in the last hour or so."""
    since_us = now_us - now_us % BUCKET_US - HOUR_US
    stream_ids = connection.execute(sa.select(stream.c.id)).scalars().all()
    recent = connection.execute(
        sa.select(sa.func.coalesce(sa.func.sum(rollup.c.size_bytes), 0)).where(
            rollup.c.stream_id.in_(stream_ids), rollup.c.bucket_us >= since_us, rollup.c.bucket_us <= now_us
        )
    ).scalar_one()
    return int(recent) / ((now_us - since_us) / 1_000_000)


def newest_run(connection: Connection) -> int:
    """Return the id of the latest run, 0 if there is none."""
    return connection.execute(sa.select(sa.func.max(run.c.id))).scalar() or 0


def _with_amounts(
    connection: Connection, stock: StreamStock, rule: RetentionRule, volume_id: int, clock: ClockVerdict
) -> StreamStock:
    """Add how much footage there is and how much is due, as far as age and quota will ask."""
    cutoff_us = clock.now_us - rule.max_age_us
    is_due = stock.candidates[0].end_us < cutoff_us
    if not is_due and rule.max_bytes is None:
        return stock
    total_bytes, covered_us = _totals(connection, stock.stream_id)
    due_us = _due_us(connection, stock.stream_id, cutoff_us, stock.pinned) if is_due else 0
    stock = replace(stock, total_bytes=total_bytes, amount=StreamAmount(covered_us, due_us))
    if rule.max_bytes is None or total_bytes <= rule.max_bytes:
        return stock
    return replace(
        stock,
        pinned_bytes=pinned_bytes(connection, stock.stream_id, stock.pinned),
        older_elsewhere_us=oldest_elsewhere(
            connection, stock.stream_id, volume_id, stock.pinned, clock.undated
        ),
    )


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
    """Return the microseconds of footage past its age and not protected, to within a bucket."""
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


def _bytes_of_segments(
    connection: Connection, stream_id: int, beginning: TimeRange, ending_after_us: int
) -> int:
    """Return the bytes of the segments that begin in the range and end after an instant."""
    if beginning.is_empty:
        return 0
    found = connection.execute(
        sa.select(sa.func.coalesce(sa.func.sum(segment.c.size_bytes), 0)).where(
            segment.c.stream_id == stream_id,
            segment.c.start_us >= beginning.start_us,
            segment.c.start_us < beginning.end_us,
            segment.c.start_us + segment.c.duration_us > ending_after_us,
        )
    )
    return int(found.scalar_one())


def _bytes_of_buckets(connection: Connection, stream_id: int, beginning: TimeRange) -> int:
    """Return the bytes of the segments that begin in a range of whole buckets."""
    found = connection.execute(
        sa.select(sa.func.coalesce(sa.func.sum(rollup.c.size_bytes), 0)).where(
            rollup.c.stream_id == stream_id,
            rollup.c.bucket_us >= beginning.start_us,
            rollup.c.bucket_us < beginning.end_us,
        )
    )
    return int(found.scalar_one())
