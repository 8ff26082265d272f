"""How each error of the tree is answered: its status, JSON for programs, a page for people."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote

import msgspec
from msgspec import Struct
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from vms.domain import errors
from web.http.state import Call

_log = logging.getLogger(__name__)


class ErrorFacts(Struct, frozen=True, omit_defaults=True):
    """What is told of an error.

    Attributes:
        code: short stable word for programs and translations. message: one plain sentence in English.
        field: the value that was meant. reference: what a person can quote and the log holds.
    """

    code: str
    message: str
    field: str = ""
    reference: str = ""


class ErrorAnswer(Struct, frozen=True):
    """What programs are answered in place of what they asked for."""

    error: ErrorFacts


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong with a request, as people and programs are told; the fields that `ErrorFacts` has mean the same."""

    status: int
    code: str
    message: str
    field: str = ""
    reference: str = ""
    retry_after_seconds: int | None = None

    def answer(self) -> Response:
        """Return the JSON answer."""
        body = ErrorAnswer(ErrorFacts(self.code, self.message, self.field, self.reference))
        return Response(msgspec.json.encode(body), self.status, media_type="application/json")


_STATUSES: tuple[tuple[type[errors.VmsError], int, str], ...] = (
    (errors.NotFound, 404, "not-found"),
    (errors.Purged, 410, "purged"),
    (errors.Conflict, 409, "conflict"),
    (errors.InvalidInput, 422, "invalid-input"),
    (errors.NotSignedIn, 401, "not-signed-in"),
    (errors.TooManyAttempts, 429, "too-many-attempts"),
    (errors.ForeignPage, 403, "foreign-page"),
    (errors.CookieLost, 403, "cookie-lost"),
    (errors.PermissionDenied, 403, "permission-denied"),
    (errors.VolumeUnavailable, 503, "volume-unavailable"),
    (errors.VolumeFull, 507, "volume-full"),
    (errors.IndexUnavailable, 503, "index-unavailable"),
    (errors.NothingRecorded, 404, "nothing-recorded"),
    (errors.ProbeFailed, 502, "probe-failed"),
    (errors.IndexMismatch, 410, "damaged"),
    (errors.MediaError, 500, "media-error"),
    (errors.StorageError, 500, "storage-error"),
    (errors.VmsError, 500, "error"),
)
"""Each error's answer, the special before the general."""

_SERVER_MESSAGES = {
    "volume-unavailable": "the disk that holds this cannot be read now: try again",
    "volume-full": "there is no room on the disk",
    "index-unavailable": "the database does not answer now: try again",
    "probe-failed": "the camera or the file could not be examined",
    "media-error": "the footage could not be read",
    "storage-error": "the footage or its index could not be read or written",
}
"""What is told of errors on our side; their own texts name paths, hosts and accounts, and stay in the log (SEC-27)."""
_SERVER_MESSAGE = "something went wrong on the server"

_RETRY_SECONDS = 5
_HTTP_CODES = {
    400: "bad-request",
    404: "not-found",
    405: "method-not-allowed",
    408: "too-slow",
    413: "too-large",
}
_HTTP_MESSAGES = {404: "there is nothing at this address", 405: "this address does not take that method"}


def status_of(kind: type[errors.VmsError]) -> int:
    """Return the status that errors of a kind are answered with."""
    return next(status for known, status, _ in _STATUSES if issubclass(kind, known))


def problem_of(error: Exception) -> Problem:
    """Return what is told about an error; details of those on our side stay in the log (SEC-27)."""
    if isinstance(error, HTTPException):
        code = _HTTP_CODES.get(error.status_code, "error")
        return Problem(error.status_code, code, _HTTP_MESSAGES.get(error.status_code, error.detail))
    if isinstance(error, errors.VmsError):
        status, code = next((status, code) for kind, status, code in _STATUSES if isinstance(error, kind))
        return Problem(
            status,
            code,
            _SERVER_MESSAGES.get(code, _SERVER_MESSAGE) if status >= 500 else str(error),
            field=error.field if isinstance(error, errors.InvalidInput) else "",
            reference=secrets.token_hex(4) if status >= 500 else "",
            retry_after_seconds=_retry_after(error, status),
        )
    return Problem(500, "error", _SERVER_MESSAGE, reference=secrets.token_hex(4))


class ErrorAnswers:
    """Answers any error that a view raised: JSON to programs, a page to people, sign-in where that is what is missing."""

    def __init__(self, render_page: Callable[[Call, Problem], Response]) -> None:
        """Use `render_page` for what people see."""
        self._render_page = render_page

    def __call__(self, request: Request, error: Exception) -> Response:
        """Return the answer to one error, logged where it is ours."""
        problem = problem_of(error)
        if problem.reference:
            is_known = isinstance(error, errors.VmsError)
            _log.error(
                "request failed",
                exc_info=None if is_known else error,
                extra={"path": request.url.path, "error": str(error), "reference": problem.reference},
            )
        response = self._answer(request, error, problem)
        if problem.retry_after_seconds is not None:
            response.headers["Retry-After"] = str(problem.retry_after_seconds)
        if isinstance(error, HTTPException) and error.headers:
            response.headers.update(error.headers)
        return response

    def _answer(self, request: Request, error: Exception, problem: Problem) -> Response:
        if _wants_json(request):
            return problem.answer()
        if isinstance(error, errors.NotSignedIn) and request.method in {"GET", "HEAD"}:
            return RedirectResponse(sign_in_url(request), 303)
        try:
            return self._render_page(cast("Call", request), problem)
        except Exception:  # noqa: BLE001  # boundary of the request: a failing error page must not hide the error
            _log.exception("error page failed", extra={"reference": problem.reference})
            return PlainTextResponse(problem.message, problem.status)


def _wants_json(request: Request) -> bool:
    """Tell whether a program asks: at an address for programs, or our own pages' scripts at any."""
    path = request.url.path
    if path.startswith("/api/") or path in {"/openapi.json", "/healthz", "/metrics"}:
        return True
    return "application/json" in request.headers.get("accept", "").lower()


def sign_in_url(request: Request) -> str:
    """Return where to sign in and come back from to the page that was asked for."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"/sign-in?next={quote(wanted, safe='')}" if wanted != "/" else "/sign-in"


def safe_next(text: str | None) -> str:
    """Return a path of this site to go to after signing in; "/" where the text names anything else."""
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")) or not text.isprintable():
        return "/"
    return text


def _retry_after(error: errors.VmsError, status: int) -> int | None:
    if isinstance(error, errors.TooManyAttempts):
        return error.wait_seconds
    return _RETRY_SECONDS if status == 503 else None
