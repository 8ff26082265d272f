"""A throw-away PostgreSQL server, and a fresh database for each test that asks."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from tests.support.deadline import wait_until
from tests.support.processes import Child, running

_INSTALLED = Path("/usr/lib/postgresql")
_START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server that listens on a Unix socket only, with one superuser and no password."""

    socket_folder: Path
    child: Child

    def url(self, database: str) -> str:
        """Return SQLAlchemy's address of `database`."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.socket_folder}"

    def connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        """Return a connection that commits each statement."""
        return psycopg.connect(
            host=str(self.socket_folder), user="postgres", dbname=database, autocommit=True
        )

    def create_database(self, *, template: str = "template0") -> str:
        """Return the name of a new database: empty, or a copy of `template`, which nobody may be using."""
        name = f"siring_{uuid.uuid4().hex[:12]}"
        with self.connect() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever is still connected."""
        with self.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """Yield the address of a database that exists while the block lasts."""
        name = self.create_database()
        try:
            yield self.url(name)
        finally:
            self.drop_database(name)


def newest_programs() -> Path:
    """Return the folder of the newest PostgreSQL server that Debian or Ubuntu installed.

    Raises:
        FileNotFoundError: there is none; `make test` installs one.
    """
    found = [folder for folder in _INSTALLED.glob("*/bin") if (folder / "initdb").exists()]
    if not found:
        message = f"no PostgreSQL server under {_INSTALLED}: run `make setup`"
        raise FileNotFoundError(message)
    return max(found, key=lambda folder: float(folder.parent.name))


@contextlib.contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Run a server while the block lasts; its data is in a folder of its own, and nothing is synced to disk.

    PostgreSQL refuses to run as root, so root runs it as the user `postgres`, whom the package made.
    """
    programs = newest_programs()
    user = "postgres" if os.geteuid() == 0 else None
    # Not pytest's folder: that one is closed to other users, and a socket's path is at most 107 bytes long.
    with tempfile.TemporaryDirectory(prefix="siring-pg-") as name:
        folder = Path(name)
        data = folder / "data"
        if user:
            shutil.chown(folder, user, pwd.getpwnam(user).pw_gid)
        initdb = [f"{programs}/initdb", f"--pgdata={data}", "--username=postgres", "--auth=trust"]
        subprocess.run(
            [*initdb, "--encoding=UTF8", "--locale=C", "--no-sync"],
            user=user,
            group=user,
            extra_groups=[] if user else None,
            cwd="/",
            check=True,
            stdout=subprocess.DEVNULL,
        )
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(folder),
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": "60",
            "shared_buffers": "64MB",
        }
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        command = [f"{programs}/postgres", "-D", str(data), *options]
        # postgres would take SIGTERM for a request to wait for its clients: hence FORCE and short-lived connections.
        with running(command, folder / "log", cwd=Path("/"), user=user) as child:
            server = PostgresServer(folder, child)
            wait_until(lambda: _answers(server), seconds=_START_SECONDS, what="PostgreSQL to answer")
            yield server


def _answers(server: PostgresServer) -> bool:
    assert server.child.process.poll() is None, server.child.output()
    try:
        server.connect().close()
    except psycopg.OperationalError:
        return False
    return True
