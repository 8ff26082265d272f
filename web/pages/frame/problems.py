"""The page that people see when a request cannot be served: what happened, is footage safe, what to do."""

from urllib.parse import urlsplit

from starlette.responses import Response

from web.http.errors import Problem
from web.http.routing import identify
from web.http.state import Call, caller_of
from web.pages.frame.rendering import render, words_of

_FORMS = {"foreign-page": "error.foreign_page", "cookie-lost": "error.cookie_lost"}
"""Why a form was refused, where that is known."""


def render_error(request: Call, problem: Problem) -> Response:
    """Return the page for a problem; its words come from the catalogue, never from the error's own text."""
    if problem.status == 404 and caller_of(request) is None:
        # No view ran where no route matched: nobody has looked yet who is asking, and in which language.
        identify(request)
    words = words_of(request)
    key = f"error.status_{problem.status}"
    if key not in words.words:
        key = "error.status_500" if problem.status >= 500 else "error.status_other"
    if problem.status == 403 and request.method == "POST":
        # Nobody is shown a form that they may not send: the page is older than their session or their rights.
        key = _FORMS.get(problem.code, "error.too_old")
    names = {
        "page": urlsplit(request.headers.get("origin", "")).netloc,
        "asked": request.headers.get("host", ""),
    }
    return render(
        request,
        "error.html",
        status=problem.status,
        code=problem.status,
        heading=words.text(key),
        explanation=words.text(f"{key}_more", **(names if key == "error.foreign_page" else {})),
        reference=problem.reference,
    )
