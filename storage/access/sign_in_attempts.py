"""Failed sign-ins by account and by address, counted to slow guessing down without locking anybody out (SEC-13)."""

import sqlalchemy as sa

from storage.schema.people import sign_in_attempt
from storage.sql.database import Database
from storage.sql.upsert import insert_statement
from vms.domain.time import DAY_US

FORGOTTEN_AFTER_US = DAY_US
"""A count without another failure for this long starts at zero again."""
_LONGEST_SUBJECT = 200


class SignInAttempts:
    """Counts failures; how long to wait after how many is the web's to decide."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record_failure(self, kind: str, subject: str, now_us: int) -> int:
        """Count one more failure and return how many there are now.

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
        """Return how many failures there were in a row and when the last was; (0, 0) where there was none."""
        key = (sign_in_attempt.c.kind == kind, sign_in_attempt.c.subject == subject[:_LONGEST_SUBJECT])
        statement = sa.select(sign_in_attempt.c.failures, sign_in_attempt.c.last_us).where(*key)
        with self._database.read() as connection:
            row = connection.execute(statement).one_or_none()
        return (0, 0) if row is None else (row[0], row[1])

    def clear(self, kind: str, subject: str) -> None:
        """Forget the failures of an account or address, after it signed in."""
        key = (sign_in_attempt.c.kind == kind, sign_in_attempt.c.subject == subject[:_LONGEST_SUBJECT])
        with self._database.write() as connection:
            connection.execute(sa.delete(sign_in_attempt).where(*key))

    def purge(self, now_us: int) -> int:
        """Forget counts that have become meaningless and return how many there were."""
        is_stale = sign_in_attempt.c.last_us <= now_us - FORGOTTEN_AFTER_US
        with self._database.write() as connection:
            return connection.execute(sa.delete(sign_in_attempt).where(is_stale)).rowcount
