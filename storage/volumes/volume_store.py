"""The list of volumes: adding one marks its directory, and nothing is ever added over somebody else's data."""

import errno
import os
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Row

from storage.installation.meta import MetaStore, bump_config_revision
from storage.schema.footage import run, segment, volume
from storage.schema.retention import garbage
from storage.sql.database import Database
from storage.volumes.beneath import list_names
from storage.volumes.markers import read_marker, write_marker
from storage.volumes.volume_access import open_volume
from vms.domain.errors import Conflict, InvalidInput, NotFound, VolumeUnavailable
from vms.domain.form_fields import refuse
from vms.domain.time import Clock
from vms.domain.typed_reference import Named, TypedReference
from vms.domain.volume import Volume, VolumeState, volume_problems

_NOT_FOOTAGE: Final = frozenset({"lost+found"})
"""What a new filesystem holds before anybody used it."""


class VolumeStore:
    """Adds, changes and finds volumes; every change bumps the configuration's revision in its transaction."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, path: str | Path, *, min_free_bytes: int | None = None, weight: int = 1) -> Volume:
        """Take a directory into use for footage and return its volume.

        The directory must exist, and be empty or bear this database's marker already (the same disk again, or a
        crash right after it was marked); nothing in it is changed but for the marker.

        Raises:
            InvalidInput: the path is no directory that can be used.
            Conflict: the directory holds something else, or is in use already.
        """
        refuse(volume_problems(min_free_bytes, weight))
        root = _absolute(path)
        volume_uuid = self._mark(root)
        row = {
            "uuid": volume_uuid,
            "path": root,
            "min_free_bytes": min_free_bytes,
            "weight": weight,
            "is_enabled": True,
            "state": VolumeState.HEALTHY.value,
            "checked_us": self._clock.now_us(),
        }
        with self._database.write() as connection:
            same = sa.or_(volume.c.uuid == volume_uuid, volume.c.path == root)
            if connection.execute(sa.select(volume.c.id).where(same)).first() is not None:
                raise Conflict(f"{root} is a volume already")
            volume_id = connection.execute(sa.insert(volume).values(row).returning(volume.c.id)).scalar_one()
            bump_config_revision(connection)
        return self.get(volume_id)

    def list(self) -> list[Volume]:
        """Return every volume, in the order they were added."""
        with self._database.read() as connection:
            return [_volume(row) for row in connection.execute(sa.select(volume).order_by(volume.c.id))]

    def get(self, volume_id: int) -> Volume:
        """Return a volume by its id.

        Raises:
            NotFound: there is no such volume.
        """
        with self._database.read() as connection:
            row = connection.execute(sa.select(volume).where(volume.c.id == volume_id)).one_or_none()
        if row is None:
            raise NotFound(f"there is no volume {volume_id}")
        return _volume(row)

    def find(self, text: str) -> Volume:
        """Return the volume whose number, path or uuid a person typed.

        Raises:
            NotFound: there is none.
            Conflict: several may be meant.
        """
        known = {one.id: one for one in self.list()}
        typed = TypedReference.of(os.path.normpath(text) if text.startswith("/") else text)
        return known[typed.choose("volume", (Named(one.id, one.uuid, one.path) for one in known.values()))]

    def edit(
        self,
        volume_id: int,
        *,
        path: str | Path | None = None,
        min_free_bytes: int | None = None,
        weight: int = 1,
        is_enabled: bool = True,
    ) -> Volume:
        """Change a volume and return it; `path` None leaves the path, everything else is set as given.

        Raises:
            NotFound: there is no such volume.
            InvalidInput: a value is unusable.
            VolumeUnavailable: the new path does not lead to this volume.
        """
        refuse(volume_problems(min_free_bytes, weight))
        known = self.get(volume_id)
        values: dict[str, object] = {
            "min_free_bytes": min_free_bytes,
            "weight": weight,
            "is_enabled": is_enabled,
        }
        if path is not None and (new_path := _absolute(path)) != known.path:
            moved = Volume(known.id, known.uuid, new_path)
            open_volume(moved, MetaStore(self._database).database_uuid()).close()
            values["path"] = new_path
        with self._database.write() as connection:
            connection.execute(sa.update(volume).where(volume.c.id == volume_id).values(values))
            bump_config_revision(connection)
        return self.get(volume_id)

    def set_enabled(self, volume_id: int, *, is_enabled: bool) -> None:
        """Let new footage go to a volume, or not; enabling also clears what a check found, as a person has looked.

        Raises:
            NotFound: there is no such volume.
        """
        self.get(volume_id)
        values: dict[str, object] = {"is_enabled": is_enabled}
        if is_enabled:
            values |= {"state": VolumeState.HEALTHY.value, "state_detail": ""}
        with self._database.write() as connection:
            connection.execute(sa.update(volume).where(volume.c.id == volume_id).values(values))
            bump_config_revision(connection)

    def remove(self, volume_id: int) -> None:
        """Remove a volume that holds no footage any more; its directory and marker stay as they are.

        Raises:
            NotFound: there is no such volume.
            Conflict: there is footage on it: let retention empty it first, with the volume disabled.
        """
        self.get(volume_id)
        with self._database.write() as connection:
            runs = sa.select(run.c.id).where(run.c.volume_id == volume_id)
            has_rows = connection.execute(sa.select(segment.c.seq).where(segment.c.run_id.in_(runs)).limit(1))
            is_open = connection.execute(runs.where(run.c.end_us.is_(None)).limit(1))
            waits = connection.execute(
                sa.select(garbage.c.name).where(garbage.c.volume_id == volume_id).limit(1)
            )
            if has_rows.first() or is_open.first() or waits.first():
                raise Conflict(f"volume {volume_id} holds footage: disable it and let retention empty it")
            connection.execute(sa.delete(run).where(run.c.volume_id == volume_id))
            connection.execute(sa.delete(volume).where(volume.c.id == volume_id))
            bump_config_revision(connection)

    def set_state(self, volume_id: int, state: VolumeState, detail: str = "") -> None:
        """Store what a check found; unknown volumes are ignored, as one may be removed meanwhile."""
        values = {"state": state.value, "state_detail": detail, "checked_us": self._clock.now_us()}
        with self._database.write() as connection:
            connection.execute(sa.update(volume).where(volume.c.id == volume_id).values(values))

    def _mark(self, path: str) -> UUID:
        """Return the uuid in the directory's marker, after writing one if there is none."""
        database_uuid = MetaStore(self._database).database_uuid()
        try:
            root_fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise InvalidInput(f"{path} cannot be used: {error.strerror}", field="path") from error
        try:
            marker = read_marker(root_fd)
            if marker is None:
                if set(list_names(root_fd)) - _NOT_FOOTAGE:
                    raise Conflict(f"{path} is not empty: give a directory of its own to the footage")
                marker = write_marker(root_fd, uuid4(), database_uuid, self._clock.now_us())
        except VolumeUnavailable as error:
            raise Conflict(f"{path} cannot be used: {error}") from error
        except OSError as error:
            hint = ": mount it writable" if error.errno == errno.EROFS else ""
            raise InvalidInput(f"{path} cannot be marked: {error.strerror}{hint}", field="path") from error
        finally:
            os.close(root_fd)
        if marker.database_uuid != database_uuid:
            raise Conflict(f"{path} holds footage of another database ({marker.database_uuid})")
        return marker.volume_uuid


def _volume(row: Row[Any]) -> Volume:
    return Volume(
        id=row.id,
        uuid=row.uuid,
        path=row.path,
        min_free_bytes=row.min_free_bytes,
        weight=row.weight,
        is_enabled=row.is_enabled,
        state=VolumeState(row.state),
        state_detail=row.state_detail,
        checked_us=row.checked_us,
    )


def _absolute(path: str | Path) -> str:
    if not Path(path).is_absolute():
        raise InvalidInput(f"{str(path)!r} is not an absolute path", field="path")
    return os.path.normpath(path)
