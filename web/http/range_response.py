"""An answer from an open file, whole or one range of it (RFC 9110 section 14); the descriptor is always closed."""

import os
import re
import weakref
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from storage.volumes.volume_pool import VolumeThreads
from web.http.state import Call

_CHUNK = 512 * 1024
_RANGE = re.compile(r"bytes=(\d{0,19})-(\d{0,19})")


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes from `start` up to, not including, `end`."""

    start: int
    end: int


def parse_range(header: str | None, size: int) -> ByteRange | None:
    """Return the range asked for, or None for the whole file.

    A header with several ranges, or one that is no range, is passed over, as the RFC allows.

    Raises:
        ValueError: the range begins after the file's end.
    """
    match = _RANGE.fullmatch(header.replace(" ", "")) if header else None
    if match is None or match.group(1) == match.group(2) == "":
        return None
    if not match[1]:
        length = min(int(match[2]), size)
        if length == 0:
            raise ValueError(header)
        return ByteRange(size - length, size)
    start = int(match[1])
    end = min(int(match[2]) + 1, size) if match[2] else size
    if start >= size:
        raise ValueError(header)
    return ByteRange(start, end) if end > start else None


class RangeResponse(Response):
    """Streams from a descriptor by position, so that neither an unlink nor a growing file disturbs it."""

    def __init__(
        self,
        request: Call,
        threads: VolumeThreads,
        fd: int,
        size: int,
        *,
        media_type: str,
        etag: str = "",
        cache_control: str = "no-store",
        file_name: str = "",
    ) -> None:
        """Answer `request` from `fd`, which is closed when the answer was sent or given up.

        Args:
            request: its Range, If-Range and If-None-Match are honoured.
            threads: that read it. fd: the open file. size: bytes of it that may be sent.
            media_type: of the file. etag: quoted, "" for a file that still grows.
            cache_control: the header. file_name: makes browsers save the answer under this name.
        """
        self._close = weakref.finalize(self, os.close, fd)
        self._threads, self._fd = threads, fd
        self._range = ByteRange(0, size)
        headers = {"Accept-Ranges": "bytes", "Cache-Control": cache_control}
        if etag:
            headers["ETag"] = etag
        if file_name:
            headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
        status = self._choose(request, size, etag, headers)
        headers["Content-Length"] = str(self._range.end - self._range.start)
        super().__init__(status_code=status, headers=headers, media_type=media_type)

    def _choose(self, request: Call, size: int, etag: str, headers: dict[str, str]) -> int:
        """Decide what part is sent and return the status."""
        if etag and etag in {part.strip() for part in request.headers.get("if-none-match", "").split(",")}:
            self._range = ByteRange(0, 0)
            return 304
        condition = request.headers.get("if-range")
        header = request.headers.get("range") if condition in {None, etag} else None
        try:
            part = parse_range(header, size)
        except ValueError:
            self._range = ByteRange(0, 0)
            headers["Content-Range"] = f"bytes */{size}"
            return 416
        if part is None:
            return 200
        self._range = part
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{size}"
        return 206

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer, as far as its client stays to take it."""
        try:
            await send(
                {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
            )
            position, end = self._range.start, self._range.end
            if scope["method"] == "HEAD":
                position = end
            client = Request(scope, receive)
            while position < end:
                # Servers drop what is sent to a client that is gone without a word.
                if position > self._range.start and await client.is_disconnected():
                    return
                chunk = await self._threads.run(os.pread, self._fd, min(_CHUNK, end - position), position)
                if not chunk:
                    # Truncated under us: the connection must break, a short answer would look whole.
                    raise OSError(f"file ended {end - position} bytes early")
                position += len(chunk)
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._threads.submit(self._let_go)

    def _let_go(self) -> None:
        """Close the file; in a thread, and not when the loop forgets this answer."""
        self._close()
