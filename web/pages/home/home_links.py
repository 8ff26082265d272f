"""What leads on from the first page: footage to resume, and saved views."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from vms.domain.camera import Camera
from vms.domain.resume_point import ResumePoint
from vms.domain.time import format_rfc3339
from vms.domain.user import User
from web.access.permissions import visible_ids
from web.http.state import WebServices
from web.pages.frame.presenters import Presenter

_PICTURE_WIDTH = 320
_MOST_VIEWS = 12


@dataclass(frozen=True, slots=True)
class ResumeCard:
    """Footage that the person can resume.

    Attributes:
        more: how many other cameras there were beside `name`. when: the time watched. clock: the moment.
        percent: of that time that lies behind the moment.
    """

    url: str
    name: str
    more: int
    when: str
    clock: str
    percent: int
    picture_url: str


@dataclass(frozen=True, slots=True)
class ViewLink:
    """A saved view; `owner` is "" for the person's own."""

    url: str
    name: str
    cameras: int
    owner: str


def resume_cards(services: WebServices, user: User, present: Presenter) -> list[ResumeCard]:
    """Return what the person can resume, newest first, with the cameras that they may still see."""
    names = {camera.id: camera for camera in services.storage.cameras.list(include_removed=True)}
    found: list[ResumeCard] = []
    for point in services.storage.resume_points.list(user.id):
        camera_ids = [number for number in visible_ids(user, point.camera_ids) if number in names]
        if camera_ids:
            found.append(_card(point, camera_ids, names, present))
    return found


def view_links(services: WebServices, user: User) -> list[ViewLink]:
    """Return the views that the person may open, their own first."""
    return [
        ViewLink(
            url=f"/playback?cam={_list(view.content.camera_ids)}&l={view.content.layout}",
            name=view.content.name,
            cameras=len(view.content.camera_ids),
            owner="" if view.owner_id == user.id else view.owner,
        )
        for view in services.storage.saved_views.list(user)
        if view.content.camera_ids
    ][:_MOST_VIEWS]


def _card(
    point: ResumePoint, camera_ids: list[int], names: Mapping[int, Camera], present: Presenter
) -> ResumeCard:
    at = quote(format_rfc3339(point.at_us))
    return ResumeCard(
        url=f"/playback?cam={_list(camera_ids)}&t={at}&play=1",
        name=names[camera_ids[0]].name,
        more=len(camera_ids) - 1,
        when=present.time_range(point.watched),
        clock=present.clock(point.at_us),
        percent=round(point.share * 100),
        picture_url=f"/api/v1/cameras/{camera_ids[0]}/picture?at={point.at_us}&width={_PICTURE_WIDTH}",
    )


def _list(camera_ids: list[int] | tuple[int, ...]) -> str:
    return ",".join(str(camera_id) for camera_id in camera_ids)
