"""Leases: short protections that a running export takes on its sources, and that lapse by themselves after a crash."""

import sqlalchemy as sa

from storage.holds.protection import lock_streams
from storage.schema.retention import lease
from storage.sql.database import Database
from vms.domain.errors import Conflict, InvalidInput
from vms.domain.retention import Lease
from vms.domain.time import SECOND_US, Clock, TimeRange


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
