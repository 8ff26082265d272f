"""Cameras as pages show them: name and place, how they do, their latest picture, since when there is footage."""

from collections.abc import Sequence
from dataclasses import dataclass

from storage.footage.many_streams import StreamExtent
from vms.domain.camera import Camera, StreamRole, StreamStatus
from vms.domain.time import DAY_US, SECOND_US
from vms.domain.user import Right, User
from web.http.state import WebServices
from web.pages.cameras.camera_marks import Mark, camera_mark, state_since_us
from web.pages.frame.presenters import DASH, Presenter

_PICTURE_STEP_US = 10 * SECOND_US
"""Picture addresses change this often: as often as there is a new picture."""


@dataclass(frozen=True, slots=True)
class CameraView:
    """One camera on a page.

    Attributes:
        title: name and place in one line. age: of the newest picture, in words. kept, oldest: of its footage.
        oldest_us, newest_us: extent of its footage, None where there is none.
        since_us: when its state began, as far as anybody said.
    """

    id: int
    name: str
    place: str
    agency: str
    title: str
    state: Mark
    picture_url: str
    age: str
    kept: str
    oldest: str
    oldest_us: int | None
    newest_us: int | None
    since_us: int | None


def visible_cameras(services: WebServices, user: User) -> list[Camera]:
    """Return the cameras in use that the person may see, by name."""
    return [camera for camera in services.storage.cameras.list() if user.may(Right.VIEW, camera.id)]


def camera_views(services: WebServices, cameras: Sequence[Camera], present: Presenter) -> list[CameraView]:
    """Return what pages show of these cameras, with two queries however many they are."""
    statuses = services.storage.cameras.statuses()
    mains = {
        camera.id: stream.id for camera in cameras if (stream := camera.stream(StreamRole.MAIN)) is not None
    }
    extents = services.storage.many_streams.extents(list(mains.values()))
    return [
        _view(camera, statuses.get(mains.get(camera.id, 0)), extents.get(mains.get(camera.id, 0)), present)
        for camera in cameras
    ]


def _view(
    camera: Camera, status: StreamStatus | None, extent: StreamExtent | None, present: Presenter
) -> CameraView:
    words = present.catalogue
    ends = [extent.end_us if extent else None, status.last_media_us if status else None]
    newest_us = max((end for end in ends if end is not None), default=None)
    oldest_us = extent.start_us if extent else newest_us
    return CameraView(
        id=camera.id,
        name=camera.name,
        place="" if camera.place == camera.name else camera.place,
        agency=camera.agency,
        title=f" {DASH} ".join(dict.fromkeys(part for part in (camera.name, camera.place) if part)),
        state=camera_mark(camera, status, present),
        picture_url=picture_url(camera.id, newest_us),
        age=words.text("camera.age_none") if newest_us is None else present.age(newest_us),
        kept=DASH if oldest_us is None else kept_words(oldest_us, present),
        oldest=DASH if oldest_us is None else present.moment(oldest_us),
        oldest_us=oldest_us,
        newest_us=newest_us,
        since_us=None if status is None else state_since_us(status, present.now_us),
    )


def picture_url(camera_id: int, newest_us: int | None, *, width: int = 320) -> str:
    """Return the address of a camera's newest picture, "" where it has none."""
    if newest_us is None:
        return ""
    return f"/api/v1/cameras/{camera_id}/picture?at={newest_us - newest_us % _PICTURE_STEP_US}&width={width}"


def kept_days(oldest_us: int, now_us: int) -> int:
    """Return the whole days since the oldest footage."""
    return max(0, (now_us - oldest_us) // DAY_US)


def kept_words(oldest_us: int, present: Presenter) -> str:
    """Return since how long there is footage, in whole days, or in hours or minutes for a young archive."""
    days = kept_days(oldest_us, present.now_us)
    return (
        present.catalogue.count("units.days", days) if days else present.duration(present.now_us - oldest_us)
    )
