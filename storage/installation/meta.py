"""Facts about the database as a whole, each a text under a key: its identity, the revision of its configuration, and more.

Whoever else keeps such a fact reads and writes it here, in a transaction of their own, under a key of their own.
"""

import hashlib
import secrets
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.schema.database import meta
from storage.sql.database import Database, insert_or_update
from vms.domain.errors import IndexMismatch

_DATABASE_UUID = "database_uuid"
_CONFIG_REVISION = "config_revision"
_SETUP_CODE = "setup_code_sha256"
_CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without letters and digits that look alike when somebody reads them from a console."""
_CODE_GROUPS = 4
_CODE_GROUP_LENGTH = 4


def get_meta(connection: Connection, key: str) -> str | None:
    """Return the value under a key, None where there is none."""
    return connection.execute(sa.select(meta.c.value).where(meta.c.key == key)).scalar_one_or_none()


def get_meta_by_prefix(connection: Connection, prefix: str) -> dict[str, str]:
    """Return the values under all keys that begin so, in the order of the keys, by what follows the prefix."""
    rows = sa.select(meta.c.key, meta.c.value).where(_begins(prefix)).order_by(meta.c.key)
    return {key.removeprefix(prefix): value for key, value in connection.execute(rows)}


def put_meta(connection: Connection, key: str, value: str) -> None:
    """Store a value under a key, in place of the one that is there."""
    insert_or_update(connection, meta, [{"key": key, "value": value}])


def drop_meta(connection: Connection, key: str) -> None:
    """Remove a key and its value, if it is there."""
    connection.execute(sa.delete(meta).where(meta.c.key == key))


def drop_meta_by_prefix(connection: Connection, prefix: str) -> None:
    """Remove all keys that begin so, and their values."""
    connection.execute(sa.delete(meta).where(_begins(prefix)))


def bump_config_revision(connection: Connection) -> None:
    """Tell the recorder that a camera, stream, volume or retention rule changes with this transaction."""
    next_revision = sa.cast(sa.cast(meta.c.value, sa.BigInteger) + 1, sa.Text)
    connection.execute(sa.update(meta).where(meta.c.key == _CONFIG_REVISION).values(value=next_revision))


def read_config_revision(connection: Connection) -> int:
    """Return a number that grows with every change of a camera, stream, volume or retention rule."""
    return int(_value(connection, _CONFIG_REVISION))


class MetaStore:
    """Reads and writes facts about the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def database_uuid(self) -> UUID:
        """Return the identity that the marker file of every volume repeats."""
        with self._database.read() as connection:
            return UUID(_value(connection, _DATABASE_UUID))

    def adopt_database_uuid(self, identity: UUID) -> None:
        """Take over the identity of a lost database, whose volumes are about to be indexed anew."""
        with self._database.write() as connection:
            put_meta(connection, _DATABASE_UUID, str(identity))

    def issue_setup_code(self) -> str:
        """Return a new code with which the first administrator may be made; an older code stops working."""
        letters = [secrets.choice(_CODE_LETTERS) for _ in range(_CODE_GROUPS * _CODE_GROUP_LENGTH)]
        groups = ["".join(letters[i::_CODE_GROUPS]) for i in range(_CODE_GROUPS)]
        code = "-".join(groups)
        with self._database.write() as connection:
            put_meta(connection, _SETUP_CODE, _digest(code))
        return code

    def setup_code_matches(self, code: str) -> bool:
        """Tell whether this is the code last issued, and nobody has used it up."""
        with self._database.read() as connection:
            return get_meta(connection, _SETUP_CODE) == _digest(code)

    def clear_setup_code(self) -> None:
        """Use the code up: no first administrator can be made any more until another is issued."""
        with self._database.write() as connection:
            drop_meta(connection, _SETUP_CODE)


def _digest(code: str) -> str:
    # A fast digest will do: the code holds 79 random bits.
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest()


def _begins(prefix: str) -> sa.ColumnElement[bool]:
    return meta.c.key.startswith(prefix, autoescape=True)


def _value(connection: Connection, key: str) -> str:
    if (value := get_meta(connection, key)) is None:
        raise IndexMismatch(f"the database lacks its {key}: it was not made by this program")
    return value
