"""Hold links: a hard link below hold/ for every held file, which survives if the file is deleted by mistake or by hand.

The rows of the hold table decide what is held; the links are a precaution and cost no space. They are made
after the hold is placed, brought up to date by later passes (footage may be recorded into a hold), and removed when
it ends: only then is the room of a file free. Links of a hold that this database does not know may come from a lost
one and stay. Filesystems without hard links have none.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from storage.footage.file_rows import FileRow, files_within
from storage.holds.protection import hold_of, is_active
from storage.schema.cameras import stream
from storage.schema.retention import hold
from storage.sql.database import Database
from storage.volumes.open_volume import OpenVolume
from storage.volumes.segment_paths import HELD, held_path
from storage.volumes.volume_access import VolumeAccess
from storage.volumes.volume_store import VolumeStore
from vms.domain.errors import StorageError
from vms.domain.retention import Hold

log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Unlinked:
    """What removing links freed: files that had no other name, and their bytes."""

    files: int = 0
    freed_bytes: int = 0


class HoldLinks:
    """Makes and removes hold links, as far as the volumes allow."""

    def __init__(self, database: Database, volumes: VolumeStore, access: VolumeAccess) -> None:
        self._database = database
        self._volumes = volumes
        self._access = access

    def make(self, held: Hold) -> None:
        """Link every file of the hold, as far as the volumes allow."""
        volumes = {volume.id: volume for volume in self._volumes.list()}
        opened: dict[int, OpenVolume | None] = {}
        failed = 0
        for file in self._files(held):
            if file.volume_id not in opened:
                known = volumes.get(file.volume_id)
                opened[file.volume_id] = None if known is None else self._try_open(known.id)
            failed += not _link(opened[file.volume_id], file.path, held.id)
        _warn_of_missing(held, failed)

    def remove(self, hold_id: int) -> None:
        """Remove a hold's links from every volume that can be written."""
        for volume in self._volumes.list():
            opened = self._try_open(volume.id)
            if opened is not None:
                _remove_links(opened, hold_id)

    def refresh(self, now_us: int) -> None:
        """Bring all links up to date: add those of new footage, remove those of holds that a person released."""
        for volume in self._volumes.list():
            opened = self._try_open(volume.id)
            if opened is not None:
                self.add_missing(opened, now_us)
                self.remove_ended(opened, None)

    def add_missing(self, volume: OpenVolume, sure_us: int | None) -> None:
        """Link what was recorded on the volume into active holds."""
        with self._database.read() as connection:
            active = [hold_of(row) for row in connection.execute(sa.select(hold).where(*is_active(sure_us)))]
        for held in active:
            here = (file for file in self._files(held) if file.volume_id == volume.volume_id)
            _warn_of_missing(held, sum(not _link(volume, file.path, held.id) for file in here))

    def remove_ended(self, volume: OpenVolume, sure_us: int | None) -> Unlinked:
        """Remove the links of ended holds from the volume and return what that freed.

        Args:
            volume: an open volume that may be written.
            sure_us: it surely is no earlier; None where only a released hold has ended.
        """
        # Names first: a hold that is placed meanwhile has its row before it has its links.
        linked = {int(name) for name in volume.names(HELD) if name.isascii() and name.isdigit()}
        if not linked:
            return Unlinked()
        with self._database.read() as connection:
            ended = connection.execute(
                sa.select(hold.c.id).where(hold.c.id.in_(linked), sa.not_(sa.and_(*is_active(sure_us))))
            )
            hold_ids = sorted(ended.scalars())
        removed = [_remove_links(volume, hold_id) for hold_id in hold_ids]
        return Unlinked(sum(one.files for one in removed), sum(one.freed_bytes for one in removed))

    def _files(self, held: Hold) -> Iterator[FileRow]:
        for stream_id in self._streams(held.camera_id):
            yield from files_within(self._database, stream_id, held.time)

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


def _warn_of_missing(held: Hold, failed: int) -> None:
    if failed:
        log.warning("held files without a link", extra={"hold": held.id, "files": failed})


def _link(volume: OpenVolume | None, path: str, hold_id: int) -> bool:
    if volume is None:
        return False
    try:
        return volume.add_link(path, held_path(hold_id, path))
    except (StorageError, OSError) as error:
        log.info("a held file could not be linked: %s", error, extra={"hold": hold_id})
        return False


def _remove_links(volume: OpenVolume, hold_id: int) -> Unlinked:
    """Remove a hold's links from a volume, as far as it can be written."""
    try:
        removed = _remove_folder(volume, f"{HELD}/{hold_id}")
        volume.remove_empty_dir(HELD)
    except (StorageError, OSError) as error:
        log.warning("links of a hold stay: %s", error, extra={"hold": hold_id, "volume": volume.volume_id})
        return Unlinked()
    return removed


def _remove_folder(volume: OpenVolume, folder: str) -> Unlinked:
    """Remove a folder below hold/ with everything in it."""
    files = freed_bytes = 0
    for name, size in volume.sizes(folder).items():
        path = f"{folder}/{name}"
        if size >= 0:
            is_last_name = volume.stat(path).st_nlink == 1
            volume.unlink(path)
            files += is_last_name
            freed_bytes += size if is_last_name else 0
        else:
            below = _remove_folder(volume, path)
            files += below.files
            freed_bytes += below.freed_bytes
    volume.remove_empty_dir(folder)
    return Unlinked(files, freed_bytes)
