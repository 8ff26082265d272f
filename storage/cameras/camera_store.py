"""Cameras, their streams and credentials, and what the recorder last said about each stream."""

import contextlib
from collections.abc import Collection, Iterator, Sequence
from urllib.parse import quote
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from storage.cameras.camera_rows import camera_values, draft_urls, select_camera, select_cameras
from storage.cameras.camera_secrets import CameraSecrets, SealedCredentials
from storage.cameras.stream_statuses import select_statuses
from storage.installation.meta import bump_config_revision, read_config_revision
from storage.schema.cameras import camera, camera_secret, stream
from storage.sql.database import Database, insert_or_update
from vms.domain.camera import Camera, CameraDraft, StreamRole, StreamStatus
from vms.domain.camera_address import Credentials
from vms.domain.errors import Conflict, NotFound
from vms.domain.form_fields import refuse
from vms.domain.time import Clock
from vms.domain.typed_reference import LARGEST_NUMBER, Named, TypedReference

UNKNOWN_URL = "rtsp://unknown.invalid/"
"""Address of a stream that is known only by its footage; RFC 2606 keeps .invalid from ever existing."""


class CameraStore:
    """Adds, changes and finds cameras; every change bumps the configuration's revision in its transaction."""

    def __init__(self, database: Database, clock: Clock, secrets: CameraSecrets) -> None:
        self._database = database
        self._clock = clock
        self._secrets = secrets

    def add(self, draft: CameraDraft) -> Camera:
        """Store a new camera with its streams and return it.

        Raises:
            InvalidInput: the draft is unusable; its field is named.
            Conflict: another camera in use has that name.
            SettingsError: the draft has credentials and there is no key to encrypt them with.
        """
        (added,) = self.add_all([draft])
        return added

    def add_all(self, drafts: Sequence[CameraDraft], *, is_rehearsal: bool = False) -> Sequence[Camera]:
        """Store new cameras, all of them or none, and return them in the order given.

        Args:
            drafts: what people wrote.
            is_rehearsal: store nothing, and raise what storing would.

        Raises:
            InvalidInput: a draft is unusable; its field is named.
            Conflict: another camera in use has a name, or two of these have it.
            SettingsError: a draft has credentials and there is no key to encrypt them with.
        """
        with self._database.write() as connection, connection.begin_nested() as attempt:
            added = [self._add(connection, draft) for draft in drafts]
            bump_config_revision(connection)
            if is_rehearsal:
                attempt.rollback()
        return added

    def _add(self, connection: Connection, draft: CameraDraft) -> Camera:
        refuse(draft.problems())
        values = {**camera_values(draft), "uuid": uuid4(), "created_us": self._clock.now_us()}
        with _unique_name(draft.name):
            added = connection.execute(sa.insert(camera).values(values).returning(camera.c.id))
            camera_id = added.scalar_one()
        self._store_streams(connection, camera_id, draft)
        if draft.credentials is not None:
            self._store_credentials(connection, camera_id, draft.credentials)
        return _get(connection, camera_id)

    def edit(self, camera_id: int, draft: CameraDraft, *, clear_credentials: bool = False) -> Camera:
        """Change a camera to what the draft says and return it.

        Streams keep their identity whatever happens to their address; a stream that the draft does not want any
        more is switched off and keeps its footage. Without credentials in the draft the stored ones stay, unless
        they are to be cleared.

        Raises:
            NotFound: there is no such camera.
            InvalidInput: the draft is unusable; its field is named.
            Conflict: another camera in use has that name, or the camera was removed.
            SettingsError: the draft has credentials and there is no key to encrypt them with.
        """
        with self._database.write() as connection, _unique_name(draft.name):
            refuse(draft.problems(_in_use(connection, camera_id).name))
            connection.execute(sa.update(camera).where(camera.c.id == camera_id).values(camera_values(draft)))
            self._store_streams(connection, camera_id, draft)
            if clear_credentials:
                connection.execute(sa.delete(camera_secret).where(camera_secret.c.camera_id == camera_id))
            if draft.credentials is not None:
                self._store_credentials(connection, camera_id, draft.credentials)
            bump_config_revision(connection)
            return _get(connection, camera_id)

    def set_enabled(self, camera_id: int, is_enabled: bool) -> None:  # noqa: FBT001 - the name says which
        """Switch recording of a camera on or off.

        Raises:
            NotFound: there is no such camera.
            Conflict: the camera was removed.
        """
        with self._database.write() as connection:
            _in_use(connection, camera_id)
            connection.execute(
                sa.update(camera).where(camera.c.id == camera_id).values(is_enabled=is_enabled)
            )
            bump_config_revision(connection)

    def remove(self, camera_id: int) -> None:
        """Take a camera out of use; its footage stays and can be found until retention takes it.

        Its credentials are deleted. Removing it again changes nothing.

        Raises:
            NotFound: there is no such camera.
        """
        with self._database.write() as connection:
            known = _get(connection, camera_id)
            if known.removed_us is not None:
                return
            values = {"removed_us": self._clock.now_us(), "is_enabled": False}
            connection.execute(sa.update(camera).where(camera.c.id == camera_id).values(values))
            connection.execute(sa.delete(camera_secret).where(camera_secret.c.camera_id == camera_id))
            bump_config_revision(connection)

    def get(self, camera_id: int) -> Camera:
        """Return a camera by its id, removed or not.

        Raises:
            NotFound: there is no such camera.
        """
        with self._database.read() as connection:
            return _get(connection, camera_id)

    def some(self, camera_ids: Collection[int]) -> Sequence[Camera]:
        """Return the cameras with these ids that exist, removed or not, in the order given."""
        kept = [camera_id for camera_id in camera_ids if camera_id <= LARGEST_NUMBER]
        with self._database.read() as connection:
            found = {known.id: known for known in select_cameras(connection, camera.c.id.in_(sorted(kept)))}
        return [found[camera_id] for camera_id in kept if camera_id in found]

    def find(self, text: str) -> Camera:
        """Return the camera whose number, uuid or name a person typed, preferring cameras in use to removed ones.

        Raises:
            NotFound: none is called that.
            Conflict: several may be meant, as where a number is another's name.
        """
        typed = TypedReference.of(text)
        is_called_so = [camera.c.name == typed.text, sa.func.lower(camera.c.name) == typed.text.lower()]
        if typed.stored_number is not None:
            is_called_so.append(camera.c.id == typed.stored_number)
        if typed.uuid is not None:
            is_called_so.append(camera.c.uuid == typed.uuid)
        with self._database.read() as connection:
            found = {one.id: one for one in select_cameras(connection, sa.or_(*is_called_so))}
        known = (Named(one.id, one.uuid, one.name, one.removed_us is not None) for one in found.values())
        return found[typed.choose("camera", known)]

    def stream_owner(self, stream_id: int) -> int:
        """Return the id of the camera that a stream belongs to.

        Raises:
            NotFound: there is no such stream.
        """
        with self._database.read() as connection:
            owner = connection.execute(sa.select(stream.c.camera_id).where(stream.c.id == stream_id)).scalar()
        if owner is None:
            raise NotFound(f"there is no stream {stream_id}")
        return owner

    def revision(self) -> int:
        """Return a number that grows with every change of a camera, stream, volume or retention rule."""
        with self._database.read() as connection:
            return read_config_revision(connection)

    def credentials(self, camera_id: int) -> Credentials | None:
        """Return a camera's user name and password, or None if it has none.

        Raises:
            SettingsError: there is no key, or not the right one.
        """
        with self._database.read() as connection:
            found = _select_credentials(connection, self._secrets, camera_secret.c.camera_id == camera_id)
        return found[0] if found else None

    def secrets_for_redaction(self) -> list[str]:
        """Return every camera password, as typed and as written in a URL, longest first, for logs to hide (SEC-21).

        Raises:
            SettingsError: there is no key, or not the right one.
        """
        with self._database.read() as connection:
            passwords = {c.password.value for c in _select_credentials(connection, self._secrets)}
        return sorted(passwords | {quote(p, safe="") for p in passwords} - {""}, key=len, reverse=True)

    def import_unknown(
        self, stream_uuid: UUID, *, camera_uuid: UUID | None, camera_name: str, role: StreamRole
    ) -> int:
        """Return the stream of that uuid, adding it with a removed camera if the database does not know it.

        Called when an index is rebuilt. Footage is never given to another camera because it looks alike: only to
        the camera with the uuid that the folder's sidecar names, and only if that has no other stream of the role.
        A stream that is known already is returned as it is.
        """
        with self._database.write() as connection:
            known = connection.execute(sa.select(stream.c.id).where(stream.c.uuid == stream_uuid)).scalar()
            if known is not None:
                return known
            owner = _owner_with_room(connection, camera_uuid, role)
            if owner is None:
                taken = select_cameras(connection, camera.c.uuid == camera_uuid)
                now_us = self._clock.now_us()
                values = {
                    "uuid": camera_uuid if camera_uuid is not None and not taken else uuid4(),
                    "name": camera_name or f"unknown {stream_uuid.hex[:8]}",
                    "is_enabled": False,
                    "created_us": now_us,
                    "removed_us": now_us,
                }
                owner = connection.execute(
                    sa.insert(camera).values(values).returning(camera.c.id)
                ).scalar_one()
            row = {
                "uuid": stream_uuid,
                "camera_id": owner,
                "role": role.value,
                "url": UNKNOWN_URL,
                "is_enabled": False,
            }
            added = connection.execute(sa.insert(stream).values(row).returning(stream.c.id)).scalar_one()
            bump_config_revision(connection)
            return added

    def statuses(self) -> dict[int, StreamStatus]:
        """Return the recorder's latest status of each stream, by stream id; streams without one are missing."""
        with self._database.read() as connection:
            return select_statuses(connection)

    def _store_streams(self, connection: Connection, camera_id: int, draft: CameraDraft) -> None:
        known = {s.role: s for s in _get(connection, camera_id).streams}
        urls = draft_urls(draft)
        for role, url in urls.items():
            # Only the main stream is exported, so only there can sound be of use.
            audio = draft.record_audio and role is StreamRole.MAIN
            values = {"url": url.text, "record_audio": audio, "is_enabled": True}
            if role in known:
                connection.execute(sa.update(stream).where(stream.c.id == known[role].id).values(values))
            else:
                identity = {"uuid": uuid4(), "camera_id": camera_id, "role": role.value}
                connection.execute(sa.insert(stream).values(identity | values))
        for role, dropped in known.items():
            if role not in urls:
                connection.execute(
                    sa.update(stream).where(stream.c.id == dropped.id).values(is_enabled=False)
                )

    def _store_credentials(self, connection: Connection, camera_id: int, credentials: Credentials) -> None:
        sealed = self._secrets.seal(_get(connection, camera_id).uuid, credentials)
        row = {"camera_id": camera_id, "sealed": sealed.data, "key_name": sealed.key_name}
        insert_or_update(connection, camera_secret, [row])

    def list(self, *, include_removed: bool = False) -> list[Camera]:
        """Return all cameras in order of name, each with its streams; a dropped stream is among them, not enabled."""
        with self._database.read() as connection:
            if include_removed:
                return select_cameras(connection)
            return select_cameras(connection, camera.c.removed_us.is_(None))


def _select_credentials(
    connection: Connection, secrets: CameraSecrets, *conditions: sa.ColumnElement[bool]
) -> list[Credentials]:
    rows = connection.execute(
        sa.select(camera.c.uuid, camera_secret.c.sealed, camera_secret.c.key_name)
        .join(camera, camera.c.id == camera_secret.c.camera_id)
        .where(*conditions)
    )
    return [secrets.open(camera_uuid, SealedCredentials(data, name)) for camera_uuid, data, name in rows]


def _get(connection: Connection, camera_id: int) -> Camera:
    found = select_camera(connection, camera_id)
    if found is None:
        raise NotFound(f"there is no camera {camera_id}")
    return found


def _in_use(connection: Connection, camera_id: int) -> Camera:
    known = _get(connection, camera_id)
    if known.removed_us is not None:
        raise Conflict(f"camera {camera_id} was removed; add it anew to record it again")
    return known


def _owner_with_room(connection: Connection, camera_uuid: UUID | None, role: StreamRole) -> int | None:
    """Return the id of the camera of that uuid if it has no stream of that role yet."""
    for known in select_cameras(connection, camera.c.uuid == camera_uuid):
        if known.stream(role) is None:
            return known.id
    return None


@contextlib.contextmanager
def _unique_name(name: str) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise Conflict(f"another camera is called {name.strip()!r}") from error
