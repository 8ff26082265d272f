"""The server's clock and zone, so that browsers show the site's time and not their own."""

from starlette.responses import Response
from starlette.routing import Route

from vms.domain.time import format_rfc3339
from web.access.permissions import SIGNED_IN
from web.api.answers import json_answer
from web.http.routing import guarded
from web.http.state import Call, services_of


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [guarded("/api/v1/time", time, SIGNED_IN)]


def time(request: Call) -> Response:
    """Answer the present and the site's zone."""
    services = services_of(request)
    now_us = services.clock.now_us()
    return json_answer(
        request,
        {
            "now": format_rfc3339(now_us),
            "now_us": now_us,
            "zone": services.zone.name,
            "zone_label": services.zone.label,
            "offset_us": services.zone.offset_us(now_us),
        },
    )
