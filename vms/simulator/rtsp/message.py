"""RTSP requests and answers as text (RFC 2326), and reading requests from a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from vms.domain.errors import InvalidInput

_INTERLEAVED = b"$"
_MOST_BODY_BYTES = 65536
_REASONS = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    454: "Session Not Found",
    455: "Method Not Valid in This State",
    461: "Unsupported Transport",
    501: "Not Implemented",
    503: "Service Unavailable",
}


@dataclass(frozen=True, slots=True)
class RtspRequest:
    """One request; header names are in lower case."""

    method: str
    url: str
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        """The path of the URL without slashes at its ends."""
        return unquote(urlsplit(self.url).path).strip("/")


@dataclass(frozen=True, slots=True)
class RtspAnswer:
    """One answer, but for its CSeq and Session headers."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""


def parse_request(head: str) -> RtspRequest:
    """Return the request whose first lines are `head`, up to the empty line.

    Raises:
        InvalidInput: it is not RTSP/1.0.
    """
    first, *rest = head.strip("\r\n").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or words[2] != "RTSP/1.0":
        raise InvalidInput(f"not an RTSP request: {first[:80]!r}")
    pairs = (line.partition(":") for line in rest if line)
    return RtspRequest(words[0], words[1], {name.strip().lower(): value.strip() for name, _, value in pairs})


def format_answer(answer: RtspAnswer, request: RtspRequest, session: str | None) -> bytes:
    """Return the answer to `request` as bytes."""
    body = answer.body.encode()
    lines = [
        f"RTSP/1.0 {answer.status} {_REASONS[answer.status]}",
        f"CSeq: {request.headers.get('cseq', '0')}",
    ]
    lines += [f"{name}: {value}" for name, value in answer.headers]
    if session is not None:
        lines.append(f"Session: {session};timeout=60")
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


async def read_request(reader: asyncio.StreamReader) -> RtspRequest | None:
    """Return the next request, passing over the client's interleaved RTCP; None at the end of the connection.

    Raises:
        InvalidInput: the bytes are neither.
    """
    try:
        while (first := await reader.readexactly(1)) == _INTERLEAVED:
            head = await reader.readexactly(3)
            await reader.readexactly(int.from_bytes(head[1:], "big"))
        text = first + await reader.readuntil(b"\r\n\r\n")
        request = parse_request(text.decode("utf-8", "replace"))
        size = request.headers.get("content-length", "0")
        if not size.isdecimal() or int(size) > _MOST_BODY_BYTES:
            raise InvalidInput(f"Content-Length {size[:20]!r} is not usable")
        await reader.readexactly(int(size))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    except asyncio.LimitOverrunError as error:
        raise InvalidInput("the head of a request is too long") from error
    return request
