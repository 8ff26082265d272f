"""A second name for every held file, below hold/: what survives even if the first is deleted by mistake or by hand.

The rows of the hold table decide what is held; these hard links are a precaution and cost no space. They are made
after the hold is placed, brought up to date by later passes (footage may be recorded into a hold), and removed when
it ends. Filesystems without hard links have none.
"""

import logging
from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa

from storage.database import Database
from storage.open_volume import OpenVolume
from storage.protection import hold_of, is_active
from storage.schema import hold, stream
from storage.segment_paths import HELD, held_path
from storage.stored_files import files_within
from storage.volume_access import VolumeAccess
from storage.volumes import VolumeStore
from vms.domain.errors import StorageError
from vms.domain.retention import Hold

log: Final = logging.getLogger(__name__)


class HoldLinks:
    """Makes and removes the links of holds, as far as the volumes allow."""

    def __init__(self, database: Database, volumes: VolumeStore, access: VolumeAccess) -> None:
        self._database = database
        self._volumes = volumes
        self._access = access

    def make(self, held: Hold) -> int:
        """Link every file of the hold that has no link yet; return how many files could not be linked."""
        volumes = {volume.id: volume for volume in self._volumes.list()}
        opened: dict[int, OpenVolume | None] = {}
        failed = 0
        for stream_id in self._streams(held.camera_id):
            for file in files_within(self._database, stream_id, held.time):
                if file.volume_id not in opened:
                    known = volumes.get(file.volume_id)
                    opened[file.volume_id] = None if known is None else self._try_open(known.id)
                failed += not _link(opened[file.volume_id], file.path, held.id)
        if failed:
            log.warning("held files without a second name", extra={"hold": held.id, "files": failed})
        return failed

    def remove(self, hold_id: int) -> None:
        """Remove the links of one hold from every volume that can be written."""
        for volume in self._volumes.list():
            opened = self._try_open(volume.id)
            if opened is None:
                continue
            try:
                _remove_tree(opened, f"{HELD}/{hold_id}")
                opened.remove_empty_dir(HELD)
            except (StorageError, OSError) as error:
                log.warning("links of a hold stay: %s", error, extra={"hold": hold_id, "volume": volume.id})

    def refresh(self, now_us: int) -> None:
        """Bring all links up to date: new footage in active holds, none for holds that ended."""
        with self._database.read() as connection:
            active = [hold_of(row) for row in connection.execute(sa.select(hold).where(*is_active(now_us)))]
        for held in active:
            self.make(held)
        for hold_id in self._linked_holds() - {held.id for held in active}:
            self.remove(hold_id)

    def _linked_holds(self) -> set[int]:
        """Return the numbers of the holds that have links on any volume."""
        found: set[int] = set()
        for volume in self._volumes.list():
            opened = self._try_open(volume.id)
            if opened is not None:
                found |= {int(name) for name in opened.names(HELD) if name.isascii() and name.isdigit()}
        return found

    def _streams(self, camera_id: int) -> Iterable[int]:
        with self._database.read() as connection:
            return (
                connection.execute(sa.select(stream.c.id).where(stream.c.camera_id == camera_id))
                .scalars()
                .all()
            )

    def _try_open(self, volume_id: int) -> OpenVolume | None:
        try:
            return self._access.open(self._volumes.get(volume_id))
        except StorageError as error:
            log.info("volume left out: %s", error, extra={"volume": volume_id})
            return None


def _link(volume: OpenVolume | None, path: str, hold_id: int) -> bool:
    if volume is None:
        return False
    try:
        return volume.add_link(path, held_path(hold_id, path))
    except (StorageError, OSError) as error:
        log.info("a held file could not be linked: %s", error, extra={"hold": hold_id})
        return False


def _remove_tree(volume: OpenVolume, folder: str) -> None:
    """Remove a folder below hold/ with everything in it; its files have another name, or are not wanted any more."""
    for name, size in volume.sizes(folder).items():
        path = f"{folder}/{name}"
        if size >= 0:
            volume.unlink(path)
        else:
            _remove_tree(volume, path)
    volume.remove_empty_dir(folder)
