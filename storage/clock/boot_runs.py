"""Which runs were recorded since this host was started: only their anchors can be compared with the clock of today.

A run's row says what wall minus monotonic time was, but not of which boot, and monotonic time begins anew with each. So
the recorder notes, at its first start of a boot, up to which row runs belong to earlier ones.
"""

import json
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.installation.meta import get_meta, put_meta
from storage.schema.footage import run
from storage.sql.database import Database
from vms.domain.segment import ClockTrust

_KEY = "recorder_boot"


def unsynced_runs_of_boot(database: Database, boot: str) -> dict[UUID, int]:
    """Return the anchors, by uuid, of the runs of this boot that began before the host's clock was set.

    To be asked at every start of a recorder, before it records: the first answer of a boot is empty, and later ones hold
    what has been recorded since.

    Args:
        database: the index.
        boot: names this boot; "" where nobody knows, and then nothing is known about any run.

    Raises:
        IndexUnavailable: the database does not answer.
    """
    if not boot:
        return {}
    with database.write() as connection:
        after_id = _noted(connection, boot)
        if after_id is None:
            newest_id = connection.execute(sa.select(sa.func.max(run.c.id))).scalar() or 0
            put_meta(connection, _KEY, json.dumps([boot, newest_id]))
            return {}
        rows = connection.execute(
            sa.select(run.c.uuid, run.c.anchor_us).where(
                run.c.id > after_id, run.c.trust == ClockTrust.UNSYNCED.value
            )
        ).all()
    return dict(iter(rows))


def _noted(connection: Connection, boot: str) -> int | None:
    """Return the last run before this boot, None where no recorder has noted it yet."""
    known, after_id = json.loads(get_meta(connection, _KEY) or '["", 0]')
    return int(after_id) if known == boot else None
