"""Holds: footage protected from every deletion, placed on several cameras at once, and released again."""

from collections.abc import Mapping

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from storage.holds.hold_store import HoldResult
from vms.domain.audit import AuditAction
from vms.domain.camera import MOST_TOGETHER
from vms.domain.errors import InvalidInput
from vms.domain.form_fields import refuse
from vms.domain.retention import LONGEST_REASON, OPEN_END_US, Hold, hold_problems
from vms.domain.time import TimeRange
from vms.domain.user import Right
from web.access.permissions import HOLD, RELEASE_HOLD, SIGNED_IN, require_camera, visible_ids
from web.api.answers import json_answer
from web.api.bodies import camera_ids_from, object_from, text_from
from web.api.parameters import camera_ids_of, instant_from, whole_number_of
from web.http.audit import record_action
from web.http.routing import guarded
from web.http.state import Call, json_of, services_of, user_of

MOST_LISTED = 200
"""Holds in one answer."""
_MOST_CAMERAS_ASKED = 64
_LONGEST_TIME = 40


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [
        guarded("/api/v1/holds", holds, SIGNED_IN),
        guarded("/api/v1/holds", place, HOLD, methods=("POST",), name="place_hold"),
        guarded("/api/v1/holds/{hold_id:int}/release", release, RELEASE_HOLD, methods=("POST",)),
    ]


def holds(request: Call) -> Response:
    """Answer the newest holds on cameras that the caller may view: the active ones, or with `all=1` the others too."""
    services, user = services_of(request), user_of(request)
    query = request.query_params
    if "cameras" in query:
        asked = camera_ids_of(request, most=_MOST_CAMERAS_ASKED)
    else:
        asked = [camera.id for camera in services.storage.cameras.list(include_removed=True)]
    found = services.storage.holds.list(
        active_only=query.get("all", "0") != "1",
        camera_ids=visible_ids(user, asked),
        before_id=whole_number_of(request, "before_id", 0, least=0, most=2**63 - 1) or None,
        limit=MOST_LISTED,
    )
    now_us = services.clock.now_us()
    return json_answer(request, [describe_hold(hold, now_us) for hold in found])


def place(request: Call) -> Response:
    """Protect a range of each camera, and answer what of it is protected and what was missing already."""
    services, user = services_of(request), user_of(request)
    body = object_from(json_of(request))
    camera_ids = camera_ids_from(body, most=MOST_TOGETHER)
    for camera_id in camera_ids:
        require_camera(user, Right.HOLD, camera_id)
        services.storage.cameras.get(camera_id)
    reason = text_from(body, "reason", longest=LONGEST_REASON)
    time, expires_us = _time(body), _expires_us(body)
    refuse(hold_problems(time, reason, expires_us, services.clock.now_us()))
    placed: list[HoldResult] = []
    for camera_id in camera_ids:
        # The entry comes first: without it there is no hold.
        record_action(request, AuditAction.HOLD_ADD, f"camera {camera_id}", reason)
        placed.append(
            services.storage.holds.place(
                camera_id, time, reason, user.name, expires_us=expires_us, links_later=True
            )
        )
    now_us = services.clock.now_us()
    return JSONResponse([_described(result, now_us) for result in placed], 201)


def release(request: Call) -> Response:
    """End a hold and answer it; its footage follows its retention again."""
    services, user = services_of(request), user_of(request)
    hold_id = int(request.path_params["hold_id"])
    reason = text_from(object_from(json_of(request)), "reason", longest=LONGEST_REASON)
    record_action(request, AuditAction.HOLD_RELEASE, f"hold {hold_id}", reason)
    released = services.storage.holds.release(hold_id, user.name, reason=reason, links_later=True)
    return json_answer(request, describe_hold(released, services.clock.now_us()))


def describe_hold(found: Hold, now_us: int) -> dict[str, object]:
    """Return what is told about a hold."""
    return {
        "id": found.id,
        "camera_ids": [found.camera_id],
        "start_us": found.time.start_us,
        "end_us": found.end_us,
        "reason": found.reason,
        "placed_by": found.created_by,
        "created_us": found.created_us,
        "expires_us": found.expires_us,
        "is_active": found.is_active(now_us),
        "released_us": found.released_us,
        "released_by": found.released_by,
        "release_reason": found.release_reason,
    }


def _described(result: HoldResult, now_us: int) -> dict[str, object]:
    """Return a hold with what it protects already and what it came too late for (B4)."""
    return {
        **describe_hold(result.hold, now_us),
        "covered_us": result.covered_us,
        "gaps": [{"start_us": gap.start_us, "end_us": gap.end_us} for gap in result.missing],
    }


def _time(body: Mapping[str, object]) -> TimeRange:
    """Return the range to protect; without an end it also holds whatever will be recorded."""
    start_us = instant_from(text_from(body, "from", longest=_LONGEST_TIME), "from")
    if body.get("to") is None:
        return TimeRange(start_us, OPEN_END_US)
    end_us = instant_from(text_from(body, "to", longest=_LONGEST_TIME), "to")
    if end_us <= start_us:
        raise InvalidInput("to must be later than from", field="to")
    return TimeRange(start_us, end_us)


def _expires_us(body: Mapping[str, object]) -> int | None:
    if body.get("expires") is None:
        return None
    return instant_from(text_from(body, "expires", longest=_LONGEST_TIME), "expires")
