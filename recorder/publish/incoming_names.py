"""Removes the incoming names of files that the index holds, apart for each volume: one that hangs keeps only its own."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from recorder.publish.volume_threads import FileWork, VolumeThreads
from storage.volumes.markers import remove_run_folder
from storage.volumes.open_volume import OpenVolume
from vms.domain.errors import StorageError
from vms.domain.segment import FinishedSegment, Run

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Part:
    """What one commit leaves to remove on one volume."""

    volume: OpenVolume
    segments: tuple[FinishedSegment, ...]
    ended: tuple[UUID, ...]


class IncomingNames:
    """Works in tasks of its own, at most one a volume; whoever commits does not wait for them.

    Args:
        step: called with the name of each step taken; tests end the process there.
    """

    def __init__(self, threads: VolumeThreads, step: Callable[[str], None]) -> None:
        self._threads, self._step = threads, step
        self._waiting: dict[int, list[_Part]] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def release(
        self, segments: Sequence[tuple[FinishedSegment, OpenVolume]], ended: Sequence[tuple[Run, OpenVolume]]
    ) -> None:
        """Begin to remove the incoming names of what the index now holds, and the folders of runs that ended."""
        for volume in {volume for _, volume in (*segments, *ended)}:
            part = _Part(
                volume,
                tuple(segment for segment, its in segments if its is volume),
                tuple(run.uuid for run, its in ended if its is volume),
            )
            volume_id = volume.volume_id
            self._waiting.setdefault(volume_id, []).append(part)
            if volume_id not in self._tasks:
                self._tasks[volume_id] = asyncio.create_task(
                    self._work(volume_id), name=f"incoming names of volume {volume_id}"
                )

    async def finish(self, seconds: float) -> None:
        """Wait for what is being removed; what a volume does not let go of is removed at the next start."""
        if self._tasks:
            await asyncio.wait(tuple(self._tasks.values()), timeout=seconds)

    async def _work(self, volume_id: int) -> None:
        """Remove what waits, in the order in which it was committed: a run's folder goes after its files."""
        try:
            while parts := self._waiting.pop(volume_id, []):
                for part in parts:
                    await self._remove(part)
        finally:
            del self._tasks[volume_id]

    async def _remove(self, part: _Part) -> None:
        try:
            await self._threads.run(
                part.volume.volume_id, FileWork.FINISH, _remove_names, part.volume, part.segments, part.ended
            )
        except (StorageError, OSError):
            # The next start removes what is left.
            log.exception("incoming names could not be removed", extra={"volume": part.volume.volume_id})
        if part.segments:
            self._step("unlinked")


def _remove_names(volume: OpenVolume, segments: Sequence[FinishedSegment], ended: Sequence[UUID]) -> None:
    for segment in segments:
        if segment.incoming_path is not None:
            volume.unlink(segment.incoming_path)
    for run_uuid in ended:
        remove_run_folder(volume, run_uuid)
