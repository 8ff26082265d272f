"""Backups of the SQLite database: taken while everything runs, restored while nothing does."""

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

from storage.sql.database import parse_url
from storage.sql.sqlite_files import is_free, move_database
from vms.domain.errors import Conflict, IndexUnavailable, InvalidInput, SettingsError

_PAGES_AT_ONCE = 2000
"""8 MB a step: readers and the recorder's commits go in between."""


def back_up(database_url: str, target: Path) -> int:
    """Write a consistent backup of the database to a new file. Returns its size in bytes.

    Raises:
        Conflict: the file exists already; nothing was written.
        SettingsError: the database is no SQLite file.
        IndexUnavailable: it cannot be read, or the copy not written; nothing is left behind.
    """
    source = _sqlite_path(database_url)
    if target.exists():
        raise Conflict(f"{target} exists already: choose another name")
    partial = target.with_name(target.name + ".partial")
    try:
        with (
            contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as reading,
            contextlib.closing(sqlite3.connect(partial)) as writing,
        ):
            reading.backup(writing, pages=_PAGES_AT_ONCE)
        _sync(partial)
        # A link, unlike a rename, never replaces a file that came into being meanwhile.
        os.link(partial, target)
        _sync(target.resolve().parent)
        return target.stat().st_size
    except FileExistsError:
        raise Conflict(f"{target} exists already: choose another name") from None
    except (sqlite3.Error, OSError) as error:
        raise IndexUnavailable(f"the backup could not be written: {error}") from error
    finally:
        partial.unlink(missing_ok=True)


def restore(database_url: str, backup: Path) -> Path | None:
    """Put a backup in place of the database. Returns where the old one is now, or None if there was none.

    Nobody may be using the database.

    Raises:
        InvalidInput: the file is no undamaged backup of ours; nothing was changed.
        SettingsError: the database is no SQLite file.
    """
    target = _sqlite_path(database_url)
    _check_backup(backup)
    incoming = target.with_name(target.name + ".restoring")
    shutil.copyfile(backup, incoming)
    _sync(incoming)
    kept = _set_aside(target)
    incoming.rename(target)
    _sync(target.parent)
    return kept


def _set_aside(database: Path) -> Path | None:
    """Move the database and its log to a free name. Returns that name, or None if there was no database."""
    number = 1
    while not is_free(kept := database.with_name(f"{database.name}.before-restore-{number}")):
        number += 1
    return kept if move_database(database, kept) else None


def _check_backup(backup: Path) -> None:
    try:
        with contextlib.closing(sqlite3.connect(f"file:{backup}?mode=ro", uri=True)) as connection:
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()
            connection.execute("SELECT version_num FROM alembic_version").fetchone()
            connection.execute("SELECT value FROM meta LIMIT 1").fetchone()
    except sqlite3.Error as error:
        raise InvalidInput(f"{backup} is no backup of Siring: {error}; nothing was changed") from error
    if verdict != ("ok",):
        raise InvalidInput(f"{backup} is damaged: {verdict[0]}; nothing was changed")


def _sqlite_path(database_url: str) -> Path:
    url = parse_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise SettingsError("this is for SQLite; PostgreSQL has pg_dump and pg_restore")
    return Path(url.database)


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
