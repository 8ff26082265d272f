"""The recorded bytes themselves: init segments, and ranges of recorded files."""

from starlette.responses import Response
from starlette.routing import Route

from vms.domain.errors import NotFound
from web.access.permissions import VIEW_CAMERA
from web.api.parameters import camera_of
from web.http.range_response import RangeResponse
from web.http.routing import guarded
from web.http.state import Call, reads_of, services_of

_FINISHED = "private, max-age=3600, immutable"
"""Finished files never change; an hour bounds how long a browser outlives retention."""


def routes() -> list[Route]:
    """Return the routes of this module."""
    base = "/api/v1/cameras/{camera_id:int}"
    return [
        guarded(f"{base}/init/{{init_id:int}}.mp4", init, VIEW_CAMERA),
        guarded(
            f"{base}/media/{{stream_id:int}}/{{run_id:int}}-{{seq:int}}-{{start_us:int}}.mp4",
            media,
            VIEW_CAMERA,
        ),
    ]


def init(request: Call) -> Response:
    """Answer an init segment that footage of the camera uses; others as if they did not exist (SEC-01)."""
    storage, init_id = services_of(request).storage, int(request.path_params["init_id"])
    record = storage.segments.init(init_id)
    if not storage.segments.is_init_used_by([stream.id for stream in camera_of(request).streams], init_id):
        raise NotFound(f"there is no initialisation segment {init_id}")
    headers = {"Cache-Control": _FINISHED, "ETag": f'"{record.sha256.hex()[:32]}"'}
    return Response(record.data, media_type="video/mp4", headers=headers)


def media(request: Call) -> Response:
    """Answer a range of a recorded file, or all of it."""
    path = request.path_params
    opened = services_of(request).footage.source.open_media(
        int(path["stream_id"]), int(path["run_id"]), int(path["seq"])
    )
    return RangeResponse(
        request,
        opened.fd,
        opened.size,
        media_type="video/mp4",
        etag=opened.etag,
        limiter=reads_of(request).of(opened.volume_id),
        cache_control="no-store" if opened.is_growing else _FINISHED,
    )
