"""Whether this installation works: a short answer for load balancers, measurements for Prometheus."""

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from web.permissions import PUBLIC
from web.routing import guarded
from web.state import Call


def routes() -> list[Route]:
    """Return /healthz and /metrics."""
    return [guarded("/healthz", healthz, PUBLIC)]


def healthz(_request: Call) -> Response:
    """Answer that the process serves."""
    return JSONResponse({"status": "ok"})
