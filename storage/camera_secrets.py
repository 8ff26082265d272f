"""Camera credentials as they are stored: AES-256-GCM, bound to their camera (SEC-19)."""

import hashlib
import json
import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vms.domain.camera import Credentials, Secret
from vms.domain.errors import SettingsError

KEY_BYTES = 32
_NONCE_BYTES = 12


class CameraSecrets:
    """Seals and opens credentials with one key.

    Args:
        key: 32 bytes, kept outside the database and its backups; None where nothing needs a camera's password.

    Raises:
        SettingsError: the key has another length.
    """

    def __init__(self, key: bytes | None) -> None:
        if key is not None and len(key) != KEY_BYTES:
            raise SettingsError(f"the credential key must have {KEY_BYTES} bytes, and has {len(key)}")
        self._key = key

    @property
    def key_name(self) -> str:
        """Half of the key's digest: tells keys apart and gives nothing away."""
        return hashlib.sha256(b"siring camera secret key" + self._required_key()).hexdigest()[:32]

    def seal(self, camera_uuid: UUID, credentials: Credentials) -> bytes:
        """Return the credentials encrypted; they open only for the same camera.

        Raises:
            SettingsError: there is no key.
        """
        nonce = os.urandom(_NONCE_BYTES)
        plain = json.dumps([credentials.username, credentials.password.value]).encode()
        return nonce + AESGCM(self._required_key()).encrypt(nonce, plain, camera_uuid.bytes)

    def open(self, camera_uuid: UUID, sealed: bytes, key_name: str) -> Credentials:
        """Return the credentials that `seal` was given.

        Raises:
            SettingsError: there is no key, or it is not the one they were sealed with, or the row was tampered with.
        """
        if key_name != self.key_name:
            raise SettingsError(
                "the credential key is not the one that the cameras' passwords were encrypted with"
            )
        try:
            plain = AESGCM(self._required_key()).decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], camera_uuid.bytes
            )
        except InvalidTag:
            raise SettingsError(
                f"the stored password of camera {camera_uuid} was altered: enter it again"
            ) from None
        username, password = json.loads(plain)
        return Credentials(username, Secret(password))

    def _required_key(self) -> bytes:
        if self._key is None:
            raise SettingsError("camera passwords cannot be read or stored without the credential key")
        return self._key
