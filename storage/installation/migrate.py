"""Brings a database to the revision that this program needs, and says which one it has."""

from importlib.resources import files

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from storage.schema.database import meta
from storage.sql.database import Database, sqlite_file
from vms.domain.errors import IndexMismatch, SchemaMismatch

_WANTED = meta.metadata
"""All tables: importing one of the schema brings the others."""
_ADVISORY_LOCK = 0x5349_5249_4E47
"""PostgreSQL key under which only one process migrates at a time: "SIRING" in ASCII."""


def upgrade(database_url: str) -> str:
    """Bring the database to the newest revision, from nothing if it is empty. Returns that revision.

    All steps happen in one transaction: a failure leaves the database as it was. Two processes that call this at
    once do the work once.

    Raises:
        SchemaMismatch: the database was made by a newer program.
        IndexMismatch: a step left rows that refer to missing rows; nothing was changed.
        IndexUnavailable: the database does not answer.
        SettingsError: the URL is unusable.
    """
    database = Database(database_url, statement_seconds=None, enforce_references=False)
    try:
        with database.write() as connection:
            if not database.is_sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
            _refuse_unknown(_revision(connection))
            command.upgrade(_config(connection), "head")
            if (
                database.is_sqlite
                and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None
            ):
                raise IndexMismatch(
                    "the migration would leave rows that refer to missing rows; nothing was changed"
                )
            return head_revision()
    finally:
        database.close()


def current_revision(database_url: str) -> str | None:
    """Return the revision of the database, or None if it was never migrated or there is none.

    A missing SQLite file is not made: whoever finds it empty would take it for a new installation.

    Raises:
        IndexUnavailable: the database does not answer.
        SettingsError: the URL is unusable.
    """
    file = sqlite_file(database_url)
    if file is not None and not file.exists():
        return None
    database = Database(database_url)
    try:
        with database.read() as connection:
            return _revision(connection)
    finally:
        database.close()


def head_revision() -> str:
    """Return the revision that this program needs."""
    head = ScriptDirectory.from_config(_config(None)).get_current_head()
    if head is None:
        raise SchemaMismatch("this installation lacks its migrations: reinstall it")
    return head


def is_known_revision(revision: str) -> bool:
    """Tell whether this program can bring a database of that revision to its own."""
    scripts = ScriptDirectory.from_config(_config(None))
    return revision in {script.revision for script in scripts.walk_revisions()}


def require_head(database_url: str) -> None:
    """Raise unless the database has the revision that this program needs.

    Raises:
        SchemaMismatch: it has not; the text says what to do.
        IndexUnavailable: the database does not answer.
        SettingsError: the URL is unusable.
    """
    revision = current_revision(database_url)
    _refuse_unknown(revision)
    head = head_revision()
    if revision != head:
        have = "has no tables yet" if revision is None else f"is at revision {revision}"
        raise SchemaMismatch(f"the database {have} and this program needs {head}: run `vms db upgrade`")


def _config(connection: Connection | None) -> Config:
    config = Config()
    # Found by name and not imported: migrations stand above storage, and Alembic loads them by path.
    config.set_main_option("script_location", str(files("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["metadata"] = _WANTED
    return config


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_unknown(revision: str | None) -> None:
    if revision is not None and not is_known_revision(revision):
        raise SchemaMismatch(
            f"the database is at revision {revision}, which this program does not know: install the newer program again"
        )
