"""One process per service and database, on whatever host: PostgreSQL keeps a claim while a connection lives.

The lock file of a data folder (vms.host.service_lock) keeps two processes of one host apart; two hosts share no file. The claim
is an advisory lock of a session that does nothing else, so a process that dies lets go of it. Who holds it is told by a
row beside it. SQLite is a file of one host: there the claim is a lock file beside the database.

A holder whose connection broke keeps working and takes the claim again. Somebody else who finds the claim free, and
who did not hold it last, gives that holder some seconds to come back; whoever has it then is the one.
"""

import contextlib
import json
import logging
import os
import socket
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import NullPool
from typing_extensions import override

from storage.installation.meta import drop_meta, get_meta, put_meta
from storage.sql.database import CONNECT_SECONDS, Database, one_error, sqlite_file
from vms.domain.errors import AlreadyRunning, IndexUnavailable
from vms.host.clock import boot_id
from vms.host.service_lock import service_lock

log: Final = logging.getLogger(__name__)

HANDOVER_SECONDS: Final = 15.0
"""How long a claim that another host let fall stays free for it: more than one try to connect and a pause."""
_TRIES: Final = 10
_PAUSE_SECONDS: Final = 0.2
_NAMESPACE: Final = 0x5349_5249
"""First half of the lock's key; the second is drawn from the service."""
_DEAD_PEER_SECONDS: Final = 20
"""After this long without an answer either side takes the connection for broken."""
_SESSION: Final = sa.text(
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = :namespace AND objid = :service"
    " AND objsubid = 2 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@dataclass(frozen=True, slots=True)
class ClaimHolder:
    """Who has a claim.

    Attributes:
        host, folder, pid: for people: machine, data folder, process.
        place: tells data folders of all machines apart for as long as this machine is up; its lock file says whether
            a process of ours can still be alive there.
        session: the server's number of the connection that holds the lock.
    """

    host: str
    folder: str
    pid: int
    place: str
    session: int = 0

    @classmethod
    def here(cls, data_dir: Path) -> "ClaimHolder":
        """Return this process, which works on a data folder."""
        found = data_dir.stat()
        place = f"{boot_id()} {found.st_dev} {found.st_ino}"
        return cls(socket.gethostname(), str(data_dir.resolve()), os.getpid(), place)

    @override
    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, data folder {self.folder}"


class ServiceClaim:
    """The right of one process to run a service; to be taken once, renewed now and then, and released.

    Args:
        database: whose service.
        service: such as "recorder".
        data_dir: folder of this installation, whose lock file the caller holds.
        handover_seconds: how long the last holder may take to come back.
        pause: lets so many seconds pass.
    """

    def __init__(
        self,
        database: Database,
        service: str,
        data_dir: Path,
        *,
        handover_seconds: float = HANDOVER_SECONDS,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._database, self._service, self._data_dir = database, service, data_dir
        self._handover_seconds, self._pause = handover_seconds, pause
        self._key = (_NAMESPACE, zlib.crc32(service.encode()) & 0x7FFF_FFFF)
        self._name = f"holder:{service}"
        self._me = ClaimHolder.here(data_dir)
        self._engine = None if database.is_sqlite else _session_engine(database, service)
        self._connection: Connection | None = None
        self._files = contextlib.ExitStack()
        self._lock = threading.Lock()

    @property
    def can_be_lost(self) -> bool:
        """Whether the claim hangs on a connection; a lock file is held until it is let go of."""
        return self._engine is not None

    def take(self) -> None:
        """Take the claim.

        Raises:
            AlreadyRunning: another process has it; says which.
            IndexUnavailable: the database does not answer.
        """
        if self._engine is None:
            folder = (sqlite_file(self._database.url) or Path()).resolve().parent
            if folder != self._data_dir.resolve():
                self._files.enter_context(service_lock(folder, self._service))
            return
        with self._lock:
            last = self._try()
            if last is None or self._is_mine(last):
                return
            self._let_go()
            log.warning("giving the last %s time to come back: %s", self._service, last)
            self._pause(self._handover_seconds)
            self._try()

    def renew(self) -> bool:
        """Tell whether the claim is held, taking it again if the connection broke meanwhile.

        False says that the database does not answer, so nobody else was told anything either.

        Raises:
            AlreadyRunning: another process has taken it meanwhile.
        """
        if self._engine is None:
            return True
        with self._lock:
            try:
                if self._connection is not None:
                    with one_error():
                        self._connection.execute(sa.select(1))
                    return True
            except IndexUnavailable:
                self._let_go()
            try:
                self._try()
            except IndexUnavailable:
                return False
            return True

    def release(self) -> None:
        """Let go, so that the next one need not wait; calling it again is harmless."""
        self._files.close()
        with self._lock:
            if self._connection is not None:
                # A claim whose connection broke is not this process's to give back.
                with contextlib.suppress(IndexUnavailable), one_error():
                    drop_meta(self._connection, self._name)
            self._let_go()

    def _try(self) -> ClaimHolder | None:
        """Take the lock and return who had it last, None where that one released it.

        Raises:
            AlreadyRunning: another process has it.
        """
        assert self._engine is not None  # noqa: S101  # PostgreSQL only
        with one_error():
            connection = self._engine.connect()
            try:
                self._lock_at_server(connection)
                last = self._last_holder(connection)
                session = connection.execute(sa.select(sa.func.pg_backend_pid())).scalar_one()
                put_meta(connection, self._name, json.dumps(asdict(self._me) | {"session": session}))
            except BaseException:
                _close(connection)
                raise
        self._connection = connection
        return last

    def _lock_at_server(self, connection: Connection) -> None:
        """Take the server's lock; the session of a process of this folder that is no more is ended for it.

        Raises:
            AlreadyRunning: another process has it.
        """
        for _ in range(_TRIES):
            if connection.execute(sa.select(sa.func.pg_try_advisory_lock(*self._key))).scalar_one():
                return
            session = connection.execute(
                _SESSION, {"namespace": self._key[0], "service": self._key[1]}
            ).scalar()
            last = self._last_holder(connection)
            holder = last if last is not None and last.session == session else None
            if holder is not None and holder.place != self._me.place:
                raise AlreadyRunning(f"a {self._service} already works on this database: {holder}")
            if holder is not None:
                # The lock file of the folder is ours: that process has died, or this one lost the connection, and
                # the server has not noticed yet.
                connection.execute(sa.select(sa.func.pg_terminate_backend(session)))
            time.sleep(_PAUSE_SECONDS)
        raise AlreadyRunning(f"a {self._service} already works on this database; it did not say where")

    def _last_holder(self, connection: Connection) -> ClaimHolder | None:
        """Return who had the claim last, or None if they released it."""
        text = get_meta(connection, self._name)
        return None if text is None else ClaimHolder(**json.loads(text))

    def _is_mine(self, last: ClaimHolder) -> bool:
        return last.place == self._me.place or (last.host, last.folder) == (self._me.host, self._me.folder)

    def _let_go(self) -> None:
        """Close the connection, and the lock with it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            _close(connection)


def _close(connection: Connection) -> None:
    connection.invalidate()
    connection.close()


def _session_engine(database: Database, service: str) -> Engine:
    """Return what opens connections that live long, say nothing, and are noticed on both sides when they break."""
    server = {
        "statement_timeout": 10_000,
        "tcp_keepalives_idle": _DEAD_PEER_SECONDS // 2,
        "tcp_keepalives_interval": _DEAD_PEER_SECONDS // 4,
        "tcp_keepalives_count": 2,
    }
    return sa.create_engine(
        database.url,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "application_name": f"siring {service}",
            "keepalives_idle": _DEAD_PEER_SECONDS // 2,
            "keepalives_interval": _DEAD_PEER_SECONDS // 4,
            "keepalives_count": 2,
            "tcp_user_timeout": _DEAD_PEER_SECONDS * 1000,
            "options": " ".join(f"-c {name}={value}" for name, value in server.items()),
        },
    )
