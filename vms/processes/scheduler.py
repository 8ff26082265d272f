"""The scheduler's jobs: retention, exports, upkeep and backups; each re-reads its state and may be killed at any line."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from playback.exports.export_worker import ExportWorker
from storage.footage.upkeep import compact_runs, prune_outages
from storage.installation.service_claim import ServiceClaim
from storage.open import Storage
from storage.purge.purger import Purger
from storage.recovery.config_backup import back_up_config, is_config_copy_due
from storage.recovery.fragment_filling import fill_fragments
from storage.recovery.nightly_backup import make_nightly_backup, read_nightly_backup
from vms.domain.errors import AlreadyRunning
from vms.domain.time import DAY_US, SECOND_US, Clock

log = logging.getLogger(__name__)

PURGE_SECONDS = 15
EXPORT_SECONDS = 1
UPKEEP_SECONDS = 600
FILLING_SECONDS = 120
"""Of every upkeep, as long as a quick rebuild has left something to fill in."""
FILLING_PAUSE_SECONDS = 1.0
NIGHTLY_HOUR_UTC = 19
"""03:00 in the first city (UTC+8); the work is light, so other zones need no setting."""


def run_jobs(
    storage: Storage,
    purger: Purger,
    exporter: ExportWorker,
    backup_dir: Path,
    nightly_dir: Path,
    clock: Clock,
    stop: threading.Event,
    claim: ServiceClaim,
) -> None:
    """Run all jobs on their intervals until `stop` is set; a running job is waited for, but no volume that hangs.

    Copies of the configuration go to `backup_dir`, backups of the whole database to `nightly_dir`.

    Raises:
        AlreadyRunning: a scheduler of another host took the claim over while the database was out of reach.
    """
    lost: list[AlreadyRunning] = []

    def purge_if_alone() -> None:
        try:
            if claim.renew():
                purge(purger)
        except AlreadyRunning as error:
            lost.append(error)
            stop.set()

    def back_up() -> None:
        make_nightly_backup(
            storage.database, nightly_dir, clock.now_us(), may_go_on=lambda: not stop.is_set()
        )

    def back_up_if_due() -> None:
        if read_nightly_backup(storage.database).is_due(clock.now_us()):
            back_up()

    # Each kind of work has its own thread: an export of an hour must not hold up a purge.
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={name: ThreadPoolExecutor(1) for name in ("purge", "export", "upkeep", "backup")},
        # Late is better than never (the library would skip a run that is a second late), and once is enough.
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    jobs: tuple[tuple[str, str, int, Callable[[], object]], ...] = (
        ("purge", "purge", PURGE_SECONDS, purge_if_alone),
        ("export", "export", EXPORT_SECONDS, lambda: export(exporter, stop)),
        ("upkeep", "upkeep", UPKEEP_SECONDS, lambda: upkeep(storage, exporter, backup_dir, clock, stop)),
        ("late backup", "backup", UPKEEP_SECONDS, back_up_if_due),
    )
    for name, executor, seconds, job in jobs:
        scheduler.add_job(job, "interval", seconds=seconds, id=name, executor=executor)
    scheduler.add_job(
        lambda: nightly(storage, backup_dir, clock),
        "cron",
        hour=NIGHTLY_HOUR_UTC,
        id="nightly",
        executor="upkeep",
    )
    scheduler.add_job(back_up, "cron", hour=NIGHTLY_HOUR_UTC, id="backup", executor="backup")
    # At once: a new installation has its first backup before anything can happen to it.
    scheduler.add_job(back_up_if_due, "date", id="first backup", executor="backup")
    scheduler.add_listener(_log_trouble, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
    exporter.remove_strays()
    scheduler.start()
    try:
        stop.wait()
    finally:
        exporter.stop()
        purger.close()
        scheduler.shutdown(wait=True)
    if lost:
        raise lost[0]


def purge(purger: Purger) -> None:
    """Delete what retention says; repeat at once while a pass stopped only for its batch size."""
    report = purger.run_once()
    if report.segments:
        log.info("purged", extra={"segments": report.segments, "bytes": report.freed_bytes})


def export(exporter: ExportWorker, stop: threading.Event) -> None:
    """Work through the queued exports."""
    while not stop.is_set() and exporter.run_next():
        pass


def upkeep(
    storage: Storage, exporter: ExportWorker, backup_dir: Path, clock: Clock, stop: threading.Event
) -> None:
    """Let go of what has expired, copy the configuration aside where it has changed, and fill the index in."""
    now_us = clock.now_us()
    storage.sessions.purge(now_us)
    storage.sign_in_attempts.purge(now_us)
    storage.leases.purge_lapsed()
    exporter.expire_due()
    if is_config_copy_due(storage.database, backup_dir):
        back_up_config(storage.database, backup_dir, now_us)
    fill(storage, clock, stop)


def fill(storage: Storage, clock: Clock, stop: threading.Event) -> None:
    """Fill in what a quick rebuild left out, for a while, leaving the disk to others in between."""
    until_us = clock.monotonic_us() + FILLING_SECONDS * SECOND_US

    def may_go_on() -> bool:
        return clock.monotonic_us() < until_us and not stop.wait(FILLING_PAUSE_SECONDS)

    filled = fill_fragments(storage, may_go_on)
    if filled:
        log.info("fragment tables filled in", extra={"files": filled})


def nightly(storage: Storage, backup_dir: Path, clock: Clock) -> None:
    """Copy cameras, people and holds aside, and keep tables small and statistics fresh."""
    back_up_config(storage.database, backup_dir, clock.now_us())
    storage.database.upkeep()
    compact_runs(storage.database, ended_before_us=clock.now_us() - DAY_US)
    prune_outages(storage.database, clock.now_us())


def _log_trouble(event: JobExecutionEvent) -> None:
    error = getattr(event, "exception", None)
    log.error("job %s %s", event.job_id, "failed" if error else "was missed", exc_info=error)
