"""The picture of a moment, for thumbnails, scrubbing and stills."""

import hashlib

from starlette.responses import Response
from starlette.routing import Route

from playback.pictures.picture_pack import Picture
from playback.pictures.snapshot import LEAST_WIDTH, MOST_WIDTH, PACK_WIDTH
from vms.domain.errors import NothingRecorded
from vms.domain.time import MINUTE_US
from web.access.permissions import VIEW_CAMERA
from web.api.parameters import camera_of, instant_of, stream_of, whole_number_of
from web.http.routing import guarded
from web.http.state import Call, picture_limit_of, services_of, user_of

_SETTLED_US = 2 * MINUTE_US
_KEPT = "private, max-age=3600, immutable"
"""For an hour a browser does not even ask again: going over the same place twice is free."""


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [guarded("/api/v1/cameras/{camera_id:int}/picture", picture, VIEW_CAMERA)]


def picture(request: Call) -> Response:
    """Answer a JPEG of the moment `at`, and in headers of which instant it is and until when it stands for moments.

    Small ones come from the pack where it has one at most 15 seconds away, and cost nobody's permits; `exact=1` decodes
    the very frame.
    """
    services = services_of(request)
    at_us = instant_of(request, "at")
    width = whole_number_of(request, "width", PACK_WIDTH, least=LEAST_WIDTH, most=MOST_WIDTH)
    is_exact = request.query_params.get("exact", "0") == "1"
    camera = camera_of(request)
    found: Picture | None = None
    if not is_exact and width <= PACK_WIDTH:
        found = services.snapshots.packed(camera, at_us)
    if found is None:
        picture_limit_of(request).take(user_of(request).id)
        found = services.snapshots.decoded(stream_of(request, camera).id, at_us, width, is_exact=is_exact)
    if not found.jpeg:
        raise NothingRecorded("there is no picture of this time")
    return _answer(request, found, is_settled=found.is_final or at_us < services.clock.now_us() - _SETTLED_US)


def _answer(request: Call, found: Picture, *, is_settled: bool) -> Response:
    etag = f'"{hashlib.sha256(found.jpeg).hexdigest()[:32]}"'
    headers = {
        "ETag": etag,
        "X-Picture-Time-Us": str(found.time_us),
        # A recent moment may get a nearer picture within seconds; an old one keeps its own.
        "Cache-Control": _KEPT if is_settled else "no-store",
        # Of two people at one browser, the second never sees what the first one had in store.
        "Vary": "Cookie",
    }
    if found.until_us is not None:
        headers["X-Picture-Until-Us"] = str(found.until_us)
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(found.jpeg, media_type="image/jpeg", headers=headers)
