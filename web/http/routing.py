"""Routes that carry the right they need, and the order in which every request is checked.

Session, then right; for anything but GET then the body, within a time limit, and session and right once more, as both
may have ended while it came; then proof that our own page sent it. Only then the view runs, in a thread, because views
talk to the database.
"""

import asyncio
import json
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from vms.domain.errors import InvalidInput, NotFound
from web.access.auth import browser_cookie_name, session_cookie_name
from web.access.permissions import Access, authorise
from web.http import csrf
from web.http.plain_texts import check_form_texts, check_json_texts
from web.http.state import BODY, CALLER, CAMERA, FORM, Call, Caller, authority_of, caller_of, services_of

View = Callable[[Call], Response]

_SAFE_METHODS = frozenset({"GET", "HEAD"})
_LARGEST_JSON = 1_000_000
_LARGEST_BODY = 1_040_000
"""A file of 1 MB with its form; what is larger would be laid on disk, and may hold passwords."""
_LONGEST_BODY_SECONDS = 30.0
"""Time for a whole body to arrive: forms and JSON are small, and whoever holds one back holds a connection."""
_MOST_ID = 2**63
NEW_COOKIE = "vms.new-browser-cookie"


class GuardedEndpoint:
    """A view that runs only for callers who may use it."""

    def __init__(self, view: View, access: Access, *, takes_file: bool = False) -> None:
        """Guard `view`."""
        self.view = view
        self.access = access
        self.takes_file = takes_file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request: Call = Request(scope, _limited(receive), send)
        if request.method in _SAFE_METHODS:
            response = await run_in_threadpool(self._admit_and_view, request)
        else:
            await run_in_threadpool(self._admit, request)
            try:
                await _read_body_in_time(request, takes_file=self.takes_file)
                response = await run_in_threadpool(self._admit_check_and_view, request)
            finally:
                # Forgets a file that came with a form.
                await request.close()
        _keep_browser_cookie(request, response)
        await response(scope, receive, send)

    def _admit_and_view(self, request: Call) -> Response:
        """Do both in one thread: nothing of the body is read between them, and changing threads costs time."""
        self._admit(request)
        return self.view(request)

    def _admit_check_and_view(self, request: Call) -> Response:
        """Admit again, by what holds now that the body is here, and view."""
        self._admit(request)
        _check_csrf(request)
        return self.view(request)

    def _admit(self, request: Call) -> None:
        if any(isinstance(value, int) and value >= _MOST_ID for value in request.path_params.values()):
            raise NotFound("there is nothing at this address")
        identify(request)
        caller = caller_of(request)
        user = caller.user if caller is not None else None
        request.scope[CAMERA] = authorise(
            self.access, user, request.path_params, services_of(request).storage
        )


def identify(request: Call) -> None:
    """Note in the request whose session it belongs to now, if to any.

    Raises:
        IndexUnavailable: the database does not answer.
    """
    token = request.cookies.get(session_cookie_name(services_of(request).settings))
    session = authority_of(request).resume(token) if token else None
    request.scope.pop(CALLER, None)
    if session is not None:
        request.scope[CALLER] = Caller(session.user, session.digest)


def guarded(
    path: str,
    view: View,
    access: Access,
    *,
    methods: tuple[str, ...] = ("GET",),
    name: str | None = None,
    takes_file: bool = False,
) -> Route:
    """Return a route whose view runs only for callers whom `access` admits; only where asked for may a form hold a file."""
    return Route(
        path,
        GuardedEndpoint(view, access, takes_file=takes_file),
        methods=list(methods),
        name=name or getattr(view, "__name__", path),
    )


def browser_secret(request: Call) -> str | None:
    """Return the secret that this browser's CSRF tokens are made from, or None for one that has no cookie yet."""
    settings = services_of(request).settings
    if caller_of(request) is not None:
        return request.cookies.get(session_cookie_name(settings))
    return request.cookies.get(browser_cookie_name(settings))


def _check_csrf(request: Call) -> None:
    given = request.headers.get(csrf.HEADER)
    if given is None and FORM in request.scope:
        field = request.scope[FORM].get(csrf.FIELD)
        given = field if isinstance(field, str) else None
    csrf.check(browser_secret(request), given, request.headers)


def _limited(receive: Receive) -> Receive:
    """Return what receives a body and refuses it once it is too large, whatever its headers say of its length."""
    left = _LARGEST_BODY

    async def receive_some() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise _too_large()
        return message

    return receive_some


def _too_large() -> HTTPException:
    # The rest of the body may still come: this connection can carry no other request.
    return HTTPException(413, "the request is too large", {"Connection": "close"})


async def _read_body_in_time(request: Call, *, takes_file: bool) -> None:
    try:
        async with asyncio.timeout(_LONGEST_BODY_SECONDS):
            await _read_body(request, takes_file=takes_file)
    except TimeoutError:
        # The rest of the body may still come: this connection can carry no other request.
        raise HTTPException(408, "the request's body did not come in time", {"Connection": "close"}) from None


async def _read_body(request: Call, *, takes_file: bool) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        request.scope[FORM] = await request.form(max_files=int(takes_file), max_fields=500)
        check_form_texts(request.scope[FORM])
    elif kind == "application/json":
        body = await request.body()
        if len(body) > _LARGEST_JSON:
            raise _too_large()
        try:
            request.scope[BODY] = json.loads(body)
            check_json_texts(request.scope[BODY])
        except (ValueError, RecursionError):
            raise InvalidInput("the request's body is not JSON") from None
    elif await request.body():
        raise HTTPException(415, "send a form or JSON")


def csrf_token(request: Call) -> str:
    """Return the token for this browser's forms; one without a cookie is given one with the answer."""
    secret = browser_secret(request)
    if secret is None:
        secret = csrf.new_browser_secret()
        request.scope[NEW_COOKIE] = secret
        request.cookies[browser_cookie_name(services_of(request).settings)] = secret
    return csrf.token_for(secret)


def _keep_browser_cookie(request: Call, response: Response) -> None:
    """Give the browser the secret that `csrf_token` made for it, if it made one."""
    secret = request.scope.get(NEW_COOKIE)
    if secret is not None:
        settings = services_of(request).settings
        response.set_cookie(
            browser_cookie_name(settings),
            secret,
            path="/",
            secure=settings.secure_cookies,
            httponly=True,
            samesite="lax",
        )
