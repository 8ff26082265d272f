"""The backup of each night, and how old the newest is: noted in the database, so that pages and checks touch no folder.

On SQLite it is a whole backup (storage.recovery.database_backup). PostgreSQL is backed up by its own tools, of which
nothing is known here; there it is the copy of the configuration.
"""

import json
import logging
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from storage.installation.meta import get_meta, put_meta
from storage.recovery.config_backup import back_up_config
from storage.recovery.database_backup import PARTIAL, back_up, refuse_without_room
from storage.sql.database import Database, sqlite_file
from storage.sql.sqlite_files import remove_database
from vms.domain.errors import VmsError
from vms.domain.time import HOUR_US, format_rfc3339
from vms.host.sqlite_address import sqlite_url

log: Final = logging.getLogger(__name__)

KEPT_BACKUPS: Final = 3
STALE_US: Final = 36 * HOUR_US
"""Older than a night and half a day: one night has failed."""
_DUE_US: Final = 25 * HOUR_US
_RETRY_US: Final = HOUR_US
_CLOCK_SLACK_US: Final = HOUR_US
"""A backup that is dated later than this from now says nothing about its age."""
_KEY: Final = "nightly_backup"
_NAME: Final = re.compile(r"nightly-\d{4}-\d{2}-\d{2}T\d{6}\.db")
"""Of ours alone: people keep backups of their own beside these, which nothing may delete."""


@dataclass(frozen=True, slots=True)
class NightlyBackup:
    """What is known of the nightly backups.

    Attributes:
        made_us: when the newest was begun, None if there never was one.
        file: where it is, "" if there is none.
        tried_us: when one was last tried.
        problem: why the last try failed, "" where it did not.
    """

    made_us: int | None = None
    file: str = ""
    tried_us: int | None = None
    problem: str = ""

    def is_stale(self, now_us: int) -> bool:
        """Tell whether the newest is too old, or was never made."""
        return self.made_us is None or not -_CLOCK_SLACK_US <= now_us - self.made_us <= STALE_US

    def is_due(self, now_us: int) -> bool:
        """Tell whether the next is to be made now, between two nights: after a night that was missed, or at first."""
        if self.tried_us is not None and 0 <= now_us - self.tried_us < _RETRY_US:
            return False
        return self.made_us is None or not -_CLOCK_SLACK_US <= now_us - self.made_us <= _DUE_US


def read_nightly_backup(database: Database) -> NightlyBackup:
    """Return what is known of the nightly backups.

    Raises:
        IndexUnavailable: the database does not answer.
    """
    with database.read() as connection:
        text = get_meta(connection, _KEY)
    return NightlyBackup() if text is None else NightlyBackup(**json.loads(text))


def make_nightly_backup(
    database: Database, folder: Path, now_us: int, *, may_go_on: Callable[[], bool] = lambda: True
) -> NightlyBackup:
    """Write the backup, keep the newest few, and note how it went. Returns the note.

    Raises:
        IndexUnavailable: the database does not answer.
    """
    before = read_nightly_backup(database)
    try:
        file = _written(database, folder, now_us, may_go_on)
    except (VmsError, OSError) as error:
        if not may_go_on():
            return before
        log.exception("the nightly backup failed")
        note = NightlyBackup(before.made_us, before.file, now_us, str(error))
    else:
        note = NightlyBackup(now_us, str(file), now_us)
    note_nightly_backup(database, note)
    return note


def note_nightly_backup(database: Database, note: NightlyBackup) -> None:
    """Store what is known of the nightly backups.

    Raises:
        IndexUnavailable: the database does not answer.
    """
    with database.write() as connection:
        put_meta(connection, _KEY, json.dumps(asdict(note)))


def nightly_backups(folder: Path) -> list[Path]:
    """Return the whole backups in the folder, newest first."""
    if not folder.is_dir():
        return []
    return sorted((path for path in folder.iterdir() if _NAME.fullmatch(path.name)), reverse=True)


def _written(database: Database, folder: Path, now_us: int, may_go_on: Callable[[], bool]) -> Path:
    """Write one backup and delete all but the newest few. Returns its file; raises VmsError or OSError."""
    source = sqlite_file(database.url)
    if source is None:
        return back_up_config(database, folder, now_us)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in folder.glob(f"nightly-*{PARTIAL}"):
        remove_database(left)
    refuse_without_room(source, folder)
    stamp = format_rfc3339(now_us)[:19].replace(":", "")
    target = folder / f"nightly-{stamp}.db"
    back_up(sqlite_url(source), target, may_go_on=may_go_on)
    for old in nightly_backups(folder)[KEPT_BACKUPS:]:
        old.unlink()
    return target
