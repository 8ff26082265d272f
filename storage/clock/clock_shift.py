"""Moves runs in time whose clock turned out to be wrong, and says which runs of this boot may be so corrected.

Recording may begin before the host's clock is synchronised. Files keep the names they were given; rows, spans and
rollups move, and the correction is written beside the footage first, so that a rebuilt index comes out the same. Holds
follow in the same transaction.
"""

import json
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.clock.clock_corrections import append_correction
from storage.clock.shifted_holds import follow_shift
from storage.footage.coverage import remove_coverage
from storage.holds.protection import lock_streams
from storage.installation.meta import get_meta, put_meta
from storage.schema.cameras import stream
from storage.schema.footage import run, segment, span
from storage.sql.database import Database
from storage.volumes.volume_access import VolumeAccess
from storage.volumes.volume_store import VolumeStore
from vms.domain.errors import Conflict, NotFound
from vms.domain.segment import LONGEST_SEGMENT_US, ClockTrust, SegmentFlag
from vms.domain.time import TimeRange

_DONE = "shifted:"
_BOOT = "recorder_boot"
"""A boot, and the newest run when its first recorder started."""


def unsynced_runs_of_boot(database: Database, boot: str) -> dict[UUID, int]:
    """Return the anchors, by uuid, of the runs that began in this boot, before the host's clock was set.

    A run's row says what wall minus monotonic time was, but not of which boot, and monotonic time begins anew with each.
    So a recorder asks at every start, before it records: the first answer of a boot is empty and notes the newest run.

    Args:
        database: the index.
        boot: names this boot; "" where nobody knows, and then nothing is known about any run.

    Raises:
        IndexUnavailable: the database does not answer.
    """
    if not boot:
        return {}
    with database.write() as connection:
        after_id = _last_run_before_boot(connection, boot)
        if after_id is None:
            newest_id = connection.execute(sa.select(sa.func.max(run.c.id))).scalar() or 0
            put_meta(connection, _BOOT, json.dumps([boot, newest_id]))
            return {}
        rows = connection.execute(
            sa.select(run.c.uuid, run.c.anchor_us).where(
                run.c.id > after_id, run.c.trust == ClockTrust.UNSYNCED.value
            )
        ).all()
    return dict(iter(rows))


class ClockShift:
    """Applies corrections, each at most once."""

    def __init__(self, database: Database, volumes: VolumeStore, access: VolumeAccess) -> None:
        self._database = database
        self._volumes = volumes
        self._access = access

    def shift_run(self, run_id: int, delta_us: int, *, token: str) -> int:
        """Move a run and its segments by a number of microseconds. Returns how many segments moved.

        Args:
            run_id: the run.
            delta_us: positive for later.
            token: names this correction; applying it again changes nothing, also after a crash half-way.

        Raises:
            NotFound: there is no such run.
            VolumeUnavailable: the correction cannot be noted beside the footage; nothing was moved.
        """
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(run.c.uuid, run.c.volume_id, stream.c.uuid)
                .join(stream, stream.c.id == run.c.stream_id)
                .where(run.c.id == run_id)
            ).one_or_none()
            is_done = _is_done(connection, token)
        if row is None:
            raise NotFound(f"there is no run {run_id}")
        if is_done or delta_us == 0:
            return 0
        run_uuid, volume_id, stream_uuid = row
        volume = self._access.open(self._volumes.get(volume_id))
        append_correction(volume, stream_uuid, run_uuid.hex[:8], delta_us, token)
        with self._database.write() as connection:
            if _is_done(connection, token):
                return 0
            moved = _move(connection, run_id, delta_us)
            _settle(connection, token, delta_us)
            return moved

    def leave(self, token: str) -> None:
        """Note that a correction is not needed, so that it is never applied later."""
        with self._database.write() as connection:
            if not _is_done(connection, token):
                _settle(connection, token, 0)


def _settle(connection: Connection, token: str, delta_us: int) -> None:
    put_meta(connection, f"{_DONE}{token}", str(delta_us))


def _is_done(connection: Connection, token: str) -> bool:
    return get_meta(connection, f"{_DONE}{token}") is not None


def _move(connection: Connection, run_id: int, delta_us: int) -> int:
    """Move the run's rows one by one, the front of the movement first, so that no two ever want the same start."""
    stream_id = connection.execute(sa.select(run.c.stream_id).where(run.c.id == run_id)).scalar_one()
    lock_streams(connection, [stream_id])
    shift = sa.update(run).where(run.c.id == run_id)
    connection.execute(shift.values(start_us=run.c.start_us + delta_us, end_us=run.c.end_us + delta_us))
    of_run = span.c.run_id == run_id
    first_us = connection.execute(sa.select(sa.func.min(span.c.start_us)).where(of_run)).scalar()
    last_us = connection.execute(sa.select(sa.func.max(span.c.end_us)).where(of_run)).scalar()
    if first_us is None or last_us is None:
        return 0
    starts = connection.execute(
        sa.select(segment.c.start_us, segment.c.duration_us)
        .where(
            segment.c.stream_id == stream_id,
            segment.c.start_us >= first_us - LONGEST_SEGMENT_US,
            segment.c.start_us < last_us,
            segment.c.run_id == run_id,
        )
        .order_by(segment.c.start_us.desc() if delta_us > 0 else segment.c.start_us)
    ).all()
    changed: list[TimeRange] = []
    for start_us, duration_us in starts:
        target_us = _free_start(connection, stream_id, start_us + delta_us)
        connection.execute(
            sa.update(segment)
            .where(segment.c.stream_id == stream_id, segment.c.start_us == start_us)
            .values(start_us=target_us, flags=segment.c.flags.bitwise_or(SegmentFlag.SHIFTED.value))
        )
        changed += [TimeRange(at_us, at_us + duration_us) for at_us in (start_us, target_us)]
    remove_coverage(connection, stream_id, changed)
    follow_shift(connection, stream_id, TimeRange(first_us, last_us), delta_us)
    return len(starts)


def _free_start(connection: Connection, stream_id: int, wanted_us: int) -> int:
    """Return the first start at or after the wanted one that no segment of the stream has."""
    for target_us in range(wanted_us, wanted_us + 1000):
        taken = sa.select(segment.c.seq).where(
            segment.c.stream_id == stream_id, segment.c.start_us == target_us
        )
        if connection.execute(taken).first() is None:
            return target_us
    raise Conflict(f"no free start near {wanted_us} for stream {stream_id}")


def _last_run_before_boot(connection: Connection, boot: str) -> int | None:
    """Return the id of the last run before this boot, or None if no recorder has noted it yet."""
    known, after_id = json.loads(get_meta(connection, _BOOT) or '["", 0]')
    return int(after_id) if known == boot else None
