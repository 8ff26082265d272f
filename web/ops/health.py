"""Whether this installation works: a short answer that load balancers and people can act on."""

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from vms.domain.errors import VmsError
from web.access.permissions import PUBLIC
from web.http.routing import guarded
from web.http.state import Call, services_of


def routes() -> list[Route]:
    """Return /healthz."""
    return [guarded("/healthz", healthz, PUBLIC)]


def healthz(request: Call) -> Response:
    """Answer 200 while the database answers, 503 otherwise; nothing that a stranger may not know."""
    services = services_of(request)
    try:
        statuses = services.storage.cameras.statuses()
    except VmsError:
        return JSONResponse({"status": "error", "database": "error"}, 503)
    now_us = services.clock.now_us()
    recorder = "silent" if all(status.is_silent(now_us) for status in statuses.values()) else "ok"
    return JSONResponse({"status": "ok", "database": "ok", "recorder": recorder})
