"""A restore that is only rehearsed: a backup is put into a scratch folder, opened as the system would, and looked over."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from storage.installation.migrate import upgrade
from storage.open import Storage, open_storage
from storage.recovery.database_backup import BackupFacts, examine, refuse_without_room, restore
from storage.recovery.replace_index import find_damage
from vms.domain.errors import IndexMismatch, IndexUnavailable
from vms.domain.time import Clock, format_rfc3339
from vms.host.secret_key import KeyFiles
from vms.host.service_lock import service_lock
from vms.host.sqlite_address import sqlite_url

_SCRATCH: Final = "rehearsal"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What came back when a backup was restored into a scratch folder.

    Attributes:
        backup: the file. size_bytes: how large it is. revision: of its tables; older ones were upgraded.
        cameras, people, volumes, holds: how many there are in it.
        newest_us: end of the newest footage that it knows, None where it knows none.
    """

    backup: Path
    size_bytes: int
    revision: str
    cameras: int
    people: int
    volumes: int
    holds: int
    newest_us: int | None

    def summary(self) -> str:
        """Return a few lines for a terminal."""
        newest = "none" if self.newest_us is None else format_rfc3339(self.newest_us)
        return "\n".join(
            [
                f"{self.backup} was restored into a scratch folder, opened and checked: it can be relied on.",
                f"  {self.size_bytes / 1e6:.1f} MB, revision {self.revision}, newest footage {newest}",
                f"  {self.cameras} cameras, {self.people} people, {self.volumes} volumes, {self.holds} holds",
                "  every camera password opens with this installation's key",
            ]
        )


def rehearse(backup: Path, data_dir: Path, clock: Clock) -> Rehearsal:
    """Restore a backup into a scratch folder of the data folder, open it, look it over, and remove it again.

    Args:
        backup: what `storage.recovery.database_backup.back_up` wrote.
        data_dir: of the installation, whose key must open the camera passwords.
        clock: wall time.

    Raises:
        InvalidInput: the file is no undamaged backup that this program can use.
        IndexMismatch: the restored database is damaged.
        SettingsError: the key does not open a password.
        IndexUnavailable: there is no room for it.
        AlreadyRunning: another rehearsal runs.
    """
    scratch = data_dir / _SCRATCH
    with service_lock(data_dir, _SCRATCH):
        try:
            # One that was killed has left its own behind.
            shutil.rmtree(scratch, ignore_errors=True)
            scratch.mkdir(mode=0o700)
            facts = examine(backup)
            refuse_without_room(backup, scratch)
            return _rehearsed(backup, sqlite_url(scratch / "siring.db"), KeyFiles(data_dir), clock, facts)
        except OSError as error:
            raise IndexUnavailable(f"the restore could not be rehearsed: {error}") from error
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _rehearsed(backup: Path, url: str, key: KeyFiles, clock: Clock, facts: BackupFacts) -> Rehearsal:
    restore(url, backup)
    upgrade(url)
    if damage := find_damage(url):
        raise IndexMismatch(f"the restored database is damaged: {damage}")
    storage = open_storage(url, clock, secret_key=key)
    try:
        return _checked(storage, backup, facts.size_bytes, facts.revision)
    finally:
        storage.close()


def _checked(storage: Storage, backup: Path, size_bytes: int, revision: str) -> Rehearsal:
    cameras = storage.cameras.list(include_removed=True)
    extents = storage.many_streams.extents([s.id for camera in cameras for s in camera.streams])
    # Raises where the key does not open one of them.
    storage.cameras.secrets_for_redaction()
    return Rehearsal(
        backup=backup,
        size_bytes=size_bytes,
        revision=revision,
        cameras=len(storage.cameras.list()),
        people=len(storage.users.list()),
        volumes=len(storage.volumes.list()),
        holds=len(storage.holds.list(active_only=True)),
        newest_us=max((extent.end_us for extent in extents.values()), default=None),
    )
