"""Deletes footage as retention says, volume by volume: plan, move rows to the garbage, remove the files.

Safe to kill at any line: rows go before files, and the garbage table remembers the files in between. Each volume has
a thread, so that one that hangs lets the others fill up for no longer than one pass waits.
"""

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from storage.installation.steps import OnStep, ignore_step
from storage.open import Storage
from storage.purge.garbage_collection import BATCH, collect_garbage
from storage.purge.guards import ClockReading, ClockVerdict, judge_clock, volume_distrust
from storage.purge.move_to_garbage import move_to_garbage
from storage.purge.plan import Blocked, HeldBack, PurgePlan, VolumeNeed, plan_purge
from storage.purge.state import PurgeState, Refusal
from storage.purge.stock import ingest_bytes_per_second, newest_run, read_stocks
from storage.purge.volume_passes import VolumePasses
from storage.volumes.open_volume import OpenVolume
from storage.volumes.volume_access import VolumeCheck, state_after
from vms.domain.errors import VolumeFull, VolumeUnavailable
from vms.domain.retention import PurgeReason, PurgeRemedy
from vms.domain.segment import ClockTrust
from vms.domain.time import HOUR_US, Clock
from vms.domain.volume import FreeSpace, Volume, VolumeState, default_floor_bytes
from vms.host.clock import boot_id

log: Final = logging.getLogger(__name__)

_MOST_BATCHES: Final = 40
"""Per volume and pass: 20,000 segments are a fortnight of one camera, or a minute of work."""
_LINKS_EVERY_US: Final = HOUR_US
_LONGEST_WAIT_SECONDS: Final = 60
_LATE: Final = "its last pass has not ended: the volume hangs, or is very slow"


@dataclass(frozen=True, slots=True)
class VolumePurge:
    """What a pass did to one volume.

    Attributes:
        state, detail: the volume afterwards; FULL where only footage that may not be deleted is left.
        deleted: number of segments by the rule that took them.
        freed_bytes: counted only after files were gone.
        blocked: what guards refused. held_back: what holds, leases and minimum ages kept.
        unmet_bytes: room still missing that no footage may be deleted for.
        broke_min_age: footage younger than its minimum age went, because less than 1 % was free.
    """

    volume_id: int
    state: VolumeState
    detail: str = ""
    deleted: Mapping[PurgeReason, int] = field(default_factory=dict)
    freed_bytes: int = 0
    blocked: tuple[Blocked, ...] = ()
    held_back: tuple[HeldBack, ...] = ()
    unmet_bytes: int = 0
    broke_min_age: bool = False


@dataclass(frozen=True, slots=True)
class PurgeReport:
    """What a pass did, volume by volume."""

    volumes: tuple[VolumePurge, ...] = ()

    @property
    def segments(self) -> int:
        """Number of segments deleted."""
        return sum(sum(volume.deleted.values()) for volume in self.volumes)

    @property
    def freed_bytes(self) -> int:
        """Bytes of files removed."""
        return sum(volume.freed_bytes for volume in self.volumes)

    @property
    def blocked(self) -> tuple[Blocked, ...]:
        """What guards refused."""
        return tuple(blocked for volume in self.volumes for blocked in volume.blocked)


class Purger:
    """Applies retention to every volume; run it every 15 s, in one process only, and close it afterwards.

    Args:
        storage: rows and volumes.
        clock: wall and monotonic time.
        clock_trust: tells whether the host's clock is synchronised; UNSYNCED stops every purge by age.
        on_step: called with the name of each step before it is taken (tests stop the process there).
        batch: segments per transaction.
        wait_seconds: how long a pass waits for a volume; later ones leave it out until it has answered.
    """

    def __init__(
        self,
        storage: Storage,
        clock: Clock,
        *,
        clock_trust: Callable[[], ClockTrust] = lambda: ClockTrust.UNKNOWN,
        on_step: OnStep = ignore_step,
        batch: int = BATCH,
        wait_seconds: float = _LONGEST_WAIT_SECONDS,
    ) -> None:
        self._storage = storage
        self._database = storage.database
        self._clock = clock
        self._clock_trust = clock_trust
        self._on_step = on_step
        self._batch = batch
        self._links_due_us: dict[int, int] = {}
        self._passes: VolumePasses[VolumePurge] = VolumePasses(wait_seconds)
        self._stopped = threading.Event()
        self.state = PurgeState(storage.database, clock)

    def run_once(self) -> PurgeReport:
        """Purge every volume once and return what was done; one that fails or hangs does not hold up the others.

        Raises:
            IndexUnavailable: the database does not answer.
        """
        volumes = self._storage.volumes.list()
        done = self._passes.run({volume.id: partial(self._purge_volume, volume) for volume in volumes})
        return PurgeReport(tuple(done.get(volume.id) or self._left_out(volume) for volume in volumes))

    def close(self) -> None:
        """Stop for good, from any thread: passes end after their present batch, and waiting callers return."""
        self._stopped.set()
        self._passes.close()

    def _left_out(self, volume: Volume) -> VolumePurge:
        result = VolumePurge(volume.id, volume.state, volume.state_detail, blocked=_all_blocked(_LATE))
        if not self._stopped.is_set():
            self._note_refusals(volume, result)
        return result

    def _purge_volume(self, volume: Volume) -> VolumePurge:
        check = self._storage.volume_access.check(volume)
        distrust = volume_distrust(check.state, check.free)
        if distrust or check.free is None:
            result = VolumePurge(volume.id, check.state, check.detail, blocked=_all_blocked(distrust))
        else:
            try:
                result = self._purge_healthy(volume, check, check.free)
            except (VolumeUnavailable, VolumeFull) as error:
                # Trying again proves nothing about what was lost: a person must look.
                log.exception("volume failed during a purge", extra={"volume": volume.id})
                result = VolumePurge(
                    volume.id, state_after(error), str(error), blocked=_all_blocked(str(error))
                )
        self._note(volume, result)
        return result

    def _purge_healthy(self, volume: Volume, check: VolumeCheck, free: FreeSpace) -> VolumePurge:
        opened = self._storage.volume_access.open(volume)
        reading, verdict = self._judge_clock(volume)
        left_over = collect_garbage(self._database, opened, self._clock.now_us(), self._on_step)
        # Before room is reckoned: files whose hold has ended fill the disk until their hold links have gone, too.
        ended = self._storage.hold_links.remove_ended(opened, verdict.sure_us)
        freed_bytes = left_over.freed_bytes + ended.freed_bytes
        need = self._need(volume, _with_freed(free, freed_bytes, left_over.files + ended.files))
        result = VolumePurge(volume.id, check.state, check.detail, freed_bytes=freed_bytes)
        result, plan = self._purge_batches(volume, opened, verdict, need, result)
        if not verdict.distrust:
            self.state.trust_clock(volume.id, reading)
        if result.freed_bytes and result.state is VolumeState.FULL:
            again = self._storage.volume_access.check(volume)
            result = replace(result, state=again.state, detail=again.detail)
        self._add_links(opened, verdict)
        return _stuck(result, plan) if plan.is_stuck else result

    def _purge_batches(
        self,
        volume: Volume,
        opened: OpenVolume,
        verdict: ClockVerdict,
        need: VolumeNeed,
        result: VolumePurge,
    ) -> tuple[VolumePurge, PurgePlan]:
        """Plan and delete until the rules are satisfied. Returns what was done, and the last plan."""
        deleted: Counter[PurgeReason] = Counter()
        plan = PurgePlan()
        for _ in range(_MOST_BATCHES):
            plan = self._plan(volume, need, verdict)
            done: Counter[PurgeReason] = Counter()
            if plan.items:
                done, freed_bytes, files = self._execute(volume, opened, plan, verdict)
                deleted += done
                # What the index frees is counted, not what the filesystem says: it may free space late, or not at
                # all while somebody reads the file, and deleting more would not help.
                need = replace(need, free=_with_freed(need.free, freed_bytes, files))
                result = replace(
                    result,
                    freed_bytes=result.freed_bytes + freed_bytes,
                    broke_min_age=result.broke_min_age or plan.broke_min_age,
                )
            result = replace(
                result, blocked=plan.blocked, held_back=plan.held_back, unmet_bytes=plan.unmet_bytes
            )
            if not done or not plan.needs_more or self._stopped.is_set():
                break
        return replace(result, deleted=dict(deleted)), plan

    def _add_links(self, opened: OpenVolume, verdict: ClockVerdict) -> None:
        """Link what was recorded into holds, once an hour."""
        if self._clock.monotonic_us() >= self._links_due_us.get(opened.volume_id, 0):
            self._storage.hold_links.add_missing(opened, verdict.sure_us)
            self._links_due_us[opened.volume_id] = self._clock.monotonic_us() + _LINKS_EVERY_US

    def _plan(self, volume: Volume, need: VolumeNeed, verdict: ClockVerdict) -> PurgePlan:
        confirmed = self.state.allowed_streams()
        with self._database.read() as connection:
            stocks = read_stocks(connection, volume.id, verdict, confirmed=confirmed, batch=self._batch)
        return plan_purge(
            stocks,
            need,
            verdict.now_us,
            elapsed_us=verdict.elapsed_us,
            clock_distrust=verdict.distrust,
            claimed_us=verdict.wall_us,
            limit=self._batch,
        )

    def _execute(
        self, volume: Volume, opened: OpenVolume, plan: PurgePlan, verdict: ClockVerdict
    ) -> tuple[Counter[PurgeReason], int, int]:
        """Delete what the plan says. Returns the number of segments by rule, then the bytes and files freed."""
        now_us = self._clock.now_us()
        reasons = {(i.candidate.stream_id, i.candidate.start_us): i.reason for i in plan.items}
        self._on_step("move-to-garbage")
        with self._database.write() as connection:
            moved = move_to_garbage(
                connection,
                volume.id,
                [item.candidate for item in plan.items],
                now_us,
                sure_us=verdict.sure_us,
            )
        self._on_step("moved-to-garbage")
        collected = collect_garbage(self._database, opened, now_us, self._on_step)
        self._on_step("done")
        done = Counter(reasons[file.stream_id, file.start_us] for file in moved)
        return done, collected.freed_bytes, collected.files

    def _judge_clock(self, volume: Volume) -> tuple[ClockReading, ClockVerdict]:
        with self._database.read() as connection:
            last_run = newest_run(connection)
        trust = self._clock_trust()
        reading = ClockReading(
            wall_us=self._clock.now_us(),
            monotonic_us=self._clock.monotonic_us(),
            boot=boot_id(),
            is_synced=None if trust is ClockTrust.UNKNOWN else trust is ClockTrust.SYNCED,
            last_run=last_run,
        )
        return reading, judge_clock(reading, self.state.trusted_reading(volume.id))

    def _need(self, volume: Volume, free: FreeSpace) -> VolumeNeed:
        if volume.min_free_bytes is not None:
            floor_bytes = volume.min_free_bytes
        else:
            with self._database.read() as connection:
                rate = ingest_bytes_per_second(connection, self._clock.now_us())
            floor_bytes = default_floor_bytes(free.total_bytes, rate)
        # A floor that the volume could not satisfy empty must not delete everything on it.
        floor_inodes = max(200, free.total_inodes // 200) if free.total_inodes > 0 else 0
        return VolumeNeed(
            free, min(floor_bytes, free.total_bytes // 2), min(floor_inodes, free.total_inodes // 2)
        )

    def _note(self, volume: Volume, result: VolumePurge) -> None:
        """Store the volume's state for other processes and the pages, and log what changed."""
        if (result.state, result.detail) != (volume.state, volume.state_detail):
            level = logging.INFO if result.state is VolumeState.HEALTHY else logging.ERROR
            log.log(level, "volume is %s: %s", result.state.value, result.detail, extra={"volume": volume.id})
        self._storage.volumes.set_state(volume.id, result.state, result.detail)
        if result.broke_min_age:
            log.error(
                "footage below its minimum age was deleted: the disk is full", extra={"volume": volume.id}
            )
        self._note_refusals(volume, result)

    def _note_refusals(self, volume: Volume, result: VolumePurge) -> None:
        """Store what was refused for the pages, and log what is new."""
        refusals = [Refusal(volume.id, b.stream_id, b.reason, b.why, b.remedy) for b in result.blocked]
        before = [r for r in self.state.refusals() if r.volume_id == volume.id]
        known = {(refusal.stream_id, refusal.reason) for refusal in before}
        for refusal in refusals:
            if (refusal.stream_id, refusal.reason) not in known:
                extra = {"volume": volume.id, "stream": refusal.stream_id}
                log.warning("purge refused: %s", refusal.why, extra=extra)
        if refusals != before:
            self.state.note_refusals(volume.id, refusals)


def _stuck(result: VolumePurge, plan: PurgePlan) -> VolumePurge:
    """Return the result for a volume that is short of room and on which nothing more may be deleted."""
    lack = f"{plan.unmet_bytes} bytes" if plan.unmet_bytes else f"{plan.unmet_inodes} inodes"
    held = sum(back.size_bytes for back in plan.held_back)
    detail = f"{lack} short of the floor and nothing may be deleted (at least {held} bytes are held)"
    return replace(result, state=VolumeState.FULL, detail=detail)


def _with_freed(free: FreeSpace, freed_bytes: int, files: int) -> FreeSpace:
    return replace(free, free_bytes=free.free_bytes + freed_bytes, free_inodes=free.free_inodes + files)


def _all_blocked(why: str) -> tuple[Blocked, ...]:
    return (Blocked(None, PurgeReason.AGE, why, PurgeRemedy.VOLUME),)
