"""One client's RTSP connection: its requests answered one after another, its media sent between the answers."""

from __future__ import annotations

import asyncio
import re
import secrets
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass

from vms.domain.errors import InvalidInput
from vms.simulator.rtsp.auth import challenges, is_authorized
from vms.simulator.rtsp.message import RtspAnswer, RtspRequest, format_answer, read_request
from vms.simulator.rtsp.running_camera import RunningCamera
from vms.simulator.rtsp.running_stream import RunningStream
from vms.simulator.rtsp.sdp import AUDIO_TRACK, VIDEO_TRACK, describe
from vms.simulator.rtsp.tone import Listener
from vms.simulator.rtsp.viewer import Viewer

Lookup = Callable[[str], "tuple[RunningCamera, RunningStream] | None"]
"""Finds the camera and the stream at a path."""

_METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, SET_PARAMETER, TEARDOWN"
_LINGER_NOT = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class _Channels:
    """Where a client wants a track: the first of its two interleaved channels."""

    first: int
    answer: str


class RtspSession:
    """Serves one connection from `run` to its end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lookup: Lookup) -> None:
        self._reader = reader
        self._writer = writer
        self._lookup = lookup
        self._peer = "{}:{}".format(*writer.get_extra_info("peername", ("?", 0))[:2])
        self._nonce = secrets.token_hex(16)
        self._session: str | None = None
        self._camera: RunningCamera | None = None
        self._stream: RunningStream | None = None
        self._viewer: Viewer | None = None
        self._listener: Listener | None = None

    async def run(self) -> None:
        """Answer requests until either side ends the connection."""
        try:
            while (request := await read_request(self._reader)) is not None:
                answer = await self._answer(request)
                if answer is None or self._writer.is_closing():
                    return
                self._writer.write(format_answer(answer, request, self._session))
                await self._writer.drain()
                if request.method == "PLAY" and answer.status == 200:
                    self._play()
                if request.method == "TEARDOWN":
                    return
        except (InvalidInput, ConnectionError):
            return
        finally:
            self._stop()
            if self._camera is not None:
                self._camera.connections.discard(self)
            self._writer.close()

    def close(self) -> None:
        """End the connection in order (FIN)."""
        self._writer.close()

    def reset(self) -> None:
        """Tear the connection down (RST)."""
        connection = self._writer.get_extra_info("socket")
        if connection is not None and not self._writer.is_closing():
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        self._writer.transport.abort()

    async def _answer(self, request: RtspRequest) -> RtspAnswer | None:
        """Return the answer, or None to hang up."""
        path, track = _split_track(request.path)
        found = self._lookup(path)
        if found is None:
            return _options() if request.method == "OPTIONS" else RtspAnswer(404)
        camera, stream = found
        if self._camera is None:
            self._camera = camera
            camera.connections.add(self)
        elif self._camera is not camera:
            return RtspAnswer(455)
        if camera.behaviour.is_dropped:
            self.reset()
            return None
        await camera.thawed()
        if request.method == "OPTIONS":
            return _options()
        refusal = camera.behaviour.refusal or (None if self._is_allowed(camera, request) else 401)
        if refusal is not None:
            return RtspAnswer(refusal, challenges(self._nonce) if refusal == 401 else ())
        return await self._serve(request, camera, stream, track)

    def _is_allowed(self, camera: RunningCamera, request: RtspRequest) -> bool:
        if camera.spec.username is None:
            return True
        return is_authorized(
            header=request.headers.get("authorization"),
            method=request.method,
            nonce=self._nonce,
            username=camera.spec.username,
            password=camera.spec.password or "",
        )

    async def _serve(
        self, request: RtspRequest, camera: RunningCamera, stream: RunningStream, track: str
    ) -> RtspAnswer:
        match request.method:
            case "DESCRIBE":
                return await self._describe(request, camera, stream)
            case "SETUP":
                return self._set_up(request, camera, stream, track)
            case "PLAY" if self._viewer is None and self._listener is None:
                return RtspAnswer(455)
            case "PLAY":
                return RtspAnswer(200, (("Range", "npt=now-"),))
            case "GET_PARAMETER" | "SET_PARAMETER" | "TEARDOWN":
                return RtspAnswer(200)
            case _:
                return RtspAnswer(501)

    async def _describe(
        self, request: RtspRequest, camera: RunningCamera, stream: RunningStream
    ) -> RtspAnswer:
        is_main = stream.path == camera.spec.path
        video, headers = await stream.description()
        body = describe(
            name=camera.spec.name, video=video, headers=headers, has_sound=is_main and camera.tone is not None
        )
        base = request.url.rstrip("/") + "/"
        return RtspAnswer(200, (("Content-Base", base), ("Content-Type", "application/sdp")), body)

    def _set_up(
        self, request: RtspRequest, camera: RunningCamera, stream: RunningStream, track: str
    ) -> RtspAnswer:
        channels = _channels(request.headers.get("transport", ""))
        if channels is None:
            return RtspAnswer(461)
        if self._stream not in (None, stream):
            return RtspAnswer(455)
        if track == AUDIO_TRACK and camera.tone is not None and stream.path == camera.spec.path:
            self._listener = Listener(self._writer.transport, channels.first)
        elif track in (VIDEO_TRACK, ""):
            self._stream = stream
            self._viewer = Viewer(
                client=self._peer,
                path=stream.path,
                transport=self._writer.transport,
                channel=channels.first,
            )
        else:
            return RtspAnswer(404)
        self._session = self._session or secrets.token_hex(8)
        return RtspAnswer(200, (("Transport", channels.answer),))

    def _play(self) -> None:
        if self._viewer is not None and self._stream is not None:
            self._stream.add(self._viewer)
        if self._listener is not None and self._camera is not None and self._camera.tone is not None:
            self._camera.tone.add(self._listener)

    def _stop(self) -> None:
        if self._viewer is not None and self._stream is not None:
            self._stream.remove(self._viewer)
        if self._listener is not None and self._camera is not None and self._camera.tone is not None:
            self._camera.tone.remove(self._listener)


def _options() -> RtspAnswer:
    return RtspAnswer(200, (("Public", _METHODS),))


def _split_track(path: str) -> tuple[str, str]:
    """Return the stream's path and the track behind it, which may be empty."""
    head, _, last = path.rpartition("/")
    return (head, last) if last.startswith("trackID=") else (path, "")


def _channels(transport: str) -> _Channels | None:
    """Return the interleaved channels that a Transport header asks for, or None if it asks for anything but TCP."""
    for offer in transport.split(","):
        if not offer.strip().upper().startswith("RTP/AVP/TCP"):
            continue
        asked = re.search(r"interleaved=(\d+)", offer)
        first = int(asked[1]) if asked else 0
        if first <= 254:
            return _Channels(first, f"RTP/AVP/TCP;unicast;interleaved={first}-{first + 1}")
    return None
