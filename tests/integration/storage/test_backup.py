"""Backups of the SQLite database: whole, never over another file, and put back without losing the old one."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from storage.installation.meta import MetaStore
from storage.installation.migrate import upgrade
from storage.sql.backup import back_up, restore
from storage.sql.database import Database
from vms.domain.errors import Conflict, InvalidInput, SettingsError


@pytest.fixture
def url(tmp_path: Path) -> str:
    (tmp_path / "data").mkdir()
    address = f"sqlite:///{tmp_path}/data/siring.db"
    upgrade(address)
    return address


def identity(url: str) -> object:
    database = Database(url)
    try:
        return MetaStore(database).database_uuid()
    finally:
        database.close()


def test_a_backup_put_back_is_the_same_database(url: str, tmp_path: Path) -> None:
    before = identity(url)
    copy = tmp_path / "copy.db"
    assert back_up(url, copy) == copy.stat().st_size
    Path(f"{tmp_path}/data/siring.db").write_bytes(b"lost")
    kept = restore(url, copy)
    assert identity(url) == before
    assert kept is not None
    assert kept.read_bytes() == b"lost"


def test_a_log_without_its_database_is_not_played_over_a_backup_put_back(url: str, tmp_path: Path) -> None:
    before = identity(url)
    copy, target = tmp_path / "copy.db", tmp_path / "data/siring.db"
    back_up(url, copy)
    with contextlib.closing(sqlite3.connect(target)) as lost:
        lost.execute("UPDATE meta SET value = 'of the lost one' WHERE key = 'database_uuid'")
        lost.commit()
        log = Path(f"{target}-wal").read_bytes()
    target.unlink()
    Path(f"{target}-wal").write_bytes(log)
    assert restore(url, copy) is None
    assert identity(url) == before
    assert Path(f"{target}.before-restore-1-wal").read_bytes() == log


def test_a_backup_is_never_written_over_another_file(url: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_text("precious")
    with pytest.raises(Conflict):
        back_up(url, copy)
    assert copy.read_text() == "precious"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "data"]


def test_a_backup_holds_what_is_only_in_the_log_yet(url: str, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "data/siring.db") as open_elsewhere:
        open_elsewhere.execute("INSERT INTO meta VALUES ('note', 'fresh')")
        open_elsewhere.commit()
        back_up(url, tmp_path / "copy.db")
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("SELECT value FROM meta WHERE key = 'note'").fetchone() == ("fresh",)


@pytest.mark.parametrize("content", [b"", b"not a database at all", b"SQLite format 3\0" + bytes(4096)])
def test_what_is_no_backup_is_refused_and_changes_nothing(url: str, tmp_path: Path, content: bytes) -> None:
    before = identity(url)
    (tmp_path / "bad.db").write_bytes(content)
    with pytest.raises(InvalidInput):
        restore(url, tmp_path / "bad.db")
    assert identity(url) == before


def test_postgresql_has_its_own_tools(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="pg_dump"):
        back_up("postgresql+psycopg://nobody@127.0.0.1/none", tmp_path / "copy")
