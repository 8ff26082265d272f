"""Camera credentials as they are stored: AES-256-GCM, bound to their camera (SEC-19)."""

import hashlib
import json
import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vms.domain.camera_address import Credentials, Secret
from vms.domain.errors import SettingsError
from vms.host.secret_key import KEY_BYTES, KeyFiles

_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class SealedCredentials:
    """Encrypted credentials, and the name of the key that opens them."""

    data: bytes
    key_name: str


class CameraSecrets:
    """Seals and opens credentials.

    Args:
        source: where the key is, outside the database and its backups: files that are read again when they may have
            changed, or one key of 32 bytes; None where nothing needs a camera's password.

    Raises:
        SettingsError: the key has another length.
    """

    def __init__(self, source: KeyFiles | bytes | None) -> None:
        if isinstance(source, bytes) and len(source) != KEY_BYTES:
            raise SettingsError(f"the credential key must have {KEY_BYTES} bytes, and has {len(source)}")
        self._source = source
        self._known: dict[str, bytes] = {}

    def seal(self, camera_uuid: UUID, credentials: Credentials) -> SealedCredentials:
        """Return the credentials encrypted with the newest key; they open only for the same camera.

        Raises:
            SettingsError: there is no key.
        """
        key = self._keys()[0]
        nonce = os.urandom(_NONCE_BYTES)
        plain = json.dumps([credentials.username, credentials.password.value]).encode()
        return SealedCredentials(nonce + AESGCM(key).encrypt(nonce, plain, camera_uuid.bytes), key_name(key))

    def open(self, camera_uuid: UUID, sealed: SealedCredentials) -> Credentials:
        """Return the credentials that `seal` was given.

        Raises:
            SettingsError: there is no key, or it is not the one they were sealed with, or the row was tampered with.
        """
        if sealed.key_name not in self._known:
            self._known = {key_name(key): key for key in self._keys()}
        key = self._known.get(sealed.key_name)
        if key is None:
            raise SettingsError(
                "the credential key is not the one that the cameras' passwords were encrypted with"
            )
        try:
            plain = AESGCM(key).decrypt(
                sealed.data[:_NONCE_BYTES], sealed.data[_NONCE_BYTES:], camera_uuid.bytes
            )
        except InvalidTag:
            raise SettingsError(
                f"the stored password of camera {camera_uuid} was altered: enter it again"
            ) from None
        username, password = json.loads(plain)
        return Credentials(username, Secret(password))

    def _keys(self) -> tuple[bytes, ...]:
        if self._source is None:
            raise SettingsError("camera passwords cannot be read or stored without the credential key")
        return (self._source,) if isinstance(self._source, bytes) else self._source.keys()


def key_name(key: bytes) -> str:
    """Return the name of a key: half of its digest, which tells keys apart and gives nothing away."""
    return hashlib.sha256(b"siring camera secret key" + key).hexdigest()[:32]
