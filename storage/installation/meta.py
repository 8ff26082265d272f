"""Facts about the database as a whole, each a text under a key: its identity, its set-up code, whether a rebuild is due.

Whoever else keeps such a fact reads and writes it here, in a transaction of their own, under a key of their own.
"""

import hashlib
import json
import secrets
from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.schema.database import meta
from storage.sql.database import Database, insert_or_update
from vms.domain.errors import IndexMismatch

_DATABASE_UUID = "database_uuid"
_CONFIG_REVISION = "config_revision"
_SETUP_CODE = "setup_code_sha256"
_REBUILD_DUE = "rebuild_due"
"""Ids of the volumes whose footage is to be indexed after the database was replaced; null for all of them.

The key is in the new database before that gets its name, and goes when all footage is indexed, so whoever starts next
knows of a rebuild that was cut off at any point.
"""
_CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without letters and digits that look alike when somebody reads them from a console."""
_CODE_GROUPS = 4
_CODE_GROUP_LENGTH = 4


def get_meta(connection: Connection, key: str) -> str | None:
    """Return the value of a key, or None if there is no such key."""
    return connection.execute(sa.select(meta.c.value).where(meta.c.key == key)).scalar_one_or_none()


def get_meta_by_prefix(connection: Connection, prefix: str) -> dict[str, str]:
    """Return the values of all keys with this prefix, in order of key, by what follows the prefix."""
    rows = sa.select(meta.c.key, meta.c.value).where(_has_prefix(prefix)).order_by(meta.c.key)
    return {key.removeprefix(prefix): value for key, value in connection.execute(rows)}


def put_meta(connection: Connection, key: str, value: str) -> None:
    """Store a value under a key, replacing any other."""
    insert_or_update(connection, meta, [{"key": key, "value": value}])


def drop_meta(connection: Connection, key: str) -> None:
    """Delete a key; it need not be there."""
    connection.execute(sa.delete(meta).where(meta.c.key == key))


def drop_meta_by_prefix(connection: Connection, prefix: str) -> None:
    """Delete all keys with this prefix."""
    connection.execute(sa.delete(meta).where(_has_prefix(prefix)))


def bump_config_revision(connection: Connection) -> None:
    """Tell the recorder that a camera, stream, volume or retention rule changes with this transaction."""
    next_revision = sa.cast(sa.cast(meta.c.value, sa.BigInteger) + 1, sa.Text)
    connection.execute(sa.update(meta).where(meta.c.key == _CONFIG_REVISION).values(value=next_revision))


def read_config_revision(connection: Connection) -> int:
    """Return a number that grows with every change of a camera, stream, volume or retention rule."""
    return int(_required(connection, _CONFIG_REVISION))


class MetaStore:
    """Reads and writes facts about the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def database_uuid(self) -> UUID:
        """Return the identity that the marker file of every volume repeats."""
        with self._database.read() as connection:
            return UUID(_required(connection, _DATABASE_UUID))

    def adopt_database_uuid(self, identity: UUID) -> None:
        """Take over the identity of a lost database, whose volumes are about to be indexed anew."""
        with self._database.write() as connection:
            put_meta(connection, _DATABASE_UUID, str(identity))

    def note_rebuild_due(self, volume_ids: Collection[int] | None = None) -> None:
        """Note whose footage is to be indexed: that of these volumes, of all for None; for an empty one, nothing is due."""
        with self._database.write() as connection:
            if volume_ids is not None and not volume_ids:
                drop_meta(connection, _REBUILD_DUE)
            else:
                ids = None if volume_ids is None else sorted(volume_ids)
                put_meta(connection, _REBUILD_DUE, json.dumps(ids))

    def is_rebuild_due(self) -> bool:
        """Tell whether footage is still to be indexed."""
        with self._database.read() as connection:
            return get_meta(connection, _REBUILD_DUE) is not None

    def volumes_due(self) -> frozenset[int] | None:
        """Return the ids of the volumes whose footage is to be indexed, None for all of them."""
        with self._database.read() as connection:
            text = get_meta(connection, _REBUILD_DUE)
        ids = json.loads(text) if text is not None else []
        return None if ids is None else frozenset(ids)

    def issue_setup_code(self) -> str:
        """Return a new code with which the first administrator may be made; an older code stops working."""
        letters = [secrets.choice(_CODE_LETTERS) for _ in range(_CODE_GROUPS * _CODE_GROUP_LENGTH)]
        groups = ["".join(letters[i::_CODE_GROUPS]) for i in range(_CODE_GROUPS)]
        code = "-".join(groups)
        with self._database.write() as connection:
            put_meta(connection, _SETUP_CODE, _digest(code))
        return code

    def setup_code_matches(self, code: str) -> bool:
        """Tell whether this is the latest code, not used up yet."""
        with self._database.read() as connection:
            return get_meta(connection, _SETUP_CODE) == _digest(code)

    def clear_setup_code(self) -> None:
        """Use the code up: it makes no first administrator any more."""
        with self._database.write() as connection:
            drop_meta(connection, _SETUP_CODE)


def _digest(code: str) -> str:
    # A fast digest will do: the code holds 79 random bits.
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest()


def _has_prefix(prefix: str) -> sa.ColumnElement[bool]:
    return meta.c.key.startswith(prefix, autoescape=True)


def _required(connection: Connection, key: str) -> str:
    if (value := get_meta(connection, key)) is None:
        raise IndexMismatch(f"the database lacks its {key}: it was not made by this program")
    return value
