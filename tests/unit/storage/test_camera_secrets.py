from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.cameras.camera_secrets import CameraSecrets
from vms.domain.camera_address import Credentials, Secret
from vms.domain.errors import SettingsError

SECRETS = CameraSecrets(bytes(range(32)))
CAMERA = uuid4()


@given(st.uuids(), st.text(), st.text())
def test_sealed_credentials_open_again(camera: UUID, username: str, password: str) -> None:
    given_ = Credentials(username, Secret(password))
    assert SECRETS.open(camera, SECRETS.seal(camera, given_)) == given_


def test_same_password_is_sealed_differently_each_time() -> None:
    login = Credentials("admin", Secret("kopi"))
    assert SECRETS.seal(CAMERA, login) != SECRETS.seal(CAMERA, login)


def test_sealed_credentials_open_for_no_other_camera() -> None:
    sealed = SECRETS.seal(CAMERA, Credentials("admin", Secret("kopi")))
    with pytest.raises(SettingsError, match="altered"):
        SECRETS.open(uuid4(), sealed)


@given(st.integers(0, 40), st.integers(1, 255))
def test_changed_byte_is_noticed(position: int, change: int) -> None:
    sealed = SECRETS.seal(CAMERA, Credentials("admin", Secret("kopi")))
    data = bytearray(sealed.data)
    data[position % len(data)] ^= change
    with pytest.raises(SettingsError, match="altered"):
        SECRETS.open(CAMERA, replace(sealed, data=bytes(data)))


def test_wrong_key_is_told_from_damage() -> None:
    sealed = SECRETS.seal(CAMERA, Credentials("admin", Secret("kopi")))
    other = CameraSecrets(bytes(32))
    with pytest.raises(SettingsError, match="not the one"):
        other.open(CAMERA, sealed)


def test_key_of_another_length_is_refused() -> None:
    with pytest.raises(SettingsError, match="32 bytes"):
        CameraSecrets(b"short")
    with pytest.raises(SettingsError, match="without the credential key"):
        CameraSecrets(None).seal(CAMERA, Credentials("admin", Secret("kopi")))
