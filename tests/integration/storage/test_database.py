import contextlib
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from storage.footage.index_writer import IndexBatch
from storage.installation.migrate import upgrade
from storage.open import Storage
from storage.sql import database as database_module
from storage.sql.database import Database
from tests.support.deadline import wait_until
from tests.support.footage import NOON_US, Recording, add_camera, add_volume_row
from tests.support.postgres import PostgresServer
from vms.domain.errors import IndexUnavailable
from vms.domain.time import TimeRange

WAL_LIMIT_BYTES = 200 * 1024 * 1024


def test_failed_write_leaves_nothing_behind(storage: Storage) -> None:
    insert = "INSERT INTO meta (key, value) VALUES ('a', 'b')"
    with pytest.raises(IntegrityError), storage.database.write() as connection:
        connection.exec_driver_sql(f"{insert}, ('a', 'c')")
    with storage.database.write() as connection:
        assert connection.exec_driver_sql(insert).rowcount == 1


def test_reader_sees_one_state_while_others_write(storage: Storage) -> None:
    count = sa.text("SELECT count(*) FROM camera")
    with storage.database.read() as connection:
        assert connection.execute(count).scalar_one() == 0
        add_camera(storage)
        assert connection.execute(count).scalar_one() == 0
    assert len(storage.cameras.list()) == 1


def test_reading_transaction_refuses_to_write_where_the_database_was_opened_for_reading(
    database_url: str,
) -> None:
    upgrade(database_url)
    database = Database(database_url, read_only=True)
    with pytest.raises(IndexUnavailable, match="read"), database.write() as connection:
        connection.exec_driver_sql("INSERT INTO meta (key, value) VALUES ('a', 'b')")
    database.close()


def test_long_reader_delays_no_writer_and_the_log_stays_bounded(sqlite_storage: Storage) -> None:
    """failure mode 25"""
    recording = Recording(add_camera(sqlite_storage).streams[0].id, add_volume_row(sqlite_storage.database))
    log = Path(f"{sqlite_storage.database.url.database}-wal")
    with sqlite_storage.database.read() as reader:
        before = reader.exec_driver_sql("SELECT count(*) FROM segment").scalar_one()
        for _ in range(60):
            batch = IndexBatch(runs=(recording.run,), segments=recording.segments(60))
            assert sqlite_storage.index_writer.commit(batch).inserted == 60
        assert reader.exec_driver_sql("SELECT count(*) FROM segment").scalar_one() == before
        assert log.stat().st_size < WAL_LIMIT_BYTES
    assert len(sqlite_storage.segments.covering(recording.stream_id, TimeRange(0, NOON_US * 2))) == 3600
    sqlite_storage.database.upkeep()
    assert log.stat().st_size == 0


def test_writer_waits_for_another_writer(storage: Storage) -> None:
    """failure mode 25"""
    is_writing, is_waiting = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with storage.database.write() as connection:
            connection.exec_driver_sql("UPDATE meta SET value = value WHERE key = 'config_revision'")
            is_writing.set()
            assert is_waiting.wait(60)
            if not storage.database.is_sqlite:
                waiting = "SELECT 1 FROM pg_locks WHERE NOT granted"
                wait_until(lambda: connection.exec_driver_sql(waiting).scalar(), seconds=60, what="the other")

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if is_writing.is_set() and statement.startswith(("BEGIN IMMEDIATE", "UPDATE meta")):
            is_waiting.set()

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        with ThreadPoolExecutor(1) as thread:
            slow = thread.submit(write_slowly)
            assert is_writing.wait(60)
            add_camera(storage)
            assert is_waiting.is_set(), "it took no lock, and had nothing to wait for"
            slow.result(60)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def test_lock_that_is_held_too_long_is_an_unavailable_index(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """failure mode 25"""
    upgrade(sqlite_url)
    monkeypatch.setattr(database_module, "_PRAGMAS", ("busy_timeout = 50", "journal_mode = WAL"))
    holder, other = Database(sqlite_url), Database(sqlite_url)
    write = "INSERT INTO meta (key, value) VALUES ('a', 'b')"
    with holder.write() as connection:
        connection.exec_driver_sql(write)
        with pytest.raises(IndexUnavailable, match="locked"), other.write():
            pass
    with other.write() as connection:
        assert connection.exec_driver_sql("DELETE FROM meta WHERE key = 'a'").rowcount == 1
    holder.close()
    other.close()


def test_new_file_that_is_never_let_go_of_is_an_unavailable_index(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """failure mode 25"""
    monkeypatch.setattr(database_module, "LOCK_WAIT_SECONDS", 0.05)
    path = str(database_module.parse_url(sqlite_url).database)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        database = Database(sqlite_url)
        with pytest.raises(IndexUnavailable, match="locked"), database.read():
            pass
        holder.rollback()
        with database.read() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        database.close()


def test_statement_that_takes_too_long_is_stopped(database_url: str) -> None:
    upgrade(database_url)
    database = Database(database_url, statement_seconds=1)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(IndexUnavailable), database.read() as connection:
        connection.exec_driver_sql(endless)
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM meta").scalar_one() == 2
    database.close()


def test_damaged_file_is_an_unavailable_index(tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"not a database" * 1000)
    database = Database(f"sqlite:///{broken}")
    with pytest.raises(IndexUnavailable, match="not a database"), database.read():
        pass
    database.close()


def test_damaged_page_is_found(sqlite_storage: Storage) -> None:
    """failure mode 28"""
    assert sqlite_storage.database.check() == []
    add_camera(sqlite_storage)
    sqlite_storage.database.upkeep()
    path = Path(sqlite_storage.database.url.database or "")
    sqlite_storage.close()
    content = bytearray(path.read_bytes())
    for page in range(3, 30):
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(content)
    database = Database(str(sqlite_storage.database.url))
    try:
        problems = database.check()
    except IndexUnavailable:
        problems = ["too damaged to be examined"]
    finally:
        database.close()
    assert problems


@pytest.mark.postgres
def test_connections_that_the_server_dropped_are_replaced(
    postgres: PostgresServer, postgres_url: str
) -> None:
    """failure mode 26"""
    upgrade(postgres_url)
    database = Database(postgres_url)
    with database.read() as one, database.read() as two:
        pids = [c.exec_driver_sql("SELECT pg_backend_pid()").scalar_one() for c in (one, two)]
    with postgres.connect() as administrator:
        for pid in pids:
            administrator.execute("SELECT pg_terminate_backend(%s)", (pid,))
    with database.write() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM meta").scalar_one() == 2
    database.close()


@pytest.mark.postgres
def test_connection_lost_in_a_transaction_is_an_unavailable_index(
    postgres: PostgresServer, postgres_url: str
) -> None:
    """failure mode 26"""
    upgrade(postgres_url)
    database = Database(postgres_url)

    def lose_connection() -> None:
        with database.write() as connection:
            pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            with postgres.connect() as administrator:
                administrator.execute("SELECT pg_terminate_backend(%s)", (pid,))
            connection.exec_driver_sql("SELECT 1")

    with pytest.raises(IndexUnavailable):
        lose_connection()
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1
    database.close()
