"""The control channel of a simulator in another process: one JSON object a line, on a loopback port.

Requests and their answers (an answer always holds `ok`; when it is false, `error` says why):

* `{"camera": "cam0", "fault": "rtp_jump", "seconds": 3600}` -> `{"ok": true}`
* `{"stats": true}` -> `{"ok": true, "cameras": [...]}`, the fields of `simulator_stats.CameraStats`
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import Mapping
from dataclasses import asdict
from types import TracebackType
from typing import Self

from vms.domain.errors import InvalidInput, VmsError
from vms.simulator.faults import parse_fault
from vms.simulator.rtsp.server import SimulatorServer

_ANSWER_SECONDS = 10.0


class ControlChannel:
    """Lets other processes of this machine apply faults to a running simulator and read its statistics."""

    def __init__(self, simulator: SimulatorServer) -> None:
        self._simulator = simulator
        self._server: asyncio.Server | None = None
        self._visits: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> int:
        """Listen on 127.0.0.1 and return the port, the one picked if `port` is 0.

        Raises:
            OSError: the port is taken.
        """
        self._server = await asyncio.start_server(self._visit, "127.0.0.1", port)
        chosen: int = self._server.sockets[0].getsockname()[1]
        return chosen

    async def stop(self) -> None:
        """Close the port and every connection through it."""
        if self._server is not None:
            self._server.close()
        for visit in self._visits:
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._visits.add(task)
            task.add_done_callback(self._visits.discard)
        # A cancelled visit ends quietly: asyncio.streams would report it as an error.
        with contextlib.suppress(asyncio.CancelledError, ConnectionError, ValueError):
            while line := await reader.readline():
                writer.write(json.dumps(await self._answer(line)).encode() + b"\n")
                await writer.drain()
        writer.close()

    async def _answer(self, line: bytes) -> dict[str, object]:
        try:
            return {"ok": True} | await self._obey(line)
        except VmsError as error:
            return {"ok": False, "error": str(error)}

    async def _obey(self, line: bytes) -> dict[str, object]:
        try:
            request = json.loads(line)
        except ValueError as error:
            raise InvalidInput("a request is one JSON object on one line") from error
        if not isinstance(request, dict):
            raise InvalidInput("a request is one JSON object on one line")
        if request.get("stats") is True:
            return {"cameras": [asdict(camera) for camera in self._simulator.stats()]}
        camera, fault = request.pop("camera", None), request.pop("fault", None)
        if not isinstance(camera, str) or not isinstance(fault, str):
            raise InvalidInput('a request has "camera" and "fault", or "stats": true')
        await self._simulator.apply_fault(camera, parse_fault(fault, request))
        return {}


def ask_simulator(port: int, request: Mapping[str, object]) -> dict[str, object]:
    """Send one request to the control port of a simulator on this machine and return its answer.

    Raises:
        InvalidInput: the simulator refused the request; the text is its reason.
        OSError: nobody listens there, or no answer came within ten seconds.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=_ANSWER_SECONDS) as connection:
        connection.sendall(json.dumps(dict(request)).encode() + b"\n")
        with connection.makefile("rb") as answers:
            line = answers.readline()
    if not line:
        raise ConnectionResetError("the simulator ended the connection without an answer")
    answer: dict[str, object] = json.loads(line)
    if answer.get("ok") is not True:
        raise InvalidInput(str(answer.get("error", "refused")))
    return answer
