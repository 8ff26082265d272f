"""The versioned JSON and media interface under /api/v1: everything that programs can ask for, and who may."""

from starlette.routing import Route

from playback.stream.playlist import CONTENT_TYPE
from vms.domain.errors import Conflict, NotFound, Purged, TooManyAttempts
from web.access.permissions import (
    CHANGE_BOOKMARK,
    CHANGE_VIEW,
    EXPORT,
    HOLD,
    OWN_EXPORT,
    RELEASE_HOLD,
    SIGNED_IN,
    VIEW_CAMERA,
)
from web.api import description
from web.api.evidence import exports, holds
from web.api.footage import camera_timeline, cameras, city_timeline, hls, pictures
from web.api.operations import RANGED, Operation
from web.api.personal import bookmarks, own_settings, views

_BASE = "/api/v1"
_HLS, _MP4, _JPEG, _JSON = (CONTENT_TYPE,), ("video/mp4",), ("image/jpeg",), ("application/json",)
_TEXT = ("text/plain",)


def routes() -> list[Route]:
    """Return the route of every operation, and that of their description."""
    every = operations()
    return [*(operation.route() for operation in every), description.route(every)]


def operations() -> list[Operation]:
    """Return everything that programs can ask for."""
    return [*_footage(f"{_BASE}/cameras/{{camera_id:int}}"), *_evidence(), *_personal()]


def _footage(camera: str) -> list[Operation]:
    file = f"{camera}/media/{{stream_id:int}}/{{run_id:int}}-{{seq:int}}-{{start_us:int}}.mp4"
    picture_problems = (Purged, TooManyAttempts)
    return [
        Operation("GET", f"{_BASE}/time", cameras.time, SIGNED_IN),
        Operation("GET", f"{_BASE}/timeline", city_timeline.timeline, SIGNED_IN),
        Operation("GET", f"{_BASE}/cameras", cameras.cameras, SIGNED_IN),
        Operation("GET", camera, cameras.camera, VIEW_CAMERA),
        Operation("GET", f"{camera}/nearest", cameras.nearest, VIEW_CAMERA),
        Operation("GET", f"{camera}/timeline", camera_timeline.timeline, VIEW_CAMERA),
        Operation("GET", f"{camera}/days", camera_timeline.days, VIEW_CAMERA),
        Operation("GET", f"{camera}/playlist.m3u8", hls.multivariant, VIEW_CAMERA, _HLS),
        Operation("GET", f"{camera}/media.m3u8", hls.media, VIEW_CAMERA, _HLS),
        Operation("GET", f"{camera}/iframes.m3u8", hls.iframes, VIEW_CAMERA, _HLS),
        Operation("GET", f"{camera}/init/{{init_id:int}}.mp4", hls.init, VIEW_CAMERA, _MP4),
        Operation("GET", file, hls.file, VIEW_CAMERA, _MP4, RANGED, (Purged,)),
        Operation("GET", f"{camera}/picture", pictures.picture, VIEW_CAMERA, _JPEG, (304,), picture_problems),
    ]


def _evidence() -> list[Operation]:
    every, one = f"{_BASE}/exports", f"{_BASE}/exports/{{export_id:int}}"
    held = f"{_BASE}/holds"
    return [
        Operation("GET", every, exports.exports, EXPORT),
        Operation("POST", every, exports.create, EXPORT, problems=(NotFound, TooManyAttempts)),
        Operation("POST", f"{every}/estimate", exports.estimate, EXPORT, problems=(NotFound,)),
        Operation("GET", one, exports.export, OWN_EXPORT),
        Operation("POST", f"{one}/cancel", exports.cancel, OWN_EXPORT),
        Operation(
            "GET", f"{one}/file", exports.file, OWN_EXPORT, (*_MP4, "application/zip"), RANGED, (Purged,)
        ),
        Operation("GET", f"{one}/manifest", exports.manifest, OWN_EXPORT, _JSON, RANGED, (Purged,)),
        Operation("GET", f"{one}/cover", exports.cover, OWN_EXPORT, _TEXT, RANGED, (Purged,)),
        Operation("GET", held, holds.holds, SIGNED_IN),
        Operation("POST", held, holds.place, HOLD, problems=(NotFound,)),
        Operation("POST", f"{held}/estimate", holds.estimate, HOLD, problems=(NotFound,)),
        Operation(
            "POST", f"{held}/{{hold_id:int}}/release", holds.release, RELEASE_HOLD, problems=(Conflict,)
        ),
    ]


def _personal() -> list[Operation]:
    marked, saved = f"{_BASE}/bookmarks", f"{_BASE}/views"
    favourite = f"{_BASE}/favourites/{{camera_id:int}}"
    settings, watching = f"{_BASE}/preferences", f"{_BASE}/watching"
    return [
        Operation("GET", marked, bookmarks.bookmarks, SIGNED_IN),
        Operation("POST", marked, bookmarks.create, SIGNED_IN, problems=(Conflict, NotFound)),
        Operation("PATCH", f"{marked}/{{bookmark_id:int}}", bookmarks.change, CHANGE_BOOKMARK),
        Operation("DELETE", f"{marked}/{{bookmark_id:int}}", bookmarks.remove, CHANGE_BOOKMARK),
        Operation("GET", saved, views.views, SIGNED_IN),
        Operation("POST", saved, views.create, SIGNED_IN, problems=(Conflict, NotFound)),
        Operation("DELETE", f"{saved}/{{view_id:int}}", views.remove, CHANGE_VIEW),
        Operation("PUT", favourite, own_settings.add_favourite, VIEW_CAMERA, problems=(Conflict,)),
        Operation("DELETE", favourite, own_settings.remove_favourite, VIEW_CAMERA),
        Operation("GET", settings, own_settings.preferences, SIGNED_IN),
        Operation("PATCH", settings, own_settings.change_preferences, SIGNED_IN),
        Operation("GET", watching, own_settings.resume_points, SIGNED_IN),
        Operation("PUT", watching, own_settings.note_watching, SIGNED_IN, problems=(NotFound,)),
    ]
