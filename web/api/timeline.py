"""What was recorded when: spans and gaps of a window, and how much of each day."""

from starlette.responses import Response
from starlette.routing import Route

from playback.day_view import daily_coverage, month_days
from playback.timeline import LONGEST_WINDOW_US, Timeline
from vms.domain.time import TimeRange
from web.api.answers import json_answer
from web.api.lanes import describe_gaps
from web.api.parameters import camera_of, month_of, stream_of, window_of
from web.permissions import VIEW_CAMERA
from web.routing import guarded
from web.state import Call, services_of


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [
        guarded("/api/v1/cameras/{camera_id:int}/timeline", timeline, VIEW_CAMERA),
        guarded("/api/v1/cameras/{camera_id:int}/days", days, VIEW_CAMERA),
    ]


def timeline(request: Call) -> Response:
    """Answer the spans, gaps with causes, holds and activity of a window; `activity=0` leaves that out."""
    services = services_of(request)
    window = window_of(request, longest_us=LONGEST_WINDOW_US)
    camera = camera_of(request)
    stream = stream_of(request, camera)
    found = services.footage.timeline(camera, stream.id, window)
    wants_activity = request.query_params.get("activity", "1") != "0"
    return json_answer(
        request,
        {
            **_described(found, services.clock.now_us()),
            "holds": [
                {
                    "id": hold.id,
                    "start_us": hold.time.start_us,
                    "end_us": hold.time.end_us,
                    "reason": hold.reason,
                }
                for hold in services.storage.holds.covering([camera.id], window)
            ],
            "activity": services.footage.activity(stream.id, window) if wants_activity else [],
        },
    )


def days(request: Call) -> Response:
    """Answer how much of each local day of a month is recorded."""
    services = services_of(request)
    month = month_days(services.zone, month_of(request))
    whole = TimeRange(month[0][1].start_us, month[-1][1].end_us)
    stream = stream_of(request, camera_of(request))
    rollups = services.storage.segments.rollups(stream.id, whole)
    return json_answer(
        request,
        [
            {"day": found.day.isoformat(), "covered_us": found.covered_us, "length_us": found.length_us}
            for found in daily_coverage(month, rollups)
        ],
    )


def _described(found: Timeline, now_us: int) -> dict[str, object]:
    return {
        "from_us": found.window.start_us,
        "to_us": found.window.end_us,
        "known_until_us": found.known_until_us,
        "now_us": now_us,
        "spans": [[span.start_us, span.end_us] for span in found.spans],
        "gaps": describe_gaps(found.gaps),
        "cells": None
        if found.cells is None
        else [[cell.start_us, cell.width_us, cell.covered_us, cell.longest_gap_us] for cell in found.cells],
    }
