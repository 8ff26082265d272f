"""What programs can ask of the interface: each operation described once, by the types of its view.

A view takes the request and, where its signature has them, numbers of the path by their names, `asked` (what the query
says) and `body` (what the JSON says), each a msgspec Struct; what it returns is the answer. Reading, answering and the
description follow from that.
"""

import gzip
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import NoneType
from typing import Any, Generic, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from vms.domain.errors import InvalidInput, VmsError
from web.access.permissions import Access
from web.api.values import Written
from web.http.routing import guarded
from web.http.state import Call, json_of

Schema = dict[str, object]
_S = TypeVar("_S", bound=msgspec.Struct)
_T = TypeVar("_T")

RANGED = (206, 304, 416)
"""Statuses beside 200 of what is answered in parts."""
_WORTH_COMPRESSING = 2_000
_LEVEL = 4
_LONGEST_REFUSAL = 200
_WORDS = {
    "Expected": "expected",
    "Invalid enum value": "not one of the possible values:",
    "`str`": "a text",
    "`int`": "a whole number",
    "`bool`": "true or false",
    "`array`": "a list",
}
"""What msgspec says, and how we say it."""


@dataclass(frozen=True, slots=True)
class Created(Generic[_T]):
    """Something that a request made: answered with 201 and, where it has an address, with that."""

    made: _T
    location: str = ""


@dataclass(frozen=True)
class Operation:
    """One method of one path.

    Attributes:
        access: the right that it needs. media: content types, where the answer is not JSON.
        statuses: of good answers beside the usual one.
        problems: what can go wrong beside what can with every request of its kind.
    """

    method: str
    path: str
    view: Callable[..., object]
    access: Access
    media: tuple[str, ...] = ()
    statuses: tuple[int, ...] = ()
    problems: tuple[type[VmsError], ...] = ()

    @property
    def asked(self) -> type[msgspec.Struct] | None:
        """What the view reads from the query."""
        return self._types.get("asked")

    @property
    def body(self) -> type[msgspec.Struct] | None:
        """What the view reads from the JSON that is sent."""
        return self._types.get("body")

    @property
    def answer(self) -> object:
        """The type of what is answered as JSON; None where nothing is."""
        returned = self._types["return"]
        if get_origin(returned) is Created:
            return get_args(returned)[0]
        return None if self.media or returned is NoneType else returned

    @property
    def status(self) -> int:
        """The status of the usual answer."""
        returned = self._types["return"]
        return 201 if get_origin(returned) is Created else 204 if returned is NoneType else 200

    @cached_property
    def _types(self) -> dict[str, Any]:
        return get_type_hints(self.view)

    def route(self) -> Route:
        """Return the route that serves it."""
        return guarded(self.path, self.respond, self.access, methods=(self.method,))

    def respond(self, request: Call) -> Response:
        """Answer a request of somebody who has the right."""
        given: dict[str, object] = {
            name: number for name, number in request.path_params.items() if name in self._types
        }
        if self.asked is not None:
            given["asked"] = _read(self.asked, request.query_params, is_text=True)
        if self.body is not None:
            given["body"] = _read(self.body, json_of(request), is_text=False)
        answer = self.view(request, **given)
        match answer:
            case Response():
                return answer
            case None:
                return Response(status_code=204)
            case str():
                return _compressed(request, answer.encode(), self.media[0])
            case Created():
                made = json_answer(request, answer.made, status=201)
                made.headers.update({"Location": answer.location} if answer.location else {})
                return made
            case _:
                return json_answer(request, answer)


def schemas_of(kinds: list[object]) -> tuple[list[Schema], dict[str, Schema]]:
    """Return the JSON schema of each type, and by name those that they refer to."""
    found, named = msgspec.json.schema_components(
        kinds, schema_hook=_describe_written, ref_template="#/components/schemas/{name}"
    )
    return list(found), named


def json_answer(request: Call, answer: object, *, status: int = 200) -> Response:
    """Return an answer as JSON."""
    return _compressed(request, msgspec.json.encode(answer), "application/json", status=status)


def _compressed(request: Call, data: bytes, media_type: str, *, status: int = 200) -> Response:
    """Return an answer that is nobody's secret beside another's choice of words, so that compression tells nothing."""
    headers = {"Vary": "Accept-Encoding"}
    if len(data) > _WORTH_COMPRESSING and "gzip" in request.headers.get("accept-encoding", ""):
        data = gzip.compress(data, _LEVEL, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(data, status, media_type=media_type, headers=headers)


def _read(kind: type[_S], given: object, *, is_text: bool) -> _S:
    """Return what a caller's values say; stray blanks around texts count for nothing, unknown names neither.

    Args:
        kind: what is wanted. given: names and values.
        is_text: whether numbers stand as text, as in an address.

    Raises:
        InvalidInput: something is missing or is not what it should be; the field is named.
    """
    if isinstance(given, Mapping):
        given = {name: text.strip() if isinstance(text, str) else text for name, text in given.items()}
    try:
        return msgspec.convert(given, kind, strict=not is_text, dec_hook=_read_written)
    except msgspec.ValidationError as error:
        raise _refusal(str(error)) from None


def _refusal(text: str) -> InvalidInput:
    """Return the error that names the field; `text` is what msgspec says of it, with the place at its end."""
    for name, words in _WORDS.items():
        text = text.replace(name, words)
    if missing := re.fullmatch(r"Object missing required field `(\w+)`", text):
        return InvalidInput(f"{missing[1]} is missing", field=missing[1])
    if place := re.fullmatch(r"(.*) - at `\$\.(\w+)[^`]*`", text, re.DOTALL):
        return InvalidInput(f"{place[2]}: {place[1][:_LONGEST_REFUSAL]}", field=place[2])
    return InvalidInput("the request's body must be a JSON object")


def _read_written(kind: type, value: object) -> object:
    if not issubclass(kind, Written):
        raise NotImplementedError(kind)
    try:
        return kind(value if isinstance(value, str) else "")
    except (InvalidInput, ValueError):
        raise ValueError(f"Expected {kind.MEANING}") from None


def _describe_written(kind: type) -> Schema:
    if not issubclass(kind, Written):
        raise NotImplementedError(kind)
    pattern = {"pattern": kind.PATTERN} if kind.PATTERN else {}
    return {"type": "string", "description": kind.MEANING, **pattern}
