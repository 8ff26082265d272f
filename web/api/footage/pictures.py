"""The picture of a moment, for thumbnails, scrubbing and stills."""

import hashlib

from msgspec import Struct
from starlette.responses import Response

from playback.pictures.picture_pack import Picture
from playback.pictures.snapshot import LEAST_WIDTH, MOST_WIDTH, PACK_WIDTH
from vms.domain.camera import StreamRole
from vms.domain.errors import NothingRecorded
from vms.domain.time import MINUTE_US
from web.api.values import Instant, ZeroOrOne, stream_of
from web.http.state import Call, path_camera, picture_limit_of, services_of, user_of

_SETTLED_US = 2 * MINUTE_US
_KEPT = "private, max-age=3600, immutable"
"""For an hour a browser does not even ask again: going over the same place twice is free."""


class PictureQuery(Struct, frozen=True):
    """A moment of a stream, and how wide the picture is."""

    at: Instant
    width: int = PACK_WIDTH
    exact: ZeroOrOne = "0"
    role: StreamRole = StreamRole.MAIN


def picture(request: Call, asked: PictureQuery) -> Response:
    """The picture of a moment; X-Picture-Time-Us tells of which instant it is, X-Picture-Until-Us how long it stands.

    It is 320 pixels wide, or `width`: 32 to 1920. Small ones come from the pack where it has one at most 15 seconds away,
    and cost nobody's permits; `exact=1` decodes the very frame in place of the keyframe before it.
    """
    services, camera = services_of(request), path_camera(request)
    width, is_exact = max(LEAST_WIDTH, min(asked.width, MOST_WIDTH)), asked.exact == "1"
    found = services.snapshots.packed(camera, asked.at.us) if not is_exact and width <= PACK_WIDTH else None
    if found is None:
        picture_limit_of(request).take(user_of(request).id)
        stream = stream_of(camera, asked.role)
        found = services.snapshots.decoded(stream.id, asked.at.us, width, is_exact=is_exact)
    if not found.jpeg:
        raise NothingRecorded("there is no picture of this time")
    is_settled = found.is_final or asked.at.us < services.clock.now_us() - _SETTLED_US
    return _answer(request, found, is_settled=is_settled)


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
