"""New databases of the newest revision, as copies of one that was migrated: a tenth of the time, for tests of other things."""

import atexit
import functools
import shutil
import tempfile
from pathlib import Path
from uuid import uuid4

import psycopg
import sqlalchemy as sa
from psycopg import sql

from storage.installation.meta import MetaStore
from storage.installation.migrate import upgrade
from storage.sql.database import Database


def make_database(url: str) -> None:
    """Bring a database that is empty, or is not there yet, to the newest revision, with an identity of its own."""
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        assert address.database
        shutil.copyfile(_migrated_file(), address.database)
    else:
        _copy_postgres(address)
    database = Database(url)
    try:
        MetaStore(database).adopt_database_uuid(uuid4())
    finally:
        database.close()


@functools.cache
def _migrated_file() -> Path:
    """Return a migrated SQLite file of this process's own, whole without its log."""
    folder = tempfile.TemporaryDirectory(prefix="siring-migrated-")
    atexit.register(folder.cleanup)
    path = Path(folder.name) / "siring.db"
    upgrade(f"sqlite:///{path}")
    assert not path.with_name("siring.db-wal").exists()
    return path


def _copy_postgres(address: sa.URL) -> None:
    assert address.database
    server = address.set(database="postgres", drivername="postgresql").render_as_string(hide_password=False)
    template = _migrated_postgres(server)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(address.database)))
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(address.database), sql.Identifier(template)
            )
        )


@functools.cache
def _migrated_postgres(server: str) -> str:
    """Return the name of a migrated database on that server, to be copied and not used."""
    name = f"migrated_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    upgrade(
        sa.make_url(server)
        .set(database=name, drivername="postgresql+psycopg")
        .render_as_string(hide_password=False)
    )
    return name
