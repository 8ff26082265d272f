"""Cameras between rows and values: what a draft becomes, and how two result sets become cameras."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from storage.schema.cameras import camera, camera_secret, stream
from vms.domain.camera import Camera, CameraDraft, Stream, StreamRole
from vms.domain.camera_address import StreamUrl


def camera_values(draft: CameraDraft) -> dict[str, object]:
    """Return the columns of a camera's row that a draft sets."""
    return {
        "name": draft.name.strip(),
        "place": draft.place.strip(),
        "agency": draft.agency.strip(),
        "group_name": draft.group.strip(),
        "latitude": draft.latitude,
        "longitude": draft.longitude,
        "purpose": draft.purpose.strip(),
        "retention_days": draft.retention_days,
        "min_days": draft.min_days,
        "quota_bytes": draft.quota_bytes,
        "is_enabled": draft.is_enabled,
    }


def draft_urls(draft: CameraDraft) -> Mapping[StreamRole, StreamUrl]:
    """Return the address of every stream that the draft wants."""
    urls = {StreamRole.MAIN: draft.main_url}
    if draft.sub_url is not None:
        urls[StreamRole.SUB] = draft.sub_url
    return urls


def select_cameras(connection: Connection, *conditions: sa.ColumnElement[bool]) -> list[Camera]:
    """Return the cameras that meet the conditions, with their streams, in order of name; in two statements."""
    cameras = connection.execute(
        sa.select(camera, camera_secret.c.camera_id.is_not(None).label("has_credentials"))
        .outerjoin(camera_secret, camera_secret.c.camera_id == camera.c.id)
        .where(*conditions)
        .order_by(camera.c.name, camera.c.id)
    ).all()
    streams = connection.execute(
        sa.select(stream)
        .join(camera, camera.c.id == stream.c.camera_id)
        .where(*conditions)
        .order_by(stream.c.id)
    )
    by_camera = _by_camera(_stream(row) for row in streams)
    return [_camera(row, by_camera[row.id]) for row in cameras]


def select_camera(connection: Connection, camera_id: int) -> Camera | None:
    """Return a camera with its streams, or None; nearly every request asks, so the two statements are built once."""
    row = connection.execute(_ONE_CAMERA, {"camera_id": camera_id}).one_or_none()
    if row is None:
        return None
    streams = connection.execute(_ITS_STREAMS, {"camera_id": camera_id}).all()
    return _camera(row, [_stream(found) for found in streams])


_ONE_CAMERA: Final = (
    sa.select(camera, camera_secret.c.camera_id.is_not(None).label("has_credentials"))
    .outerjoin(camera_secret, camera_secret.c.camera_id == camera.c.id)
    .where(camera.c.id == sa.bindparam("camera_id"))
)
_ITS_STREAMS: Final = (
    sa.select(stream).where(stream.c.camera_id == sa.bindparam("camera_id")).order_by(stream.c.id)
)


def _by_camera(streams: Iterable[Stream]) -> defaultdict[int, list[Stream]]:
    found: defaultdict[int, list[Stream]] = defaultdict(list)
    for one in streams:
        found[one.camera_id].append(one)
    return found


def _camera(row: Row[Any], streams: list[Stream]) -> Camera:
    return Camera(
        id=row.id,
        uuid=row.uuid,
        name=row.name,
        place=row.place,
        agency=row.agency,
        group=row.group_name,
        latitude=row.latitude,
        longitude=row.longitude,
        purpose=row.purpose,
        retention_days=row.retention_days,
        min_days=row.min_days,
        quota_bytes=row.quota_bytes,
        is_enabled=row.is_enabled,
        has_credentials=row.has_credentials,
        created_us=row.created_us,
        removed_us=row.removed_us,
        streams=tuple(streams),
    )


def _stream(row: Row[Any]) -> Stream:
    return Stream(
        id=row.id,
        uuid=row.uuid,
        camera_id=row.camera_id,
        role=StreamRole(row.role),
        url=StreamUrl(row.url),
        record_audio=row.record_audio,
        wallclock_timestamps=row.wallclock_timestamps,
        is_enabled=row.is_enabled,
    )
