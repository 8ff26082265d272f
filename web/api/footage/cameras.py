"""Cameras as programs see them: what they are, how they do, and since when there is footage."""

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import Route

from storage.footage.many_streams import StreamExtent
from vms.domain.camera import Camera, StreamRole, StreamState, StreamStatus
from vms.domain.user import RIGHTS, Right, User
from web.access.permissions import SIGNED_IN, VIEW_CAMERA
from web.api.answers import json_answer
from web.api.parameters import camera_of, instant_of, stream_of
from web.http.routing import guarded
from web.http.state import Call, WebServices, services_of, user_of

_WORDS = {
    StreamState.STOPPED: "not recording",
    StreamState.STARTING: "connecting",
    StreamState.RECORDING: "recording",
    StreamState.STALLED: "no signal",
    StreamState.BACKOFF: "no signal",
    StreamState.AUTH: "refused",
    StreamState.NO_VOLUME: "no storage",
    StreamState.STOPPING: "stopping",
}


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [
        guarded("/api/v1/cameras", cameras, SIGNED_IN),
        guarded("/api/v1/cameras/{camera_id:int}", camera, VIEW_CAMERA),
        guarded("/api/v1/cameras/{camera_id:int}/nearest", nearest, VIEW_CAMERA),
    ]


def cameras(request: Call) -> Response:
    """Answer the cameras that the caller may see."""
    services, user = services_of(request), user_of(request)
    found = [c for c in services.storage.cameras.list() if user.may(Right.VIEW, c.id)]
    return json_answer(request, describe_cameras(services, found, user))


def camera(request: Call) -> Response:
    """Answer one camera."""
    return json_answer(
        request, describe_cameras(services_of(request), [camera_of(request)], user_of(request))[0]
    )


def nearest(request: Call) -> Response:
    """Answer the footage nearest to a moment: its last instant before, its first after; null where there is none."""
    services = services_of(request)
    found = camera_of(request)
    stream, at_us = stream_of(request, found), instant_of(request, "at")
    before, after = services.storage.segments.nearest(stream.id, at_us)
    before_us = None if before is None else min(before.end_us, at_us)
    after_us = None if after is None else after.start_us
    growing = services.footage.growing_range(stream.id)
    if growing is not None and growing.start_us > at_us:
        after_us = after_us or growing.start_us
    elif growing is not None:
        before_us = max(before_us or 0, min(growing.end_us, at_us))
    return json_answer(request, {"at_us": at_us, "before_us": before_us, "after_us": after_us})


def describe_cameras(services: WebServices, found: Sequence[Camera], user: User) -> list[dict[str, object]]:
    """Return what is told about cameras; never an address or a password."""
    statuses = services.storage.cameras.statuses()
    mains = {
        camera.id: stream.id for camera in found if (stream := camera.stream(StreamRole.MAIN)) is not None
    }
    extents = services.storage.many_streams.extents(list(mains.values()))
    now_us = services.clock.now_us()
    return [
        _described(
            camera,
            statuses.get(mains.get(camera.id, 0)),
            extents.get(mains.get(camera.id, 0)),
            sorted(right.value for right in RIGHTS[user.role] if user.may(right, camera.id)),
            now_us,
        )
        for camera in found
    ]


def _described(
    found: Camera, status: StreamStatus | None, extent: StreamExtent | None, rights: list[str], now_us: int
) -> dict[str, object]:
    ends = [extent.end_us if extent else None, status.last_media_us if status else None]
    return {
        "id": found.id,
        "name": found.name,
        "place": found.place,
        "agency": found.agency,
        "group": found.group,
        "state": describe_state(status, found, now_us),
        "streams": [{"id": s.id, "role": s.role.value} for s in found.streams],
        "oldest_us": None if extent is None else extent.start_us,
        "newest_us": max((end for end in ends if end is not None), default=None),
        "rights": rights,
    }


def describe_state(status: StreamStatus | None, found: Camera, now_us: int) -> dict[str, object]:
    """Return how a camera does; a recorder that has fallen silent is told as such, not as its last word."""
    if not found.may_record:
        return _state(StreamState.STOPPED.value, "not recording", status, "")
    if status is None or status.is_silent(now_us):
        return _state("recorder-down", "recorder is not running", status, "the recorder does not answer")
    return _state(status.state.value, _WORDS[status.state], status, status.detail)


def _state(state: str, word: str, status: StreamStatus | None, detail: str) -> dict[str, object]:
    return {
        "state": state,
        "word": word,
        "since_us": None if status is None else status.since_us,
        "last_media_us": None if status is None else status.last_media_us,
        "detail": detail,
    }
