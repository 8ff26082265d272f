"""One process per role and data folder, and a key that only its owner may read."""

from pathlib import Path

import pytest

from vms.domain.errors import AlreadyRunning, SettingsError
from vms.host.role_lock import role_lock
from vms.host.secret_key import KEY_BYTES, load_or_create_key


def test_a_role_can_be_held_once(tmp_path: Path) -> None:
    with (
        role_lock(tmp_path, "recorder"),
        pytest.raises(AlreadyRunning, match="process"),
        role_lock(tmp_path, "recorder"),
    ):
        pass
    with role_lock(tmp_path, "recorder"), role_lock(tmp_path, "web"):
        pass


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
