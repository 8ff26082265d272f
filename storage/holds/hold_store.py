"""Protects footage from purges: by holds until a person releases them, by leases for the minutes of an export."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.footage.coverage import GAP_TOLERANCE_US, overlapping_spans
from storage.holds.hold_links import HoldLinks
from storage.holds.protection import hold_of, is_active, lock_streams
from storage.schema.cameras import camera, stream
from storage.schema.footage import run, span
from storage.schema.retention import hold, lease
from storage.sql.database import Database
from vms.domain.camera import StreamRole
from vms.domain.errors import Conflict, InvalidInput, NotFound
from vms.domain.form_fields import refuse
from vms.domain.retention import Hold, Lease, hold_problems, reason_problems
from vms.domain.time import SECOND_US, Clock, TimeRange, merged, subtracted


@dataclass(frozen=True, slots=True)
class HoldResult:
    """A hold and what it cannot protect.

    Attributes:
        missing: parts of the range, up to now, of which the camera has no footage: never recorded, or purged before.
        covered_us: how much of the range, up to now, there is.
    """

    hold: Hold
    missing: tuple[TimeRange, ...]
    covered_us: int


class HoldStore:
    """Places, releases and finds holds."""

    def __init__(self, database: Database, clock: Clock, links: HoldLinks) -> None:
        self._database = database
        self._clock = clock
        self._links = links

    def place(
        self,
        camera_id: int,
        time: TimeRange,
        reason: str,
        by: str,
        *,
        expires_us: int | None = None,
        links_later: bool = False,
    ) -> HoldResult:
        """Place a hold on all streams of a camera for a range, recorded or yet to come. Returns what it cannot protect.

        With `links_later` the scheduler makes the hold links within the hour: a day of a camera is thousands of them,
        and they are a precaution.

        A purge that runs at the same moment has either finished, and its footage is reported missing, or it sees
        the hold and leaves the footage alone: the order of the two transactions decides.

        Raises:
            NotFound: there is no such camera.
            InvalidInput: the range is empty, or the reason is.
        """
        reason = reason.strip()
        now_us = self._clock.now_us()
        refuse(hold_problems(time, reason, expires_us, now_us))
        values = {
            "camera_id": camera_id,
            "start_us": time.start_us,
            "end_us": time.end_us,
            "reason": reason,
            "created_by": by,
            "created_us": now_us,
            "expires_us": expires_us,
        }
        with self._database.write() as connection:
            streams = _streams(connection, camera_id)
            lock_streams(connection, streams.values())
            placed = hold_of(connection.execute(sa.insert(hold).values(values).returning(hold)).one())
            past = _past(connection, streams, time, now_us)
            covered = _covered(connection, streams, past)
        missing = subtracted(past, covered, tolerance_us=GAP_TOLERANCE_US)
        if not links_later:
            self._links.make(placed)
        return HoldResult(placed, tuple(missing), sum(part.duration_us for part in covered))

    def release(self, hold_id: int, by: str, *, reason: str | None = None, links_later: bool = False) -> Hold:
        """Release a hold and return it; its footage follows retention again.

        With `links_later` the scheduler removes the hold links: its next pass begins with them, so that their room is
        free before other footage is deleted for it.

        Raises:
            NotFound: there is no such hold.
            Conflict: it was released before.
            InvalidInput: a reason is given that is empty or too long.
        """
        refuse(reason_problems(reason) if reason is not None else ())
        with self._database.write() as connection:
            known = connection.execute(sa.select(hold).where(hold.c.id == hold_id)).one_or_none()
            if known is None:
                raise NotFound(f"there is no hold {hold_id}")
            if known.released_us is not None:
                raise Conflict(f"hold {hold_id} was released before, by {known.released_by}")
            values = {
                "released_us": self._clock.now_us(),
                "released_by": by,
                "release_reason": None if reason is None else reason.strip(),
            }
            statement = sa.update(hold).where(hold.c.id == hold_id).values(values).returning(hold)
            released = hold_of(connection.execute(statement).one())
        if not links_later:
            self._links.remove(hold_id)
        return released

    def get(self, hold_id: int) -> Hold:
        """Return a hold by its id, active or not; raises NotFound."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(hold).where(hold.c.id == hold_id)).one_or_none()
        if row is None:
            raise NotFound(f"there is no hold {hold_id}")
        return hold_of(row)

    def covering(self, camera_ids: Collection[int], window: TimeRange) -> list[Hold]:
        """Return the active holds of these cameras that overlap the window, in order of start."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(hold)
                .where(
                    hold.c.camera_id.in_(sorted(camera_ids)),
                    hold.c.start_us < window.end_us,
                    hold.c.end_us > window.start_us,
                    *is_active(self._clock.now_us()),
                )
                .order_by(hold.c.start_us, hold.c.id)
            )
            return [hold_of(row) for row in rows]

    def list(
        self,
        *,
        active_only: bool = True,
        camera_ids: Collection[int] | None = None,
        before_id: int | None = None,
        limit: int | None = None,
    ) -> list[Hold]:
        """Return holds, newest first, optionally limited to cameras, to ids below `before_id`, and to `limit` rows."""
        statement = sa.select(hold).order_by(hold.c.id.desc()).limit(limit)
        if active_only:
            statement = statement.where(*is_active(self._clock.now_us()))
        if camera_ids is not None:
            statement = statement.where(hold.c.camera_id.in_(sorted(camera_ids)))
        if before_id is not None:
            statement = statement.where(hold.c.id < before_id)
        with self._database.read() as connection:
            return [hold_of(row) for row in connection.execute(statement)]


class LeaseStore:
    """Takes, renews and drops leases."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def take(self, stream_id: int, time: TimeRange, seconds: int) -> Lease:
        """Lease a stream's footage for a number of seconds and return the lease.

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
        """Extend a lease to a number of seconds from now and return it.

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
        """End a lease; it may have lapsed already."""
        with self._database.write() as connection:
            connection.execute(sa.delete(lease).where(lease.c.id == lease_id))

    def purge_lapsed(self) -> int:
        """Delete lapsed leases. Returns how many there were."""
        with self._database.write() as connection:
            return connection.execute(
                sa.delete(lease).where(lease.c.expires_us <= self._clock.now_us())
            ).rowcount


def _streams(connection: Connection, camera_id: int) -> dict[StreamRole, int]:
    """Return the streams of a camera by role; raises NotFound where there is no such camera."""
    rows = connection.execute(
        sa.select(stream.c.role, stream.c.id)
        .join(camera, camera.c.id == stream.c.camera_id)
        .where(camera.c.id == camera_id)
    )
    found = {StreamRole(role): stream_id for role, stream_id in rows}
    if not found:
        raise NotFound(f"there is no camera {camera_id}")
    return found


def _past(connection: Connection, streams: dict[StreamRole, int], time: TimeRange, now_us: int) -> TimeRange:
    """Return the part of the range that is fully indexed, empty if all of it is yet to come."""
    recorded_us = min(now_us, _indexed_until(connection, _main(streams), now_us))
    past = time.intersection(TimeRange(min(time.start_us, recorded_us), recorded_us))
    return TimeRange(time.start_us, time.start_us) if past is None else past


def _covered(connection: Connection, streams: dict[StreamRole, int], past: TimeRange) -> list[TimeRange]:
    """Return the parts of the range with footage of the main stream."""
    spans = overlapping_spans(connection, _main(streams), past)
    parts = [part for known in spans if (part := known.time.intersection(past)) is not None]
    return merged(parts)


def _main(streams: dict[StreamRole, int]) -> int:
    return streams.get(StreamRole.MAIN, next(iter(streams.values())))


def _indexed_until(connection: Connection, stream_id: int, now_us: int) -> int:
    """Return until when all footage is indexed: the end of the open run's last span, else the present."""
    open_run = connection.execute(
        sa.select(run.c.id, run.c.start_us)
        .where(run.c.stream_id == stream_id, run.c.end_us.is_(None))
        .order_by(run.c.id.desc())
        .limit(1)
    ).one_or_none()
    if open_run is None:
        return now_us
    run_id, start_us = open_run
    last = connection.execute(sa.select(sa.func.max(span.c.end_us)).where(span.c.run_id == run_id)).scalar()
    purged = connection.execute(sa.select(stream.c.purged_until_us).where(stream.c.id == stream_id)).scalar()
    return max(start_us if last is None else last, purged or 0)
