"""The composition root: opens the installation and runs each service with what it needs; wiring happens here, once."""

import asyncio
import contextlib
import gc
import importlib.metadata
import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.installation.migrate import require_head
from storage.open import Storage, open_storage
from storage.sql.database import sqlite_file
from vms.domain.errors import SettingsError
from vms.domain.moments.site_time import SiteZone
from vms.ffmpeg.redaction import Redactor
from vms.host.clock import SystemClock, read_clock_trust
from vms.host.installation_lock import alone, shared
from vms.host.logs import set_up_logging
from vms.host.secret_key import load_or_create_key
from vms.host.service_lock import service_lock
from vms.host.settings import Settings
from vms.host.stop_signal import call_on_stop_signal

if TYPE_CHECKING:  # each process imports what it alone needs: it starts sooner and stays smaller
    from playback.exports.export_worker import ExportWorker
    from playback.stream.footage import Footage

log = logging.getLogger(__name__)

BACKUPS = "backup"
VERSION = importlib.metadata.version("siring")


@dataclass(frozen=True, slots=True)
class Services:
    """An open installation: what every service and command is given."""

    settings: Settings
    storage: Storage
    clock: SystemClock
    redact: Redactor

    def footage(self) -> "Footage":
        """Return a reader of this installation's footage."""
        from playback.stream.footage import Footage
        from playback.stream.segment_source import SegmentSource

        return Footage(self.storage, SegmentSource(self.storage), self.clock)

    def export_worker(self) -> "ExportWorker":
        """Return a worker for this installation's exports."""
        from playback.exports.export_folder import EXPORTS
        from playback.exports.export_worker import ExportWorker

        return ExportWorker(
            self.storage,
            self.footage(),
            self.clock,
            root=self.settings.data_dir / EXPORTS,
            zone=SiteZone(self.settings.time_zone, self.settings.zone_label),
            version=VERSION,
            keep_hours=self.settings.export_keep_hours,
        )


def alone_in(settings: Settings, *, wait_seconds: float = 0) -> AbstractContextManager[None]:
    """Keep every other service and command out of the installation while the block runs (vms.host.installation_lock).

    Raises:
        AlreadyRunning: others use it; says which processes.
    """
    return alone(settings.data_dir, sqlite_file(settings.effective_database_url), wait_seconds=wait_seconds)


@contextmanager
def open_services(settings: Settings, *, is_alone: bool = False) -> Iterator[Services]:
    """Open the database of an installation that `vms init` or `vms up` has set up; close it at the end.

    Args:
        settings: which.
        is_alone: for what may happen only while nothing else uses the installation.

    Raises:
        SchemaMismatch: the database has another revision than this program.
        IndexUnavailable: it does not answer.
        AlreadyRunning: others use it, or somebody else must be alone; says which processes.
    """
    if not settings.data_dir.is_dir():
        raise SettingsError(
            f"there is no folder {settings.data_dir}: run  vms init  first, or set VMS_DATA_DIR"
        )
    with alone_in(settings) if is_alone else shared(settings.data_dir):
        clock = SystemClock()
        require_head(settings.effective_database_url)
        storage = open_storage(
            settings.effective_database_url, clock, secret_key=load_or_create_key(settings.data_dir)
        )
        try:
            yield Services(settings, storage, clock, Redactor(storage.cameras.secrets_for_redaction()))
        finally:
            storage.close()


@contextmanager
def _service(settings: Settings, service: str) -> Iterator[Services]:
    """Open the installation for a long-running service: logging set up, its lock held."""
    with open_services(settings) as services:
        set_up_logging(
            level=settings.log_level, format_name=settings.log_format, service=service, redact=services.redact
        )
        with service_lock(settings.data_dir, service):
            log.info("%s begins", service, extra={"pid": os.getpid()})
            yield services
            log.info("%s ends", service)


def serve_recorder(settings: Settings) -> None:
    """Record until SIGTERM or SIGINT."""
    from recorder.service import run_recorder

    async def record(services: Services) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await run_recorder(
            services.settings, services.storage, services.clock, stop, redactor=services.redact
        )

    with _service(settings, "recorder") as services:
        asyncio.run(record(services))


def serve_pictures(settings: Settings) -> None:
    """Make pictures until SIGTERM or SIGINT, at a lower priority than everything else."""
    from playback.pictures.maker import PictureMaker

    with _service(settings, "pictures") as services, _stop_event() as stop:
        with contextlib.suppress(OSError):
            os.nice(10)
        PictureMaker(services.storage, settings.picture_interval_seconds).run(stop)


def serve_scheduler(settings: Settings) -> None:
    """Run retention, exports, upkeep and backups until SIGTERM or SIGINT."""
    from storage.installation.service_claim import ServiceClaim
    from storage.purge.purger import Purger
    from vms.processes.scheduler import run_jobs

    with _service(settings, "scheduler") as services, _stop_event() as stop:
        claim = ServiceClaim(services.storage.database, "scheduler", settings.data_dir)
        claim.take()
        try:
            run_jobs(
                services.storage,
                Purger(services.storage, services.clock, clock_trust=read_clock_trust),
                services.export_worker(),
                settings.data_dir / BACKUPS,
                settings.backup_folder,
                services.clock,
                stop,
                claim,
            )
        finally:
            claim.release()


def serve_web(settings: Settings) -> None:
    """Serve the portal and the API until SIGTERM or SIGINT."""
    import uvicorn

    from playback.pictures.snapshot import Snapshots
    from web.app import create_app
    from web.http.state import WebServices

    with _service(settings, "web") as services:
        footage = services.footage()
        app = create_app(
            WebServices(
                settings=settings,
                storage=services.storage,
                clock=services.clock,
                footage=footage,
                snapshots=Snapshots(services.storage, footage),
                version=VERSION,
            )
        )
        tune_garbage_collector()
        uvicorn.run(
            app,
            host=settings.host,
            port=settings.port,
            log_config=None,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=5,
        )


def tune_garbage_collector() -> None:
    """Keep the collector of cyclic garbage from what start-up made, and from waking up in the midst of a long answer.

    A timeline of many cameras makes tens of thousands of small objects at once; looking through all that the process
    holds each time would double the time of one answer in twenty.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@contextmanager
def _stop_event() -> Iterator[threading.Event]:
    """Yield an event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    call_on_stop_signal(stop.set)
    yield stop
