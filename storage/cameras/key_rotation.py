"""Replaces the key that camera passwords are sealed with, while everything runs (SEC-19).

The new key is on disk before the first password is sealed with it, and the old one stays until none needs it any more:
after a kill at any step every password can be read, and running it again finishes what was begun.
"""

import time
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.cameras.camera_secrets import CameraSecrets, SealedCredentials, key_name
from storage.installation.steps import OnStep, ignore_step
from storage.schema.cameras import camera, camera_secret
from storage.sql.database import Database
from vms.host.secret_key import KeyFiles
from vms.host.service_lock import service_lock

_PAUSE_SECONDS: Final = 1.0


def rotate_key(database: Database, files: KeyFiles, on_step: OnStep = ignore_step) -> int:
    """Seal every camera's password with a new key and forget the old one. Returns how many passwords there were.

    Args:
        database: where the passwords are.
        files: the key files.
        on_step: called with the name of each step before it is taken (tests stop the process there).

    Raises:
        SettingsError: a key file cannot be used, or a password cannot be opened with it; nothing is lost then.
        IndexUnavailable: the database does not answer.
        AlreadyRunning: somebody else is replacing the key.
    """
    with service_lock(files.data_dir, "key rotation"):
        on_step("make-key")
        files.begin_rotation()
        on_step("seal")
        count = _seal_anew(database, files)
        # Somebody who stored a password in that moment may have read the old key just before the new one was there.
        on_step("seal-again")
        time.sleep(_PAUSE_SECONDS)
        _seal_anew(database, files)
        on_step("forget-key")
        files.end_rotation()
        on_step("done")
    return count


def _seal_anew(database: Database, files: KeyFiles) -> int:
    """Seal every password with the newest key, in one transaction. Returns how many passwords there are."""
    secrets = CameraSecrets(files)
    newest = key_name(files.keys()[0])
    with database.write() as connection:
        rows = connection.execute(
            sa.select(
                camera_secret.c.camera_id, camera.c.uuid, camera_secret.c.sealed, camera_secret.c.key_name
            )
            .join(camera, camera.c.id == camera_secret.c.camera_id)
            .with_for_update(of=camera_secret)
        ).all()
        for camera_id, camera_uuid, data, name in rows:
            if name != newest:
                sealed = secrets.seal(camera_uuid, secrets.open(camera_uuid, SealedCredentials(data, name)))
                _store(connection, camera_id, sealed)
    return len(rows)


def _store(connection: Connection, camera_id: int, sealed: SealedCredentials) -> None:
    connection.execute(
        sa.update(camera_secret)
        .where(camera_secret.c.camera_id == camera_id)
        .values(sealed=sealed.data, key_name=sealed.key_name)
    )
