"""The help page: finding a moment, gaps, clips, and the keys."""

from starlette.responses import Response
from starlette.routing import Route

from web.access.permissions import SIGNED_IN
from web.http.routing import guarded
from web.http.state import Call, services_of
from web.pages.frame.rendering import render
from web.pages.review.review_keys import PORTAL_KEYS


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [guarded("/help", show, SIGNED_IN, name="help")]


def show(request: Call) -> Response:
    """Show the page."""
    return render(
        request, "help.html", section="help", key_lines=PORTAL_KEYS, version=services_of(request).version
    )
