"""Who did what: an append-only record in which every entry seals the one before (COC-03, COC-04)."""

import hashlib
import json
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.schema.people import audit
from storage.sql.database import Database
from vms.domain.audit import AuditAction, AuditEntry
from vms.domain.time import Clock

FIRST_PREVIOUS = bytes(32)
"""What stands before the first entry."""
_TAG = b"siring audit 1\0"
"""Begins every digest, so that a later way to compute it can be told from this one."""
_LONGEST_TEXT = 2000
_ADVISORY_LOCK = 0x4155_4449_54
"""PostgreSQL key under which entries are appended one at a time: "AUDIT" in ASCII."""
_VERIFY_ROWS = 1000


class AuditLog:
    """Appends entries, reads the latest, and proves that none was changed."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def append(
        self, actor: str, action: AuditAction, subject: str, detail: str = "", *, address: str = ""
    ) -> AuditEntry:
        """Append an entry stamped with the present time and return it; a caller that gets an error must not act.

        Args:
            actor: name of the person, or of the program for what it does by itself.
            action: what was done.
            subject: what it was done to, such as "camera 4".
            detail: in which way; never a secret.
            address: network address of the person's device.

        Raises:
            IndexUnavailable: the entry could not be written.
        """
        texts = [_printable(text) for text in (actor, action, subject, detail, address)]
        with self._database.write() as connection:
            if not self._database.is_sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
            number, previous = _last(connection)
            entry = AuditEntry(self._clock.now_us(), *texts)
            sealed = _digest(previous, number + 1, entry)
            connection.execute(
                sa.insert(audit).values(
                    id=number + 1,
                    at_us=entry.at_us,
                    actor=entry.actor,
                    action=entry.action,
                    subject=entry.subject,
                    detail=entry.detail,
                    address=entry.address,
                    previous_sha256=previous,
                    sha256=sealed,
                )
            )
        return entry

    def recent(
        self, limit: int = 100, *, subject: str | None = None, actor: str | None = None
    ) -> list[AuditEntry]:
        """Return the latest entries, newest first, optionally about one subject or by one actor."""
        statement = sa.select(*_ENTRY_COLUMNS).order_by(audit.c.id.desc()).limit(limit)
        if subject is not None:
            statement = statement.where(audit.c.subject == subject)
        if actor is not None:
            statement = statement.where(audit.c.actor == actor)
        with self._database.read() as connection:
            return [AuditEntry(*row) for row in connection.execute(statement)]

    def first_broken(self) -> int | None:
        """Return the number of the first entry that was changed, removed or inserted, or None if the record is intact.

        Entries cut off at the end cannot be seen here, but against a copy of `head` that is kept elsewhere.
        """
        previous = FIRST_PREVIOUS
        expected = 1
        with self._database.read() as connection:
            while rows := _chunk(connection, expected):
                for number, before, sealed, at_us, actor, action, subject, detail, address in rows:
                    entry = AuditEntry(at_us, actor, action, subject, detail, address)
                    is_right = (
                        number == expected
                        and before == previous
                        and sealed == _digest(previous, number, entry)
                    )
                    if not is_right:
                        return expected
                    previous = sealed
                    expected += 1
        return None

    def head(self) -> tuple[int, bytes]:
        """Return the number and the digest of the last entry, to be kept out of reach of the database's administrator."""
        with self._database.read() as connection:
            return _last(connection)


_ENTRY_COLUMNS = (
    audit.c.at_us,
    audit.c.actor,
    audit.c.action,
    audit.c.subject,
    audit.c.detail,
    audit.c.address,
)


def _chunk(
    connection: Connection, first: int
) -> Sequence[sa.Row[int, bytes, bytes, int, str, str, str, str, str]]:
    return connection.execute(
        sa.select(audit.c.id, audit.c.previous_sha256, audit.c.sha256, *_ENTRY_COLUMNS)
        .where(audit.c.id >= first)
        .order_by(audit.c.id)
        .limit(_VERIFY_ROWS)
    ).all()


def _last(connection: Connection) -> tuple[int, bytes]:
    last = sa.select(audit.c.id, audit.c.sha256).order_by(audit.c.id.desc()).limit(1)
    row = connection.execute(last).one_or_none()
    return (0, FIRST_PREVIOUS) if row is None else (row[0], row[1])


def _digest(previous: bytes, number: int, entry: AuditEntry) -> bytes:
    values = [number, entry.at_us, entry.actor, entry.action, entry.subject, entry.detail, entry.address]
    text = json.dumps(values, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(_TAG + previous + text.encode()).digest()


def _printable(text: str) -> str:
    """Replace every character that could forge another line or colour a terminal (COC-09)."""
    return "".join(letter if letter.isprintable() else " " for letter in text[:_LONGEST_TEXT])
