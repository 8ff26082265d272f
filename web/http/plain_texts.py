"""Texts that no database keeps and no person types: refused before a view sees them, in addresses, forms and JSON.

A NUL ends a text for some programs and is an error to PostgreSQL; half of a surrogate pair cannot be written as UTF-8.
"""

from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from vms.domain.errors import InvalidInput
from vms.domain.form_fields import is_plain

_LONGEST_PATH = 1000
"""Paths name things by numbers and file names; Python refuses to read numbers of thousands of digits."""


class PlainAddresses:
    """ASGI middleware that refuses addresses that are too long to be ours or hold a NUL, before any route reads them."""

    def __init__(self, app: ASGIApp, *, answer: Callable[[Request, Exception], Response]) -> None:
        """Wrap `app`; `answer` says what is told about an error."""
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and not is_plain_address(scope["path"], scope["query_string"]):
            error = HTTPException(400, "this address holds something that no address of ours does")
            response = await run_in_threadpool(self._answer, Request(scope, receive, send), error)
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)


def is_plain_address(path: str, query: bytes) -> bool:
    """Tell whether the path is no longer than any of ours, and neither it nor the query holds a NUL."""
    return len(path) <= _LONGEST_PATH and "\0" not in path and b"\0" not in unquote_to_bytes(query)


def check_form_texts(form: FormData) -> None:
    """Raise InvalidInput where a form holds a text that cannot be kept."""
    for name, value in form.multi_items():
        if isinstance(value, str):
            _check(value, name)


def check_json_texts(body: object, field: str = "") -> None:
    """Raise InvalidInput where a body that was JSON holds a text that cannot be kept, at whatever depth.

    Args:
        body: what the JSON said. field: name of the field that it was found in.
    """
    if isinstance(body, str):
        _check(body, field)
    elif isinstance(body, list):
        for item in body:
            check_json_texts(item, field)
    elif isinstance(body, dict):
        for name, value in body.items():
            _check(name, "")
            check_json_texts(value, name)


def _check(text: str, field: str) -> None:
    if not is_plain(text):
        raise InvalidInput("a text holds a character that cannot be kept", field=_printable(field))


def _printable(field: str) -> str:
    return field if field.isprintable() else ""
