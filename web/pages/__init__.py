"""Pages for people: server-rendered HTML, Indonesian first.

`web.app` uses two names of this package: `routes()` and `render_error(request, problem)`.
"""

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from web.problem import Problem
from web.state import Call


def routes() -> list[Route]:
    """Return every page's route."""
    return []


def render_error(_request: Call, problem: Problem) -> Response:
    """Return the page that tells a person what went wrong."""
    return PlainTextResponse(problem.message, problem.status)
