"""The key that camera credentials are sealed with: a file of its own, outside the database and its backups (SEC-19).

While a key is being replaced there are two files. New passwords are then sealed with the new one, and either opens
those that it sealed; so a rotation may stop anywhere, and processes that run need not be told.
"""

import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from vms.domain.errors import SettingsError

KEY_BYTES = 32
_NAME = "secret.key"
_NEXT = "secret.key.new"


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """The key files of one data folder."""

    data_dir: Path

    def keys(self) -> tuple[bytes, ...]:
        """Return the keys that may open a password; the first is the one to seal with.

        Raises:
            SettingsError: a file is missing or damaged, or others may read it.
        """
        current = self._current()
        try:
            return _load(self.data_dir / _NEXT), current
        except FileNotFoundError:
            # It may have become the current one between the two looks.
            return (self._current(),)

    def _current(self) -> bytes:
        path = self.data_dir / _NAME
        try:
            return _load(path)
        except FileNotFoundError:
            raise SettingsError(f"{path} is missing: put back your copy of it") from None

    def begin_rotation(self) -> None:
        """Make the key that is to follow, unless an earlier rotation that was interrupted has made it."""
        if not (self.data_dir / _NEXT).exists():
            _write(self.data_dir / _NEXT)

    def end_rotation(self) -> None:
        """Put the new key in place of the old one, which is then gone from this folder."""
        (self.data_dir / _NEXT).replace(self.data_dir / _NAME)
        _sync(self.data_dir)


def load_or_create_key(data_dir: Path) -> KeyFiles:
    """Return the installation's key files, the key being made on first use as a file that only its owner may read.

    Raises:
        SettingsError: a file is damaged, or others may read it.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    files = KeyFiles(data_dir)
    if not (data_dir / _NAME).exists():
        _write(data_dir / _NAME)
    files.keys()
    return files


def _write(path: Path) -> None:
    """Make a key file that is whole as soon as it is there, unless somebody makes it in the same moment."""
    made = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    fd = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(made, path)
        except FileExistsError:
            return
    finally:
        made.unlink()
    _sync(path.parent)


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _load(path: Path) -> bytes:
    mode = path.stat().st_mode
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(f"{path} may be read by others: run  chmod 600 {path}")
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise SettingsError(f"{path} is damaged: it must hold {KEY_BYTES} bytes; put back your copy of it")
    return key
