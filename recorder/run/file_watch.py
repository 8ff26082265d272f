"""One timer that looks at the growing files of all runs, a volume at a time; nothing here waits for a camera."""

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from typing import Protocol

from recorder.clock.timings import RecorderTimings
from recorder.run.file_sampler import Sample
from storage.volumes.volume_pool import VolumePool, Work
from vms.domain.errors import StorageError
from vms.domain.time import SECOND_US, Clock, wall_minus_monotonic_us

log = logging.getLogger(__name__)


class Watched(Protocol):
    """A run as the watch sees it."""

    @property
    def volume_id(self) -> int:
        """Where its files lie."""

    @property
    def is_young(self) -> bool:
        """Whether it is to be looked at more often."""

    def sample(self) -> Sample:
        """Look at the growing file; called in a thread of its volume."""

    def on_sample(self, sample: Sample, difference_us: int) -> None:
        """Take in what was seen, and wall minus monotonic time; called in the event loop."""


class FileWatch:
    """Looks at every run each `sample_seconds`, at young ones each `early_sample_seconds`."""

    def __init__(self, pool: VolumePool, clock: Clock, timings: RecorderTimings) -> None:
        self._pool, self._clock, self._timings = pool, clock, timings
        self._due_us: dict[Watched, int] = {}
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._came = asyncio.Event()

    def add(self, run: Watched) -> None:
        """Look at this run from now on."""
        self._due_us[run] = 0
        self._came.set()

    def remove(self, run: Watched) -> None:
        """Look at it no more."""
        self._due_us.pop(run, None)

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            await self._pause()
            now_us = self._clock.monotonic_us()
            due: dict[int, list[Watched]] = {}
            for run, due_us in self._due_us.items():
                if now_us >= due_us or run.is_young:
                    due.setdefault(run.volume_id, []).append(run)
            for volume_id, runs in due.items():
                # A volume that does not answer is left alone until it does.
                if volume_id not in self._busy:
                    self._start(volume_id, runs, now_us)

    async def _pause(self) -> None:
        """Wait until a look can be due: not long while a run is young or has just come."""
        timings = self._timings
        self._came.clear()
        if not any(run.is_young for run in self._due_us):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(
                    self._came.wait(), max(0.0, timings.sample_seconds - timings.early_sample_seconds)
                )
        await asyncio.sleep(timings.early_sample_seconds)

    def _start(self, volume_id: int, runs: list[Watched], now_us: int) -> None:
        next_us = now_us + int(self._timings.sample_seconds * SECOND_US)
        self._due_us.update(dict.fromkeys(runs, next_us))
        task = asyncio.create_task(self._sample(volume_id, runs), name=f"look at volume {volume_id}")
        self._busy[volume_id] = task
        task.add_done_callback(lambda _task: self._busy.pop(volume_id, None))

    async def _sample(self, volume_id: int, runs: list[Watched]) -> None:
        samples = await self._pool.threads(volume_id, Work.SAMPLE).run(_sample_all, runs)
        difference_us = wall_minus_monotonic_us(self._clock)
        for run, sample in samples:
            if run in self._due_us:
                run.on_sample(sample, difference_us)


def _sample_all(runs: Iterable[Watched]) -> list[tuple[Watched, Sample]]:
    seen: list[tuple[Watched, Sample]] = []
    for run in runs:
        try:
            seen.append((run, run.sample()))
        except (OSError, StorageError) as error:
            # The volume's own check decides what becomes of it.
            log.warning("a growing file could not be looked at", extra={"error": str(error)})
    return seen
