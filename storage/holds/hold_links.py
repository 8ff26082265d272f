"""A second name for every held file, below hold/: what survives even if the first is deleted by mistake or by hand.

The rows of the hold table decide what is held; these hard links are a precaution and cost no space. They are made
after the hold is placed, brought up to date by later passes (footage may be recorded into a hold), and removed when
it ends: only then is the room of a file free. What no hold of this database is known for may come from a lost one and
stays. Filesystems without hard links have none.
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
    """What removing links gave: files that had no other name any more, and their bytes."""

    files: int = 0
    freed_bytes: int = 0


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
        for file in self._files(held):
            if file.volume_id not in opened:
                known = volumes.get(file.volume_id)
                opened[file.volume_id] = None if known is None else self._try_open(known.id)
            failed += not _link(opened[file.volume_id], file.path, held.id)
        _warn(held, failed)
        return failed

    def remove(self, hold_id: int) -> None:
        """Remove the links of one hold from every volume that can be written."""
        for volume in self._volumes.list():
            opened = self._try_open(volume.id)
            if opened is not None:
                _remove(opened, hold_id)

    def refresh(self, now_us: int) -> None:
        """Bring all links up to date: new footage in active holds, none for holds that a person released."""
        for volume in self._volumes.list():
            opened = self._try_open(volume.id)
            if opened is not None:
                self.add_missing(opened, now_us)
                self.remove_ended(opened, None)

    def add_missing(self, volume: OpenVolume, sure_us: int | None) -> None:
        """Link, on one volume, what was recorded into active holds."""
        with self._database.read() as connection:
            active = [hold_of(row) for row in connection.execute(sa.select(hold).where(*is_active(sure_us)))]
        for held in active:
            here = (file for file in self._files(held) if file.volume_id == volume.volume_id)
            _warn(held, sum(not _link(volume, file.path, held.id) for file in here))

    def remove_ended(self, volume: OpenVolume, sure_us: int | None) -> Unlinked:
        """Remove, on one volume, the links of holds that have ended, and return what room that gave.

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
        removed = [_remove(volume, hold_id) for hold_id in hold_ids]
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


def _warn(held: Hold, failed: int) -> None:
    if failed:
        log.warning("held files without a second name", extra={"hold": held.id, "files": failed})


def _link(volume: OpenVolume | None, path: str, hold_id: int) -> bool:
    if volume is None:
        return False
    try:
        return volume.add_link(path, held_path(hold_id, path))
    except (StorageError, OSError) as error:
        log.info("a held file could not be linked: %s", error, extra={"hold": hold_id})
        return False


def _remove(volume: OpenVolume, hold_id: int) -> Unlinked:
    """Remove the links of one hold from a volume, as far as it lets us."""
    try:
        removed = _remove_tree(volume, f"{HELD}/{hold_id}")
        volume.remove_empty_dir(HELD)
    except (StorageError, OSError) as error:
        log.warning("links of a hold stay: %s", error, extra={"hold": hold_id, "volume": volume.volume_id})
        return Unlinked()
    return removed


def _remove_tree(volume: OpenVolume, folder: str) -> Unlinked:
    """Remove a folder below hold/ with everything in it; its files have another name, or are not wanted any more."""
    files = freed_bytes = 0
    for name, size in volume.sizes(folder).items():
        path = f"{folder}/{name}"
        if size >= 0:
            is_last_name = volume.stat(path).st_nlink == 1
            volume.unlink(path)
            files += is_last_name
            freed_bytes += size if is_last_name else 0
        else:
            below = _remove_tree(volume, path)
            files += below.files
            freed_bytes += below.freed_bytes
    volume.remove_empty_dir(folder)
    return Unlinked(files, freed_bytes)
