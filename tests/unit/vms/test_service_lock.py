"""One process per service and data folder, and a key that only its owner may read."""

from pathlib import Path

import pytest

from vms.domain.errors import AlreadyRunning, SettingsError
from vms.host.secret_key import KEY_BYTES, load_or_create_key
from vms.host.service_lock import service_lock


def test_a_service_runs_once_per_data_folder(tmp_path: Path) -> None:
    with (
        service_lock(tmp_path, "recorder"),
        pytest.raises(AlreadyRunning, match="process"),
        service_lock(tmp_path, "recorder"),
    ):
        pass
    with service_lock(tmp_path, "recorder"), service_lock(tmp_path, "web"):
        pass


def test_a_service_of_the_version_before_is_seen(tmp_path: Path) -> None:
    """While it is upgraded, the old one may still run: the lock file's name stays."""
    with service_lock(tmp_path, "recorder"):
        assert [path.name for path in (tmp_path / "locks").iterdir()] == ["recorder.lock"]


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    (key,) = load_or_create_key(tmp_path).keys()
    assert len(key) == KEY_BYTES
    assert load_or_create_key(tmp_path).keys() == (key,)
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0


def test_a_key_that_is_being_replaced_still_opens_and_the_new_one_seals(tmp_path: Path) -> None:
    files = load_or_create_key(tmp_path)
    (old,) = files.keys()
    files.begin_rotation()
    new, kept = files.keys()
    assert kept == old != new
    files.begin_rotation()
    assert files.keys() == (new, old)
    files.end_rotation()
    assert files.keys() == (new,)
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0
    (tmp_path / "secret.key").unlink()
    with pytest.raises(SettingsError, match="put back your copy"):
        files.keys()


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    load_or_create_key(tmp_path)
    (tmp_path / "secret.key").chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        load_or_create_key(tmp_path)
