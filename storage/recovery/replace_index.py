"""Replaces a damaged SQLite index by the newest copy of the configuration and the footage that is on the volumes.

The old file is set aside, never deleted.

What a database alone knows and files do not is as old as that copy: cameras, users, holds, rules. Where there is no
copy, the database is new: cameras come back by name from the notes beside their footage, as archived cameras without
a rule, so nothing of theirs is purged until somebody gives them one; users, holds and passwords are lost.
"""

import logging
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from storage.installation.meta import MetaStore
from storage.installation.migrate import upgrade
from storage.installation.steps import OnStep, ignore_step
from storage.open import Storage
from storage.recovery.config_backup import config_backups, sync_path
from storage.recovery.reindex import Progress, ReindexReport, reindex, take_over
from storage.sql.database import Database, sqlite_file
from storage.sql.sqlite_files import is_damage, is_free, move_database, remove_database
from vms.domain.errors import IndexUnavailable, SchemaMismatch, SettingsError
from vms.domain.time import Clock, format_rfc3339
from vms.host.sqlite_address import sqlite_url

log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class NewIndex:
    """How a database was replaced.

    Attributes:
        damage: what was wrong with the old one.
        moved_to: where it is now, None where there was none.
        copied_from: the copy of the configuration that was put in place, None where there was none.
    """

    damage: str
    moved_to: Path | None
    copied_from: Path | None


def find_damage(database_url: str) -> str:
    """Return what SQLite finds wrong with its file, or "" if it is sound, missing, or PostgreSQL."""
    file = sqlite_file(database_url)
    if file is None or not file.exists():
        return ""
    database = Database(database_url, statement_seconds=None)
    try:
        return "; ".join(database.check()[:3])
    except IndexUnavailable as error:
        if _is_damage(error):
            return str(error)
        raise
    finally:
        database.close()


def is_lost(database_url: str, copies: Path) -> bool:
    """Tell whether the SQLite file is gone though there are copies of its configuration.

    An empty file counts as gone: SQLite makes one for whoever only looks.
    """
    path = sqlite_file(database_url)
    if path is None:
        return False
    return not (path.exists() and path.stat().st_size) and bool(config_backups(copies))


def replace_index(
    database_url: str,
    clock: Clock,
    damage: str,
    *,
    copies: Path | None = None,
    on_step: OnStep = ignore_step,
) -> NewIndex:
    """Set the database aside and put the newest usable copy of the configuration in its place, or a new database.

    Nobody may be writing to the database. The new one is complete before it gets its name, so whoever looks, and
    whoever starts again after a crash, finds the old one, none, or the new one. Recording may begin as soon as this
    returns; `rebuild_footage` may run beside it.

    Args:
        database_url: the database that is damaged or gone.
        clock: names the file that is set aside.
        damage: what is wrong with it.
        copies: folder of the configuration's copies.
        on_step: called with the name of each step before it is taken (tests stop the process there).

    Raises:
        SettingsError: the database is no SQLite file.
        IndexUnavailable: the new one cannot be made; the old one is where it was.
    """
    path = sqlite_file(database_url)
    if path is None:
        raise SettingsError("only a SQLite database can be replaced: PostgreSQL has backups of its own")
    on_step("prepare")
    new, copied_from = _prepared(path, copies)
    on_step("set-aside")
    moved_to = _set_aside(path, clock)
    log.error("the database is damaged and was set aside: %s", damage, extra={"file": str(moved_to)})
    on_step("place")
    try:
        new.replace(path)
        sync_path(path.parent)
    except OSError as error:
        raise IndexUnavailable(f"the new database could not be put in its place: {error}") from error
    on_step("placed")
    return NewIndex(damage, moved_to, copied_from)


def _prepared(path: Path, copies: Path | None) -> tuple[Path, Path | None]:
    """Make a complete database beside `path`. Returns its path, and the copy that it was made from, or None."""
    new = path.with_name(f"{path.name}.new")
    for copy in config_backups(copies) if copies is not None else []:
        try:
            if find_damage(sqlite_url(copy)):
                continue
            remove_database(new)
            shutil.copyfile(copy, new)
            _complete(new)
        except (IndexUnavailable, SchemaMismatch, OSError):
            log.exception("a copy of the configuration cannot be used", extra={"file": str(copy)})
            continue
        return new, copy
    remove_database(new)
    _complete(new)
    return new, None


def _complete(new: Path) -> None:
    """Bring a database to this program's revision and note that its footage is to be indexed, synced in its one file."""
    url = sqlite_url(new)
    upgrade(url)
    database = Database(url)
    try:
        MetaStore(database).note_rebuild_due()
        database.upkeep()
    finally:
        database.close()
    sync_path(new)


def rebuild_footage(
    storage: Storage,
    clock: Clock,
    volume_paths: Iterable[str | Path],
    *,
    progress: Progress | None = None,
    with_fragments: bool = True,
) -> ReindexReport:
    """Index every file on these volumes and on those of the database; arguments as for `reindex`.

    What could not be read because its volume does not work stays noted as due (storage.installation.meta).

    Raises:
        InvalidInput: a path is no marked volume.
        Conflict: a volume belongs to another database than the rest.
    """
    take_over(storage, volume_paths)
    report = reindex(storage, clock, progress=progress, with_fragments=with_fragments)
    storage.meta.note_rebuild_due(report.skipped_volumes)
    return report


def index_what_is_due(storage: Storage, clock: Clock) -> ReindexReport:
    """Continue a rebuild: index the volumes that are noted as due.

    Raises:
        IndexUnavailable: the database does not answer.
    """
    report = reindex(storage, clock, only=storage.meta.volumes_due())
    storage.meta.note_rebuild_due(report.skipped_volumes)
    return report


def _set_aside(path: Path, clock: Clock) -> Path | None:
    """Rename the database and its log. Returns the new name, or None if there was no database."""
    stamp = format_rfc3339(clock.now_us())[:19].replace(":", "")
    number = 0
    while not is_free(target := path.with_name(f"{path.name}.damaged-{stamp}-{number}")):
        number += 1
    return target if move_database(path, target) else None


def _is_damage(error: IndexUnavailable) -> bool:
    """Tell whether the error means damage, and not a database that is locked or out of reach."""
    cause = error.__cause__
    return is_damage(getattr(cause, "orig", cause))
