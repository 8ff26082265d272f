"""Pages for people: server-rendered HTML, Indonesian first.

`web.app` uses two names of this package: `routes()` and `render_error(request, problem)`.
"""

from starlette.routing import Route

from web.pages.cameras import camera_form, camera_import, cameras
from web.pages.evidence import exports, holds
from web.pages.frame.problems import render_error
from web.pages.home import home
from web.pages.people import signing_in, users
from web.pages.personal import bookmarks
from web.pages.review import help_page, playback

__all__ = ["render_error", "routes"]


def routes() -> list[Route]:
    """Return every page's route."""
    work = (home, playback, bookmarks, exports, holds)
    pages = (signing_in, *work, camera_form, camera_import, cameras, users, help_page)
    return [route for page in pages for route in page.routes()]
