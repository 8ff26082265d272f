"""The backup of each night: few are kept, a failure is noted and costs no older one, and its age is known."""

import contextlib
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from storage.open import open_storage
from storage.recovery.database_backup import back_up, refuse_without_room
from storage.recovery.nightly_backup import (
    KEPT_BACKUPS,
    NightlyBackup,
    make_nightly_backup,
    nightly_backups,
    note_nightly_backup,
    read_nightly_backup,
)
from storage.recovery.rehearsal import rehearse
from tests.support.databases import make_database
from tests.support.deadline import wait_until
from tests.support.footage import NOON_US, SteppedClock, draft
from tests.support.processes import running
from tests.support.recorded_site import Site, open_site
from vms.cli import command_line
from vms.domain.camera_address import Credentials, Secret
from vms.domain.errors import IndexUnavailable, InvalidInput, SettingsError
from vms.domain.time import DAY_US, HOUR_US
from vms.host.clock import SystemClock


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with open_site(tmp_path) as opened:
        key = opened.settings.data_dir / "secret.key"
        key.write_bytes(bytes(32))
        key.chmod(0o600)
        yield opened


def test_the_newest_few_are_kept_and_noted(site: Site) -> None:
    folder, database = site.root / "nightly", site.storage.database
    made = [make_nightly_backup(database, folder, NOON_US + day * DAY_US) for day in range(KEPT_BACKUPS + 2)][
        -1
    ]
    assert len(nightly_backups(folder)) == KEPT_BACKUPS
    assert names_in(folder) == sorted(path.name for path in nightly_backups(folder))
    assert made == read_nightly_backup(database)
    assert (made.made_us, Path(made.file), made.problem) == (
        NOON_US + (KEPT_BACKUPS + 1) * DAY_US,
        nightly_backups(folder)[0],
        "",
    )


def test_backups_that_people_made_lie_beside_them_for_ever(site: Site) -> None:
    folder, database = site.root / "nightly", site.storage.database
    folder.mkdir()
    own = ["nightly-of-last-year.db", "siring-2020-01-01.db", "siring.db"]
    for name in own:
        (folder / name).write_text("precious")
    for day in range(KEPT_BACKUPS + 2):
        make_nightly_backup(database, folder, NOON_US + day * DAY_US)
    assert len(nightly_backups(folder)) == KEPT_BACKUPS
    assert sorted(set(names_in(folder)) - {path.name for path in nightly_backups(folder)}) == own


def test_a_backup_that_would_fill_the_disk_is_not_made(site: Site) -> None:
    huge = site.root / "huge.db"
    with huge.open("wb") as file:
        file.truncate(shutil.disk_usage(site.root).free)
    with pytest.raises(IndexUnavailable, match="stays free"):
        refuse_without_room(huge, site.root)


def test_a_failure_is_noted_and_costs_no_older_backup(site: Site) -> None:
    folder, database = site.root / "nightly", site.storage.database
    good = make_nightly_backup(database, folder, NOON_US)
    (folder / Path(good.file).name.replace("T12", "T13")).write_text("in the way")
    failed = make_nightly_backup(database, folder, NOON_US + HOUR_US)
    assert (failed.made_us, failed.file, failed.tried_us) == (good.made_us, good.file, NOON_US + HOUR_US)
    assert "exists already" in failed.problem
    assert Path(good.file).exists()


def test_a_database_that_was_damaged_makes_no_backup_that_counts(site: Site) -> None:
    folder, database = site.root / "nightly", site.storage.database
    path = site.settings.data_dir / "siring.db"
    database.upkeep()
    with contextlib.closing(sqlite3.connect(path)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'segment'").fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    before = read_nightly_backup(database)
    failed = make_nightly_backup(database, folder, NOON_US)
    assert (failed.made_us, failed.tried_us) == (before.made_us, NOON_US)
    assert failed.problem
    assert nightly_backups(folder) == []


@pytest.mark.parametrize(
    ("note", "is_due", "is_stale"),
    [
        (NightlyBackup(), True, True),
        (NightlyBackup(NOON_US), False, False),
        (NightlyBackup(NOON_US - 24 * HOUR_US), False, False),
        (NightlyBackup(NOON_US - 26 * HOUR_US), True, False),
        (NightlyBackup(NOON_US - 37 * HOUR_US), True, True),
        (NightlyBackup(NOON_US - 37 * HOUR_US, "", NOON_US - HOUR_US // 2, "no room"), False, True),
        (NightlyBackup(NOON_US - 37 * HOUR_US, "", NOON_US - 2 * HOUR_US, "no room"), True, True),
        (NightlyBackup(NOON_US + 40 * DAY_US), True, True),
    ],
)
def test_when_the_next_is_due_and_when_the_newest_is_too_old(
    note: NightlyBackup, *, is_due: bool, is_stale: bool
) -> None:
    assert (note.is_due(NOON_US), note.is_stale(NOON_US)) == (is_due, is_stale)


def test_the_scheduler_of_a_new_installation_backs_up_at_once_and_tells_no_revisions(tmp_path: Path) -> None:
    env = os.environ | {"VMS_DATA_DIR": str(tmp_path / "data"), "VMS_BACKUP_DIR": str(tmp_path / "elsewhere")}
    assert CliRunner().invoke(command_line(), ["init"], env=env).exit_code == 0
    with running([sys.executable, "-m", "vms", "scheduler"], tmp_path / "log", env=env) as child:
        wait_until(lambda: bool(nightly_backups(tmp_path / "elsewhere")), seconds=60, what="a backup")
        assert child.process.poll() is None
        assert "Running upgrade" not in child.output()


def test_a_copy_of_the_configuration_tells_no_revisions(site: Site, tmp_path: Path) -> None:
    code = """if True:
        import sys
        from pathlib import Path
        from storage.recovery.config_backup import back_up_config
        from storage.sql.database import Database
        from vms.host.logs import set_up_logging
        set_up_logging(level="INFO", format_name="text", service="scheduler", redact=str)
        back_up_config(Database(sys.argv[1]), Path(sys.argv[2]), 0)
        print("copied")
    """
    command = [
        sys.executable,
        "-c",
        code,
        str(site.settings.effective_database_url),
        str(tmp_path / "copies"),
    ]
    with running(command, tmp_path / "log") as child:
        assert child.wait_for_end(seconds=60) == 0
        assert child.output() == "copied\n"


def test_a_rehearsal_says_what_came_back_and_leaves_nothing_behind(site: Site, tmp_path: Path) -> None:
    secret = Credentials("admin", Secret("jembatan 1953"))
    site.storage.cameras.add(draft("Balai Kota", credentials=secret))
    backup = tmp_path / "backup.db"
    back_up(site.settings.effective_database_url, backup)
    before = names_in(site.settings.data_dir)
    told = rehearse(backup, site.settings.data_dir, SteppedClock())
    assert (told.cameras, told.people, told.volumes) == (1, 0, 1)
    assert "can be relied on" in told.summary()
    assert names_in(site.settings.data_dir) == sorted({*before, "locks"})
    (site.settings.data_dir / "secret.key").write_bytes(b"x" * 32)
    with pytest.raises(SettingsError, match="key is not the one"):
        rehearse(backup, site.settings.data_dir, SteppedClock())
    backup.write_bytes(backup.read_bytes()[:8192])
    with pytest.raises(InvalidInput):
        rehearse(backup, site.settings.data_dir, SteppedClock())
    assert names_in(site.settings.data_dir) == sorted({*before, "locks"})


def test_the_command_rehearses_the_newest_backup_where_none_is_named(site: Site) -> None:
    env = {"VMS_DATA_DIR": str(site.settings.data_dir)}
    none = CliRunner().invoke(command_line(), ["db", "backup", "--rehearse"], env=env)
    assert none.exit_code == 1
    assert "there is no backup in" in none.output
    made = make_nightly_backup(site.storage.database, site.settings.backup_folder, NOON_US)
    done = CliRunner().invoke(command_line(), ["db", "backup", "--rehearse"], env=env)
    assert done.exit_code == 0
    assert f"{made.file} was restored" in done.output
    assert CliRunner().invoke(command_line(), ["db", "backup"], env=env).exit_code == 2


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (2, []),
        (40, ["the newest backup of the database is 40 h old"]),
        (None, ["the database was never backed up"]),
    ],
)
def test_doctor_says_how_old_the_newest_backup_is(site: Site, hours: int | None, said: list[str]) -> None:
    made_us = None if hours is None else SystemClock().now_us() - hours * HOUR_US
    note_nightly_backup(site.storage.database, NightlyBackup(made_us, "/srv/backup.db"))
    ended = CliRunner().invoke(command_line(), ["doctor"], env={"VMS_DATA_DIR": str(site.settings.data_dir)})
    problems = ended.output.partition("To look after:")[2]
    assert [text for text in ("the newest backup", "never backed up") if text in problems] == [
        text for text in ("the newest backup", "never backed up") if any(text in line for line in said)
    ]
    assert all(line in problems for line in said)
    assert ("2 h old  /srv/backup.db" in ended.output) is (hours == 2)
    assert ended.exit_code == 1  # nothing records here, too


def test_postgresql_notes_the_copy_of_its_configuration(postgres_url: str, tmp_path: Path) -> None:
    make_database(postgres_url)
    storage = open_storage(postgres_url, SteppedClock(), secret_key=None)
    made = make_nightly_backup(storage.database, tmp_path / "nightly", NOON_US)
    assert Path(made.file).name.startswith("config-")
    assert read_nightly_backup(storage.database) == made
    storage.close()
