"""The playback page, and the one reader of typed times that its scripts ask."""

from datetime import date

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vms.domain.camera import Camera, StreamRole
from vms.domain.errors import InvalidInput, NotFound
from vms.domain.site_time import parse_typed_time
from vms.domain.time import MINUTE_US, SECOND_US, parse_rfc3339
from vms.domain.user import Right
from web.pages.camera_views import CameraView, camera_views, visible_cameras
from web.pages.rendering import presenter_of, render
from web.permissions import SIGNED_IN
from web.routing import guarded
from web.state import Call, address_of, services_of, user_of

SPEEDS = (0.25, 0.5, 1, 2, 4, 8, 16)
_YOUNG_US = 2 * MINUTE_US
_BEFORE_END_US = 10 * SECOND_US


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [
        guarded("/playback", show, SIGNED_IN, name="playback"),
        guarded("/playback/parse-time", parse_time, SIGNED_IN),
    ]


def show(request: Call) -> Response:
    """Show one camera's footage: at the moment that the address names, else the newest."""
    services, user = services_of(request), user_of(request)
    present = presenter_of(request)
    cameras = visible_cameras(services, user)
    camera = _chosen(request, cameras)
    if camera is None:
        return render(request, "playback.html", section="playback", camera=None, cameras=[])
    if camera not in cameras:
        cameras = [*cameras, camera]
    services.storage.audit.append(
        user.name, "playback.open", f"camera {camera.id}", address=address_of(request)
    )
    views = camera_views(services, cameras, present)
    view = next(view for view in views if view.id == camera.id)
    at_us, is_live = _moment(request, view, present.now_us)
    marks = (_instant(request, "in"), _instant(request, "out"))
    return render(
        request,
        "playback.html",
        section="playback",
        script_sections=("player", "cause"),
        script_data={
            "playback": {
                "camera": {
                    "id": view.id,
                    "name": view.name,
                    "place": view.place,
                    "title": view.title,
                    "oldest_us": view.oldest_us,
                    "newest_us": view.newest_us,
                },
                "at_us": at_us,
                "is_live": is_live,
                "may_export": user.may(Right.EXPORT, camera.id),
                "asked_clip": marks if None not in marks else None,
            }
        },
        camera=view,
        cameras=views,
        at_us=at_us,
        speeds=SPEEDS,
        may_export=user.may(Right.EXPORT, camera.id) and camera.stream(StreamRole.MAIN) is not None,
    )


def parse_time(request: Call) -> Response:
    """Answer the instant that a person typed, relative to the day that is on screen."""
    services = services_of(request)
    now_us = services.clock.now_us()
    try:
        day = date.fromisoformat(request.query_params.get("day", ""))
    except ValueError:
        raise InvalidInput("day must be given as YYYY-MM-DD", field="day") from None
    text = request.query_params.get("text", "")
    return JSONResponse(
        {"at_us": parse_typed_time(text, zone=services.zone, day=day, now_us=now_us, field="text")}
    )


def _chosen(request: Call, cameras: list[Camera]) -> Camera | None:
    """Return the camera that the address names, also a removed one; the first one where it names none.

    Raises:
        NotFound: it does not exist, or the person may not know that it does.
    """
    text = request.query_params.get("cam")
    if text is None:
        return next(iter(cameras), None)
    if not text.isascii() or not text.isdigit() or not user_of(request).may(Right.VIEW, int(text)):
        raise NotFound("there is no such camera")
    return services_of(request).storage.cameras.get(int(text))


def _moment(request: Call, view: CameraView, now_us: int) -> tuple[int, bool]:
    """Return the instant to show and whether to follow the recording."""
    asked_us = _instant(request, "t")
    if asked_us is not None:
        return min(asked_us, now_us), False
    if view.newest_us is None or now_us - view.newest_us < _YOUNG_US:
        return now_us, True
    return max(view.oldest_us or 0, view.newest_us - _BEFORE_END_US), False


def _instant(request: Call, name: str) -> int | None:
    """Return the instant in the address; an address that was damaged on its way leads to the newest footage."""
    text = request.query_params.get(name)
    if not text:
        return None
    try:
        return max(0, parse_rfc3339(text, field=name))
    except InvalidInput:
        return None
