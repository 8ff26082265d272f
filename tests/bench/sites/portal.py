"""The portal without a network: its application called in this process, so that only the server's own time is measured."""

import asyncio
import time
from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.types import Message

from playback.pictures.snapshot import Snapshots
from playback.stream.footage import Footage
from playback.stream.segment_source import SegmentSource
from tests.bench.sites.bench_site import BenchSite
from vms.domain.user import Role
from vms.host.clock import SystemClock
from vms.processes.app import tune_garbage_collector
from web.access.auth import Authority, session_cookie_name
from web.app import create_app
from web.http.state import WebServices

_T = TypeVar("_T")
_PASSWORD = "sungai martapura mengalir"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        seconds: from the call to the last byte. body: as sent, compressed where the server chose to.
    """

    seconds: float
    status: int
    headers: dict[str, str]
    body: bytes


class Portal:
    """The application, and an administrator's browser that asks it."""

    def __init__(self, app: Starlette, state: Mapping[str, Any], cookie: str, runner: asyncio.Runner) -> None:
        """Ask `app` in the loop of `runner`."""
        self.app = app
        self._state = state
        self._cookie = cookie
        self._runner = runner

    def get(self, path: str) -> Answer:
        """Ask for a path with its query, and wait for the answer."""
        return self._runner.run(self._get(path))

    def get_all(self, paths: Iterable[str], *, at_once: int) -> list[Answer]:
        """Ask for several, so many at a time."""
        return self._runner.run(self._get_all(iter(paths), at_once))

    async def _get_all(self, paths: Iterator[str], at_once: int) -> list[Answer]:
        async def ask() -> list[Answer]:
            return [await self._get(path) for path in paths]

        return [
            answer for found in await asyncio.gather(*(ask() for _ in range(at_once))) for answer in found
        ]

    async def _get(self, url: str) -> Answer:
        path, _, query = url.partition("?")
        headers = (
            ("host", "siring.test"),
            ("cookie", self._cookie),
            ("accept-encoding", "gzip"),
            ("accept-language", "id"),
        )
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in headers],
            "client": ("127.0.0.1", 40_000),
            "server": ("siring.test", 80),
            "state": dict(self._state),
        }
        status = 0
        found: dict[str, str] = {}
        body: list[bytes] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                found.update((name.decode(), value.decode()) for name, value in message["headers"])
            else:
                body.append(message.get("body", b""))

        began = time.perf_counter()
        await self.app(scope, receive, send)
        return Answer(time.perf_counter() - began, status, found, b"".join(body))


@contextmanager
def open_portal(site: BenchSite) -> Iterator[Portal]:
    """Sign an administrator in at the portal of an installation, set up as the composition root does it."""
    clock = SystemClock()
    footage = Footage(site.storage, SegmentSource(site.storage), clock)
    snapshots = Snapshots(site.storage, footage)
    app = create_app(WebServices(site.settings, site.storage, clock, footage, snapshots, "bench"))
    authority = Authority(site.storage, clock)
    if site.storage.users.by_name("bench") is None:
        digest = authority.hash_password(_PASSWORD)
        site.storage.users.add(name="bench", full_name="Bench", role=Role.ADMIN, password_hash=digest)
    token = authority.sign_in("bench", _PASSWORD, address="bench").token
    cookie = f"{session_cookie_name(site.settings)}={token}"
    with asyncio.Runner() as runner:
        lifespan = app.router.lifespan_context(app)
        state = runner.run(_result(lifespan.__aenter__()))
        try:
            tune_garbage_collector()
            yield Portal(app, state or {}, cookie, runner)
        finally:
            runner.run(_result(lifespan.__aexit__(None, None, None)))


async def _result(wanted: Awaitable[_T]) -> _T:
    return await wanted


def seconds_of(answers: Sequence[Answer]) -> tuple[float, ...]:
    """Return how long each took."""
    return tuple(answer.seconds for answer in answers)
