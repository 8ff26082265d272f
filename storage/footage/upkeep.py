"""Deletes rows that no footage needs any more: runs without segments, and outages older than all that is left."""

import sqlalchemy as sa

from storage.schema.cameras import camera, stream
from storage.schema.footage import outage, run, segment
from storage.sql.database import Database
from vms.domain.retention import days_us

_COMPACTION_ROWS = 5_000
"""Runs looked at in one transaction: a few milliseconds in which the recorder waits."""


def compact_runs(database: Database, *, ended_before_us: int) -> int:
    """Delete runs without footage that ended before the instant. Returns how many there were.

    A camera that answers and fails makes thousands of them a day (failure mode 39).
    """
    forgotten = 0
    first_id = 0
    while True:
        with database.write() as connection:
            ids = sa.select(run.c.id).where(run.c.id > first_id).order_by(run.c.id).limit(_COMPACTION_ROWS)
            last_id = connection.execute(sa.select(sa.func.max(ids.subquery().c.id))).scalar()
            if last_id is None:
                return forgotten
            has_footage = sa.exists().where(segment.c.run_id == run.c.id)
            done = connection.execute(
                sa.delete(run).where(
                    run.c.id > first_id, run.c.id <= last_id, run.c.end_us < ended_before_us, ~has_footage
                )
            )
            forgotten += done.rowcount
            first_id = last_id


def prune_outages(database: Database, now_us: int) -> int:
    """Delete the ended outages that explain no gap any more. Returns how many there were.

    One is kept unless it ended before all of these: what retention last deleted, the oldest footage that is left (held
    footage, too: the gaps after it are shown with their causes), and the retention's age, which may have been
    made longer since. Cameras without a retention lose nothing.

    Raises:
        IndexUnavailable: the database does not answer.
    """
    oldest = (
        sa.select(segment.c.start_us)
        .where(segment.c.stream_id == stream.c.id)
        .order_by(segment.c.start_us)
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        sa.select(stream.c.id, stream.c.purged_until_us, camera.c.retention_days, oldest)
        .join(camera, camera.c.id == stream.c.camera_id)
        .where(stream.c.purged_until_us.is_not(None), camera.c.retention_days.is_not(None))
    )
    with database.read() as connection:
        rows = connection.execute(statement).all()
    forgotten = 0
    for stream_id, purged_until_us, retention_days, oldest_us in rows:
        if purged_until_us is None or retention_days is None:
            continue
        horizon_us = min(purged_until_us, now_us - days_us(retention_days))
        horizon_us = horizon_us if oldest_us is None else min(horizon_us, oldest_us)
        with database.write() as connection:
            done = connection.execute(
                sa.delete(outage).where(
                    outage.c.stream_id == stream_id,
                    outage.c.start_us < horizon_us,
                    outage.c.end_us <= horizon_us,
                )
            )
        forgotten += done.rowcount
    return forgotten
