"""Backups of the SQLite database: taken while everything runs, proven before they get their name, put back whole.

A backup is one state of the database: counted in the transaction that it is read in, and counted again in the copy.
"""

import contextlib
import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from storage.installation.migrate import is_known_revision
from storage.installation.steps import OnStep, ignore_step
from storage.recovery.config_backup import sync_path
from storage.sql.database import sqlite_file
from storage.sql.sqlite_files import fold_log_in, is_free, move_log, remove_database
from vms.domain.errors import Conflict, IndexUnavailable, InvalidInput, SettingsError
from vms.host.sqlite_address import sqlite_uri

PARTIAL: Final = ".partial"
_PAGES_AT_ONCE: Final = 2000
"""8 MB a step, between which a copy can be stopped."""
_KEPT: Final = ".before-restore-"
_LEAST_LEFT: Final = 10
"""One part in so many of a disk stays free."""


@dataclass(frozen=True, slots=True)
class BackupFacts:
    """What a backup holds, as read from itself.

    Attributes:
        revision: of its tables.
        rows: how many rows each table has.
        size_bytes: of its file.
    """

    revision: str
    rows: Mapping[str, int]
    size_bytes: int


def back_up(database_url: str, target: Path, *, may_go_on: Callable[[], bool] = lambda: True) -> BackupFacts:
    """Write a backup of the database to a new file that only its owner may read. Returns what it was proven to hold.

    Args:
        database_url: whose.
        target: the new file, which gets its name when it is complete, sound and on disk.
        may_go_on: asked now and then; the backup is given up where it says no.

    Raises:
        Conflict: the file exists already; nothing was written.
        SettingsError: the database is no SQLite file.
        IndexUnavailable: it cannot be read, or the copy not written, or the copy is not the same; nothing is left behind.
    """
    source = _sqlite_path(database_url)
    if target.exists():
        raise Conflict(f"{target} exists already: choose another name")
    partial = target.with_name(f"{target.name}.{secrets.token_hex(4)}{PARTIAL}")
    try:
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        expected = _copy(source, partial, may_go_on)
        found = examine(partial)
        if found.rows != expected:
            raise IndexUnavailable("the backup is not what the database holds; try again")
        sync_path(partial)
        # A link, unlike a rename, never replaces a file that came into being meanwhile.
        os.link(partial, target)
        sync_path(target.absolute().parent)
    except FileExistsError:
        raise Conflict(f"{target} exists already: choose another name") from None
    except (InvalidInput, sqlite3.Error, OSError) as error:
        raise IndexUnavailable(f"the backup could not be written: {error}") from error
    finally:
        remove_database(partial)
    return found


def restore(database_url: str, backup: Path, *, on_step: OnStep = ignore_step) -> Path | None:
    """Put a backup in place of the database. Returns where the old one is now, or None if there was none.

    Nobody may be using the database. Whoever looks, and whoever starts after a crash, finds all of the old database or
    all of the new one.

    Args:
        database_url: what is replaced.
        backup: what `back_up` wrote.
        on_step: called with the name of each step before it is taken (tests stop the process there).

    Raises:
        InvalidInput: the file is no undamaged backup that this program can use; nothing was changed.
        SettingsError: the database is no SQLite file.
        IndexUnavailable: the backup could not be copied, or the old database not be kept; the old one is in its place.
    """
    target = _sqlite_path(database_url)
    incoming = target.with_name(target.name + ".restoring")
    try:
        on_step("copy")
        remove_database(incoming)
        _copy_file(backup, incoming)
        on_step("check")
        _refuse_unusable(incoming, backup)
        kept = _keep(target, on_step)
        on_step("place")
        incoming.replace(target)
        sync_path(target.absolute().parent)
    except (sqlite3.Error, OSError) as error:
        raise IndexUnavailable(f"the backup could not be put in place: {error}") from error
    finally:
        remove_database(incoming)
    on_step("placed")
    return kept


def examine(backup: Path) -> BackupFacts:
    """Return what a backup holds, after a check of its whole file.

    Raises:
        InvalidInput: it is missing, damaged, or no database of Siring.
    """
    try:
        size_bytes = backup.stat().st_size
        with contextlib.closing(sqlite3.connect(sqlite_uri(backup, is_settled=True), uri=True)) as reading:
            verdict = reading.execute("PRAGMA quick_check(1)").fetchone()
            revision = reading.execute("SELECT version_num FROM alembic_version").fetchone()
            identity = reading.execute("SELECT value FROM meta WHERE key = 'database_uuid'").fetchone()
            rows = _counted(reading)
    except (sqlite3.Error, OSError) as error:
        raise InvalidInput(f"{backup} is no backup of Siring: {error}") from error
    if verdict != ("ok",):
        raise InvalidInput(f"{backup} is damaged: {verdict[0]}")
    if revision is None or identity is None:
        raise InvalidInput(f"{backup} is no backup of Siring: it is empty")
    return BackupFacts(str(revision[0]), rows, size_bytes)


def refuse_without_room(database: Path, folder: Path) -> None:
    """Raise IndexUnavailable where a copy of a database would take the last tenth of the disk that a folder is on.

    A copy must not be what fills the disk that others write to.
    """
    needed, room = database.stat().st_size, shutil.disk_usage(folder)
    if room.free - needed < room.total // _LEAST_LEFT:
        raise IndexUnavailable(
            f"{folder} has {room.free / 1e9:.1f} GB free, too little for {needed / 1e9:.1f} GB more: a tenth of its"
            f" disk, {room.total / _LEAST_LEFT / 1e9:.1f} GB, stays free"
        )


def _copy(source: Path, partial: Path, may_go_on: Callable[[], bool]) -> Mapping[str, int]:
    """Copy one state of a database that is in use. Returns how many rows each of its tables has."""

    def go_on(_status: int, _left: int, _all: int) -> None:
        if not may_go_on():
            raise IndexUnavailable("the backup was given up: this process is to end")

    with (
        contextlib.closing(sqlite3.connect(sqlite_uri(source), uri=True, isolation_level=None)) as reading,
        contextlib.closing(sqlite3.connect(partial)) as writing,
    ):
        # One transaction around both: else each commit in between would make the copy begin anew.
        reading.execute("BEGIN")
        rows = _counted(reading)
        reading.backup(writing, pages=_PAGES_AT_ONCE, progress=go_on)
        reading.execute("ROLLBACK")
    return rows


def _counted(connection: sqlite3.Connection) -> Mapping[str, int]:
    """Return how many rows each table has."""
    listed = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    names = [str(name) for (name,) in listed]
    return {
        name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608  # names of the schema itself
        for name in names
    }


def _copy_file(backup: Path, incoming: Path) -> None:
    """Copy a backup to a file that only its owner may read, synced; raises InvalidInput where it cannot be read."""
    try:
        reading = backup.open("rb")
    except OSError as error:
        raise InvalidInput(f"{backup} cannot be read: {error.strerror}; nothing was changed") from error
    fd = os.open(incoming, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with reading, os.fdopen(fd, "wb") as writing:
        shutil.copyfileobj(reading, writing, 1 << 20)
        writing.flush()
        os.fsync(writing.fileno())


def _refuse_unusable(incoming: Path, backup: Path) -> None:
    """Raise InvalidInput, in the backup's own name, where the copy of it cannot be used."""
    try:
        facts = examine(incoming)
    except InvalidInput as error:
        text = str(error).replace(str(incoming), str(backup))
        raise InvalidInput(f"{text}; nothing was changed") from error
    if not is_known_revision(facts.revision):
        raise InvalidInput(
            f"{backup} is of revision {facts.revision}, which this program does not know: a newer program wrote it;"
            " nothing was changed"
        )


def _keep(database: Path, on_step: OnStep) -> Path | None:
    """Give the database a second name, whole in its one file. Returns that name, or None if there is no database.

    A log that cannot be folded in, because its database is damaged or gone, is moved along: it must not be played over
    what comes.
    """
    on_step("keep")
    for left in _kept_before(database):
        # An earlier restore was cut off before it replaced anything: one file with two names.
        if database.exists() and left.samefile(database):
            left.unlink()
    number = 1
    while not is_free(kept := database.with_name(f"{database.name}{_KEPT}{number}")):
        number += 1
    was_there = database.exists()
    if was_there:
        fold_log_in(database)
        on_step("link")
        os.link(database, kept)
    on_step("move-log")
    move_log(database, kept)
    sync_path(database.absolute().parent)
    return kept if was_there else None


def _kept_before(database: Path) -> list[Path]:
    prefix = f"{database.name}{_KEPT}"
    return [
        path
        for path in database.absolute().parent.iterdir()
        if path.name.startswith(prefix) and path.name.removeprefix(prefix).isdigit()
    ]


def _sqlite_path(database_url: str) -> Path:
    file = sqlite_file(database_url)
    if file is None:
        raise SettingsError("this is for SQLite; PostgreSQL has pg_dump and pg_restore")
    return file
