"""`vms up`: all roles under one parent, and a damaged SQLite index set aside, replaced and rebuilt while they work.

Looking a large database over takes longer than a camera may go unrecorded, so the roles start first. Should damage be
found, they stop for the moment in which the database is replaced; the footage is indexed again beside the recording.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from storage.migrate import upgrade
from storage.recovery import find_damage, is_lost, rebuild_footage, replace_index
from vms.app import BACKUPS, open_services
from vms.clock import SystemClock
from vms.domain.errors import VmsError
from vms.process_group import ProcessGroup, role_command
from vms.settings import Settings
from vms.stop_signal import call_on_stop_signal

log = logging.getLogger(__name__)

ROLES = ("recorder", "pictures", "scheduler", "web")


def prepare(settings: Settings) -> None:
    """Make the data folder and bring the database up to date; one that is gone or cannot be opened is replaced.

    Raises:
        VmsError: neither was possible.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if is_lost(settings.effective_database_url, settings.data_dir / BACKUPS):
        _replace(settings, "the file is gone")
    try:
        upgrade(settings.effective_database_url)
    except VmsError:
        damage = find_damage(settings.effective_database_url)
        if not damage:
            raise
        _replace(settings, damage)


@dataclass(slots=True)
class _Watch:
    """What the look at the database found, told between its thread and the parent's loop."""

    damage: str = ""
    is_rebuild_due: bool = False
    groups: list[ProcessGroup] = field(default_factory=list)


def run_all(settings: Settings, *, started: Callable[[ProcessGroup], None] = lambda _group: None) -> None:
    """Run all roles until SIGTERM or SIGINT; `started` is called after each first start of a group."""
    is_asked = threading.Event()
    roles = [role for role in ROLES if role != "pictures" or settings.pictures_enabled]
    watch = _Watch(is_rebuild_due=_is_index_new(settings))
    while not is_asked.is_set():
        group = ProcessGroup({role: role_command(role) for role in roles})

        def stop(group: ProcessGroup = group) -> None:
            is_asked.set()
            group.stop()

        call_on_stop_signal(stop)
        watch.damage = ""
        look = threading.Thread(target=_look, args=(settings, watch, group), daemon=True, name="index look")

        def begun(group: ProcessGroup = group, look: threading.Thread = look) -> None:
            look.start()
            started(group)

        group.run(begun)
        if watch.damage and not is_asked.is_set():
            _replace(settings, watch.damage)
            watch.is_rebuild_due = True
        elif not is_asked.is_set():
            return


def _look(settings: Settings, watch: _Watch, group: ProcessGroup) -> None:
    """Rebuild an index that was replaced, or look an old one over and stop the group if it is damaged."""
    try:
        if watch.is_rebuild_due:
            watch.is_rebuild_due = False
            _rebuild(settings)
            return
        watch.damage = find_damage(settings.effective_database_url)
    except VmsError:
        log.exception("the index could not be looked over")
        return
    if watch.damage:
        log.error("the index is damaged and is being replaced: %s", watch.damage)
        group.stop()


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


def _rebuild(settings: Settings) -> None:
    with open_services(settings) as services:
        report = rebuild_footage(services.storage, services.clock, ())
    if report.files:
        log.warning("the index is rebuilt: %s", report.summary())


def _is_index_new(settings: Settings) -> bool:
    """Tell whether `prepare` has just put a copy without footage in place: there are volumes and no segments."""
    with open_services(settings) as services:
        storage = services.storage
        streams = [s.id for c in storage.cameras.list(include_removed=True) for s in c.streams]
        return bool(storage.volumes.list()) and bool(streams) and not storage.archive.extents(streams)
