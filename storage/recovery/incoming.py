"""Empties incoming/ after a crash: names of indexed files are removed, what was being written is salvaged."""

import logging
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from storage.footage.file_rows import FileRow, select_files
from storage.footage.index_writer import IndexBatch
from storage.installation.steps import OnStep
from storage.open import Storage
from storage.recovery.adoption import adopt_files
from storage.recovery.published_names import hour_folders, segment_files
from storage.recovery.salvage import Dropped, first_media_us, salvage
from storage.schema.footage import segment
from storage.volumes.markers import owner_of_run, remove_run_folder
from storage.volumes.open_volume import OpenVolume
from storage.volumes.segment_paths import INCOMING, hour_start, incoming_folder, incoming_path, incoming_seq
from vms.domain.camera import OutageCause, Stream
from vms.domain.segment import ClockTrust, FinishedSegment, Outage, Run, RunEnd
from vms.domain.time import HOUR_US

log: Final = logging.getLogger(__name__)


@dataclass(slots=True)
class IncomingReport:
    """What was done under incoming/ of one volume: files salvaged, dropped, and names of indexed files removed."""

    salvaged: int = 0
    dropped: int = 0
    cleared: int = 0
    unclaimed: list[str] = field(default_factory=list)


def reconcile_incoming(
    storage: Storage, volume: OpenVolume, live_runs: Collection[UUID], on_step: OnStep
) -> IncomingReport:
    """Salvage or clear every folder under incoming/ of a volume, except those of live runs.

    Raises:
        StorageError: the volume failed or is full, or the index does not answer.
    """
    report = IncomingReport()
    streams = {
        stream.id: stream
        for camera in storage.cameras.list(include_removed=True)
        for stream in camera.streams
    }
    for name in volume.names(INCOMING):
        run_uuid = _uuid_of(name)
        if run_uuid is None:
            report.unclaimed.append(f"{INCOMING}/{name}")
            continue
        if run_uuid in live_runs:
            continue
        run = storage.segments.run_by_uuid(run_uuid) or _unwritten_run(storage, volume, run_uuid, streams)
        if run is not None:
            _reconcile_run(storage, volume, run, streams[run.stream_id], report, on_step)
        on_step("remove-folder")
        if not remove_run_folder(volume, run_uuid) and run is None:
            log.warning("files of an unknown run were left over", extra={"run": name[:8]})
            report.unclaimed.append(f"{INCOMING}/{name}")
    return report


def _unwritten_run(
    storage: Storage, volume: OpenVolume, run_uuid: UUID, streams: Mapping[int, Stream]
) -> Run | None:
    """Store the row that a killed recorder could not write, and return it; None if there is nothing to write it for."""
    owner = owner_of_run(volume, run_uuid)
    stream = next((s for s in streams.values() if s.uuid == owner), None)
    folder = incoming_folder(run_uuid)
    numbers = [seq for name in volume.names(folder) if (seq := incoming_seq(name)) is not None]
    if stream is None or not numbers:
        return None
    start_us = first_media_us(volume, incoming_path(run_uuid, min(numbers)))
    run = Run(
        id=0,
        uuid=run_uuid,
        stream_id=stream.id,
        volume_id=volume.volume_id,
        start_us=start_us,
        anchor_us=0,
        trust=ClockTrust.UNKNOWN,
        ffmpeg_version="",
        end_us=start_us,
        end_reason=RunEnd.CRASH,
    )
    storage.index_writer.commit(IndexBatch(runs=(run,)))
    return storage.segments.run_by_uuid(run_uuid)


def _reconcile_run(
    storage: Storage,
    volume: OpenVolume,
    run: Run,
    stream: Stream,
    report: IncomingReport,
    on_step: OnStep,
) -> None:
    """Salvage or clear the files of one run in the order of recording: each begins where the one before ends."""
    names = volume.names(incoming_folder(run.uuid))
    for seq in sorted(seq for name in names if (seq := incoming_seq(name)) is not None):
        incoming = incoming_path(run.uuid, seq)
        indexed = _indexed(storage, run, seq)
        if indexed is None:
            previous = _indexed(storage, run, seq - 1) if seq else None
            start_us = previous.end_us if previous else (run.start_us if seq == 0 else None)
            if not _adopt_published(storage, volume, run, stream, seq, start_us, on_step):
                on_step("salvage")
                result = salvage(volume, stream.uuid, run, seq, start_us, on_step)
                if isinstance(result, Dropped):
                    report.dropped += 1
                    _note_loss(storage, run, start_us, result)
                    continue
                _insert(storage, volume, result, on_step)
                report.salvaged += 1
        elif not volume.exists(indexed.path):
            # The row is right and its file has lost its final name: the incoming one saves it.
            volume.link_no_replace(incoming, indexed.path)
            volume.sync()
        on_step("unlink-incoming")
        report.cleared += volume.unlink(incoming)


def _adopt_published(
    storage: Storage,
    volume: OpenVolume,
    run: Run,
    stream: Stream,
    seq: int,
    start_us: int | None,
    on_step: OnStep,
) -> bool:
    """Index the file by the name under which it was published before the crash. Returns whether it has a row now.

    A published file that is not what its name says (the crash came before it was synced) loses that name, so that
    it can be salvaged and gets a true one.
    """
    incoming = volume.stat(incoming_path(run.uuid, seq))
    about_us = hour_start(run.start_us if start_us is None else start_us)
    hours = {about_us + k * HOUR_US for k in (-1, 0, 1)}
    for folder, _ in hour_folders(volume, stream.uuid, min(hours), hours):
        for file in segment_files(volume, folder):
            if (file.name.run_short, file.name.seq) != (run.short, seq):
                continue
            if adopt_files(storage, volume, stream, [file], on_step):
                return True
            if os.path.samestat(volume.stat(file.path), incoming):
                volume.unlink(file.path)
    return False


def _insert(storage: Storage, volume: OpenVolume, entry: FinishedSegment, on_step: OnStep) -> None:
    on_step("sync-salvaged")
    volume.sync()
    on_step("insert-salvaged")
    storage.index_writer.commit(IndexBatch(segments=(entry,)))


def _indexed(storage: Storage, run: Run, seq: int) -> FileRow | None:
    with storage.database.read() as connection:
        found = select_files(connection, segment.c.run_id == run.id, segment.c.seq == seq, limit=1)
    return found[0] if found else None


def _note_loss(storage: Storage, run: Run, start_us: int | None, dropped: Dropped) -> None:
    """Store an outage where recording was tried and left nothing."""
    if start_us is None or start_us >= dropped.written_us:
        return
    kept = " (kept in quarantine)" if dropped.is_quarantined else ""
    outage = Outage(
        run.stream_id,
        start_us,
        dropped.written_us,
        OutageCause.RECORDER_DOWN,
        f"recording was cut off before the first pictures were on disk{kept}",
    )
    storage.index_writer.commit(IndexBatch(outages=(outage,)))


def _uuid_of(name: str) -> UUID | None:
    try:
        return UUID(hex=name) if len(name) == 32 else None
    except ValueError:
        return None
