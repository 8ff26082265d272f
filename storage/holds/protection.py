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
from storage.sql.database import Database
from vms.domain.errors import Conflict, InvalidInput
from vms.domain.retention import Hold, Lease
from vms.domain.time import SECOND_US, Clock, TimeRange, merged


def lock_streams(connection: Connection, stream_ids: Collection[int]) -> None:
    """Make other transactions that delete or protect footage of these streams wait for this one to end."""
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
    """Return, for each of the streams, the time that no purge may touch now, as the fewest ranges in order.

    Args:
        connection: the transaction that depends on it.
        stream_ids: the streams.
        sure_us: it surely is no earlier (`purge_guard.ClockVerdict`); None where nothing lapses by itself.
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
    """Return the conditions under which a hold's row protects footage, as `Hold.is_active` says.

    Without a time, because no clock is trusted, only a person ends a hold.
    """
    return hold.c.released_us.is_(None), *_not_lapsed(hold.c.expires_us, now_us)


def _not_lapsed(
    expires_us: sa.ColumnElement[int] | sa.ColumnElement[int | None], now_us: int | None
) -> tuple[sa.ColumnElement[bool], ...]:
    return () if now_us is None else (sa.or_(expires_us.is_(None), expires_us > now_us),)


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


class LeaseStore:
    """Takes, renews and drops leases."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def take(self, stream_id: int, time: TimeRange, seconds: int) -> Lease:
        """Protect a stream's footage for so many seconds and return the lease.

        What was purged before stays purged: take the lease first, then read which segments there are.

        Raises:
            InvalidInput: the range is empty, or no time is asked for.
        """
        if time.is_empty or seconds <= 0:
            raise InvalidInput("a lease protects a range that is not empty, for some time")
        expires_us = self._clock.now_us() + seconds * SECOND_US
        with self._database.write() as connection:
            lock_streams(connection, [stream_id])
            values = {
                "stream_id": stream_id,
                "start_us": time.start_us,
                "end_us": time.end_us,
                "expires_us": expires_us,
            }
            added = connection.execute(sa.insert(lease).values(values).returning(lease.c.id))
            return Lease(added.scalar_one(), stream_id, time, expires_us)

    def renew(self, lease_id: int, seconds: int) -> Lease:
        """Let a lease run for so many seconds from now and return it.

        Raises:
            Conflict: it lapsed, so its footage may have been purged since.
        """
        now_us = self._clock.now_us()
        with self._database.write() as connection:
            row = connection.execute(
                sa.update(lease)
                .where(lease.c.id == lease_id, lease.c.expires_us > now_us)
                .values(expires_us=now_us + seconds * SECOND_US)
                .returning(lease.c.stream_id, lease.c.start_us, lease.c.end_us, lease.c.expires_us)
            ).one_or_none()
        if row is None:
            raise Conflict(f"lease {lease_id} has lapsed: its footage may be gone")
        stream_id, start_us, end_us, expires_us = row
        return Lease(lease_id, stream_id, TimeRange(start_us, end_us), expires_us)

    def drop(self, lease_id: int) -> None:
        """End a lease; one that lapsed or never was is no error."""
        with self._database.write() as connection:
            connection.execute(sa.delete(lease).where(lease.c.id == lease_id))

    def purge_lapsed(self) -> int:
        """Delete the rows of lapsed leases and return how many there were."""
        with self._database.write() as connection:
            return connection.execute(
                sa.delete(lease).where(lease.c.expires_us <= self._clock.now_us())
            ).rowcount
