"""The key that camera credentials are sealed with: a file of its own, outside the database and its backups (SEC-19)."""

import os
import secrets
import stat
from pathlib import Path

from vms.domain.errors import SettingsError

KEY_BYTES = 32
_NAME = "secret.key"


def load_or_create_key(data_dir: Path) -> bytes:
    """Return the installation's key, made on first use as a file that only its owner may read.

    Raises:
        SettingsError: the file is damaged, or others may read it.
    """
    path = data_dir / _NAME
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        return _load(path)
    with os.fdopen(fd, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    return _load(path)


def _load(path: Path) -> bytes:
    mode = path.stat().st_mode
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(f"{path} may be read by others: run  chmod 600 {path}")
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise SettingsError(f"{path} is damaged: it must hold {KEY_BYTES} bytes; put back your copy of it")
    return key
