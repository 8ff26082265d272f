"""Signing in: the sessions that it begins, and the count of failed attempts that slows guessing down."""

from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from storage.access.user_store import person_of
from storage.schema.people import session, sign_in_attempt, user_account, user_camera
from storage.sql.database import Database, insert_statement
from vms.domain.time import DAY_US, MINUTE_US, Clock
from vms.domain.user import User

IDLE_US = 30 * MINUTE_US
"""A session without a request for this long is over."""
FORGOTTEN_AFTER_US = DAY_US
"""A count without another failure for this long starts at zero again."""
_LONGEST_SUBJECT = 200
_LIVE_SESSION: Final = (
    sa.select(*(column.label(f"session_{column.name}") for column in session.c), *user_account.c)
    .join_from(session, user_account, user_account.c.id == session.c.user_id)
    .where(
        session.c.token_sha256 == sa.bindparam("digest"),
        session.c.expires_us > sa.bindparam("now_us"),
        session.c.seen_us > sa.bindparam("idle_us"),
    )
)
_SEEN_CAMERAS: Final = sa.select(user_camera.c.camera_id).where(
    user_camera.c.user_id == sa.bindparam("of_user")
)


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser.

    Attributes:
        digest: SHA-256 of the token in its cookie. seen_us: its last request, to the minute.
        expires_us: when it is over whatever happens.
    """

    digest: bytes
    user_id: int
    created_us: int
    seen_us: int
    expires_us: int
    address: str = ""
    user_agent: str = ""


class SessionStore:
    """Begins, finds and ends sessions."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(
        self,
        digest: bytes,
        *,
        user_id: int,
        created_us: int,
        expires_us: int,
        address: str = "",
        user_agent: str = "",
    ) -> Session:
        """Begin a session and return it, and note that its person was seen."""
        begun = Session(digest, user_id, created_us, created_us, expires_us, address, user_agent)
        with self._database.write() as connection:
            connection.execute(
                sa.insert(session).values(
                    token_sha256=digest,
                    user_id=user_id,
                    created_us=created_us,
                    seen_us=created_us,
                    expires_us=expires_us,
                    address=address,
                    user_agent=user_agent,
                )
            )
            connection.execute(
                sa.update(user_account).where(user_account.c.id == user_id).values(last_seen_us=created_us)
            )
        return begun

    def resume(self, digest: bytes) -> tuple[Session, User] | None:
        """Return the live session with that token digest, and its person as they are now, or None.

        Every request begins here, so it is one transaction of two statements that are built once.
        """
        now_us = self._clock.now_us()
        values = {"digest": digest, "now_us": now_us, "idle_us": now_us - IDLE_US}
        with self._database.read() as connection:
            row = connection.execute(_LIVE_SESSION, values).one_or_none()
            if row is None:
                return None
            found = Session(*row[: len(session.c)])
            camera_ids = connection.execute(_SEEN_CAMERAS, {"of_user": found.user_id}).scalars().all()
        return found, person_of(row, frozenset(camera_ids))

    def touch(self, digest: bytes, now_us: int) -> None:
        """Note a request of the session and its person; once a minute is enough."""
        owner = sa.select(session.c.user_id).where(session.c.token_sha256 == digest).scalar_subquery()
        with self._database.write() as connection:
            connection.execute(
                sa.update(session).where(session.c.token_sha256 == digest).values(seen_us=now_us)
            )
            connection.execute(
                sa.update(user_account).where(user_account.c.id == owner).values(last_seen_us=now_us)
            )

    def end(self, digest: bytes) -> None:
        """End a session; it may be over already."""
        with self._database.write() as connection:
            connection.execute(sa.delete(session).where(session.c.token_sha256 == digest))

    def end_all(self, user_id: int, *, keep: bytes | None = None) -> None:
        """End a person's sessions, all except the one whose digest is `keep`."""
        statement = sa.delete(session).where(session.c.user_id == user_id)
        if keep is not None:
            statement = statement.where(session.c.token_sha256 != keep)
        with self._database.write() as connection:
            connection.execute(statement)

    def purge(self, now_us: int) -> int:
        """Delete sessions that are over. Returns how many there were."""
        is_over = sa.or_(session.c.expires_us <= now_us, session.c.seen_us <= now_us - IDLE_US)
        with self._database.write() as connection:
            return connection.execute(sa.delete(session).where(is_over)).rowcount


class SignInAttempts:
    """Counts failed attempts; the web decides how long to wait after how many."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record_failure(self, kind: str, subject: str, now_us: int) -> int:
        """Count one more failure. Returns how many there are now.

        Args:
            kind: "account" or "address".
            subject: the account's name as typed, in lower case, whether it exists or not; or the address.
            now_us: when it happened.
        """
        key = {"kind": kind, "subject": subject[:_LONGEST_SUBJECT]}
        is_stale = sign_in_attempt.c.last_us <= now_us - FORGOTTEN_AFTER_US
        failures = sa.case((is_stale, 1), else_=sign_in_attempt.c.failures + 1)
        with self._database.write() as connection:
            statement = insert_statement(connection, sign_in_attempt).values(
                **key, failures=1, last_us=now_us
            )
            counted = statement.on_conflict_do_update(
                index_elements=list(key), set_={"failures": failures, "last_us": now_us}
            )
            return int(connection.execute(counted.returning(sign_in_attempt.c.failures)).scalar_one())

    def get(self, kind: str, subject: str) -> tuple[int, int]:
        """Return the number of failures in a row and the time of the last, (0, 0) if there are none."""
        key = (sign_in_attempt.c.kind == kind, sign_in_attempt.c.subject == subject[:_LONGEST_SUBJECT])
        statement = sa.select(sign_in_attempt.c.failures, sign_in_attempt.c.last_us).where(*key)
        with self._database.read() as connection:
            row = connection.execute(statement).one_or_none()
        return (0, 0) if row is None else (row[0], row[1])

    def clear(self, kind: str, subject: str) -> None:
        """Reset the count of an account or address that signed in."""
        key = (sign_in_attempt.c.kind == kind, sign_in_attempt.c.subject == subject[:_LONGEST_SUBJECT])
        with self._database.write() as connection:
            connection.execute(sa.delete(sign_in_attempt).where(*key))

    def purge(self, now_us: int) -> int:
        """Delete counts that have lapsed. Returns how many there were."""
        is_stale = sign_in_attempt.c.last_us <= now_us - FORGOTTEN_AFTER_US
        with self._database.write() as connection:
            return connection.execute(sa.delete(sign_in_attempt).where(is_stale)).rowcount
