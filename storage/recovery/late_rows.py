"""Gives published files of a run their rows late, after the recorder had to drop them from memory.

It is what a start does for everything (`storage.recovery.reconcile`), for a known run and time only, beside the recording.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from storage.installation.steps import OnStep, ignore_step
from storage.open import Storage
from storage.recovery.adoption import adopt_files
from storage.recovery.published_names import NamedFile, hour_folders, indexed_paths, segment_files
from storage.volumes.markers import remove_run_folder
from storage.volumes.segment_paths import hour_start, incoming_path
from vms.domain.camera import Stream
from vms.domain.errors import IndexMismatch
from vms.domain.segment import Run
from vms.domain.time import HOUR_US


@dataclass(frozen=True, slots=True)
class LateFiles:
    """Files of one run that were published and have no row.

    Attributes:
        first_us, last_us: starts of the first and the last of them.
        last_seq: highest of their numbers; later files get their rows in the ordinary way.
    """

    run_uuid: UUID
    stream_id: int
    volume_id: int
    first_us: int
    last_us: int
    last_seq: int


def late_files(storage: Storage, late: LateFiles) -> list[NamedFile]:
    """Return the files that have no row yet, oldest first.

    Raises:
        IndexMismatch: the run itself has no row yet, or its stream is not known.
        StorageError: volume or database do not answer.
    """
    _, stream = _run_and_stream(storage, late)
    volume = storage.volume_access.open(storage.volumes.get(late.volume_id))
    hours = set(range(hour_start(late.first_us), late.last_us + 1, HOUR_US))
    missing: list[NamedFile] = []
    for folder, hour_us in hour_folders(volume, stream.uuid, min(hours), hours):
        known = indexed_paths(storage.database, stream.id, late.volume_id, hour_us)
        missing += [
            file
            for file in segment_files(volume, folder)
            if file.name.run_short == late.run_uuid.hex[:8]
            and file.name.seq <= late.last_seq
            and file.path not in known
        ]
    return missing


def index_late_files(
    storage: Storage, late: LateFiles, files: Sequence[NamedFile], on_step: OnStep = ignore_step
) -> int:
    """Check these files against their digests, store their rows and remove their incoming names. Returns how many are new.

    Raises as `late_files` does. A file that is not what its name says keeps both names for the next start.
    """
    _, stream = _run_and_stream(storage, late)
    volume = storage.volume_access.open(storage.volumes.get(late.volume_id))
    added = adopt_files(storage, volume, stream, files, on_step)
    indexed = _indexed(storage, late, files)
    for file in files:
        if file.path in indexed:
            volume.unlink(incoming_path(late.run_uuid, file.name.seq))
    return added


def clear_folder(storage: Storage, late: LateFiles) -> None:
    """Remove the run's folder under incoming/ if it has ended and the folder is empty; raises StorageError."""
    run, _ = _run_and_stream(storage, late)
    if not run.is_open:
        remove_run_folder(storage.volume_access.open(storage.volumes.get(late.volume_id)), late.run_uuid)


def _run_and_stream(storage: Storage, late: LateFiles) -> tuple[Run, Stream]:
    run = storage.segments.run_by_uuid(late.run_uuid)
    cameras = storage.cameras.list(include_removed=True)
    stream = next((s for camera in cameras for s in camera.streams if s.id == late.stream_id), None)
    if run is None or stream is None:
        # Without its row the files would be given to a run made up from their names.
        raise IndexMismatch(f"run {late.run_uuid.hex[:8]} has no row yet")
    return run, stream


def _indexed(storage: Storage, late: LateFiles, files: Collection[NamedFile]) -> set[str]:
    hours = {hour_start(file.name.start_us) for file in files}
    return {
        path
        for hour_us in hours
        for path in indexed_paths(storage.database, late.stream_id, late.volume_id, hour_us)
    }
