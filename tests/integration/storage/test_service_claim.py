"""One process per service and database: claims on a real PostgreSQL, as two hosts would make them."""

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage.installation.migrate import upgrade
from storage.installation.service_claim import ServiceClaim
from storage.sql.database import Database
from tests.support.deadline import wait_until
from tests.support.postgres import PostgresServer
from vms.domain.errors import AlreadyRunning

SERVICE = "recorder"
CLAIMS = "FROM pg_stat_activity WHERE datname = %s AND application_name = 'siring recorder'"


@pytest.fixture
def database(postgres_url: str) -> Iterator[Database]:
    upgrade(postgres_url)
    with contextlib.closing(Database(postgres_url)) as database:
        yield database


def never(seconds: float) -> None:
    raise AssertionError(f"nobody is to be waited for, let alone {seconds:g} s")


@contextlib.contextmanager
def host(database: Database, folder: Path, pause: Callable[[float], None] = never) -> Iterator[ServiceClaim]:
    """Make the claim of an installation in a folder; another folder is as good as another host."""
    folder.mkdir(exist_ok=True)
    claim = ServiceClaim(database, SERVICE, folder, handover_seconds=60, pause=pause)
    try:
        yield claim
    finally:
        claim.release()


def cut(postgres: PostgresServer, database: Database) -> None:
    """End the connections that hold a claim, as a server that is restarted does."""
    with postgres.connect() as connection:
        connection.execute(f"SELECT pg_terminate_backend(pid) {CLAIMS}", (database.url.database,))
    wait_until(lambda: holders(postgres, database) == 0, seconds=60, what="the end of the claim's connection")


def holders(postgres: PostgresServer, database: Database) -> int:
    with postgres.connect() as connection:
        return len(connection.execute(f"SELECT pid {CLAIMS}", (database.url.database,)).fetchall())


def said_by(database: Database, folder: str) -> bool:
    """Tell whether the last one who had the claim, however shortly, works on a folder that ends so."""
    with database.read() as connection:
        text = connection.exec_driver_sql("SELECT value FROM meta WHERE key = 'holder:recorder'").scalar_one()
    return str(json.loads(text)["folder"]).endswith(folder)


def is_renewed(claim: ServiceClaim) -> bool:
    try:
        return claim.renew()
    except AlreadyRunning:
        return False


def allow_connections(postgres: PostgresServer, database: Database, word: str) -> None:
    with postgres.connect() as connection:
        connection.execute(f"ALTER DATABASE {database.url.database} ALLOW_CONNECTIONS {word}".encode())


def test_second_host_is_told_who_holds_the_claim(
    database: Database, postgres: PostgresServer, tmp_path: Path
) -> None:
    with host(database, tmp_path / "a") as first, host(database, tmp_path / "b") as second:
        first.take()
        with pytest.raises(AlreadyRunning, match=r"a recorder already works .* process \d+ on .*/a"):
            second.take()
        assert first.renew()
        assert holders(postgres, database) == 1


def test_released_claim_is_taken_without_waiting(database: Database, tmp_path: Path) -> None:
    with host(database, tmp_path / "a") as first, host(database, tmp_path / "b") as second:
        first.take()
        first.release()
        second.take()
        assert second.renew()


def test_roles_do_not_stand_in_each_others_way(database: Database, tmp_path: Path) -> None:
    with host(database, tmp_path / "a") as recorder:
        recorder.take()
        scheduler = ServiceClaim(database, "scheduler", tmp_path / "a")
        scheduler.take()
        assert scheduler.renew()
        assert recorder.renew()
        scheduler.release()


def test_broken_connection_is_noticed_and_the_claim_taken_again(
    database: Database, postgres: PostgresServer, tmp_path: Path
) -> None:
    with host(database, tmp_path / "a") as first, host(database, tmp_path / "b") as second:
        first.take()
        cut(postgres, database)
        assert first.renew()
        with pytest.raises(AlreadyRunning):
            second.take()


def test_database_out_of_reach_is_no_loss_of_the_claim(
    database: Database, postgres: PostgresServer, tmp_path: Path
) -> None:
    with host(database, tmp_path / "a") as first:
        first.take()
        allow_connections(postgres, database, "false")
        cut(postgres, database)
        assert not first.renew()
        allow_connections(postgres, database, "true")
        assert first.renew()


def test_claim_that_another_took_meanwhile_is_lost(
    database: Database, postgres: PostgresServer, tmp_path: Path
) -> None:
    paused: list[float] = []
    with host(database, tmp_path / "a") as first, host(database, tmp_path / "b", paused.append) as second:
        first.take()
        cut(postgres, database)
        second.take()
        assert paused == [60]
        with pytest.raises(AlreadyRunning, match="/b"):
            first.renew()
        assert second.renew()


def test_last_holder_is_given_time_to_come_back(
    database: Database, postgres: PostgresServer, tmp_path: Path
) -> None:
    paused: list[float] = []

    def come_back(seconds: float) -> None:
        paused.append(seconds)
        assert said_by(database, "/b"), "the second host had it for a moment"
        wait_until(lambda: is_renewed(first), seconds=60, what="the first host's claim")

    with host(database, tmp_path / "a") as first, host(database, tmp_path / "b", come_back) as second:
        first.take()
        cut(postgres, database)
        with pytest.raises(AlreadyRunning, match="/a"):
            second.take()
    assert paused == [60]


def test_dead_process_of_the_same_folder_does_not_keep_the_claim(
    database: Database, postgres: PostgresServer, tmp_path: Path
) -> None:
    """Its lock file is free, so the session that the server still keeps is nobody's."""
    with host(database, tmp_path / "a") as dead, host(database, tmp_path / "a") as next_one:
        dead.take()
        next_one.take()
        assert next_one.renew()
        wait_until(
            lambda: holders(postgres, database) == 1, seconds=60, what="the end of the dead one's session"
        )


def test_two_data_folders_on_one_sqlite_file_are_told_apart(sqlite_url: str, tmp_path: Path) -> None:
    upgrade(sqlite_url)
    with (
        contextlib.closing(Database(sqlite_url)) as database,
        host(database, tmp_path / "a") as first,
        host(database, tmp_path / "b") as second,
        host(database, tmp_path) as beside,
    ):
        first.take()
        with pytest.raises(AlreadyRunning, match=f"a recorder .* already works on {tmp_path}"):
            second.take()
        # The lock file of a data folder that holds the database is the service's own, taken before the claim.
        beside.take()
