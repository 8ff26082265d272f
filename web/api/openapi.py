"""The description of the interface for programs: every route under /api, by hand, held complete by a test."""

import re

from starlette.responses import Response
from starlette.routing import Route

from web.api.answers import json_answer
from web.permissions import SIGNED_IN
from web.routing import guarded
from web.state import Call, services_of

_Object = dict[str, object]


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [guarded("/openapi.json", openapi, SIGNED_IN)]


def openapi(request: Call) -> Response:
    """Answer the description."""
    return json_answer(request, description(services_of(request).version))


def description(version: str) -> _Object:
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


_ERROR: _Object = {
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

_CLIP: _Object = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["camera_ids", "from", "to"],
                "properties": {
                    "camera_ids": {
                        "type": "array",
                        "items": {"type": "integer"},
                        "minItems": 1,
                        "maxItems": 16,
                    },
                    "from": {"type": "string"},
                    "to": {
                        "type": "string",
                        "description": "at most 24 hours later; the future becomes the present",
                    },
                    "name": {"type": "string", "maxLength": 120},
                    "reason": {"type": "string", "maxLength": 500},
                },
            }
        }
    },
}


def _with_path_parameters(path: str, operations: _Object) -> _Object:
    names = re.findall(r"{(\w+)}", path)
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "integer"}} for name in names
    ]
    return {**operations, "parameters": parameters} if parameters else operations


def _paths() -> dict[str, _Object]:
    camera = "/api/v1/cameras/{camera_id}"
    export = "/api/v1/exports/{export_id}"
    window = (_time("from"), _time("to"))
    role = _query("role", "main (default) or sub")
    return {
        "/api/v1/time": _get("The server's clock and the site's zone"),
        "/api/v1/cameras": _get("The cameras that you may see, with their state and rights"),
        camera: _get("One camera"),
        f"{camera}/nearest": _get("The footage nearest to a moment, before and after it", _time("at"), role),
        f"{camera}/timeline": _get(
            "Spans of footage and gaps with causes; 15-minute or wider cells for wide windows; holds; activity",
            *window,
            role,
            _query("activity", "0 leaves the activity out"),
        ),
        "/api/v1/timeline": _get(
            "Several cameras' lanes in one window: spans and gaps with causes up to 14 days, cells of equal width (covered "
            "thousandths, longest gap in seconds) for more; holds and bookmarks. Cameras that you may not see are left out",
            _query("cameras", "1 to 64 numbers of cameras with commas between them", is_required=True),
            *window,
            _query("columns", "how wide the drawing is, 50 to 2000; 800 by default"),
            _query("activity", "0 leaves the activity out"),
        ),
        f"{camera}/days": _get(
            "How much of each local day of a month is recorded",
            _query("month", "YYYY-MM", is_required=True),
            role,
        ),
        f"{camera}/playlist.m3u8": _get("HLS multivariant playlist", *_open_window(), role, media=_HLS),
        f"{camera}/media.m3u8": _get(
            "HLS media playlist; without `to` it follows the recording for up to 15 minutes",
            *_open_window(),
            role,
            media=_HLS,
        ),
        f"{camera}/iframes.m3u8": _get("HLS playlist of keyframes", *window, role, media=_HLS),
        f"{camera}/init/{{init_id}}.mp4": _get("Initialisation segment", media="video/mp4"),
        f"{camera}/media/{{stream_id}}/{{run_id}}-{{seq}}-{{start_us}}.mp4": _get(
            "A recorded file, whole or a range of it; 410 once it is purged, 503 while its volume is missing",
            media="video/mp4",
        ),
        f"{camera}/picture": _get(
            "The picture of a moment; X-Picture-Time-Us tells of which instant it is",
            _time("at"),
            _query("width", "pixels, 32 to 1920; 320 by default"),
            _query("exact", "1 for the very frame in place of the keyframe before it"),
            role,
            media="image/jpeg",
        ),
        "/api/v1/exports": {
            **_get("Your exports, newest first"),
            **_post("Ask for a clip", body=_CLIP, status="201"),
        },
        "/api/v1/exports/estimate": _post("How large a clip would be, and what it would miss", body=_CLIP),
        export: _get("One export and how far it is"),
        f"{export}/cancel": _post("Ask an export to stop"),
        f"{export}/file": _get("The delivered clip: MP4, or ZIP of several", media="video/mp4"),
        f"{export}/manifest": _get("What the clip holds, misses, and was made from"),
    }


_HLS = "application/vnd.apple.mpegurl"


def _open_window() -> tuple[_Object, _Object]:
    return _time("from"), _query("to", "end of the window; none: follow the recording")


def _get(summary: str, *parameters: _Object, media: str = "application/json") -> _Object:
    return {
        "get": {"summary": summary, "parameters": list(parameters), "responses": _responses("200", media)}
    }


def _post(summary: str, *, body: _Object | None = None, status: str = "200") -> _Object:
    operation: _Object = {"summary": summary, "responses": _responses(status, "application/json")}
    if body is not None:
        operation["requestBody"] = body
    return {"post": operation}


def _responses(status: str, media: str) -> _Object:
    error = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
    return {
        status: {"description": "done", "content": {media: {}}},
        "default": {"description": "what was wrong", **error},
    }


def _time(name: str) -> _Object:
    return _query(name, "RFC 3339 with offset, or UTC microseconds", is_required=True)


def _query(name: str, text: str, *, is_required: bool = False) -> _Object:
    return {
        "name": name,
        "in": "query",
        "required": is_required,
        "description": text,
        "schema": {"type": "string"},
    }
