"""Pages for people: server-rendered HTML, Indonesian first.

`web.app` uses two names of this package: `routes()` and `render_error(request, problem)`.
"""

from starlette.routing import Route

from web.pages import camera_form, cameras, exports, help_page, home, playback, signing_in, users
from web.pages.problems import render_error

__all__ = ["render_error", "routes"]


def routes() -> list[Route]:
    """Return every page's route."""
    pages = (signing_in, home, playback, camera_form, cameras, exports, users, help_page)
    return [route for page in pages for route in page.routes()]
