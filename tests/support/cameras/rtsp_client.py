"""A bare RTSP client over TCP, for tests that look at the packets themselves."""

from __future__ import annotations

import asyncio
import itertools
import re
import struct
from typing import Self


class RtspClient:
    """A bare RTSP client over TCP that sees every packet."""

    def __init__(self, url: str, authorization: str = "") -> None:
        self.url = url
        self._authorization = authorization
        self._count = itertools.count(1)
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self.rtp: list[bytes] = []
        self.reports: list[bytes] = []

    async def __aenter__(self) -> Self:
        found = re.match(r"rtsp://([^:/]+):(\d+)/", self.url)
        assert found is not None
        self._reader, self._writer = await asyncio.open_connection(found[1], int(found[2]))
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._writer is not None
        self._writer.close()

    async def ask(self, method: str, track: str = "", **headers: str) -> tuple[int, str]:
        """Send a request and return the answer's status and the whole of its text."""
        assert self._writer is not None
        assert self._reader is not None
        lines = [f"{method} {self.url}{track} RTSP/1.0", f"CSeq: {next(self._count)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if self._authorization:
            lines.append(f"Authorization: {self._authorization}")
        self._writer.write("\r\n".join([*lines, "", ""]).encode())
        while (first := await self._reader.readexactly(1)) == b"$":
            await self._take_packet()
        head = (first + await self._reader.readuntil(b"\r\n\r\n")).decode()
        size = re.search(r"Content-Length: (\d+)", head)
        body = (await self._reader.readexactly(int(size[1]))).decode() if size else ""
        return int(head.split(" ")[1]), head + body

    async def play(self) -> None:
        """Set the video up and play it."""
        assert (await self.ask("DESCRIBE"))[0] == 200
        assert (await self.ask("SETUP", "/trackID=0", Transport="RTP/AVP/TCP;unicast;interleaved=0-1"))[
            0
        ] == 200
        assert (await self.ask("PLAY"))[0] == 200

    async def _take_packet(self) -> None:
        assert self._reader is not None
        channel, length = struct.unpack(">BH", await self._reader.readexactly(3))
        body = await self._reader.readexactly(length)
        (self.reports if channel % 2 else self.rtp).append(body)

    async def packets(self, count: int) -> list[bytes]:
        """Return the next `count` RTP packets."""
        assert self._reader is not None
        seen = len(self.rtp)
        while len(self.rtp) < seen + count:
            assert await self._reader.readexactly(1) == b"$"
            await self._take_packet()
        return self.rtp[seen : seen + count]

    async def frame_times(self, count: int) -> list[int]:
        """Return the RTP times of the next `count` frames."""
        times: list[int] = []
        while len(times) < count:
            (packet,) = await self.packets(1)
            if packet[1] & 0x80:
                times.append(int.from_bytes(packet[4:8], "big"))
        return times

    async def is_quiet(self, seconds: float) -> bool:
        """Return whether nothing at all arrives for a while on a connection that stays open."""
        assert self._reader is not None
        try:
            await asyncio.wait_for(self._reader.readexactly(1), seconds)
        except TimeoutError:
            return True
        return False

    async def end(self) -> type[BaseException] | None:
        """Read to the end of the connection; return how it ended: None for FIN, else the error."""
        assert self._reader is not None
        try:
            while await self._reader.read(65536):
                pass
        except ConnectionError as error:
            return type(error)
        return None
