"""Which volumes can take footage now, looked at again and again, and which one the next run gets."""

import asyncio
import logging
from collections.abc import Callable

from recorder.clock.timings import RecorderTimings
from storage.volumes.open_volume import OpenVolume
from storage.volumes.volume_access import VolumeAccess, VolumeCheck, choose_volume
from storage.volumes.volume_pool import DATA_FOLDER, VolumePool, Work
from storage.volumes.volume_store import VolumeStore
from vms.domain.errors import IndexUnavailable, VolumeUnavailable
from vms.domain.time import SECOND_US, Clock
from vms.domain.volume import Volume, VolumeState

log = logging.getLogger(__name__)

_DISTRUST_US = 60 * SECOND_US
"""After a failed sync a volume takes nothing for so long, even if a trial write succeeds."""


class RecordingVolumes:
    """The volumes as this process sees them.

    Args:
        changed: called after each look.
    """

    def __init__(
        self,
        store: VolumeStore,
        access: VolumeAccess,
        pool: VolumePool,
        clock: Clock,
        timings: RecorderTimings,
        changed: Callable[[], None],
    ) -> None:
        self._store, self._access, self._pool = store, access, pool
        self._clock, self._timings, self._changed = clock, timings, changed
        self._volumes: list[Volume] = []
        self._checks: dict[int, VolumeCheck] = {}
        self._polls: dict[int, asyncio.Task[None]] = {}
        self._distrusted_until_us: dict[int, int] = {}
        self._soon = asyncio.Event()

    @property
    def known(self) -> tuple[Volume, ...]:
        """Every volume of the configuration, as last read."""
        return tuple(self._volumes)

    def choose(self) -> Volume | None:
        """Return the volume for a new run, or None where none can take it."""
        return choose_volume(self._volumes, self._checks)

    def reason(self) -> str:
        """Return why no volume can take a run, for a person."""
        details = [check.detail for check in self._checks.values() if check.detail]
        return "; ".join(details) or (
            "no volume is set up" if not self._volumes else "no volume takes footage"
        )

    def must_leave(self, volume_id: int) -> VolumeCheck | None:
        """Return what is wrong with a volume that runs must leave, or None.

        A full one is left only for another: as long as its last bytes last, they are used.
        """
        check = self._checks.get(volume_id)
        if check is None or check.is_writable:
            return None
        is_full = check.state in {VolumeState.FULL, VolumeState.SUSPECT}
        return None if is_full and self.choose() is None else check

    def poll_soon(self) -> None:
        """Look again without waiting for the next round: something failed."""
        self._soon.set()

    def failed(self, volume_id: int, detail: str) -> None:
        """Give a volume no runs for a while: it lost writes, whatever it answers next."""
        self._distrusted_until_us[volume_id] = self._clock.monotonic_us() + _DISTRUST_US
        self._checks[volume_id] = VolumeCheck(VolumeState.FAILED, detail)
        self._changed()

    async def open(self, volume: Volume) -> OpenVolume:
        """Return the volume, proved to be the one meant.

        Raises:
            VolumeUnavailable: it is not there, is another one, or does not answer.
        """
        seconds = self._timings.answer_seconds
        return await self._pool.threads(volume.id, Work.CHECK).run(self._access.open, volume, seconds=seconds)

    async def watch(self) -> None:
        """Look at each volume until cancelled."""
        while True:
            await self.poll()
            try:
                await asyncio.wait_for(self._soon.wait(), self._timings.volume_watch_seconds)
            except TimeoutError:
                continue
            self._soon.clear()
            await asyncio.sleep(self._timings.early_sample_seconds)

    async def poll(self) -> None:
        """Look at each volume once; one that does not answer in time counts as failed until it does."""
        try:
            seconds = self._timings.answer_seconds
            self._volumes = await self._pool.threads(DATA_FOLDER, Work.VOLUMES).run(
                self._store.list, seconds=seconds
            )
        except (IndexUnavailable, VolumeUnavailable):
            log.warning("the list of volumes cannot be read; the last one stays in force")
        gone = set(self._checks) - {volume.id for volume in self._volumes}
        for volume_id in gone:
            del self._checks[volume_id]
        for volume in self._volumes:
            if volume.id not in self._polls:
                task = asyncio.create_task(self._poll_one(volume), name=f"check volume {volume.id}")
                self._polls[volume.id] = task
        if self._polls:
            await asyncio.wait(self._polls.values(), timeout=self._timings.volume_watch_seconds)
        for volume_id, task in tuple(self._polls.items()):
            if task.done():
                del self._polls[volume_id]
            else:
                self._set(volume_id, VolumeCheck(VolumeState.FAILED, "the volume does not answer"))
        self._changed()

    async def _poll_one(self, volume: Volume) -> None:
        check = await self._pool.threads(volume.id, Work.CHECK).run(self._access.check, volume)
        if self._clock.monotonic_us() >= self._distrusted_until_us.get(volume.id, 0):
            self._set(volume.id, check)

    def _set(self, volume_id: int, check: VolumeCheck) -> None:
        before = self._checks.get(volume_id)
        self._checks[volume_id] = check
        if before is None or before.state is not check.state:
            facts = {"volume": volume_id, "state": check.state.value}
            log.log(
                logging.INFO if check.is_writable else logging.ERROR,
                "volume: %s",
                check.detail or "healthy",
                extra=facts,
            )
