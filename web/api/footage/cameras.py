"""Cameras as programs see them: what they are, how they do, since when there is footage; and the site's clock."""

from collections.abc import Sequence

from msgspec import Struct

from storage.footage.many_streams import StreamExtent
from vms.domain.camera import Camera, StreamRole, StreamState, StreamStatus
from vms.domain.time import format_rfc3339
from vms.domain.user import RIGHTS, Right, User
from web.api.values import Instant, stream_of
from web.http.state import Call, WebServices, path_camera, services_of, user_of

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


class SiteTime(Struct, frozen=True):
    """The present, and how far the site's clocks are ahead of UTC now."""

    now: str
    now_us: int
    zone: str
    zone_label: str
    offset_us: int


class NearestQuery(Struct, frozen=True):
    """A moment of a stream."""

    at: Instant
    role: StreamRole = StreamRole.MAIN


class NearestFootage(Struct, frozen=True):
    """The last instant with footage before a moment and the first one after it; null where there is none."""

    at_us: int
    before_us: int | None
    after_us: int | None


class CameraState(Struct, frozen=True):
    """How a camera does: a stable word for it, and what people are told."""

    state: str
    word: str
    since_us: int | None
    last_media_us: int | None
    detail: str


class StreamFacts(Struct, frozen=True):
    """One stream of a camera."""

    id: int
    role: StreamRole


class CameraFacts(Struct, frozen=True):
    """What is told about a camera; never an address or a password."""

    id: int
    name: str
    place: str
    agency: str
    group: str
    state: CameraState
    streams: list[StreamFacts]
    oldest_us: int | None
    newest_us: int | None
    rights: list[Right]


def time(request: Call) -> SiteTime:
    """The server's clock and the site's zone, so that browsers show the site's time and not their own."""
    services = services_of(request)
    now_us, zone = services.clock.now_us(), services.zone
    return SiteTime(format_rfc3339(now_us), now_us, zone.name, zone.label, zone.offset_us(now_us))


def cameras(request: Call) -> list[CameraFacts]:
    """The cameras that you may see, with their state and your rights."""
    services, user = services_of(request), user_of(request)
    found = [c for c in services.storage.cameras.list() if user.may(Right.VIEW, c.id)]
    return describe_cameras(services, found, user)


def camera(request: Call) -> CameraFacts:
    """One camera."""
    return describe_cameras(services_of(request), [path_camera(request)], user_of(request))[0]


def nearest(request: Call, asked: NearestQuery) -> NearestFootage:
    """The footage nearest to a moment, before and after it."""
    services, stream = services_of(request), stream_of(path_camera(request), asked.role)
    before, after = services.storage.segments.nearest(stream.id, asked.at.us)
    before_us = None if before is None else min(before.end_us, asked.at.us)
    after_us = None if after is None else after.start_us
    growing = services.footage.growing_range(stream.id)
    if growing is not None and growing.start_us > asked.at.us:
        after_us = after_us or growing.start_us
    elif growing is not None:
        before_us = max(before_us or 0, min(growing.end_us, asked.at.us))
    return NearestFootage(asked.at.us, before_us, after_us)


def describe_cameras(services: WebServices, found: Sequence[Camera], user: User) -> list[CameraFacts]:
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
            sorted(right for right in RIGHTS[user.role] if user.may(right, camera.id)),
            now_us,
        )
        for camera in found
    ]


def _described(
    found: Camera, status: StreamStatus | None, extent: StreamExtent | None, rights: list[Right], now_us: int
) -> CameraFacts:
    ends = [extent.end_us if extent else None, status.last_media_us if status else None]
    return CameraFacts(
        id=found.id,
        name=found.name,
        place=found.place,
        agency=found.agency,
        group=found.group,
        state=describe_state(status, found, now_us),
        streams=[StreamFacts(stream.id, stream.role) for stream in found.streams],
        oldest_us=None if extent is None else extent.start_us,
        newest_us=max((end for end in ends if end is not None), default=None),
        rights=rights,
    )


def describe_state(status: StreamStatus | None, found: Camera, now_us: int) -> CameraState:
    """Return how a camera does; a recorder that has fallen silent is told as such, not as its last word."""
    if not found.may_record:
        return _state(StreamState.STOPPED.value, "not recording", status, "")
    if status is None or status.is_silent(now_us):
        return _state("recorder-down", "recorder is not running", status, "the recorder does not answer")
    return _state(status.state.value, _WORDS[status.state], status, status.detail)


def _state(state: str, word: str, status: StreamStatus | None, detail: str) -> CameraState:
    since_us, last_media_us = (None, None) if status is None else (status.since_us, status.last_media_us)
    return CameraState(state, word, since_us, last_media_us, detail)
