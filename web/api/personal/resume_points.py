"""Where a person is in which footage, told by the review page, so that Home can offer to go on."""

from starlette.responses import Response
from starlette.routing import Route

from vms.domain.camera import MOST_TOGETHER
from vms.domain.errors import InvalidInput
from vms.domain.resume_point import ResumePoint
from vms.domain.time import DAY_US, TimeRange
from vms.domain.user import Right
from web.access.permissions import SIGNED_IN, require_camera, visible_ids
from web.api.answers import json_answer
from web.api.bodies import camera_ids_from, object_from, text_from
from web.api.parameters import checked_window, instant_from
from web.http.routing import guarded
from web.http.state import Call, json_of, services_of, user_of

_LONGEST_WATCHED_US = DAY_US
_LONGEST_TIME = 40


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [
        guarded("/api/v1/watching", resume_points, SIGNED_IN),
        guarded("/api/v1/watching", note, SIGNED_IN, methods=("PUT",), name="note_watching"),
    ]


def resume_points(request: Call) -> Response:
    """Answer where the caller was, the newest first; cameras that they may not view any more are left out."""
    user = user_of(request)
    found = services_of(request).storage.resume_points.list(user.id)
    described = [{**_described(point), "camera_ids": visible_ids(user, point.camera_ids)} for point in found]
    return json_answer(request, [point for point in described if point["camera_ids"]])


def note(request: Call) -> Response:
    """Note where the caller is, and answer it with what they looked at around it."""
    services, user = services_of(request), user_of(request)
    body = object_from(json_of(request))
    camera_ids = camera_ids_from(body, most=MOST_TOGETHER)
    for camera_id in camera_ids:
        require_camera(user, Right.VIEW, camera_id)
    if len(services.storage.cameras.some(camera_ids)) < len(camera_ids):
        raise InvalidInput("one of the cameras does not exist", field="camera_ids")
    at_us = instant_from(text_from(body, "at", longest=_LONGEST_TIME), "at")
    watched: TimeRange | None = None
    if body.get("from") is not None or body.get("to") is not None:
        start_us = instant_from(text_from(body, "from", longest=_LONGEST_TIME), "from")
        end_us = instant_from(text_from(body, "to", longest=_LONGEST_TIME), "to")
        watched = checked_window(start_us, end_us, longest_us=_LONGEST_WATCHED_US)
        if not watched.start_us <= at_us <= watched.end_us:
            raise InvalidInput("at must lie between from and to", field="at")
    point = services.storage.resume_points.note(user.id, camera_ids, at_us, watched=watched)
    return json_answer(request, _described(point))


def _described(point: ResumePoint) -> dict[str, object]:
    return {
        "camera_ids": list(point.camera_ids),
        "at_us": point.at_us,
        "from_us": point.watched.start_us,
        "to_us": point.watched.end_us,
        "seen_us": point.seen_us,
    }
