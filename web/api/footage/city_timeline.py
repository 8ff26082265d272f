"""Several cameras' timelines in one answer: what the review page draws, at any zoom."""

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import Route

from playback.timeline.activity import Activity
from playback.timeline.cells import Cells
from playback.timeline.lanes import LEAST_COLUMNS, MOST_COLUMNS, MOST_LANES, USUAL_COLUMNS, Lane
from playback.timeline.timeline import LONGEST_WINDOW_US
from vms.domain.bookmark import MOST_BOOKMARKS
from vms.domain.retention import Hold
from vms.domain.segment import Gap
from web.access.permissions import SIGNED_IN, visible_ids
from web.api.answers import json_answer
from web.api.parameters import camera_ids_of, shown_stream, whole_number_of, window_of
from web.api.personal.bookmarks import describe_bookmark
from web.http.routing import guarded
from web.http.state import Call, services_of, user_of


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [guarded("/api/v1/timeline", lanes, SIGNED_IN)]


def lanes(request: Call) -> Response:
    """Answer a lane for each camera that the caller may see, and the holds on them; others are left out silently."""
    services, user = services_of(request), user_of(request)
    window = window_of(request, longest_us=LONGEST_WINDOW_US)
    columns = whole_number_of(request, "columns", USUAL_COLUMNS, least=LEAST_COLUMNS, most=MOST_COLUMNS)
    wanted = visible_ids(user, camera_ids_of(request, most=MOST_LANES))
    cameras = services.storage.cameras.some(wanted)
    streams = [(camera, stream.id) for camera in cameras if (stream := shown_stream(camera)) is not None]
    begun_us = services.clock.now_us()
    found = services.lanes.read(streams, window, columns, with_activity=wants_activity(request))
    return json_answer(
        request,
        {
            "from_us": window.start_us,
            "to_us": window.end_us,
            "known_until_us": max(window.start_us, min(window.end_us, begun_us)),
            "now_us": services.clock.now_us(),
            "lanes": [_lane(lane) for lane in found],
            "holds": [
                _hold(hold)
                for hold in services.storage.holds.covering([camera.id for camera in cameras], window)
            ],
            "bookmarks": [
                describe_bookmark(bookmark, user)
                for bookmark in services.storage.bookmarks.touching(
                    user, [camera.id for camera in cameras], window, limit=MOST_BOOKMARKS
                )
            ],
        },
    )


def wants_activity(request: Call) -> bool:
    """Tell whether the answer shall hold how busy the footage is: unless `activity=0`."""
    return request.query_params.get("activity", "1") != "0"


def describe_gaps(gaps: Sequence[Gap]) -> list[dict[str, object]]:
    """Return gaps as the interface tells them."""
    return [
        {
            "start_us": gap.time.start_us,
            "end_us": gap.time.end_us,
            "cause": gap.cause.value,
            "detail": gap.detail,
        }
        for gap in gaps
    ]


def _lane(lane: Lane) -> dict[str, object]:
    return {
        "camera_id": lane.camera_id,
        "oldest_us": lane.oldest_us,
        "newest_us": lane.newest_us,
        "purged_until_us": lane.purged_until_us,
        "spans": [(span.start_us, span.end_us) for span in lane.spans],
        "gaps": describe_gaps(lane.gaps),
        "cells": None if lane.cells is None else _cells(lane.cells),
        "activity": None if lane.activity is None else _activity(lane.activity),
    }


def _cells(cells: Cells) -> dict[str, object]:
    return {
        "start_us": cells.grid.start_us,
        "width_us": cells.width_us,
        "covered": cells.thousandths(),
        "longest_gap_s": cells.longest_gaps_s(),
    }


def _activity(found: Activity) -> dict[str, object]:
    return {"start_us": found.start_us, "width_us": found.width_us, "rates": found.rates}


def _hold(hold: Hold) -> dict[str, object]:
    return {
        "id": hold.id,
        "camera_ids": [hold.camera_id],
        "start_us": hold.time.start_us,
        "end_us": hold.end_us,
        "reason": hold.reason,
    }
