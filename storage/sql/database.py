"""One door to the database, the same for SQLite and PostgreSQL: transactions, limits, one error, upserts.

SQLite: write-ahead log, so readers never wait for a writer nor it for them; a transaction that will write takes its
lock at BEGIN, because upgrading a read later fails at once whatever the time limit. PostgreSQL: reads see one
snapshot, as they do on SQLite.
"""

import contextlib
import math
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from vms.domain.errors import IndexUnavailable, SettingsError

LOCK_WAIT_SECONDS = 30
"""How long a transaction waits for another writer before it gives up."""
STATEMENT_SECONDS = 60
"""How long one statement may run; maintenance that needs longer opens its own `Database`."""
IDLE_SECONDS = 600
"""After this long without a statement PostgreSQL ends a transaction that its owner forgot."""
CONNECT_SECONDS = 5
POOL_CONNECTIONS = 10
POOL_OVERFLOW = 30

_PRAGMAS = (
    f"busy_timeout = {LOCK_WAIT_SECONDS * 1000}",
    "journal_mode = WAL",
    # A committed row must survive a power cut: the file's name in incoming/ is removed after the commit.
    "synchronous = FULL",
    "foreign_keys = ON",
    f"cache_size = -{64 * 1024}",
    # The write-ahead log is cut back to this size after every checkpoint that empties it.
    f"journal_size_limit = {64 * 1024 * 1024}",
    "wal_autocheckpoint = 1000",
    "temp_store = MEMORY",
)
_BUSY_PAUSE_SECONDS = 0.02
"""Between two tries of a statement that SQLite refuses at once instead of waiting."""
_PRIMARY_CODE = 0xFF
"""The bits of a SQLite error code that say "busy" without saying where."""
_NO_BEGIN = ""
"""A checkpoint cannot run inside a transaction."""
_PROGRESS_STEPS = 100_000
"""SQLite instructions between two looks at the clock: about a millisecond."""
Row = Mapping[str, object]


class Database:
    """Connections to one database; safe to share between threads.

    Args:
        url: `sqlite:///path` or `postgresql+psycopg://…`.
        read_only: refuse every write, whoever asks.
        statement_seconds: longest run of one statement; None for no limit.
        enforce_references: False only to migrate, when SQLite copies tables that others refer to.

    Raises:
        SettingsError: the URL names no database that Siring can use.
    """

    def __init__(
        self,
        url: str,
        *,
        read_only: bool = False,
        statement_seconds: int | None = STATEMENT_SECONDS,
        enforce_references: bool = True,
    ) -> None:
        self.url = parse_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = _engine(self.url, read_only=read_only, statement_seconds=statement_seconds)
        if self.is_sqlite and not enforce_references:
            sa.event.listen(self._engine, "connect", _ignore_references)
        self._writing = self._engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")
        self._reading = self._engine.execution_options(**_snapshot(is_sqlite=self.is_sqlite))

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a read transaction: it sees one state of the database and changes nothing.

        Raises:
            IndexUnavailable: the database does not answer, is locked for too long, or is damaged.
        """
        with one_error(), self._reading.connect() as connection, connection.begin():
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a write transaction: it commits at the end of the block, or changes nothing if the block raises.

        Raises:
            IndexUnavailable: the database does not answer, is locked for too long, or is damaged.
        """
        with one_error(), self._writing.begin() as connection:
            yield connection

    def upkeep(self) -> None:
        """Refresh the planner's statistics and, on SQLite, empty the write-ahead log as far as readers let it.

        Raises:
            IndexUnavailable: the database does not answer, is locked for too long, or is damaged.
        """
        if not self.is_sqlite:
            with self.write() as connection:
                connection.exec_driver_sql("ANALYZE")
            return
        with one_error(), self._engine.execution_options(sqlite_begin=_NO_BEGIN).connect() as connection:
            connection.exec_driver_sql("PRAGMA optimize")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def check(self) -> list[str]:
        """Return what SQLite's quick check finds wrong, nothing for a sound database or PostgreSQL.

        Raises:
            IndexUnavailable: the file is too damaged to be examined.
        """
        if not self.is_sqlite:
            return []
        with self.read() as connection:
            rows = connection.exec_driver_sql("PRAGMA quick_check").scalars().all()
        return [str(row) for row in rows if row != "ok"]

    def close(self) -> None:
        """Close every connection that is not in use."""
        self._engine.dispose()


def parse_url(url: str) -> URL:
    """Return the parts of a database URL; a bare `postgresql://` gets the driver that Siring ships.

    Raises:
        SettingsError: it names no database that Siring can use; the text of the URL is not repeated.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SettingsError(
            "database_url is not a database URL such as sqlite:////srv/siring/siring.db"
        ) from None
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
        raise SettingsError("database_url must begin with sqlite:/// or postgresql+psycopg://")
    if parsed.get_backend_name() == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise SettingsError("database_url must name a file: an index in memory would be lost")
    if parsed.get_backend_name() == "sqlite" and "?" in url:
        raise SettingsError(
            "database_url of SQLite names a file and nothing else: write ? as %3F, # as %23 and % as %25"
        )
    return parsed


def sqlite_file(url: str | URL) -> Path | None:
    """Return the file of a SQLite database's URL, or None for PostgreSQL.

    Raises:
        SettingsError: the URL is unusable.
    """
    parsed = parse_url(url) if isinstance(url, str) else url
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


@contextlib.contextmanager
def one_error() -> Iterator[None]:
    """Turn a driver's errors that mean no answer, a lock or damage into IndexUnavailable.

    Raises:
        IndexUnavailable: in place of the driver's own.
    """
    try:
        yield
    except (IntegrityError, DataError, ProgrammingError):
        raise
    except (DBAPIError, PoolTimeoutError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        raise IndexUnavailable(f"the database does not answer as it should: {str(cause).strip()}") from error


def insert_statement(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT statement with ON CONFLICT, for the connection's database."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def insert_missing(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows that break no unique rule, and leave the rest as it is stored."""
    if rows:
        connection.execute(insert_statement(connection, table).on_conflict_do_nothing(), rows)


def insert_or_update(
    connection: Connection, table: Table, rows: Sequence[Row], *, key: Sequence[str] | None = None
) -> None:
    """Insert the rows; where the key exists, overwrite the other columns that the rows name.

    Args:
        connection: the transaction. table: where to.
        rows: all with the same names.
        key: columns of a unique rule; None for the primary key.
    """
    if not rows:
        return
    statement = insert_statement(connection, table)
    names = key or [column.name for column in table.primary_key]
    values = {name: statement.excluded[name] for name in rows[0] if name not in names}
    connection.execute(statement.on_conflict_do_update(index_elements=names, set_=values), rows)


def _snapshot(*, is_sqlite: bool) -> dict[str, object]:
    return {} if is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _engine(url: URL, *, read_only: bool, statement_seconds: int | None) -> Engine:
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, read_only=read_only, statement_seconds=statement_seconds)
    options = {
        "statement_timeout": 0 if statement_seconds is None else statement_seconds * 1000,
        "lock_timeout": LOCK_WAIT_SECONDS * 1000,
        "idle_in_transaction_session_timeout": IDLE_SECONDS * 1000,
        "default_transaction_read_only": "on" if read_only else "off",
        "timezone": "UTC",
    }
    return sa.create_engine(
        url,
        pool_size=POOL_CONNECTIONS,
        max_overflow=POOL_OVERFLOW,
        # A server that was restarted costs one retry, not one failure per pooled connection.
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
        },
    )


def _sqlite_engine(url: URL, *, read_only: bool, statement_seconds: int | None) -> Engine:
    engine = sa.create_engine(
        url,
        pool_size=POOL_CONNECTIONS,
        max_overflow=POOL_OVERFLOW,
        hide_parameters=True,
        connect_args={"timeout": LOCK_WAIT_SECONDS},
    )

    def set_up(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        # The driver must not begin transactions by itself: it would do so too late and never IMMEDIATE.
        connection.isolation_level = None
        for pragma in _PRAGMAS:
            _set_when_free(connection, pragma)
        connection.execute(f"PRAGMA query_only = {'ON' if read_only else 'OFF'}")
        limit = _StatementLimit(statement_seconds)
        record.info["limit"] = limit
        connection.set_progress_handler(limit.is_over, _PROGRESS_STEPS)

    def begin(connection: Connection) -> None:
        statement = connection.get_execution_options().get("sqlite_begin", "BEGIN")
        if statement != _NO_BEGIN:
            connection.exec_driver_sql(statement)

    def start_limit(connection: Connection, *_statement: object) -> None:
        connection.info["limit"].start()

    sa.event.listen(engine, "connect", set_up)
    sa.event.listen(engine, "begin", begin)
    sa.event.listen(engine, "before_cursor_execute", start_limit)
    return engine


def _set_when_free(connection: sqlite3.Connection, pragma: str) -> None:
    """Set a pragma as soon as other connections let it be set.

    A new file is switched to WAL by turning a read lock into a write lock. When two connections do so at once, SQLite
    refuses one without waiting, for each would wait for the other; it can only give up its read lock and try again.
    """
    until = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            connection.execute(f"PRAGMA {pragma}")
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & _PRIMARY_CODE == sqlite3.SQLITE_BUSY
            if not is_busy or time.monotonic() > until:
                raise
        else:
            return
        time.sleep(_BUSY_PAUSE_SECONDS)


def _ignore_references(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    connection.execute("PRAGMA foreign_keys = OFF")


class _StatementLimit:
    """How long a SQLite connection's present statement may run; PostgreSQL has a setting for it."""

    def __init__(self, seconds: int | None) -> None:
        self._seconds = math.inf if seconds is None else seconds
        self._until = math.inf

    def start(self) -> None:
        self._until = time.monotonic() + self._seconds

    def is_over(self) -> bool:
        return time.monotonic() > self._until
