import contextlib
import sqlite3
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from storage.installation.migrate import current_revision, head_revision, require_head, upgrade
from storage.open import Storage
from storage.sql.columns import metadata
from storage.sql.database import Database, parse_url
from tests.support.processes import running
from vms.domain.errors import IndexUnavailable, SchemaMismatch, SettingsError

_UPGRADE = """
import sys
from storage.installation.migrate import upgrade
print("opens the database", flush=True)
print("has revision", upgrade(sys.argv[1]), flush=True)
"""


def test_migrated_database_has_exactly_the_tables_of_the_schema(storage: Storage) -> None:
    with storage.database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_every_table_and_column_is_commented() -> None:
    bare = [table.name for table in metadata.sorted_tables if not table.comment]
    bare += [str(column) for table in metadata.sorted_tables for column in table.c if not column.comment]
    assert bare == []


def test_check_constraints_reach_the_database(storage: Storage) -> None:
    """Alembic does not compare CHECKs, so the names are compared here."""
    with storage.database.read() as connection:
        inspector = sa.inspect(connection)
        stored = {
            check["name"]
            for table in metadata.sorted_tables
            for check in inspector.get_check_constraints(table.name)
        }
    wanted = {
        str(check.name)
        for table in metadata.sorted_tables
        for check in table.constraints
        if isinstance(check, sa.CheckConstraint)
    }
    assert len(wanted) > 10
    assert wanted == stored


def test_segments_have_no_hidden_row_number_on_sqlite(sqlite_storage: Storage) -> None:
    with sqlite_storage.database.read() as connection:
        text = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'segment'").scalar_one()
    assert "WITHOUT ROWID" in text


def test_upgrade_can_be_repeated(database_url: str) -> None:
    assert current_revision(database_url) is None
    assert upgrade(database_url) == upgrade(database_url) == current_revision(database_url) == head_revision()
    require_head(database_url)


def test_two_upgrades_at_once_do_the_work_once(database_url: str) -> None:
    revisions: list[str] = []
    threads = [threading.Thread(target=lambda: revisions.append(upgrade(database_url))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert revisions == [head_revision()] * 3


def test_processes_that_make_one_database_at_once_all_succeed(sqlite_url: str, tmp_path: Path) -> None:
    """All meet a file that another one is just about to switch to WAL, then race to be the one that does it."""
    with contextlib.ExitStack() as stack:
        path = str(parse_url(sqlite_url).database)
        another = stack.enter_context(contextlib.closing(sqlite3.connect(path, isolation_level=None)))
        another.execute("BEGIN IMMEDIATE")
        command = [sys.executable, "-c", _UPGRADE, sqlite_url]
        children = [stack.enter_context(running(command, tmp_path / f"{number}.log")) for number in range(4)]
        for child in children:
            child.wait_for_output("opens the database", seconds=60)
        another.rollback()
        for child in children:
            child.wait_for_output(f"has revision {head_revision()}", seconds=60)
    require_head(sqlite_url)


def test_database_without_tables_is_refused_with_advice(database_url: str) -> None:
    with pytest.raises(SchemaMismatch, match="vms db upgrade"):
        require_head(database_url)


def test_database_of_a_newer_program_is_left_alone(database_url: str) -> None:
    upgrade(database_url)
    database = Database(database_url)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    for action in (upgrade, require_head):
        with pytest.raises(SchemaMismatch, match="newer"):
            action(database_url)
    assert current_revision(database_url) == "9999"


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "nonsense", ""])
def test_database_that_cannot_be_used_is_named_as_a_setting(url: str) -> None:
    with pytest.raises(SettingsError, match="database_url"):
        Database(url)


def test_unreachable_server_is_an_unavailable_index(tmp_path: object) -> None:
    with pytest.raises(IndexUnavailable):
        current_revision(f"postgresql://nobody:canary@/none?host={tmp_path}")
