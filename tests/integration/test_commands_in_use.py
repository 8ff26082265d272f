"""What replaces or moves a part of an installation is refused while anything uses it, and says what that is."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from storage.open import open_storage
from storage.recovery.config_backup import back_up_config
from storage.sql.sqlite_files import remove_database
from tests.support.footage import NOON_US, SteppedClock, draft
from tests.support.processes import Child, running
from vms.cli import command_line
from vms.domain.errors import AlreadyRunning
from vms.host.installation_lock import alone, shared
from vms.host.settings import Settings

HOLDS_IT_OPEN = (
    "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT count(*) FROM meta').fetchone();"
    " print('open', flush=True); import signal; signal.pause()"
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An installation with a camera, a volume and a backup that knows neither."""
    folder = tmp_path / "data"
    run(folder, "init")
    run(folder, "db", "backup", str(tmp_path / "backup.db"))
    (tmp_path / "volume").mkdir()
    run(folder, "volume", "add", str(tmp_path / "volume"))
    storage = open_storage(url_of(folder), SteppedClock(), secret_key=None)
    storage.cameras.add(draft("Balai Kota"))
    storage.close()
    return folder


def url_of(folder: Path) -> str:
    return Settings(data_dir=folder).effective_database_url


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {"VMS_DATA_DIR": str(folder), "VMS_PORT": "0"}


def run(folder: Path, *command: str, exit_code: int = 0) -> str:
    ended = CliRunner().invoke(command_line(), list(command), env=environment(folder))
    assert ended.exit_code == exit_code, ended.output
    return ended.output


def cameras(folder: Path) -> list[str]:
    storage = open_storage(url_of(folder), SteppedClock(), secret_key=None)
    try:
        return [camera.name for camera in storage.cameras.list()]
    finally:
        storage.close()


@contextmanager
def service(folder: Path, name: str, says: str) -> Iterator[Child]:
    command = [sys.executable, "-m", "vms", name]
    with running(command, folder.parent / "log", env=environment(folder)) as child:
        child.wait_for_output(says, seconds=60)
        yield child


@pytest.mark.parametrize(
    ("name", "says"),
    [("scheduler", "scheduler begins"), ("pictures", "pictures begins"), ("recorder", "recorder begins"), ("web", "Uvicorn running"), ("up", "recorder begins")],
)  # fmt: skip
def test_restore_is_refused_while_a_service_lives_and_names_it(data: Path, name: str, says: str) -> None:
    with service(data, name, says) as child:
        told = run(data, "db", "restore", str(data.parent / "backup.db"), "--yes", exit_code=1)
        assert f"vms {name} (process {child.pid})" in told
        assert "stop that first" in told
        assert cameras(data) == ["Balai Kota"]
    assert "Restored" in run(data, "db", "restore", str(data.parent / "backup.db"), "--yes")
    assert cameras(data) == []


@pytest.mark.parametrize(
    "command",
    [
        ["check", "--rebuild", "--volume", "{volume}"],
        ["volume", "edit", "1", "--folder", "{volume}"],
        ["volume", "remove", "1"],
    ],
)
def test_what_moves_or_forgets_a_volume_is_refused_while_a_service_lives(
    data: Path, command: list[str]
) -> None:
    words = [word.format(volume=data.parent / "volume") for word in command]
    with service(data, "scheduler", "scheduler begins") as child:
        assert f"vms scheduler (process {child.pid})" in run(data, *words, exit_code=1)
    run(data, *words)


def test_what_is_made_for_a_running_system_is_not_refused(data: Path) -> None:
    with service(data, "scheduler", "scheduler begins"):
        run(data, "key", "rotate")
        run(data, "db", "upgrade")
        run(data, "init")
        run(data, "check", "--repair")
        run(data, "check", "--rebuild")
        run(data, "volume", "edit", "1", "--weight", "2")
        run(data, "db", "backup", str(data.parent / "another.db"))


def test_restore_is_refused_while_another_command_waits_for_its_person(data: Path) -> None:
    command = [sys.executable, "-m", "vms", "camera", "remove", "Balai Kota"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(data), text=True
    ) as child:
        assert child.stdout is not None
        assert "stops recording" in child.stdout.readline()
        told = run(data, "db", "restore", str(data.parent / "backup.db"), "--yes", exit_code=1)
        assert f"vms camera (process {child.pid})" in told
        assert "Balai" not in told
        child.communicate("n\n")
    assert cameras(data) == ["Balai Kota"]


def test_restore_is_refused_while_another_program_has_the_database_open(data: Path) -> None:
    command = [sys.executable, "-c", HOLDS_IT_OPEN, str(data / "siring.db")]
    with running(command, data.parent / "log") as child:
        child.wait_for_output("open", seconds=60)
        told = run(data, "db", "restore", str(data.parent / "backup.db"), "--yes", exit_code=1)
        assert f"(process {child.pid})" in told
        assert cameras(data) == ["Balai Kota"]
    run(data, "db", "restore", str(data.parent / "backup.db"), "--yes")


def test_a_lost_database_is_not_replaced_under_a_service_that_still_writes_to_it(data: Path) -> None:
    storage = open_storage(url_of(data), SteppedClock(), secret_key=None)
    back_up_config(storage.database, data / "backup", NOON_US)
    storage.close()
    with service(data, "scheduler", "scheduler begins") as child:
        remove_database(data / "siring.db")
        told = run(data, "init", exit_code=1)
        assert f"vms scheduler (process {child.pid})" in told
        assert not (data / "siring.db").exists()
    run(data, "init")
    assert cameras(data) == ["Balai Kota"]


def test_nobody_begins_while_somebody_must_be_alone(tmp_path: Path) -> None:
    with alone(tmp_path, None):
        with pytest.raises(AlreadyRunning, match=f"process {os.getpid()}\\) is changing"), shared(tmp_path):
            pass
        with pytest.raises(AlreadyRunning), alone(tmp_path, None):
            pass
    with shared(tmp_path), shared(tmp_path), pytest.raises(AlreadyRunning), alone(tmp_path, None):
        pass
    with alone(tmp_path, tmp_path / "none.db"):
        pass


@pytest.mark.root
def test_what_root_begins_the_services_can_go_on_with(tmp_path: Path) -> None:
    os.chown(tmp_path, 65_534, 65_534)
    with shared(tmp_path):
        made = [tmp_path / "locks", tmp_path / "locks" / "installation.lock"]
        assert [path.stat().st_uid for path in made] == [65_534, 65_534]
