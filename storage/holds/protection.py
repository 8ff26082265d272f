"""What holds and leases protect, read inside the transaction that depends on it.

Whoever deletes footage and whoever protects it first lock the same stream rows, so one of them sees what the other
did: on SQLite because only one transaction writes at a time, on PostgreSQL by the row lock.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from storage.schema.cameras import stream
from storage.schema.retention import hold, lease
from vms.domain.retention import Hold
from vms.domain.time import TimeRange, merged


def lock_streams(connection: Connection, stream_ids: Collection[int]) -> None:
    """Lock the streams against other transactions that delete or protect their footage, until this one ends."""
    if stream_ids:
        # FOR NO KEY UPDATE: inserting segments, which refers to the stream's row, need not wait.
        connection.execute(
            sa.select(stream.c.id)
            .where(stream.c.id.in_(sorted(stream_ids)))
            .order_by(stream.c.id)
            .with_for_update(key_share=True)
        ).all()


def protected_ranges(
    connection: Connection, stream_ids: Collection[int], sure_us: int | None
) -> Mapping[int, list[TimeRange]]:
    """Return the time of each stream that no purge may touch now, as the fewest ranges in order.

    Args:
        connection: the transaction that depends on it.
        stream_ids: the streams.
        sure_us: it surely is no earlier (`storage.purge.guards.ClockVerdict`); None where nothing lapses by itself.
    """
    found: defaultdict[int, list[TimeRange]] = defaultdict(list)
    wanted = sorted(stream_ids)
    held = connection.execute(
        sa.select(stream.c.id, hold.c.start_us, hold.c.end_us)
        .join(hold, hold.c.camera_id == stream.c.camera_id)
        .where(stream.c.id.in_(wanted), *is_active(sure_us))
    )
    leased = connection.execute(
        sa.select(lease.c.stream_id, lease.c.start_us, lease.c.end_us).where(
            lease.c.stream_id.in_(wanted), *_not_lapsed(lease.c.expires_us, sure_us)
        )
    )
    for stream_id, start_us, end_us in [*held, *leased]:
        found[stream_id].append(TimeRange(start_us, end_us))
    return {stream_id: merged(ranges) for stream_id, ranges in found.items()}


def is_active(now_us: int | None) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the SQL conditions for an active hold, as `Hold.is_active` decides.

    Without a time, as no clock is trusted, holds do not expire: only a person ends them.
    """
    return hold.c.released_us.is_(None), *_not_lapsed(hold.c.expires_us, now_us)


def hold_of(row: Row[Any]) -> Hold:
    """Return the hold in a row of the hold table."""
    return Hold(
        id=row.id,
        camera_id=row.camera_id,
        time=TimeRange(row.start_us, row.end_us),
        reason=row.reason,
        created_by=row.created_by,
        created_us=row.created_us,
        expires_us=row.expires_us,
        released_us=row.released_us,
        released_by=row.released_by,
        release_reason=row.release_reason,
    )


def _not_lapsed(
    expires_us: sa.ColumnElement[int] | sa.ColumnElement[int | None], now_us: int | None
) -> tuple[sa.ColumnElement[bool], ...]:
    return () if now_us is None else (sa.or_(expires_us.is_(None), expires_us > now_us),)
