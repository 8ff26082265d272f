"""The web application: routes, middleware and state put together, and nothing started."""

import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from vms.domain.errors import VmsError
from web import api, pages
from web.access.auth import Authority
from web.http.download_record import DownloadRecord
from web.http.errors import ErrorAnswers
from web.http.held_uploads import HeldUploads
from web.http.plain_texts import PlainAddresses
from web.http.rate_limit import RateLimit
from web.http.routing import GuardedEndpoint
from web.http.security_headers import SecurityHeaders
from web.http.state import AppState, WebServices
from web.http.static_files import static_route
from web.ops import health, metrics

_LARGEST_BODY = 2_000_000


def create_app(services: WebServices) -> Starlette:
    """Return the application, ready to be served.

    Raises:
        TypeError: a route does not say which right it needs (SEC-02).
    """
    routes: list[BaseRoute] = [*api.routes(), *health.routes(), *metrics.routes(), *pages.routes()]
    _check_all_guarded(routes)
    routes.append(static_route())

    measured = metrics.Metrics(services)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[AppState]:
        yield {
            "services": services,
            "authority": Authority(services.storage, services.clock),
            "picture_limit": RateLimit(services.clock, per_second=20, burst=60),
            "downloads": DownloadRecord(services.clock),
            "held_uploads": HeldUploads(services.clock),
            "registry": measured.registry,
        }

    answer = ErrorAnswers(pages.render_error)
    return Starlette(
        routes=routes,
        lifespan=lifespan,
        middleware=[
            Middleware(metrics.MeasureRequests, metrics=measured),
            Middleware(SecurityHeaders, is_https=services.settings.secure_cookies),
            Middleware(PlainAddresses, answer=answer),
        ],
        exception_handlers={VmsError: answer, HTTPException: answer, Exception: answer},
        max_body_size=_LARGEST_BODY,
    )


def _check_all_guarded(routes: list[BaseRoute]) -> None:
    for route in routes:
        if not isinstance(route, Route) or not isinstance(route.endpoint, GuardedEndpoint):
            raise TypeError(f"route {getattr(route, 'path', route)!r} does not say which right it needs")
