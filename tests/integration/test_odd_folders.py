"""A data folder may be called anything that a folder can be called: nothing of an installation lies beside it or is lost."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from storage.installation.meta import MetaStore
from storage.recovery.config_backup import back_up_config
from storage.recovery.replace_index import is_lost, replace_index
from storage.sql.database import Database, sqlite_file
from storage.sql.sqlite_files import remove_database
from tests.support.footage import NOON_US, SteppedClock
from vms.cli import command_line
from vms.domain.errors import SettingsError
from vms.host.settings import Settings, load_settings
from vms.host.sqlite_address import sqlite_url

NAMES = ["a#b", "a?mode=memory&b", "a%41b", "a b;c'd\"é", "file:a", "%", "a//b", "[x]*"]


def run(folder: Path, *command: str) -> str:
    ended = CliRunner().invoke(command_line(), list(command), env={"VMS_DATA_DIR": str(folder)})
    assert ended.exit_code == 0, ended.output
    return ended.output


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def identity(folder: Path) -> object:
    database = Database(Settings(data_dir=folder).effective_database_url)
    try:
        return MetaStore(database).database_uuid()
    finally:
        database.close()


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_of_any_name_is_set_up_backed_up_and_restored(tmp_path: Path, name: str) -> None:
    folder, backup = tmp_path / "in" / name / "data", tmp_path / f"{name.replace('/', '_')}.db"
    folder.mkdir(parents=True)
    run(folder, "init")
    assert (folder / "siring.db").stat().st_size
    before = identity(folder)
    assert "checked" in run(folder, "db", "backup", str(backup))
    assert "can be relied on" in run(folder, "db", "backup", "--rehearse", str(backup))
    remove_database(folder / "siring.db")
    assert "Restored" in run(folder, "db", "restore", str(backup), "--yes")
    assert identity(folder) == before
    assert names_in(folder) == ["locks", "secret.key", "siring.db"]
    assert names_in(tmp_path) == sorted(["in", backup.name])
    assert {Path(place) for place, _, files in os.walk(tmp_path / "in") if files} == {
        folder,
        folder / "locks",
    }


@pytest.mark.parametrize("name", NAMES)
def test_copies_of_the_configuration_lie_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir(parents=True)
    run(folder, "init")
    before = identity(folder)
    database = Database(Settings(data_dir=folder).effective_database_url)
    copy = back_up_config(database, folder / "backup", NOON_US)
    database.close()
    assert copy.parent == folder / "backup"
    (folder / "siring.db").unlink()
    url = Settings(data_dir=folder).effective_database_url
    assert is_lost(url, folder / "backup")
    assert replace_index(url, SteppedClock(), "gone", copies=folder / "backup").copied_from == copy
    assert identity(folder) == before


@pytest.mark.parametrize("name", [*NAMES, "data"])
@pytest.mark.parametrize("is_absolute", [True, False])
def test_an_address_leads_back_to_its_path(name: str, *, is_absolute: bool) -> None:
    path = Path("/srv" if is_absolute else "srv") / name / "siring.db"
    assert sqlite_file(sqlite_url(path)) == path


@pytest.mark.parametrize("rest", ["?x", "?mode=ro", "?mode=memory&uri=true"])
def test_an_address_with_more_than_a_file_is_refused_and_says_how_to_write_it(rest: str) -> None:
    with pytest.raises(SettingsError, match="write \\? as %3F"):
        sqlite_file(f"sqlite:////srv/a{rest}")


def test_a_folder_whose_name_is_no_text_is_refused() -> None:
    with pytest.raises(SettingsError, match="data_dir"):
        load_settings(None, {"VMS_DATA_DIR": os.fsdecode(b"/srv/\xff")})
