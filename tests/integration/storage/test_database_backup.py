"""Backups of the SQLite database: proven, never over another file, and put back without losing the old one."""

import contextlib
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from storage.installation.meta import MetaStore
from storage.installation.migrate import upgrade
from storage.recovery.database_backup import back_up, restore
from storage.sql.database import Database
from vms.domain.errors import Conflict, IndexUnavailable, InvalidInput, SettingsError
from vms.host.sqlite_address import sqlite_uri


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
    assert back_up(url, copy).size_bytes == copy.stat().st_size
    assert copy.stat().st_mode & 0o077 == 0
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


def test_a_backup_of_a_database_that_is_written_to_all_the_time_is_one_state_of_it(
    url: str, tmp_path: Path
) -> None:
    path = tmp_path / "data/siring.db"
    with contextlib.closing(sqlite3.connect(path)) as filling:
        filling.executemany(
            "INSERT INTO meta VALUES (?, hex(randomblob(500000)))", [(str(n),) for n in range(30)]
        )
        filling.commit()
    steps: list[int] = []

    def write() -> bool:
        """Commit between two steps of the copy, as the recorder does."""
        with contextlib.closing(sqlite3.connect(path)) as writing:
            writing.execute("INSERT INTO meta VALUES (?, 'later')", (f"later {len(steps)}",))
            writing.commit()
        steps.append(1)
        return len(steps) < 100

    facts = back_up(url, tmp_path / "copy.db", may_go_on=write)
    assert 2 <= len(steps) < 100
    with contextlib.closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        keys = {key for (key,) in copy.execute("SELECT key FROM meta")}
    assert len(keys) == facts.rows["meta"]
    assert not {key for key in keys if key.startswith("later")}


def test_a_backup_that_is_given_up_leaves_nothing_behind(url: str, tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable, match="given up"):
        back_up(url, tmp_path / "copy.db", may_go_on=lambda: False)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


@pytest.mark.parametrize("damage", ["empty", "gone", "page"])
def test_a_backup_of_what_is_no_sound_database_is_never_done(url: str, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "data/siring.db"
    if damage == "page":
        with contextlib.closing(sqlite3.connect(path)) as connection:
            (page,) = connection.execute(
                "SELECT rootpage FROM sqlite_master WHERE name = 'segment'"
            ).fetchone()
        with path.open("r+b") as file:
            file.seek((page - 1) * 4096)
            file.write(b"\xff" * 4096)
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        path.unlink()
    with pytest.raises(IndexUnavailable):
        back_up(url, tmp_path / "copy.db")
    assert [found.name for found in tmp_path.iterdir()] == ["data"]


def test_a_backup_of_a_newer_program_is_refused_and_changes_nothing(url: str, tmp_path: Path) -> None:
    before, copy = identity(url), tmp_path / "copy.db"
    back_up(url, copy)
    with contextlib.closing(sqlite3.connect(copy)) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
        newer.commit()
    with pytest.raises(InvalidInput, match="a newer program wrote it; nothing was changed"):
        restore(url, copy)
    assert identity(url) == before
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["siring.db"]


def test_what_is_only_in_the_log_of_the_old_database_is_kept_with_it(url: str, tmp_path: Path) -> None:
    back_up(url, tmp_path / "copy.db")
    run = "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(\"INSERT INTO meta VALUES ('x', 'y')\"); c.commit(); os._exit(0)"
    subprocess.run([sys.executable, "-c", run, tmp_path / "data/siring.db"], check=True)
    assert Path(f"{tmp_path}/data/siring.db-wal").stat().st_size
    kept = restore(url, tmp_path / "copy.db")
    assert kept is not None
    with contextlib.closing(sqlite3.connect(sqlite_uri(kept, is_settled=True), uri=True)) as old:
        assert old.execute("SELECT value FROM meta WHERE key = 'x'").fetchone() == ("y",)
    assert sorted(path.name for path in kept.parent.iterdir()) == ["siring.db", "siring.db.before-restore-1"]
