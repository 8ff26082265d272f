"""Small nightly copies of all that files cannot tell: cameras, people and what is theirs, holds, rules, exports, audit.

A copy is a database of the same revision without footage, so that putting it back is to use it and rebuild the index
of footage from the files. It is always a SQLite file, whatever it was copied from.
"""

import os
import secrets
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from storage.installation.meta import read_config_revision
from storage.installation.migrate import upgrade
from storage.schema.cameras import camera, camera_secret, stream
from storage.schema.database import meta
from storage.schema.footage import run, volume
from storage.schema.people import audit, export_camera, export_job, user_account, user_camera
from storage.schema.personal import (
    bookmark,
    bookmark_camera,
    favourite,
    preference,
    saved_view,
    saved_view_camera,
    watching,
)
from storage.schema.retention import hold
from storage.sql.database import Database
from storage.sql.sqlite_files import remove_database
from vms.domain.errors import IndexUnavailable
from vms.domain.time import format_rfc3339
from vms.host.sqlite_address import sqlite_url

_COPIED: Final = (
    meta,
    camera,
    stream,
    camera_secret,
    volume,
    run,
    hold,
    user_account,
    user_camera,
    export_job,
    export_camera,
    bookmark,
    bookmark_camera,
    saved_view,
    saved_view_camera,
    watching,
    favourite,
    preference,
    audit,
)
"""In an order in which every row's references are there before it."""
_PAGE: Final = 1000
_PREFIX: Final = "config-"
_SUFFIX: Final = ".db"


def back_up_config(database: Database, folder: Path, now_us: int, *, keep: int = 14) -> Path:
    """Write a copy to the folder, delete all but the newest `keep`, and return the new file.

    Raises:
        IndexUnavailable: the database cannot be read, or the copy not written; older copies stay.
    """
    stamp = format_rfc3339(now_us)[:19].replace(":", "")
    target = folder / f"{_PREFIX}{stamp}{_SUFFIX}"
    partial = folder / f"{target.name}.{secrets.token_hex(4)}.partial"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        upgrade(sqlite_url(partial))
        _copy(database, partial)
        partial.chmod(0o600)
        sync_path(partial)
        partial.replace(target)
        sync_path(folder)
        for old in config_backups(folder)[keep:]:
            old.unlink(missing_ok=True)
    except OSError as error:
        raise IndexUnavailable(f"the copy could not be written: {error}") from error
    finally:
        remove_database(partial)
    return target


def is_config_copy_due(database: Database, folder: Path) -> bool:
    """Tell whether cameras, volumes or rules have changed since the newest copy, or there is no copy."""
    copies = config_backups(folder)
    if not copies:
        return True
    copy = Database(sqlite_url(copies[0]), read_only=True)
    try:
        with copy.read() as of_copy, database.read() as of_database:
            return read_config_revision(of_copy) != read_config_revision(of_database)
    except IndexUnavailable:
        return True
    finally:
        copy.close()


def config_backups(folder: Path) -> list[Path]:
    """Return the copies in the folder, newest first."""
    return sorted(folder.glob(f"{_PREFIX}*{_SUFFIX}"), reverse=True)


def _copy(database: Database, target: Path) -> None:
    copy = Database(sqlite_url(target))
    try:
        with database.read() as source, copy.write() as sink:
            sink.execute(sa.delete(meta))
            for table in _COPIED:
                rows = source.execution_options(yield_per=_PAGE).execute(sa.select(table)).mappings()
                for page in rows.partitions(_PAGE):
                    sink.execute(sa.insert(table), [dict(row) for row in page])
        # All of the copy must be in the one file that is moved into place.
        copy.upkeep()
    finally:
        copy.close()
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)


def sync_path(path: Path) -> None:
    """Sync a file, or the names in a folder, to disk; raises OSError."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
