"""Whose footage a folder under incoming/ holds, noted in the folder itself.

The run's row is written a moment after its first picture, later where the database is away; without the note, what a
crash leaves before that would belong to nobody.
"""

import os
from uuid import UUID

from storage.volumes.open_volume import OpenVolume
from storage.volumes.segment_paths import incoming_folder

_SUFFIX = ".stream"


def note_owner(volume: OpenVolume, run_uuid: UUID, stream_uuid: UUID) -> None:
    """Make a run's folder under incoming/ and note in it whose it is; raises StorageError."""
    os.close(volume.create_file(f"{incoming_folder(run_uuid)}/{stream_uuid.hex}{_SUFFIX}", os.O_WRONLY))


def owner_of(volume: OpenVolume, run_uuid: UUID) -> UUID | None:
    """Return the stream that a run's folder was made for, None where it does not say."""
    for name in volume.names(incoming_folder(run_uuid)):
        if name.endswith(_SUFFIX):
            try:
                return UUID(hex=name.removesuffix(_SUFFIX))
            except ValueError:
                continue
    return None


def remove_folder(volume: OpenVolume, run_uuid: UUID) -> bool:
    """Remove a run's folder if it holds nothing but the note, and tell whether it is gone."""
    folder = incoming_folder(run_uuid)
    names = volume.names(folder)
    if any(not name.endswith(_SUFFIX) for name in names):
        return False
    for name in names:
        volume.unlink(f"{folder}/{name}")
    return volume.remove_empty_dir(folder)
