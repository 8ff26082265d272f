"""Group commit: what was recorded reaches the device, then the index, then loses its incoming name; in that order.

Footage never waits for the index: while the database does not answer, files keep being published, and what their
rows need is kept until it does (failure modes 25 and 26).
"""

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from uuid import UUID

from recorder.clock.timings import RecorderTimings
from recorder.publish.dropped_rows import DroppedRows
from recorder.publish.incoming_names import IncomingNames
from storage.footage.index_writer import IndexBatch, IndexWriter
from storage.volumes.open_volume import OpenVolume
from storage.volumes.volume_pool import DATA_FOLDER, VolumePool, Work
from vms.domain.camera import StreamStatus
from vms.domain.errors import IndexUnavailable, StorageError
from vms.domain.segment import FinishedSegment, Outage, Run
from vms.domain.time import SECOND_US, Clock

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Waiting:
    """What the index does not hold yet."""

    runs: dict[UUID, tuple[Run, OpenVolume]] = field(default_factory=dict)
    outages: dict[tuple[int, int], Outage] = field(default_factory=dict)
    statuses: dict[int, StreamStatus] = field(default_factory=dict)
    unsynced: list[tuple[FinishedSegment, OpenVolume]] = field(default_factory=list)
    synced: list[tuple[FinishedSegment, OpenVolume]] = field(default_factory=list)


class GroupCommitter:
    """Collects what the recorder has to say and writes it in batches, from one thread.

    Args:
        index: the index's writer.
        statuses: returns what to say about the streams now.
        volume_failed: called when syncing a volume failed, which means that written data may be lost.
        dropped: called with what is too much to wait in memory, and when the database answers again.
        step: called with the name of each step taken; tests end the process there.
    """

    def __init__(
        self,
        index: IndexWriter,
        pool: VolumePool,
        clock: Clock,
        timings: RecorderTimings,
        *,
        statuses: Callable[[], Sequence[StreamStatus]],
        volume_failed: Callable[[int, str], None],
        dropped: DroppedRows,
        step: Callable[[str], None],
    ) -> None:
        self._index, self._pool, self._clock, self._timings = index, pool, clock, timings
        self._statuses, self._volume_failed, self._step = statuses, volume_failed, step
        self._dropped = dropped
        self._incoming_names = IncomingNames(pool, step)
        self._waiting = _Waiting()
        self._soon = asyncio.Event()
        self._writer = pool.threads(DATA_FOLDER, Work.COMMIT)
        self._writing: asyncio.Task[None] | None = None
        self._syncs: dict[int, asyncio.Task[None]] = {}
        self._is_index_down = False
        self._reported: dict[int, StreamStatus] = {}
        self._next_heartbeat_us = 0

    def run_changed(self, run: Run, volume: OpenVolume, *, soon: bool = False) -> None:
        """Store the run as it is now; `soon` makes a small commit of its own, so that viewers see the run begin."""
        self._waiting.runs[run.uuid] = (run, volume)
        if soon:
            self._soon.set()

    def outage_changed(self, outage: Outage) -> None:
        """Store the outage as it is now."""
        self._waiting.outages[outage.stream_id, outage.start_us] = outage

    def segment_published(self, segment: FinishedSegment, volume: OpenVolume) -> None:
        """Store the segment once its volume is synced."""
        self._waiting.unsynced.append((segment, volume))

    async def run(self) -> None:
        """Commit at the set intervals until cancelled."""
        clock = self._clock
        next_status_us = next_sync_us = clock.monotonic_us()
        while True:
            wait_us = min(next_status_us, next_sync_us) - clock.monotonic_us()
            try:
                await asyncio.wait_for(self._soon.wait(), max(wait_us, 0) / SECOND_US)
                self._soon.clear()
                await self._commit()
                await asyncio.sleep(self._timings.early_commit_seconds)
            except TimeoutError:
                now_us = clock.monotonic_us()
                if now_us >= next_sync_us:
                    next_sync_us = now_us + int(self._timings.commit_seconds * SECOND_US)
                    await self._sync()
                next_status_us = clock.monotonic_us() + int(self._timings.status_seconds * SECOND_US)
                await self._commit()

    async def finish(self) -> None:
        """Sync and commit what is left; to be called when nothing more will be said."""
        await self._sync()
        await self._commit()
        await self._incoming_names.finish(self._timings.commit_seconds)

    async def _sync(self) -> None:
        """Sync every volume that has new files; one that takes long is left behind, with its segments."""
        by_volume: dict[int, OpenVolume] = {volume.volume_id: volume for _, volume in self._waiting.unsynced}
        for volume_id, volume in by_volume.items():
            if volume_id not in self._syncs:
                task = asyncio.create_task(self._sync_volume(volume), name=f"sync volume {volume_id}")
                self._syncs[volume_id] = task
                task.add_done_callback(partial(self._sync_ended, volume_id))
        if self._syncs:
            await asyncio.wait(tuple(self._syncs.values()), timeout=self._timings.commit_seconds)

    def _sync_ended(self, volume_id: int, _task: asyncio.Task[None]) -> None:
        del self._syncs[volume_id]

    async def _sync_volume(self, volume: OpenVolume) -> None:
        mine = [entry for entry in self._waiting.unsynced if entry[1] is volume]
        try:
            await self._pool.threads(volume.volume_id, Work.SYNC).run(
                _sync_files, volume, [s for s, _ in mine]
            )
        except StorageError as error:
            # What a failed sync covers may be lost, and a second one would not tell (fsyncgate): no row may vouch
            # for these files. They keep both names; the next start reads each of them.
            log.exception(
                "a volume failed to sync", extra={"volume": volume.volume_id, "segments": len(mine)}
            )
            self._volume_failed(volume.volume_id, str(error))
        else:
            self._step("synced")
            self._waiting.synced += mine
        done = {id(entry) for entry in mine}
        self._waiting.unsynced = [entry for entry in self._waiting.unsynced if id(entry) not in done]

    async def _commit(self) -> None:
        """Write what waits; an index that hangs keeps its batch and is given no other, and volumes are synced as ever."""
        if await self._has_written():
            self._writing = asyncio.create_task(self._write(), name="commit")
            await self._has_written()
        else:
            self._note_down()
            self._drop_excess()

    async def _has_written(self) -> bool:
        """Tell whether no batch is being written, after having waited for it a while."""
        if self._writing is None:
            return True
        done, _ = await asyncio.wait({self._writing}, timeout=self._timings.commit_seconds)
        for writing in done:
            writing.result()
        return bool(done)

    async def _write(self) -> None:
        statuses = self._take_statuses()
        segments, self._waiting.synced = self._waiting.synced, []
        outages, self._waiting.outages = self._waiting.outages, {}
        runs = self._take_runs(segments)
        batch = IndexBatch(
            runs=tuple(run for run, _ in runs),
            segments=tuple(segment for segment, _ in segments),
            outages=tuple(outages.values()),
            statuses=tuple(statuses.values()),
        )
        if batch == IndexBatch():
            return
        try:
            await self._writer.run(self._index.commit, batch)
        except IndexUnavailable as error:
            self._put_back(runs, segments, outages)
            self._waiting.statuses = statuses | self._waiting.statuses
            self._note_down(error)
            return
        except Exception:  # the boundary of the writer: nothing may stop later batches
            log.exception("the index refused a batch; its parts are tried one by one")
            segments = await self._writer.run(self._commit_singly, batch, segments)
        self._reported |= statuses
        if self._is_index_down:
            log.warning("the index answers again", extra={"segments": len(segments)})
            self._is_index_down = False
            self._dropped.index_answers()
        if segments:
            self._step("inserted")
        self._incoming_names.release(segments, [(run, volume) for run, volume in runs if not run.is_open])

    def _note_down(self, error: IndexUnavailable | None = None) -> None:
        if not self._is_index_down:
            log.error("the index does not answer; recording goes on", exc_info=error)
        self._is_index_down = True

    def _take_statuses(self) -> dict[int, StreamStatus]:
        """Take the statuses to report now: those that changed, and all of them once per heartbeat."""
        self._waiting.statuses |= {status.stream_id: status for status in self._statuses()}
        now_us = self._clock.monotonic_us()
        if is_heartbeat := now_us >= self._next_heartbeat_us:
            self._next_heartbeat_us = now_us + int(self._timings.heartbeat_seconds * SECOND_US)
        due, self._waiting.statuses = self._waiting.statuses, {}
        return due if is_heartbeat else {i: s for i, s in due.items() if _is_news(s, self._reported.get(i))}

    def _take_runs(
        self, segments: Sequence[tuple[FinishedSegment, OpenVolume]]
    ) -> list[tuple[Run, OpenVolume]]:
        """Take the runs to write now; the end of a run waits until all its segments are in the index.

        Otherwise its last minute would for a moment belong neither to an open run nor to the index.
        """
        unfinished = {segment.run_uuid for segment, _ in self._waiting.unsynced}
        taken, kept = [], {}
        for uuid, (run, volume) in self._waiting.runs.items():
            if run.is_open or uuid not in unfinished:
                taken.append((run, volume))
            else:
                kept[uuid] = (run, volume)
                if any(segment.run_uuid == uuid for segment, _ in segments):
                    open_run = _reopened(run)
                    taken.append((open_run, volume))
        self._waiting.runs = kept
        return taken

    def _commit_singly(
        self, batch: IndexBatch, segments: Sequence[tuple[FinishedSegment, OpenVolume]]
    ) -> list[tuple[FinishedSegment, OpenVolume]]:
        """Commit what can be committed of a refused batch; return the segments that were."""
        stored = []
        parts = [IndexBatch(runs=(run,)) for run in batch.runs]
        parts += [IndexBatch(outages=(outage,)) for outage in batch.outages]
        parts += [IndexBatch(statuses=(status,)) for status in batch.statuses]
        for part in parts:
            try:
                self._index.commit(part)
            except Exception:  # as above: one bad row costs itself only
                log.exception("the index refused a row")
        for segment, volume in segments:
            try:
                self._index.commit(IndexBatch(segments=(segment,)))
                stored.append((segment, volume))
            except Exception:  # as above
                log.exception(
                    "the index refused a segment; it keeps its incoming name",
                    extra={"path": segment.relative_path},
                )
        return stored

    def _put_back(
        self,
        runs: Sequence[tuple[Run, OpenVolume]],
        segments: list[tuple[FinishedSegment, OpenVolume]],
        outages: dict[tuple[int, int], Outage],
    ) -> None:
        """Keep a batch that was not written; what was said about the same things meanwhile is newer."""
        waiting = self._waiting
        waiting.runs = {run.uuid: (run, volume) for run, volume in runs} | waiting.runs
        waiting.outages = outages | waiting.outages
        waiting.synced = segments + waiting.synced
        self._drop_excess()

    def _drop_excess(self) -> None:
        """Let go of the oldest rows that are too much to be kept in memory."""
        waiting = self._waiting
        too_many = max(0, len(waiting.synced) - self._timings.waiting_rows)
        if too_many:
            log.error("rows no longer fit into memory; they are read back later", extra={"rows": too_many})
            self._dropped.dropped(segment for segment, _ in waiting.synced[:too_many])
            del waiting.synced[:too_many]


def _is_news(status: StreamStatus, before: StreamStatus | None) -> bool:
    """Tell whether a status says something else than an earlier one, but for the numbers that always move."""
    return before is None or status != replace(
        before,
        updated_us=status.updated_us,
        last_media_us=status.last_media_us,
        bitrate_bps=status.bitrate_bps,
    )


def _reopened(run: Run) -> Run:
    """Return an ended run as it was before: segments may name it, and viewers still follow it."""
    return Run(
        run.id,
        run.uuid,
        run.stream_id,
        run.volume_id,
        run.start_us,
        run.anchor_us,
        run.trust,
        run.ffmpeg_version,
    )


def _sync_files(volume: OpenVolume, segments: Sequence[FinishedSegment]) -> None:
    """Make files durable; then they need not stay in memory, where playback and the index want the room."""
    volume.sync()
    for segment in segments:
        with contextlib.suppress(FileNotFoundError):
            descriptor = volume.open_file(segment.relative_path)
            try:
                volume.drop_cache(descriptor)
            finally:
                os.close(descriptor)
