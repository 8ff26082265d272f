"""Remembers that footage is still to be indexed after a database was replaced: a row in `meta`.

It is in the new database before that gets its name, and goes when all footage is indexed, so a rebuild that is cut off
at any point is known to be due by whoever starts next.
"""

import json
from collections.abc import Collection
from typing import Final

from storage.installation.meta import drop_meta, get_meta, put_meta
from storage.sql.database import Database

_KEY: Final = "rebuild_due"


def note_rebuild_due(database: Database, volumes: Collection[int] | None = None) -> None:
    """Note that the footage of these volumes (row numbers; None for all) is to be indexed; none of them: all is."""
    with database.write() as connection:
        if volumes is not None and not volumes:
            drop_meta(connection, _KEY)
        else:
            put_meta(connection, _KEY, json.dumps(None if volumes is None else sorted(volumes)))


def is_rebuild_due(database: Database) -> bool:
    """Tell whether footage is still to be indexed."""
    return _stored(database) is not None


def volumes_due(database: Database) -> frozenset[int] | None:
    """Return the row numbers of the volumes whose footage is to be indexed, None for all of them."""
    text = _stored(database)
    numbers = json.loads(text) if text is not None else []
    return None if numbers is None else frozenset(numbers)


def _stored(database: Database) -> str | None:
    with database.read() as connection:
        return get_meta(connection, _KEY)
