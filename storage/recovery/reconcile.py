"""Makes files and index agree after a crash: run at the recorder's start, before anything is recorded.

Reads are bounded: what lies under incoming/, and the names in folders of hours since each stream's newest row; of a
stream without any row, and of a database whose rebuild is due, only the last hours. The rest of a lost index is the
work of a rebuild (storage.recovery.replace_index), which may run beside the recording. Each step may be the last one before another crash; doing it all again is always right.
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final
from uuid import UUID

from storage.footage.index_writer import IndexBatch
from storage.installation.steps import OnStep, ignore_step
from storage.open import Storage
from storage.purge.garbage_collection import collect_garbage
from storage.recovery.adoption import adopt_files
from storage.recovery.incoming import reconcile_incoming
from storage.recovery.published_names import hour_folders, indexed_paths, segment_files
from storage.volumes.open_volume import OpenVolume
from storage.volumes.segment_paths import hour_start
from storage.volumes.volume_pool import ANSWER_SECONDS, Work
from vms.domain.camera import Stream
from vms.domain.errors import VolumeFull, VolumeUnavailable
from vms.domain.segment import Run, RunEnd
from vms.domain.time import HOUR_US, Clock

log: Final = logging.getLogger(__name__)

_REACH_BACK_US: Final = 2 * HOUR_US
"""How long a published file may wait for its row while everything works: seconds; this leaves room for disorder."""


@dataclass(slots=True)
class ReconcileReport:
    """What was found and repaired.

    Attributes:
        adopted: published files that got their rows. salvaged: left-over files that were published.
        dropped: files without media. cleared: incoming names of indexed files removed. garbage: purged files removed.
        closed_runs: runs that a crash had left open.
        unclaimed: folders under incoming/ of runs that nobody knows; they are left alone.
        skipped_volumes: row numbers of volumes that do not work, with the reason.
        needs_rebuild: whether there is older footage without rows, which only a rebuild indexes.
    """

    adopted: int = 0
    salvaged: int = 0
    dropped: int = 0
    cleared: int = 0
    garbage: int = 0
    closed_runs: int = 0
    unclaimed: list[str] = field(default_factory=list)
    skipped_volumes: dict[int, str] = field(default_factory=dict)
    needs_rebuild: bool = False

    def summary(self) -> str:
        """Return one line for a log or a terminal."""
        return (
            f"{self.adopted} files indexed, {self.salvaged} salvaged, {self.dropped} without media dropped, "
            f"{self.cleared} incoming names and {self.garbage} purged files removed, {self.closed_runs} runs closed, "
            f"{len(self.unclaimed)} unknown folders left alone, {len(self.skipped_volumes)} volumes left out"
        )

    def leave_out(self, volume_id: int, why: str) -> None:
        """Note and log that a volume does not work; its files wait for a later start."""
        log.warning("volume left out: %s", why, extra={"volume": volume_id})
        self.skipped_volumes[volume_id] = why


def reconcile(
    storage: Storage,
    clock: Clock,
    *,
    live_runs: Collection[UUID] = (),
    on_step: OnStep = ignore_step,
    answer_seconds: float = ANSWER_SECONDS,
) -> ReconcileReport:
    """Make files and index agree, and report what was done.

    Args:
        storage: rows and volumes.
        clock: wall time.
        live_runs: runs that are being recorded right now; nothing of theirs is touched.
        on_step: called with the name of each step before it is taken (tests stop the process there).
        answer_seconds: a volume that says nothing for so long is left out, as one that is missing.

    Raises:
        IndexUnavailable: the database does not answer.
    """
    is_rebuilt = storage.meta.is_rebuild_due()
    report = ReconcileReport(needs_rebuild=is_rebuilt)
    recent_us = clock.now_us() - _REACH_BACK_US
    streams = [s for camera in storage.cameras.list(include_removed=True) for s in camera.streams]
    open_runs = [run for run in storage.segments.open_runs() if run.uuid not in live_runs]
    volumes = storage.volumes.list()
    asked = {volume.id: partial(storage.volume_access.check, volume) for volume in volumes}
    answered = storage.volume_pool.call_each(Work.RECOVER, asked, seconds=answer_seconds)
    for volume in volumes:
        if volume.id not in answered:
            report.leave_out(volume.id, f"{volume.path} does not answer")
            continue
        try:
            opened = storage.volume_access.open(volume)
            report.garbage += collect_garbage(storage.database, opened, clock.now_us(), on_step).files
            for stream in streams:
                newest = storage.segments.newest(stream.id)
                since_us = recent_us if newest is None else newest.start_us - _REACH_BACK_US
                if is_rebuilt:
                    since_us = max(since_us, recent_us)
                elif newest is None:
                    report.needs_rebuild |= _has_footage_before(opened, stream, since_us)
                hours = {
                    hour_start(run.start_us) + k * HOUR_US
                    for run in open_runs
                    if run.stream_id == stream.id and run.volume_id == volume.id
                    for k in (-1, 0, 1)
                }
                report.adopted += _adopt_recent(storage, opened, stream, since_us, hours, live_runs, on_step)
            found = reconcile_incoming(storage, opened, live_runs, on_step)
        except (VolumeUnavailable, VolumeFull) as error:
            report.leave_out(volume.id, str(error))
            continue
        report.salvaged += found.salvaged
        report.dropped += found.dropped
        report.cleared += found.cleared
        report.unclaimed += found.unclaimed
    closed = [run for run in open_runs if run.volume_id not in report.skipped_volumes]
    on_step("close-runs")
    report.closed_runs += _close(storage, closed)
    return report


def _close(storage: Storage, runs: Collection[Run]) -> int:
    """End the runs at their last footage."""
    ended: list[Run] = []
    for run in runs:
        last = storage.segments.last_seq(run.id)
        end_us = run.start_us if last is None else max(last[1], run.start_us)
        ended.append(replace(run, end_us=end_us, end_reason=RunEnd.CRASH))
    if ended:
        storage.index_writer.commit(IndexBatch(runs=tuple(ended)))
    return len(ended)


def _adopt_recent(
    storage: Storage,
    volume: OpenVolume,
    stream: Stream,
    since_us: int,
    hours: Collection[int],
    live_runs: Collection[UUID],
    on_step: OnStep,
) -> int:
    """Index published files without a row: of hours since an instant, and of the hours of runs left open."""
    folders = dict(hour_folders(volume, stream.uuid, since_us))
    if hours:
        folders |= dict(hour_folders(volume, stream.uuid, min(hours), hours))
    live = {run_uuid.hex[:8] for run_uuid in live_runs}
    adopted = 0
    for folder, hour_us in sorted(folders.items()):
        files = [file for file in segment_files(volume, folder) if file.name.run_short not in live]
        if files:
            known = indexed_paths(storage.database, stream.id, volume.volume_id, hour_us)
            missing = [file for file in files if file.path not in known]
            adopted += adopt_files(storage, volume, stream, missing, on_step)
    return adopted


def _has_footage_before(volume: OpenVolume, stream: Stream, before_us: int) -> bool:
    """Tell whether a stream has published files of earlier hours; stops at the first."""
    return any(
        segment_files(volume, folder)
        for folder, hour_us in hour_folders(volume, stream.uuid)
        if hour_us + HOUR_US <= before_us
    )
