"""Pages for people: server-rendered HTML, Indonesian first.

`web.app` uses two names of this package: `routes()` and `render_error(request, problem)`.
"""

from starlette.routing import Route

from web.pages import (
    bookmarks,
    camera_form,
    cameras,
    exports,
    help_page,
    holds,
    home,
    playback,
    signing_in,
    users,
)
from web.pages.problems import render_error

__all__ = ["render_error", "routes"]


def routes() -> list[Route]:
    """Return every page's route."""
    work = (home, playback, bookmarks, exports, holds)
    pages = (signing_in, *work, camera_form, cameras, users, help_page)
    return [route for page in pages for route in page.routes()]
