"""What was recorded when: spans and gaps of a window, and how much of each day."""

from starlette.responses import Response
from starlette.routing import Route

from playback.timeline.activity import Activity
from playback.timeline.cells import Cells
from playback.timeline.day_view import daily_coverage, month_days
from playback.timeline.timeline import LONGEST_WINDOW_US
from web.access.permissions import VIEW_CAMERA
from web.api.answers import json_answer
from web.api.footage.city_timeline import describe_gaps, wants_activity
from web.api.parameters import camera_of, month_of, stream_of, window_of
from web.http.routing import guarded
from web.http.state import Call, services_of

_COLUMNS = 1000
"""Of one camera's timeline: at most as many cells, and twice as many spans."""


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
    begun_us = services.clock.now_us()
    (found,) = services.lanes.read(
        [(camera, stream.id)], window, _COLUMNS, with_activity=wants_activity(request)
    )
    return json_answer(
        request,
        {
            "from_us": window.start_us,
            "to_us": window.end_us,
            "known_until_us": max(window.start_us, min(window.end_us, begun_us)),
            "now_us": services.clock.now_us(),
            "spans": [(span.start_us, span.end_us) for span in found.spans],
            "gaps": describe_gaps(found.gaps),
            "cells": None if found.cells is None else _cells(found.cells),
            "holds": [
                {
                    "id": hold.id,
                    "start_us": hold.time.start_us,
                    "end_us": hold.end_us,
                    "reason": hold.reason,
                }
                for hold in services.storage.holds.covering([camera.id], window)
            ],
            "activity": [] if found.activity is None else _busy_bins(found.activity),
        },
    )


def days(request: Call) -> Response:
    """Answer how much of each local day of a month is recorded."""
    services = services_of(request)
    month = month_days(services.zone, month_of(request))
    stream = stream_of(request, camera_of(request))
    return json_answer(
        request,
        [
            {"day": found.day.isoformat(), "covered_us": found.covered_us, "length_us": found.length_us}
            for found in daily_coverage(services.storage.many_streams, services.zone, stream.id, month)
        ],
    )


def _cells(cells: Cells) -> list[tuple[int, int, int, int]]:
    return [
        (cells.grid.start_us + number * cells.width_us, cells.width_us, covered_us, gap_us)
        for number, (covered_us, gap_us) in enumerate(
            zip(cells.covered_us, cells.longest_gaps_us, strict=True)
        )
    ]


def _busy_bins(found: Activity) -> list[tuple[int, int]]:
    """Return (start of the bin, bytes per second) for the bins that hold any footage."""
    return [
        (found.start_us + number * found.width_us, rate) for number, rate in enumerate(found.rates) if rate
    ]
