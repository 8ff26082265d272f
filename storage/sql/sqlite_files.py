"""The files of a SQLite database: itself, its log and the log's index, moved and removed together or not at all.

A log that outlives its database is played over whatever gets the database's name next.
"""

import contextlib
from pathlib import Path
from typing import Final

_LOGS_FIRST: Final = ("-wal", "-shm", "")
"""The database goes last: whoever is stopped in between finds it still there, and does it all again."""


def is_free(path: Path) -> bool:
    """Tell whether a database can be moved to this name: nothing of another is there."""
    return not any(Path(f"{path}{suffix}").exists() for suffix in _LOGS_FIRST)


def move_database(path: Path, target: Path) -> bool:
    """Rename a database with its log. Returns whether the database itself was there.

    What belongs to it is moved also where the database is gone.

    Raises:
        OSError: the rest could not be renamed.
    """
    was_there = path.exists()
    for suffix in _LOGS_FIRST:
        with contextlib.suppress(FileNotFoundError):
            Path(f"{path}{suffix}").rename(f"{target}{suffix}")
    return was_there


def remove_database(path: Path) -> None:
    """Remove a database with its log, as far as they exist."""
    for suffix in _LOGS_FIRST:
        Path(f"{path}{suffix}").unlink(missing_ok=True)
