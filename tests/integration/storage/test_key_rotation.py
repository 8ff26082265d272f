"""The credential key is replaced while everything runs, and a kill at any step costs no password (SEC-19)."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage.cameras.key_rotation import rotate_key
from storage.open import open_storage
from tests.support.databases import make_database
from tests.support.footage import SteppedClock, draft
from vms.domain.camera_address import Credentials, Secret
from vms.domain.errors import SettingsError
from vms.host.secret_key import KeyFiles, load_or_create_key

STEPS = ("make-key", "seal", "seal-again", "forget-key", "done")
LOGINS = [Credentials(f"user{n}", Secret(f"kopi {n}")) for n in range(3)]


def install(database_url: str, folder: Path) -> tuple[KeyFiles, list[int]]:
    """Set a database and a key up, store three passwords, and return the numbers of their cameras."""
    make_database(database_url)
    files = load_or_create_key(folder)
    storage = open_storage(database_url, SteppedClock(), secret_key=files)
    cameras = [storage.cameras.add(draft(f"Kamera {n}", credentials=login)) for n, login in enumerate(LOGINS)]
    storage.close()
    return files, [camera.id for camera in cameras]


def test_all_passwords_open_with_the_new_key_alone(database_url: str, tmp_path: Path) -> None:
    files, cameras = install(database_url, tmp_path)
    (old,) = files.keys()
    storage = open_storage(database_url, SteppedClock(), secret_key=files)
    assert storage.cameras.credentials(cameras[0]) == LOGINS[0]
    assert rotate_key(storage.database, files) == 3
    (new,) = files.keys()
    assert new != old
    # The process that has been running all along, and the one that knows the new key only.
    fresh = open_storage(database_url, SteppedClock(), secret_key=new)
    for opened in (storage, fresh):
        assert [opened.cameras.credentials(camera) for camera in cameras] == LOGINS
        opened.close()
    outdated = open_storage(database_url, SteppedClock(), secret_key=old)
    with pytest.raises(SettingsError):
        outdated.cameras.credentials(cameras[0])
    outdated.close()


def test_password_stored_during_a_rotation_by_a_process_that_runs_is_not_lost(
    database_url: str, tmp_path: Path
) -> None:
    files, cameras = install(database_url, tmp_path)
    storage = open_storage(database_url, SteppedClock(), secret_key=files)
    changed = Credentials("viewer", Secret("teh manis"))

    def change(step: str) -> None:
        if step == "seal-again":
            storage.cameras.edit(cameras[1], draft("Kamera 1", credentials=changed))

    rotate_key(storage.database, files, change)
    assert [storage.cameras.credentials(camera) for camera in cameras] == [LOGINS[0], changed, LOGINS[2]]
    storage.close()


@pytest.mark.parametrize("step", STEPS)
def test_kill_at_any_step_costs_no_password(database_url: str, tmp_path: Path, step: str) -> None:
    files, cameras = install(database_url, tmp_path)
    script = (
        "import os, signal, sys; from pathlib import Path\n"
        "from storage.sql.database import Database; from storage.cameras.key_rotation import rotate_key\n"
        "from vms.host.secret_key import KeyFiles\n"
        "kill = lambda step: os.kill(os.getpid(), signal.SIGKILL) if step == sys.argv[3] else None\n"
        "rotate_key(Database(sys.argv[1]), KeyFiles(Path(sys.argv[2])), kill)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, database_url, tmp_path, step], timeout=60, check=False
    )
    assert done.returncode == -signal.SIGKILL
    storage = open_storage(database_url, SteppedClock(), secret_key=load_or_create_key(tmp_path))
    assert [storage.cameras.credentials(camera) for camera in cameras] == LOGINS
    assert len(storage.cameras.secrets_for_redaction()) == 6
    assert rotate_key(storage.database, files) == 3
    assert len(files.keys()) == 1
    assert [storage.cameras.credentials(camera) for camera in cameras] == LOGINS
    storage.close()
