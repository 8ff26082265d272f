"""Paths of SQLite files as addresses: a folder may be called `a#b?c%41`, and an address reads such signs as its own.

Wherever a path becomes an address it becomes one here. The way back is `storage.sql.database.sqlite_file`.
"""

from pathlib import Path
from urllib.parse import quote


def sqlite_url(path: Path) -> str:
    """Return SQLAlchemy's address of a SQLite file, which is relative where the path is."""
    return f"sqlite:///{quote(str(path))}"


def sqlite_uri(path: Path, *, is_settled: bool = False) -> str:
    """Return SQLite's own address of a file that must be there and is only read.

    Args:
        path: the file.
        is_settled: nobody writes to it, and its log, should one lie beside it, is none of its own: no lock is taken
            and no file made, which also works where nothing can be written.
    """
    more = "&immutable=1" if is_settled else ""
    return f"file:{quote(str(path.absolute()))}?mode=ro{more}"
