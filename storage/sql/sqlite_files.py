"""The files of a SQLite database: itself, its log and the log's index, moved and removed together or not at all.

A log that outlives its database is played over whatever gets the database's name next.
"""

import contextlib
import sqlite3
from pathlib import Path
from typing import Final

from vms.domain.errors import IndexUnavailable

_LOG: Final = ("-wal", "-shm")
_LOGS_FIRST: Final = (*_LOG, "")
"""The database goes last: whoever is stopped in between finds it still there, and does it all again."""
_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PRIMARY_CODE: Final = 0xFF
"""The bits of a SQLite error code that say what, without saying where."""


def is_free(path: Path) -> bool:
    """Tell whether a database can be moved to this name: nothing of another is there."""
    return not any(Path(f"{path}{suffix}").exists() for suffix in _LOGS_FIRST)


def is_damage(error: BaseException | None) -> bool:
    """Tell whether an error of SQLite means damage, and not a database that is locked or out of reach."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, sqlite3.DatabaseError) and code is not None and code & _PRIMARY_CODE in _DAMAGED


def fold_log_in(path: Path) -> None:
    """Write what is only in the log into the database itself, which nobody else may have open.

    A database too damaged for that is left as it is.

    Raises:
        IndexUnavailable: somebody uses the database.
        sqlite3.Error: it cannot be written.
    """
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            is_busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
        return
    if is_busy:
        raise IndexUnavailable("somebody uses the database")


def move_database(path: Path, target: Path) -> bool:
    """Rename a database with its log. Returns whether the database itself was there.

    What belongs to it is moved also where the database is gone.

    Raises:
        OSError: the rest could not be renamed.
    """
    was_there = path.exists()
    move_log(path, target)
    with contextlib.suppress(FileNotFoundError):
        path.rename(target)
    return was_there


def move_log(path: Path, target: Path) -> None:
    """Rename the log of a database, as far as it exists; raises OSError where it cannot be renamed."""
    for suffix in _LOG:
        with contextlib.suppress(FileNotFoundError):
            Path(f"{path}{suffix}").rename(f"{target}{suffix}")


def remove_database(path: Path) -> None:
    """Remove a database with its log, as far as they exist."""
    for suffix in _LOGS_FIRST:
        Path(f"{path}{suffix}").unlink(missing_ok=True)
