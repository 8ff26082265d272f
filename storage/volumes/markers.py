"""Small files that say whose a folder is: the marker at a volume's root, the owner file of a run under incoming/."""

import json
import os
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from storage.volumes.open_volume import OpenVolume
from storage.volumes.segment_paths import MARKER, incoming_folder
from vms.domain.errors import VolumeUnavailable
from vms.domain.time import format_rfc3339

_MAX_MARKER_BYTES: Final = 4096
_OWNER_SUFFIX = ".stream"
"""Of a file under incoming/ whose name is the uuid of the stream that the run belongs to."""


@dataclass(frozen=True, slots=True)
class VolumeMarker:
    """A volume's identity; `created` is an RFC 3339 time for people, never read by programs."""

    volume_uuid: UUID
    database_uuid: UUID
    created: str = ""


def read_marker(root_fd: int) -> VolumeMarker | None:
    """Return the marker in an open root, or None if there is none.

    Raises:
        VolumeUnavailable: the file is there but is no marker.
        OSError: it cannot be read.
    """
    try:
        fd = os.open(MARKER, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=root_fd)
    except FileNotFoundError:
        return None
    try:
        data = os.read(fd, _MAX_MARKER_BYTES)
    finally:
        os.close(fd)
    try:
        values = json.loads(data)
        return VolumeMarker(
            UUID(values["volume_uuid"]), UUID(values["database_uuid"]), str(values.get("created", ""))
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise VolumeUnavailable(f"the volume's marker file {MARKER} is damaged") from error


def write_marker(root_fd: int, volume_uuid: UUID, database_uuid: UUID, now_us: int) -> VolumeMarker:
    """Write the marker of a new volume, synced and never over another, and return it.

    Raises:
        FileExistsError: the directory has a marker already.
        OSError: it cannot be written.
    """
    marker = VolumeMarker(volume_uuid, database_uuid, format_rfc3339(now_us))
    text = json.dumps(
        {
            "volume_uuid": str(marker.volume_uuid),
            "database_uuid": str(marker.database_uuid),
            "created": marker.created,
        }
    )
    fd = os.open(MARKER, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644, dir_fd=root_fd)
    try:
        os.write(fd, text.encode() + b"\n")
        os.fsync(fd)
    finally:
        os.close(fd)
    os.fsync(root_fd)
    return marker


def make_run_folder(volume: OpenVolume, run_uuid: UUID, stream_uuid: UUID) -> None:
    """Make a run's folder under incoming/, with its owner file; raises StorageError."""
    os.close(volume.create_file(f"{incoming_folder(run_uuid)}/{stream_uuid.hex}{_OWNER_SUFFIX}", os.O_WRONLY))


def owner_of_run(volume: OpenVolume, run_uuid: UUID) -> UUID | None:
    """Return the stream that a run's folder was made for, or None if it has no owner file."""
    for name in volume.names(incoming_folder(run_uuid)):
        if name.endswith(_OWNER_SUFFIX):
            try:
                return UUID(hex=name.removesuffix(_OWNER_SUFFIX))
            except ValueError:
                continue
    return None


def remove_run_folder(volume: OpenVolume, run_uuid: UUID) -> bool:
    """Remove a run's folder if nothing but its owner file is in it. Returns whether it is gone."""
    folder = incoming_folder(run_uuid)
    names = volume.names(folder)
    if any(not name.endswith(_OWNER_SUFFIX) for name in names):
        return False
    for name in names:
        volume.unlink(f"{folder}/{name}")
    return volume.remove_empty_dir(folder)
