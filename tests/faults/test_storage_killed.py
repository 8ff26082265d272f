"""The purger and the recovery are killed at every step; a second try leaves files and index in agreement."""

import contextlib
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.footage.file_rows import select_files
from storage.open import open_storage
from storage.purge.purger import Purger
from storage.recovery.check import check
from storage.recovery.config_backup import back_up_config
from storage.recovery.database_backup import back_up, restore
from storage.recovery.reconcile import reconcile
from storage.recovery.replace_index import index_what_is_due, is_lost, replace_index
from storage.schema.footage import segment
from storage.schema.retention import garbage
from tests.support.footage import NOON_US
from tests.support.stored_footage import RecordedRun, Site, site
from vms.domain.segment import FinishedSegment, RunEnd
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US, TimeRange

pytestmark = pytest.mark.faults

OLD_US = NOON_US - 30 * DAY_US - 30 * MINUTE_US
PURGE_STEPS = [
    ("move-to-garbage", 0),
    ("moved-to-garbage", 0),
    ("unlink", 0),
    ("unlink", 3),
    ("folders", 0),
    ("sync", 0),
    ("forget", 0),
    ("done", 0),
]
RECONCILE_STEPS = [
    "salvage",
    "cut",
    "link",
    "sync-salvaged",
    "insert-salvaged",
    "unlink-incoming",
    "remove-folder",
    "close-runs",
]

RESTORE_STEPS = ["copy", "check", "keep", "link", "move-log", "place", "placed"]
REPLACE_STEPS = ["prepare", "set-aside", "place", "placed"]


@pytest.fixture
def footage(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    root = tmp_path / "volume"
    root.mkdir()
    with site(sqlite_url, root) as made:
        yield made


@pytest.mark.parametrize(("step", "passes"), PURGE_STEPS)
def test_purge_killed_at_any_step_leaves_no_orphan(
    footage: Site, sqlite_url: str, step: str, passes: int
) -> None:
    """failure mode 37: kill -9 in a purge; a restart leaves neither an orphan file nor an orphan row."""
    footage.record(OLD_US, 6)
    kept = footage.record(NOON_US - HOUR_US, 3)
    run_killed("purge", sqlite_url, footage, step, passes)
    assert indexed_files_exist(footage)
    Purger(footage.storage, footage.clock).run_once()
    assert footage.files() == {s.relative_path for s in kept}
    assert footage.rows() == [s.start_us for s in kept]
    with footage.storage.database.read() as connection:
        assert connection.execute(sa.select(garbage)).all() == []
    report = check(footage.storage, footage.clock)
    assert report.is_clean, report.summary()


@pytest.mark.parametrize("crash", ["written", "published", "indexed"])
def test_crash_around_publishing_is_idempotent(footage: Site, crash: str) -> None:
    """failure mode 31: kill -9 before link, between link and INSERT, and between INSERT and unlink of the incoming name."""
    run = footage.run(NOON_US - HOUR_US)
    last = crashed_at(footage, run, crash)
    for _ in range(2):
        reconcile(footage.storage, footage.clock)
        assert footage.rows() == [NOON_US - HOUR_US + k * MINUTE_US for k in range(3)]
        assert footage.files() == {file_of(footage, start) for start in footage.rows()}
        assert not list((footage.root / "incoming").iterdir())
    [stored] = footage.storage.segments.covering(footage.main.id, last_range(last))[-1:]
    assert stored.sha256 == last.sha256
    closed = footage.storage.segments.run_by_uuid(run.uuid)
    assert closed is not None
    assert (closed.end_us, closed.end_reason) == (NOON_US - HOUR_US + 3 * MINUTE_US, RunEnd.CRASH)


@pytest.mark.parametrize("step", RECONCILE_STEPS)
def test_recovery_killed_at_any_step_can_be_repeated(footage: Site, sqlite_url: str, step: str) -> None:
    """failure mode 31: the recovery itself is killed, at each of its steps, and done again."""
    run = footage.run(NOON_US - HOUR_US)
    crashed_at(footage, run, "written")
    torn = run.write()
    whole = run.incoming_file(torn).read_bytes()
    run.incoming_file(torn).write_bytes(whole[:-20])
    run_killed("reconcile", sqlite_url, footage, step, 0)
    assert indexed_files_exist(footage)
    reconcile(footage.storage, footage.clock)
    assert footage.rows() == [NOON_US - HOUR_US + k * MINUTE_US for k in range(4)]
    assert len(footage.files()) == 4
    assert not list((footage.root / "incoming").iterdir())
    assert footage.storage.segments.open_runs() == []
    report = check(footage.storage, footage.clock)
    assert report.is_clean, report.summary()


@pytest.mark.parametrize("step", REPLACE_STEPS)
def test_replacing_the_index_killed_at_any_step_never_ends_with_an_empty_one(
    footage: Site, sqlite_url: str, tmp_path: Path, step: str
) -> None:
    """failure mode 28: whoever starts next finds the old database, none, or all of the new one."""
    footage.record(OLD_US, 1)
    back_up_config(footage.storage.database, tmp_path / "backup", footage.clock.now_us())
    footage.storage.close()
    run_killed("replace-index", sqlite_url, footage, step, 0)
    if step == "place":
        assert is_lost(sqlite_url, tmp_path / "backup")
        (tmp_path / "siring.db").touch()  # somebody looked meanwhile
        assert is_lost(sqlite_url, tmp_path / "backup")
        replace_index(sqlite_url, footage.clock, "gone", copies=tmp_path / "backup")
    assert not is_lost(sqlite_url, tmp_path / "backup")
    storage = open_storage(sqlite_url, footage.clock, secret_key=None)
    assert storage.meta.is_rebuild_due() is (step in {"place", "placed"})
    assert [camera.uuid for camera in storage.cameras.list()] == [footage.camera.uuid]
    storage.close()
    assert replace_index(sqlite_url, footage.clock, "again", copies=tmp_path / "backup").copied_from
    assert sorted(path.name for path in tmp_path.glob("*.new*")) == []


@pytest.mark.parametrize("step", RESTORE_STEPS)
def test_restore_killed_at_any_step_leaves_the_old_database_or_the_new_one_and_loses_nothing(
    footage: Site, sqlite_url: str, tmp_path: Path, step: str
) -> None:
    """Number 13: kill -9 in a restore, at each step; also what was only in the log of the old one is there."""
    (tmp_path / "backup").mkdir()
    back_up(sqlite_url, tmp_path / "backup" / "backup.db")
    recorded = footage.record(OLD_US, 3)
    footage.storage.close()
    killed_with_a_log(tmp_path / "siring.db")
    run_killed("restore", sqlite_url, footage, step, 0)
    is_new = step == "placed"
    assert known(tmp_path / "siring.db") == (0, False) if is_new else (len(recorded), True)
    kept = restore(sqlite_url, tmp_path / "backup" / "backup.db")
    assert known(tmp_path / "siring.db") == (0, False)
    assert kept == tmp_path / f"siring.db.before-restore-{2 if is_new else 1}"
    assert known(tmp_path / "siring.db.before-restore-1") == (len(recorded), True)
    assert len(list(tmp_path.glob("siring.db*"))) == (3 if is_new else 2)


@pytest.mark.parametrize("passes", [0, 1])
def test_rebuild_killed_in_its_midst_is_known_to_be_due_and_goes_on(
    footage: Site, sqlite_url: str, passes: int
) -> None:
    """failure mode 28: a rebuild of hours may be cut off at any point; what it lacks is not lost for good."""
    kept = footage.record(OLD_US, 3) + footage.record(NOON_US - HOUR_US, 2, stream=footage.sub)
    with footage.storage.database.write() as connection:
        connection.execute(sa.delete(segment))
    run_killed("rebuild", sqlite_url, footage, "indexed", passes)
    storage = footage.storage
    rows = footage.rows() + footage.rows(footage.sub)
    assert storage.meta.is_rebuild_due()
    assert 0 < len(rows) < len(kept) if passes == 0 else len(rows) == len(kept)
    report = index_what_is_due(storage, footage.clock)
    assert report.added == len(kept) - len(rows)
    assert sorted(footage.rows() + footage.rows(footage.sub)) == sorted(s.start_us for s in kept)
    assert not storage.meta.is_rebuild_due()
    assert check(storage, footage.clock).is_clean


def killed_with_a_log(database: Path) -> None:
    """Commit a note in a process that dies at once, so that it stands only in the log."""
    code = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1]);"
        " c.execute(\"INSERT INTO meta VALUES ('note', 'in the log')\"); c.commit(); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code, str(database)], check=True, timeout=60)
    assert Path(f"{database}-wal").stat().st_size


def known(database: Path) -> tuple[int, bool]:
    """How many segments a sound database knows, and whether it has the note."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        [segments] = connection.execute("SELECT count(*) FROM segment").fetchone()
        [notes] = connection.execute("SELECT count(*) FROM meta WHERE key = 'note'").fetchone()
    return segments, notes == 1


def run_killed(work: str, database_url: str, footage: Site, step: str, passes: int) -> None:
    """Do the work in a process that is killed at the step."""
    command = [sys.executable, "-m", "tests.support.killed_child", work, database_url]
    command += [str(footage.clock.now_us()), step, str(passes)]
    ended = subprocess.run(command, capture_output=True, timeout=60, check=False, text=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr


def crashed_at(footage: Site, run: RecordedRun, crash: str) -> FinishedSegment:
    """Record two whole files, then a third as far as the recorder got before it was killed."""
    for _ in range(2):
        done = run.write()
        run.publish(done)
        footage.index(run, done)
    last = run.write()
    if crash != "written":
        run.publish(last)
    if crash == "indexed":
        left = run.incoming_file(last).read_bytes()
        footage.index(run, last)
        final = run.file(last)
        assert final.read_bytes() == left
        run.incoming_file(last).hardlink_to(final)
    return last


def indexed_files_exist(footage: Site) -> bool:
    """Tell whether every row has its file (invariant 1)."""
    return {file_of(footage, start) for start in footage.rows()} <= footage.files()


def file_of(footage: Site, start_us: int) -> str:
    with footage.storage.database.read() as connection:
        [file] = select_files(connection, segment.c.start_us == start_us)
    return file.path


def last_range(last: FinishedSegment) -> TimeRange:
    return TimeRange(last.start_us, last.start_us + 1)
