"""The description of the interface for programs: every route under /api, by hand, held complete by a test."""

import re

from starlette.responses import Response
from starlette.routing import Route

from web.access.permissions import SIGNED_IN
from web.api.answers import json_answer
from web.api.description.openapi_kept import kept_paths
from web.api.description.openapi_parts import CAMERAS, Object, body, get, post, query, text, time
from web.http.routing import guarded
from web.http.state import Call, services_of


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [guarded("/openapi.json", openapi, SIGNED_IN)]


def openapi(request: Call) -> Response:
    """Answer the description."""
    return json_answer(request, description(services_of(request).version))


def description(version: str) -> Object:
    """Return the OpenAPI 3.1 description of the interface."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Siring",
            "version": version,
            "description": (
                "Cameras, recorded footage and exports. Times are RFC 3339 with an offset, or whole UTC microseconds "
                "since 1970; answers hold microseconds in fields ending in _us. Sign in first: the session cookie "
                "authorises every request, and anything but GET needs the page's token in X-CSRF-Token."
            ),
        },
        "components": {
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "siring"}},
            "schemas": {"Error": _ERROR},
        },
        "security": [{"session": []}],
        "paths": {path: _with_path_parameters(path, operations) for path, operations in _paths().items()},
    }


_ERROR: Object = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string", "description": "stable word"},
                "message": {"type": "string", "description": "one sentence for a person"},
                "field": {"type": "string", "description": "the value that was meant"},
                "reference": {"type": "string", "description": "what the server's log holds"},
            },
        }
    },
}

_CLIP = body(
    {
        "camera_ids": CAMERAS,
        "from": {"type": "string"},
        "to": {"type": "string", "description": "at most 24 hours later; the future becomes the present"},
        "name": text(120),
        "reason": text(500),
    },
    required=("camera_ids", "from", "to"),
)


def _with_path_parameters(path: str, operations: Object) -> Object:
    names = re.findall(r"{(\w+)}", path)
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "integer"}} for name in names
    ]
    return {**operations, "parameters": parameters} if parameters else operations


def _paths() -> dict[str, Object]:
    camera = "/api/v1/cameras/{camera_id}"
    export = "/api/v1/exports/{export_id}"
    window = (time("from"), time("to"))
    role = query("role", "main (default) or sub")
    return {
        "/api/v1/time": get("The server's clock and the site's zone"),
        "/api/v1/cameras": get("The cameras that you may see, with their state and rights"),
        camera: get("One camera"),
        f"{camera}/nearest": get("The footage nearest to a moment, before and after it", time("at"), role),
        f"{camera}/timeline": get(
            "Spans of footage and gaps with causes; 15-minute or wider cells for wide windows; holds; activity",
            *window,
            role,
            query("activity", "0 leaves the activity out"),
        ),
        "/api/v1/timeline": get(
            "Several cameras' lanes in one window: spans and gaps with causes up to 14 days, cells of equal width (covered "
            "thousandths, longest gap in seconds) for more; holds and bookmarks. Cameras that you may not see are left out",
            query("cameras", "1 to 64 numbers of cameras with commas between them", is_required=True),
            *window,
            query("columns", "how wide the drawing is, 50 to 2000; 800 by default"),
            query("activity", "0 leaves the activity out"),
        ),
        f"{camera}/days": get(
            "How much of each local day of a month is recorded",
            query("month", "YYYY-MM", is_required=True),
            role,
        ),
        f"{camera}/playlist.m3u8": get("HLS multivariant playlist", *_open_window(), role, media=_HLS),
        f"{camera}/media.m3u8": get(
            "HLS media playlist; without `to` it follows the recording for up to 15 minutes",
            *_open_window(),
            role,
            media=_HLS,
        ),
        f"{camera}/iframes.m3u8": get("HLS playlist of keyframes", *window, role, media=_HLS),
        f"{camera}/init/{{init_id}}.mp4": get("Initialisation segment", media="video/mp4"),
        f"{camera}/media/{{stream_id}}/{{run_id}}-{{seq}}-{{start_us}}.mp4": get(
            "A recorded file, whole or a range of it; 410 once it is purged, 503 while its volume is missing",
            media="video/mp4",
        ),
        f"{camera}/picture": get(
            "The picture of a moment; X-Picture-Time-Us tells of which instant it is, X-Picture-Until-Us up to which moment it stands",
            time("at"),
            query("width", "pixels, 32 to 1920; 320 by default"),
            query("exact", "1 for the very frame in place of the keyframe before it"),
            role,
            media="image/jpeg",
        ),
        "/api/v1/exports": {
            **get("Your exports, newest first"),
            **post("Ask for a clip", sends=_CLIP, status="201"),
        },
        "/api/v1/exports/estimate": post("How large a clip would be, and what it would miss", sends=_CLIP),
        export: get("One export and how far it is"),
        f"{export}/cancel": post("Ask an export to stop"),
        f"{export}/file": get("The delivered clip: MP4, or ZIP of several", media="video/mp4"),
        f"{export}/manifest": get("What the clip holds, misses, and was made from"),
        **kept_paths(),
    }


_HLS = "application/vnd.apple.mpegurl"


def _open_window() -> tuple[Object, Object]:
    return time("from"), query("to", "end of the window; none: follow the recording")
