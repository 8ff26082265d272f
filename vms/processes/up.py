"""`vms up`: all services under one parent, and a damaged SQLite index set aside, replaced and rebuilt while they work.

Looking a large database over takes longer than a camera may go unrecorded, so the services start first. Should damage be
found, they stop for the moment in which the database is replaced; the footage is indexed again beside the recording,
and that goes on at each start, and after each failure, until all of it is (storage.installation.meta).
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from storage.installation.migrate import current_revision, require_head, upgrade
from storage.open import Storage
from storage.recovery.replace_index import find_damage, index_what_is_due, is_lost, replace_index
from vms.domain.errors import IndexUnavailable, SchemaMismatch, VmsError
from vms.host.clock import SystemClock
from vms.host.installation_lock import shared
from vms.host.settings import Settings
from vms.host.stop_signal import call_on_stop_signal
from vms.processes.app import BACKUPS, alone_in, open_services
from vms.processes.process_group import ProcessGroup, service_command

log = logging.getLogger(__name__)

SERVICES = ("recorder", "pictures", "scheduler", "web")
_OTHERS_END_SECONDS = 10.0
"""How long a command that runs may hold up the replacement or upgrade of the database."""
_RETRY_SECONDS = 60.0
_LONGEST_RETRY_SECONDS = 600.0
"""Between two tries to index what is due: a volume may come back, a database may answer again."""


def prepare(settings: Settings) -> None:
    """Make the data folder and bring the database up to date; one that is gone or cannot be opened is replaced.

    Where something is to be done, nobody else may be using the installation.

    Raises:
        AlreadyRunning: somebody else uses it; says which processes.
        VmsError: neither was possible.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if _is_ready(settings):
        return
    with alone_in(settings, wait_seconds=_OTHERS_END_SECONDS):
        _bring_up(settings)


def _is_ready(settings: Settings) -> bool:
    """Tell whether the database is there and of this program's revision."""
    if is_lost(settings.effective_database_url, settings.data_dir / BACKUPS):
        return False
    try:
        require_head(settings.effective_database_url)
    except (SchemaMismatch, IndexUnavailable):
        return False
    return True


def _bring_up(settings: Settings) -> None:
    if is_lost(settings.effective_database_url, settings.data_dir / BACKUPS):
        _replace(settings, "the file is gone")
    try:
        before = current_revision(settings.effective_database_url)
        after = upgrade(settings.effective_database_url)
        if before != after:
            log.info("the database was brought from revision %s to %s", before or "none", after)
    except VmsError:
        damage = find_damage(settings.effective_database_url)
        if not damage:
            raise
        _replace(settings, damage)


@dataclass(slots=True)
class _Watch:
    """What the check of the index found, handed from its thread to the parent's loop."""

    damage: str = ""


def run_all(settings: Settings, *, started: Callable[[ProcessGroup], None] = lambda _group: None) -> None:
    """Run all services until SIGTERM or SIGINT; `started` is called after each first start of a group."""
    is_asked = threading.Event()
    services = [service for service in SERVICES if service != "pictures" or settings.pictures_enabled]
    while not is_asked.is_set():
        group = ProcessGroup({service: service_command(service) for service in services})
        watch = _Watch()

        def stop(group: ProcessGroup = group) -> None:
            is_asked.set()
            group.stop()

        call_on_stop_signal(stop)
        checker = threading.Thread(
            target=_check_index, args=(settings, watch, group, is_asked), daemon=True, name="index check"
        )

        def begun(group: ProcessGroup = group, checker: threading.Thread = checker) -> None:
            checker.start()
            started(group)

        with shared(settings.data_dir):
            group.run(begun)
        if watch.damage and not is_asked.is_set():
            with alone_in(settings, wait_seconds=_OTHERS_END_SECONDS):
                _replace(settings, watch.damage)
        elif not is_asked.is_set():
            return


def _check_index(settings: Settings, watch: _Watch, group: ProcessGroup, is_asked: threading.Event) -> None:
    """Check the index and stop the group if it is damaged; else index the footage that is due."""
    try:
        watch.damage = find_damage(settings.effective_database_url)
    except VmsError:
        log.exception("the index could not be checked")
    if watch.damage:
        log.error("the index is damaged and is being replaced: %s", watch.damage)
        group.stop()
    else:
        index_footage(settings, is_asked)


def index_footage(
    settings: Settings, is_asked: threading.Event, *, retry_seconds: float = _RETRY_SECONDS
) -> None:
    """Index the footage of a replaced database, again and again until all of it is indexed, or somebody asks to end."""
    while not _is_indexed(settings):
        log.error("not all footage is in the index; trying again in %.0f s", retry_seconds)
        if is_asked.wait(retry_seconds):
            return
        retry_seconds = min(2 * retry_seconds, _LONGEST_RETRY_SECONDS)


def _is_indexed(settings: Settings) -> bool:
    """Index what is due; tell whether nothing is any more."""
    try:
        with open_services(settings) as services:
            storage = services.storage
            if _is_without_footage(storage):
                storage.meta.note_rebuild_due()
            if not storage.meta.is_rebuild_due():
                return True
            log.info("footage is being indexed from its files, beside the recording")
            report = index_what_is_due(storage, services.clock)
            if report.files:
                log.warning("the index is rebuilt: %s", report.summary())
            return not storage.meta.is_rebuild_due()
    except Exception:  # the boundary of the thread: what failed once is tried again
        log.exception("footage could not be indexed")
        return False


def _replace(settings: Settings, damage: str) -> None:
    new = replace_index(
        settings.effective_database_url, SystemClock(), damage, copies=settings.data_dir / BACKUPS
    )
    upgrade(settings.effective_database_url)
    log.error(
        "the damaged index is kept as %s; configuration from %s",
        new.moved_to,
        new.copied_from or "nowhere: set up anew, then  vms check --rebuild --volume FOLDER",
    )


def _is_without_footage(storage: Storage) -> bool:
    """Tell whether a copy of the configuration was put in place by hand: there are volumes and no segments."""
    streams = [s.id for c in storage.cameras.list(include_removed=True) for s in c.streams]
    return bool(storage.volumes.list()) and bool(streams) and not storage.many_streams.extents(streams)
