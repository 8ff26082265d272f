"""The help page: finding a moment, gaps, clips, and the keys."""

from starlette.responses import Response
from starlette.routing import Route

from web.pages.rendering import render
from web.permissions import SIGNED_IN
from web.routing import guarded
from web.state import Call, services_of

KEYS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("Space", "K"), "play"),
    (("J", "L"), "speed"),
    ((",", "."), "frame"),
    (("←", "→"), "five"),
    (("PgUp", "PgDn"), "ten_minutes"),
    (("Home", "End"), "day"),
    (("P", "N"), "edge"),
    (("I", "O"), "marks"),
    (("G",), "goto"),
    (("C",), "calendar"),
    (("+", "-", "0"), "zoom"),
    (("E",), "export"),
    (("S",), "snapshot"),
    (("F",), "full"),
    (("/",), "search"),
)


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [guarded("/help", show, SIGNED_IN, name="help")]


def show(request: Call) -> Response:
    """Show the page."""
    return render(request, "help.html", section="help", key_list=KEYS, version=services_of(request).version)
