"""The pieces that the description of the interface is put together from."""

from collections.abc import Mapping

Object = dict[str, object]

TIME: Object = {"type": "string", "description": "RFC 3339 with offset, or UTC microseconds"}
FLAG: Object = {"type": "boolean"}
CAMERAS: Object = {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 16}


def text(longest: int) -> Object:
    """Return a text of at most so many characters."""
    return {"type": "string", "maxLength": longest}


def time_or_null(meaning: str) -> Object:
    """Return a time that need not be given."""
    return {"type": ["string", "null"], "description": meaning}


def body(properties: Mapping[str, object], *, required: tuple[str, ...] = ()) -> Object:
    """Return a JSON object that a request carries."""
    schema: Object = {"type": "object", "properties": dict(properties)}
    if required:
        schema["required"] = list(required)
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def get(summary: str, *parameters: Object, media: str = "application/json") -> Object:
    """Return a request that reads."""
    return {
        "get": {"summary": summary, "parameters": list(parameters), "responses": _responses("200", media)}
    }


def post(summary: str, *, sends: Object | None = None, status: str = "200") -> Object:
    """Return a request that adds or begins something."""
    return {"post": _operation(summary, sends, _responses(status, "application/json"))}


def change(method: str, summary: str, sends: Object | None = None) -> Object:
    """Return a request that changes something: answered with what it is then; without a body only with 204."""
    done = _responses("200", "application/json") if sends is not None else _responses("204", None)
    return {method: _operation(summary, sends, done)}


def time(name: str) -> Object:
    """Return a time in the query that must be there."""
    return query(name, "RFC 3339 with offset, or UTC microseconds", is_required=True)


def query(name: str, meaning: str, *, is_required: bool = False) -> Object:
    """Return a parameter of the query."""
    return {
        "name": name,
        "in": "query",
        "required": is_required,
        "description": meaning,
        "schema": {"type": "string"},
    }


def _operation(summary: str, sends: Object | None, responses: Object) -> Object:
    described: Object = {"summary": summary, "responses": responses}
    if sends is not None:
        described["requestBody"] = sends
    return described


def _responses(status: str, media: str | None) -> Object:
    done: Object = {"description": "done"}
    if media is not None:
        done["content"] = {media: {}}
    error: Object = {
        "description": "what was wrong",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    return {status: done, "default": error}
