"""Rebuilds the index from the files: their names carry start, duration, run, number and digest.

It adds what is missing and removes nothing, so it may be stopped and run again, which goes on where it stopped, and
run on an index that is merely incomplete. Footage of a camera that the database does not know becomes footage of an archived camera with the uuid
that the folder states; it is never given to another camera.
"""

import json
import logging
import os
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from uuid import UUID

from storage.clock.clock_corrections import read_corrections
from storage.footage.file_rows import files_within
from storage.footage.index_writer import IndexBatch
from storage.open import Storage
from storage.recovery.adoption import Adopter
from storage.recovery.fragment_filling import fragments_left_out
from storage.recovery.published_names import NamedFile, find_run, hour_folders, remade_run, segment_files
from storage.volumes.markers import read_marker
from storage.volumes.open_volume import OpenVolume
from storage.volumes.segment_paths import RECORDED, sidecar_path
from vms.domain.camera import StreamRole
from vms.domain.errors import Conflict, InvalidInput, VolumeFull, VolumeUnavailable
from vms.domain.segment import FinishedSegment, Run
from vms.domain.time import HOUR_US, Clock, TimeRange
from vms.domain.volume import Volume

log: Final = logging.getLogger(__name__)

_BATCH: Final = 500
_MAX_SIDECAR_BYTES: Final = 64 * 1024

Progress = Callable[[int, int | None], None]
"""Called with the files done so far and how many there are in all, None where nobody knows."""


@dataclass(slots=True)
class ReindexReport:
    """What a rebuild did.

    Attributes:
        files: names that were read. added: rows that are new.
        damaged: files that got no row, because they are not what their names say.
        imported_streams: streams that the database did not know.
        skipped_volumes: row numbers of volumes that do not work, with the reason.
        seconds: how long it took.
    """

    files: int = 0
    added: int = 0
    damaged: list[str] = field(default_factory=list)
    imported_streams: list[UUID] = field(default_factory=list)
    skipped_volumes: dict[int, str] = field(default_factory=dict)
    seconds: float = 0.0

    def summary(self) -> str:
        """Return a few lines for a terminal."""
        per_million = self.seconds / self.files * 1_000_000 / 60 if self.files else 0.0
        lines = [
            f"{self.files} files read, {self.added} rows added, {len(self.damaged)} damaged files left out",
            f"{len(self.imported_streams)} unknown streams kept as archived cameras",
            f"{self.seconds:.1f} s, {per_million:.1f} minutes per million files",
        ]
        lines += [f"volume {number} was left out: {why}" for number, why in self.skipped_volumes.items()]
        return "\n".join(lines)


def reindex(
    storage: Storage,
    clock: Clock,
    *,
    progress: Progress | None = None,
    with_fragments: bool = True,
    only: Collection[int] | None = None,
) -> ReindexReport:
    """Add a row for every published file that has none, and report what was done.

    Args:
        storage: rows and volumes; for an index that was lost, call `take_over` first.
        clock: not used for footage, whose times are in its names; tells how long it took.
        progress: told about every few hundred files.
        with_fragments: also read every file's fragment headers (an hour per million files on a slow disk); without,
            rows are complete but for their fragment tables. Footage is found and plays, slower at first: the
            scheduler fills the tables in afterwards (storage.recovery.fragment_filling).
        only: row numbers of the volumes to read; None for all.

    Raises:
        IndexUnavailable: the database does not answer.
    """
    report = ReindexReport()
    began_us = clock.monotonic_us()
    for volume in storage.volumes.list():
        if only is not None and volume.id not in only:
            continue
        try:
            _reindex_volume(storage, volume, report, progress, with_fragments=with_fragments)
        except (VolumeUnavailable, VolumeFull) as error:
            log.warning("volume left out: %s", error, extra={"volume": volume.id})
            report.skipped_volumes[volume.id] = str(error)
    if not with_fragments:
        fragments_left_out(storage.database)
    report.seconds = (clock.monotonic_us() - began_us) / 1_000_000
    return report


def take_over(storage: Storage, paths: Iterable[str | Path]) -> list[Volume]:
    """Add the volumes of a lost database to this new one, which takes over its identity, and return them.

    Raises:
        InvalidInput: a path is no marked volume.
        Conflict: the volumes belong to different databases, or this one has footage of its own.
    """
    roots = [str(path) for path in paths]
    identities = {_database_of(root) for root in roots}
    own = storage.meta.database_uuid()
    if len(identities) > 1:
        raise Conflict("these volumes belong to different databases: rebuild one index for each")
    if storage.volumes.list() and identities - {own}:
        raise Conflict("this database has volumes of its own: use an empty one")
    for identity in identities - {own}:
        storage.meta.adopt_database_uuid(identity)
        storage.volume_access.adopt(identity)
    known = {volume.path for volume in storage.volumes.list()}
    return [storage.volumes.add(root) for root in roots if os.path.normpath(root) not in known]


def _database_of(root: str) -> UUID:
    try:
        root_fd = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise InvalidInput(f"{root} cannot be opened: {error.strerror}", field="path") from error
    try:
        marker = read_marker(root_fd)
    except (OSError, VolumeUnavailable) as error:
        raise InvalidInput(f"{root} cannot be used: {error}", field="path") from error
    finally:
        os.close(root_fd)
    if marker is None:
        raise InvalidInput(f"{root} is no volume of Siring: it has no marker", field="path")
    return marker.database_uuid


def _reindex_volume(
    storage: Storage,
    volume: Volume,
    report: ReindexReport,
    progress: Progress | None,
    *,
    with_fragments: bool,
) -> None:
    opened = storage.volume_access.open(volume)
    for name in opened.names(RECORDED):
        try:
            stream_uuid = UUID(hex=name)
        except ValueError:
            log.warning("an unknown folder was left out", extra={"folder": name, "volume": volume.id})
            continue
        stream_id = _stream(storage, opened, stream_uuid, report)
        shifts = read_corrections(opened, stream_uuid)
        adopter = Adopter(opened, with_fragments=with_fragments, with_digests=False)
        entries: list[FinishedSegment] = []
        runs: dict[str, Run] = {}
        for folder, hour_us in hour_folders(opened, stream_uuid):
            named = segment_files(opened, folder)
            files = _without_row(storage, stream_id, volume.id, named, hour_us)
            report.files += len(named)
            _extend_runs(storage, runs, files, stream_id, stream_uuid, volume.id)
            for file in files:
                run = runs[file.name.run_short]
                entry = adopter.entry(file, stream_id, run.uuid, shifts.get(file.name.run_short, 0))
                if entry is None:
                    report.damaged.append(file.path)
                else:
                    entries.append(entry)
            if len(entries) >= _BATCH:
                report.added += _write(storage, runs, entries)
                entries = []
                if progress is not None:
                    progress(report.files, None)
                # Only the latest runs can go on in the next hour.
                latest = {file.name.run_short for file in named}
                runs = {short: run for short, run in runs.items() if short in latest}
        report.added += _write(storage, runs, entries)
        if progress is not None:
            progress(report.files, None)


def _without_row(
    storage: Storage, stream_id: int, volume_id: int, named: Sequence[NamedFile], hour_us: int
) -> Sequence[NamedFile]:
    """Return the files of an hour that are not indexed near it; one that a clock correction moved away is among them."""
    if not named:
        return named
    hour = TimeRange(hour_us, hour_us + HOUR_US)
    known = {(file.volume_id, file.path) for file in files_within(storage.database, stream_id, hour)}
    return [file for file in named if (volume_id, file.path) not in known]


def _extend_runs(
    storage: Storage,
    runs: dict[str, Run],
    files: Sequence[NamedFile],
    stream_id: int,
    stream_uuid: UUID,
    volume_id: int,
) -> None:
    """Add the run of every file to `runs`, each as long as its files reach."""
    for file in files:
        short = file.name.run_short
        start_us, end_us = file.name.start_us, file.name.start_us + file.name.duration_us
        known = runs.get(short)
        if known is None:
            with storage.database.read() as connection:
                stored = find_run(connection, stream_id, volume_id, short)
            row = storage.segments.run_by_uuid(stored) if stored is not None else None
            known = row or remade_run(stream_id, stream_uuid, volume_id, short, start_us, end_us)
        if known.end_us is not None:
            known = replace(known, start_us=min(known.start_us, start_us), end_us=max(known.end_us, end_us))
        runs[short] = known


def _write(storage: Storage, runs: dict[str, Run], entries: Sequence[FinishedSegment]) -> int:
    if not entries:
        return 0
    named = {entry.run_uuid for entry in entries}
    batch = IndexBatch(runs=tuple(run for run in runs.values() if run.uuid in named), segments=tuple(entries))
    return storage.index_writer.commit(batch).inserted


def _stream(storage: Storage, volume: OpenVolume, stream_uuid: UUID, report: ReindexReport) -> int:
    """Return the stream's id, adding it with a removed camera if it is unknown."""
    known = {s.uuid for camera in storage.cameras.list(include_removed=True) for s in camera.streams}
    camera_uuid, camera_name, role = _read_sidecar(volume, stream_uuid)
    if stream_uuid not in known:
        report.imported_streams.append(stream_uuid)
    return storage.cameras.import_unknown(
        stream_uuid, camera_uuid=camera_uuid, camera_name=camera_name, role=role
    )


def _read_sidecar(volume: OpenVolume, stream_uuid: UUID) -> tuple[UUID | None, str, StreamRole]:
    """Return the camera's uuid, its name and the stream's role from the sidecar; defaults stand for what it does not say."""
    try:
        fd = volume.open_file(sidecar_path(stream_uuid))
    except FileNotFoundError:
        return None, "", StreamRole.MAIN
    try:
        values = json.loads(os.read(fd, _MAX_SIDECAR_BYTES))
        return UUID(values["camera_uuid"]), str(values["camera_name"]), StreamRole(values["role"])
    except (ValueError, KeyError, TypeError, AttributeError):
        log.warning("the note beside a stream's footage is damaged", extra={"stream": stream_uuid.hex})
        return None, "", StreamRole.MAIN
    finally:
        os.close(fd)
