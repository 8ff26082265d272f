"""The description of the interface for programs (OpenAPI 3.1): what every operation says of itself."""

import inspect
import re
from collections.abc import Mapping, Sequence
from typing import cast

from starlette.responses import Response
from starlette.routing import Route

from vms.domain.errors import InvalidInput, NotFound, NotSignedIn, PermissionDenied
from web.access.auth import session_cookie_name
from web.access.permissions import SIGNED_IN
from web.api.operations import Operation, Schema, json_answer, schemas_of
from web.http.errors import ErrorAnswer, status_of
from web.http.routing import guarded
from web.http.state import Call, services_of

_ABOUT = (
    "Cameras, recorded footage and exports. Times are RFC 3339 with an offset, or whole UTC microseconds since 1970; "
    "answers hold microseconds in fields ending in _us. Sign in first: the session cookie authorises every request, and "
    "anything but GET needs the page's token in X-CSRF-Token."
)
_PATH_NUMBER: Schema = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}
_BAD_ADDRESS = 400
_BAD_BODIES = (408, 413, 415)
"""Too slow, too large, neither form nor JSON."""
_UNSENT = (304, 416)
"""Answers without a body."""


def route(operations: Sequence[Operation]) -> Route:
    """Return the route that answers the description of these operations."""

    def openapi(request: Call) -> Response:
        services = services_of(request)
        cookie = session_cookie_name(services.settings)
        return json_answer(request, description(operations, services.version, cookie=cookie))

    return guarded("/openapi.json", openapi, SIGNED_IN)


def description(operations: Sequence[Operation], version: str, *, cookie: str) -> Schema:
    """Return the OpenAPI 3.1 description of the operations; `cookie` is the name of the one that holds a session."""
    kinds: list[object] = [ErrorAnswer]
    kinds += [kind for one in operations for kind in (one.asked, one.body, one.answer) if kind is not None]
    found, named = schemas_of(kinds)
    schemas = dict(zip(kinds, found, strict=True))
    parameters = {
        kind: named.pop(kind.__name__) for kind in {one.asked for one in operations} if kind is not None
    }
    paths: dict[str, Schema] = {}
    for one in operations:
        described = _operation(one, schemas)
        described["parameters"] = [
            *_parameters(one.path, {} if one.asked is None else parameters[one.asked]),
            *({"name": name, "in": "header", "schema": {"type": "string"}} for name in _headers(one)),
        ]
        paths.setdefault(re.sub(r":\w+}", "}", one.path), {})[one.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": "Siring", "version": version, "description": _ABOUT},
        "components": {
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": cookie}},
            "schemas": {name: _tidy(schema) for name, schema in named.items()},
            "responses": {"Problem": {"description": "what was wrong", **_json(schemas[ErrorAnswer])}},
        },
        "security": [{"session": []}],
        "paths": paths,
    }


def _operation(one: Operation, schemas: Mapping[object, Schema]) -> Schema:
    summary, _, more = (inspect.getdoc(one.view) or "").partition("\n\n")
    good: Schema = {"description": "done"}
    if one.answer is not None:
        good |= _json(schemas[one.answer])
    elif one.media:
        good["content"] = {media: {} for media in one.media}
    problem = {"$ref": "#/components/responses/Problem"}
    described: Schema = {
        "summary": summary,
        "responses": {
            str(one.status): good,
            **{
                str(status): {"description": "no bytes"} if status in _UNSENT else good
                for status in one.statuses
            },
            **{str(status): problem for status in sorted(_problems(one))},
            "5XX": problem,
        },
    }
    if more:
        described["description"] = more
    if one.body is not None:
        described["requestBody"] = {"required": True, **_json(schemas[one.body])}
    return described


def _tidy(schema: Schema) -> Schema:
    """Return the schema of a type; where it has a docstring, without the indentation of sources."""
    return {
        name: inspect.cleandoc(str(value)) if name == "description" else value
        for name, value in schema.items()
    }


def _json(schema: Schema) -> Schema:
    return {"content": {"application/json": {"schema": schema}}}


def _problems(one: Operation) -> set[int]:
    """Return the statuses of what can go wrong."""
    kinds = {*one.problems, NotSignedIn}
    is_safe = one.method == "GET"
    if one.access.right is not None or not is_safe:
        kinds.add(PermissionDenied)
    if "{" in one.path:
        kinds.add(NotFound)
    if one.asked is not None or not is_safe:
        kinds.add(InvalidInput)
    return {_BAD_ADDRESS, *map(status_of, kinds), *(() if is_safe else _BAD_BODIES)}


def _headers(one: Operation) -> list[str]:
    """Return the headers that make an answer a part, or none at all."""
    return [name for name, status in (("Range", 206), ("If-None-Match", 304)) if status in one.statuses]


def _parameters(path: str, asked: Schema) -> list[Schema]:
    in_path = re.findall(r"{(\w+)", path)
    properties = {
        **dict.fromkeys(in_path, _PATH_NUMBER),
        **cast("dict[str, Schema]", asked.get("properties", {})),
    }
    required = {*in_path, *cast("list[str]", asked.get("required", []))}
    return [
        {
            "name": name,
            "in": "path" if name in in_path else "query",
            "required": name in required,
            "schema": schema,
        }
        for name, schema in properties.items()
    ]
