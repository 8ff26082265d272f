"""Measurements for Prometheus: how each camera records, how full the volumes are, what the web answers.

Camera states are read from the database when they are asked for, so that they are never staler than the answer.
"""

import ipaddress
import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override

from vms.domain.camera import StreamState
from vms.domain.errors import VmsError
from vms.domain.time import SECOND_US
from vms.domain.user import Right
from web.access.permissions import PUBLIC, require
from web.http.routing import guarded
from web.http.state import Call, WebServices, address_of, registry_of, user_of

_FORWARDING_HEADERS = (
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
)


class Metrics:
    """The measurements of one web process."""

    def __init__(self, services: WebServices) -> None:
        """Measure on behalf of `services`."""
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "siring_http_requests", "Requests answered.", ["route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "siring_http_request_seconds", "Time to answer.", ["route"], registry=self.registry
        )
        self.registry.register(_Recording(services))


class MeasureRequests:
    """ASGI middleware that counts and times requests by route, never by address or query."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        """Wrap `app`."""
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()
        status = 500

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            self._metrics.requests.labels(route, status).inc()
            self._metrics.seconds.labels(route).observe(time.monotonic() - began)


class _Recording(Collector):
    """Reads what the recorder and the volume checks last said."""

    def __init__(self, services: WebServices) -> None:
        self._services = services

    @override
    def collect(self) -> Iterator[Metric]:
        """Yield the measurements; none where the database does not answer."""
        try:
            yield from self._recorded()
        except VmsError:
            yield GaugeMetricFamily("siring_database_up", "1 where the database answers.", value=0)

    def _recorded(self) -> Iterator[Metric]:
        storage, now_us = self._services.storage, self._services.clock.now_us()
        recording = GaugeMetricFamily(
            "siring_stream_recording", "1 while media arrives.", labels=["camera", "role"]
        )
        age = GaugeMetricFamily(
            "siring_stream_media_age_seconds", "Age of the newest media.", labels=["camera", "role"]
        )
        rate = GaugeMetricFamily("siring_stream_bits_per_second", "Recent rate.", labels=["camera", "role"])
        statuses = storage.cameras.statuses()
        for camera in storage.cameras.list():
            for stream in camera.streams:
                labels = [camera.name, stream.role.value]
                status = statuses.get(stream.id)
                is_recording = status is not None and status.state is StreamState.RECORDING
                recording.add_metric(labels, float(is_recording))
                if status is not None:
                    rate.add_metric(labels, float(status.bitrate_bps))
                if status is not None and status.last_media_us is not None:
                    age.add_metric(labels, (now_us - status.last_media_us) / SECOND_US)
        healthy = GaugeMetricFamily(
            "siring_volume_state", "1 for the state it is in.", labels=["volume", "state"]
        )
        for volume in storage.volumes.list():
            healthy.add_metric([str(volume.uuid), volume.state.value], 1)
        yield GaugeMetricFamily("siring_database_up", "1 where the database answers.", value=1)
        yield from (recording, age, rate, healthy)


def routes() -> list[Route]:
    """Return /metrics."""
    return [guarded("/metrics", metrics, PUBLIC)]


def metrics(request: Call) -> Response:
    """Answer the measurements, to this machine itself and to administrators (SEC-27).

    What a proxy passed on is never from this machine itself, whatever address it tells.
    """
    is_passed_on = any(name in request.headers for name in _FORWARDING_HEADERS)
    if is_passed_on or not _is_loopback(address_of(request)):
        require(user_of(request), Right.MANAGE)
    body = generate_latest(registry_of(request))
    return Response(body, media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
