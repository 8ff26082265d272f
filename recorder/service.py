"""Wires the recorder together, starts it in order, and ends it in order."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from functools import partial
from typing import Any

from recorder.clock.timings import RecorderTimings
from recorder.clock.unsynced_runs import UnsyncedRuns
from recorder.publish.commit import GroupCommitter
from recorder.publish.dropped_rows import DroppedRows
from recorder.publish.recording_volumes import RecordingVolumes
from recorder.run.ffmpeg_self_test import SelfTestResult, run_self_test
from recorder.run.file_watch import FileWatch
from recorder.run.run_parts import RunParts
from recorder.run.strays import ChildNotes
from recorder.streams.stream_task import StreamParts
from recorder.streams.supervisor import Supervisor
from storage.clock.clock_shift import ClockShift, unsynced_runs_of_boot
from storage.installation.service_claim import ServiceClaim
from storage.open import Storage
from storage.recovery.reconcile import reconcile
from storage.volumes.volume_pool import DATA_FOLDER, VolumeThreads, Work
from vms.domain.camera import StreamStatus
from vms.domain.errors import VolumeUnavailable
from vms.domain.segment import ClockTrust
from vms.domain.time import Clock
from vms.ffmpeg.binary import FfmpegBinary, find_ffmpeg
from vms.ffmpeg.redaction import Redactor
from vms.host.clock import boot_id, read_clock_trust
from vms.host.settings import Settings

log = logging.getLogger(__name__)


def _no_step(_name: str) -> None:
    """Do nothing between the steps of publishing; only tests have something to do there."""


async def run_recorder(
    settings: Settings,
    storage: Storage,
    clock: Clock,
    stop: asyncio.Event,
    *,
    timings: RecorderTimings | None = None,
    redactor: Redactor | None = None,
    trust: Callable[[], ClockTrust] = read_clock_trust,
    step: Callable[[str], None] = _no_step,
) -> None:
    """Record every wanted stream until `stop` is set; return when all is published and indexed.

    To be run in the main thread: the kernel ends ffmpeg with the thread that started it. The caller holds the lock
    file that keeps a second recorder of this host away; those of other hosts are kept away here.

    Args:
        settings: where things are and how long files are.
        storage: the opened database and volumes.
        clock: the host's clocks.
        stop: set to end the recorder in order.
        timings: how long it waits for what; by default as the settings say.
        redactor: told every camera password; pass the one that the log uses.
        trust: returns how far the host's clock can be trusted.
        step: called with the name of each step of publishing; tests end the process there.

    Raises:
        FfmpegFailed: there is no usable ffmpeg.
        IndexUnavailable: the database does not answer at start.
        AlreadyRunning: another recorder works on the database, or took it over while it was out of reach.
    """
    timings = timings or RecorderTimings(commit_seconds=settings.commit_seconds)
    redactor = redactor or Redactor()
    ffmpeg = await asyncio.to_thread(find_ffmpeg, settings.ffmpeg_path)
    pool = storage.volume_pool
    recovering = pool.threads(DATA_FOLDER, Work.RECOVER)
    async with _claimed(settings, storage, timings) as claim:
        notes = ChildNotes(settings.data_dir / "run", pool)
        await recovering.run(notes.end_strays)
        reconciling = partial(reconcile, storage, clock, answer_seconds=timings.answer_seconds)
        report = await recovering.run(reconciling)
        log.info("files and index agree: %s", report.summary())
        if report.needs_rebuild:
            log.error(
                "older footage is not in the index: run  vms check --rebuild  while cameras record"
                " (after a database was replaced,  vms up  does that by itself)"
            )
        left_unsynced = await recovering.run(unsynced_runs_of_boot, storage.database, boot_id())
        tested = await _test(ffmpeg)
        supervisor: Supervisor | None = None

        def statuses() -> Sequence[StreamStatus]:
            return supervisor.statuses() if supervisor is not None else ()

        def volumes_changed() -> None:
            if supervisor is not None:
                supervisor.volumes_changed()

        volumes = RecordingVolumes(
            storage.volumes, storage.volume_access, pool, clock, timings, volumes_changed
        )
        dropped = DroppedRows(storage, timings)
        committer = GroupCommitter(
            storage.index_writer,
            pool,
            clock,
            timings,
            statuses=statuses,
            volume_failed=volumes.failed,
            dropped=dropped,
            step=step,
        )
        watch = FileWatch(pool, clock, timings)
        shift = ClockShift(storage.database, storage.volumes, storage.volume_access)
        unsynced = UnsyncedRuns(shift, storage.segments, left_unsynced, pool, clock, timings, trust)
        run_parts = RunParts(
            ffmpeg=ffmpeg,
            begins_anew=tested.begins_anew,
            clock=clock,
            timings=timings,
            segment_seconds=settings.segment_seconds,
            pool=pool,
            watch=watch,
            committer=committer,
            notes=notes,
            redact=redactor,
            trust=trust,
            ended=unsynced.ended,
            step=step,
        )
        parts = StreamParts(
            run_parts, volumes, asyncio.Semaphore(timings.connects_at_once), settings.camera_networks
        )
        supervisor = Supervisor(storage.cameras, storage.segments, parts, redactor)
        await volumes.poll()
        parts_at_work = (
            _part("commits", committer.run()),
            _part("volumes", volumes.watch()),
            _part("files", watch.watch()),
            _part("clock", unsynced.follow()),
            _part("dropped rows", dropped.fetch_back()),
            _part("claim", _keep(claim, pool.threads(DATA_FOLDER, Work.CLAIM), timings)),
        )
        await _serve(stop, supervisor, committer, parts_at_work)


@contextlib.asynccontextmanager
async def _claimed(
    settings: Settings, storage: Storage, timings: RecorderTimings
) -> AsyncIterator[ServiceClaim]:
    """Be the one recorder of the database while the block lasts."""

    def taken() -> ServiceClaim:
        claim = ServiceClaim(
            storage.database, "recorder", settings.data_dir, handover_seconds=timings.handover_seconds
        )
        claim.take()
        return claim

    threads = storage.volume_pool.threads(DATA_FOLDER, Work.CLAIM)
    claim = await threads.run(taken)
    try:
        yield claim
    finally:
        # One that cannot be let go of ends with this process.
        with contextlib.suppress(VolumeUnavailable):
            await threads.run(claim.release, seconds=timings.end_seconds)


async def _serve(
    stop: asyncio.Event,
    supervisor: Supervisor,
    committer: GroupCommitter,
    others: Sequence[asyncio.Task[None]],
) -> None:
    """Work until asked to stop, or until a part breaks that must not; then end in order."""
    follower = _part("configuration", supervisor.supervise())
    asked = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait({asked, follower, *others}, return_when=asyncio.FIRST_COMPLETED)
    log.info("the recorder is ending", extra={"asked": stop.is_set()})
    await _cancelled(follower, asked)
    await supervisor.stop()
    await _cancelled(*others)
    await committer.finish()
    for task in done - {asked}:
        task.result()


def _part(name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    return asyncio.create_task(work, name=name)


async def _keep(claim: ServiceClaim, threads: VolumeThreads, timings: RecorderTimings) -> None:
    """Hold on to the right to record for this database; recording goes on while it does not answer.

    Raises:
        AlreadyRunning: another recorder has taken it meanwhile. It records already, so this one ends in order.
    """
    while claim.can_be_lost:
        await asyncio.sleep(timings.claim_seconds)
        await threads.run(claim.renew)
    await asyncio.Event().wait()


async def _cancelled(*tasks: asyncio.Task[Any]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task


async def _test(ffmpeg: FfmpegBinary) -> SelfTestResult:
    result = await run_self_test(ffmpeg)
    if result.is_sound:
        log.info("ffmpeg passed its self-test", extra={"version": ffmpeg.version, "path": ffmpeg.path})
    for fault in result.faults:
        log.error("ffmpeg failed its self-test: %s", fault, extra={"version": ffmpeg.version})
    return result
