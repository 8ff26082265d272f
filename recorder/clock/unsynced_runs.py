"""Corrects the times of runs that were recorded before this host's clock was set, once it is."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import partial
from uuid import UUID

from recorder.clock.timings import RecorderTimings
from storage.clock.clock_shift import ClockShift
from storage.footage.segment_index import SegmentIndex
from storage.volumes.volume_pool import DATA_FOLDER, VolumePool, Work
from vms.domain.errors import VmsError
from vms.domain.segment import ClockTrust, Run
from vms.domain.time import SECOND_US, Clock, wall_minus_monotonic_us

log = logging.getLogger(__name__)

_LEAST_US = SECOND_US
"""Smaller errors stay: a run whose clock was that close is not even restarted."""


class UnsyncedRuns:
    """Runs of this boot that ended with untrusted times; each is moved at most once.

    Files keep their names; the correction is written beside them (see ClockShift).

    Args:
        anchors: of the runs that earlier recorders of this boot left, by uuid (see storage.clock.clock_shift).
        trust: returns how far the host's clock can be trusted now.
    """

    def __init__(
        self,
        shift: ClockShift,
        segments: SegmentIndex,
        anchors: Mapping[UUID, int],
        pool: VolumePool,
        clock: Clock,
        timings: RecorderTimings,
        trust: Callable[[], ClockTrust],
    ) -> None:
        self._shift, self._segments, self._pool = shift, segments, pool
        self._clock, self._timings, self._trust = clock, timings, trust
        self._anchors = dict(anchors)

    def ended(self, run: Run) -> None:
        """Take note of a run that has ended."""
        if run.trust is ClockTrust.UNSYNCED:
            self._anchors[run.uuid] = run.anchor_us

    async def follow(self) -> None:
        """Correct what can be corrected, again and again, until cancelled."""
        while True:
            await asyncio.sleep(self._timings.volume_watch_seconds)
            for uuid, wrong_us in tuple(self._anchors.items()):
                # Asked for each run anew: one may take minutes to move, and the clock be set meanwhile.
                if self._trust() is ClockTrust.SYNCED:
                    anchor_us = wall_minus_monotonic_us(self._clock)
                    await self._correct(uuid, anchor_us - wrong_us)

    async def _correct(self, uuid: UUID, delta_us: int) -> None:
        """Move one run; it is tried again later where the index or the volume does not answer, or it is not ended there."""
        try:
            run = await self._pool.threads(DATA_FOLDER, Work.MOVE).run(self._segments.run_by_uuid, uuid)
            if run is None or run.is_open:
                return
            token = f"synchronised-{uuid.hex}"
            if abs(delta_us) <= _LEAST_US:
                await self._pool.threads(DATA_FOLDER, Work.MOVE).run(self._shift.leave, token)
            else:
                moving = partial(self._shift.shift_run, run.id, delta_us, token=token)
                seconds = self._timings.long_answer_seconds
                moved = await self._pool.threads(run.volume_id, Work.MOVE).run(moving, seconds=seconds)
                if moved:
                    log.warning(
                        "footage from before the clock was set was moved",
                        extra={"run": run.short, "by_us": delta_us, "segments": moved},
                    )
            del self._anchors[uuid]
        except VmsError:
            log.exception("a run's times could not be corrected yet", extra={"run": uuid.hex[:8]})
