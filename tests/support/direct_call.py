"""Requests given to the application itself, so that a test decides when each part of a body comes, or that a reader left."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.types import Message, Scope

from tests.support.recorded_site import Site
from vms.domain.user import User
from web.access.auth import Authority, session_cookie_name
from web.app import create_app
from web.http import csrf

Receive = Callable[[], Awaitable[Message]]


@dataclass
class DirectAnswer:
    """What the application sent."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def call(site: Site, scope: Scope, receive: Receive) -> DirectAnswer:
    """Let a new application answer one request."""
    answer = DirectAnswer()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        answer.body += message.get("body", b"")

    async def serve() -> None:
        app = create_app(site.services)
        async with app.router.lifespan_context(app) as state:
            await app({**scope, "state": dict(state or {})}, receive, send)

    asyncio.run(serve())
    return answer


def scope_of(site: Site, user: User, method: str, path: str, **headers: str) -> Scope:
    """Return what a server says of a request of a person who has just signed in; headers with `_` for `-`."""
    session = Authority(site.storage, site.clock).begin(user, address="testclient")
    sent = {
        "host": "siring.test",
        "cookie": f"{session_cookie_name(site.settings)}={session.token}",
        "x-csrf-token": csrf.token_for(session.token),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        "client": ("testclient", 1),
        "server": ("siring.test", 80),
    }


async def never() -> Message:
    """Wait for a message that does not come."""
    await asyncio.Event().wait()
    raise AssertionError("nothing sets this event")
