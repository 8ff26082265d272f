"""Facts about the database as a whole: its identity, the revision of its configuration, the first set-up code."""

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
            insert_or_update(connection, meta, [{"key": _DATABASE_UUID, "value": str(identity)}])

    def issue_setup_code(self) -> str:
        """Return a new code with which the first administrator may be made; an older code stops working."""
        letters = [secrets.choice(_CODE_LETTERS) for _ in range(_CODE_GROUPS * _CODE_GROUP_LENGTH)]
        groups = ["".join(letters[i::_CODE_GROUPS]) for i in range(_CODE_GROUPS)]
        code = "-".join(groups)
        with self._database.write() as connection:
            insert_or_update(connection, meta, [{"key": _SETUP_CODE, "value": _digest(code)}])
        return code

    def setup_code_matches(self, code: str) -> bool:
        """Tell whether this is the code last issued, and nobody has used it up."""
        statement = sa.select(meta.c.value).where(meta.c.key == _SETUP_CODE)
        with self._database.read() as connection:
            return connection.execute(statement).scalar_one_or_none() == _digest(code)

    def clear_setup_code(self) -> None:
        """Use the code up: no first administrator can be made any more until another is issued."""
        with self._database.write() as connection:
            connection.execute(sa.delete(meta).where(meta.c.key == _SETUP_CODE))


def _digest(code: str) -> str:
    # A fast digest will do: the code holds 79 random bits.
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest()


def _value(connection: Connection, key: str) -> str:
    value = connection.execute(sa.select(meta.c.value).where(meta.c.key == key)).scalar_one_or_none()
    if value is None:
        raise IndexMismatch(f"the database lacks its {key}: it was not made by this program")
    return value
