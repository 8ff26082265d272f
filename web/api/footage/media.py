"""The recorded bytes themselves: init segments, and ranges of recorded files."""

from starlette.responses import Response

from storage.volumes.volume_pool import Work
from vms.domain.errors import NotFound
from web.http.range_response import RangeResponse
from web.http.state import Call, path_camera, services_of

_FINISHED = "private, max-age=3600, immutable"
"""Finished files never change; an hour bounds how long a browser outlives retention."""
_MP4 = ("video/mp4",)


def init(request: Call, init_id: int) -> Response:
    """An initialisation segment that footage of the camera uses; others do not exist for it (SEC-01)."""
    segments = services_of(request).storage.segments
    record = segments.init(init_id)
    if not segments.is_init_used_by([stream.id for stream in path_camera(request).streams], init_id):
        raise NotFound(f"there is no initialisation segment {init_id}")
    headers = {"Cache-Control": _FINISHED, "ETag": f'"{record.sha256.hex()[:32]}"'}
    return Response(record.data, media_type="video/mp4", headers=headers)


def media(request: Call, stream_id: int, run_id: int, seq: int) -> Response:
    """A recorded file, whole or a range of it; 410 once it is purged, 503 while its volume is missing."""
    services = services_of(request)
    opened = services.footage.source.open_media(stream_id, run_id, seq)
    return RangeResponse(
        request,
        services.storage.volume_pool.threads(opened.volume_id, Work.SEND),
        opened.fd,
        opened.size,
        media_type="video/mp4",
        etag=opened.etag,
        cache_control="no-store" if opened.is_growing else _FINISHED,
    )
