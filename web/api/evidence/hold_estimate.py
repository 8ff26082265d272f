"""What a hold would keep, told before it is placed: how much footage of each camera, and what is not there to be kept."""

from starlette.responses import Response
from starlette.routing import Route

from playback.timeline.held_footage import HeldFootage, held_footage
from vms.domain.camera import MOST_TOGETHER
from vms.domain.retention import LONGEST_HOLD_US
from vms.domain.user import Right
from web.access.permissions import HOLD, require_camera
from web.api.answers import json_answer
from web.api.bodies import camera_ids_from, object_from, text_from
from web.api.parameters import checked_window, instant_from
from web.http.routing import guarded
from web.http.state import Call, json_of, services_of, user_of

MOST_GAPS = 200
"""Gaps of one camera in the answer, the first ones; `missing_us` counts them all."""
_LONGEST_TIME = 40


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [guarded("/api/v1/holds/estimate", estimate, HOLD, methods=("POST",), name="estimate_hold")]


def estimate(request: Call) -> Response:
    """Answer what a hold on a range would keep of each camera."""
    services, user = services_of(request), user_of(request)
    body = object_from(json_of(request))
    camera_ids = camera_ids_from(body, most=MOST_TOGETHER)
    for camera_id in camera_ids:
        require_camera(user, Right.HOLD, camera_id)
    start_us, end_us = (
        instant_from(text_from(body, name, longest=_LONGEST_TIME), name) for name in ("from", "to")
    )
    time = checked_window(start_us, end_us, longest_us=LONGEST_HOLD_US)
    now_us = services.clock.now_us()
    found = {
        camera_id: held_footage(
            services.storage.many_streams, services.storage.cameras.get(camera_id), time, now_us=now_us
        )
        for camera_id in camera_ids
    }
    return json_answer(
        request,
        {
            "bytes": sum(held.size_bytes for held in found.values()),
            "cameras": [_described(camera_id, held) for camera_id, held in found.items()],
        },
    )


def _described(camera_id: int, held: HeldFootage) -> dict[str, object]:
    return {
        "camera_id": camera_id,
        "bytes": held.size_bytes,
        "covered_us": held.covered_us,
        "missing_us": sum(gap.duration_us for gap in held.missing),
        "gaps": [{"start_us": gap.start_us, "end_us": gap.end_us} for gap in held.missing[:MOST_GAPS]],
    }
