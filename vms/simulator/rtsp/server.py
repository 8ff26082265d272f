"""The simulator's server: cameras behind one port, or each behind its own, that fail when they are told to."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from vms.domain.errors import Conflict, NotFound
from vms.simulator.camera_spec import CameraSpec
from vms.simulator.faults import Fault
from vms.simulator.rtsp.running_camera import RunningCamera
from vms.simulator.rtsp.running_stream import RunningStream
from vms.simulator.rtsp.session import RtspSession
from vms.simulator.simulator_stats import CameraStats

_ENCODING_THREADS = 2


class _Door:
    """One listening port and the cameras behind it; it is shut while all of them have vanished."""

    def __init__(self, host: str, port: int, cameras: Sequence[RunningCamera]) -> None:
        self.port = port
        self._host = host
        self._cameras = cameras
        self._server: asyncio.Server | None = None
        self._visits: set[asyncio.Task[None]] = set()

    async def follow(self) -> None:
        """Open or shut the port as the cameras behind it are there or not."""
        is_wanted = not self._cameras or any(not camera.behaviour.is_dropped for camera in self._cameras)
        if is_wanted and self._server is None:
            self._server = await asyncio.start_server(self._visit, self._host, self.port)
            self.port = self._server.sockets[0].getsockname()[1]
        elif not is_wanted and self._server is not None:
            self._server.close()
            self._server = None

    async def shut(self) -> None:
        """Close the port and every connection through it."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for visit in self._visits:
            visit.cancel()
        await asyncio.gather(*self._visits, return_exceptions=True)

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._visits.add(task)
            task.add_done_callback(self._visits.discard)
        with contextlib.suppress(
            asyncio.CancelledError
        ):  # asyncio.streams reports a cancelled handler as an error
            await RtspSession(reader, writer, self._find).run()

    def _find(self, path: str) -> tuple[RunningCamera, RunningStream] | None:
        for camera in self._cameras:
            stream = camera.streams.get(path)
            if stream is not None:
                return camera, stream
        return None


class SimulatorServer:
    """RTSP cameras, from `start` to `stop` or to the end of an `async with` block.

    Frames of all cameras are numbered from the moment of the start. Nothing is encoded while nobody plays.
    """

    def __init__(self) -> None:
        self._cameras: dict[str, RunningCamera] = {}
        self._doors: dict[str, _Door] = {}
        self._host = ""
        self._executor: ThreadPoolExecutor | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self, specs: Iterable[CameraSpec], host: str = "127.0.0.1", port: int = 0) -> int:
        """Start the cameras and return the port they share, the one picked if `port` is 0.

        Raises:
            Conflict: two cameras have the same path, or the server runs already.
            OSError: the port is taken.
        """
        chosen = list(specs)
        if self._executor is not None or len({spec.path for spec in chosen}) != len(chosen):
            raise Conflict("the simulator runs already, or two of its cameras have the same path")
        self._executor = ThreadPoolExecutor(_ENCODING_THREADS, thread_name_prefix="simulated-camera")
        anchor_us, anchor_seconds = time.time_ns() // 1000, time.monotonic()
        self._host = host
        self._cameras = {
            spec.path: RunningCamera(spec, anchor_us, anchor_seconds, self._executor) for spec in chosen
        }
        shared = _Door(host, port, [each for each in self._cameras.values() if each.spec.port is None])
        self._doors = {
            path: shared if camera.spec.port is None else _Door(host, camera.spec.port, [camera])
            for path, camera in self._cameras.items()
        }
        self._doors[""] = shared
        try:
            for door in self._doors.values():
                await door.follow()
        except OSError:
            await self.stop()
            raise
        self._tasks = [
            asyncio.create_task(camera.run(), name=f"simulated camera {path}")
            for path, camera in self._cameras.items()
        ]
        return shared.port

    async def stop(self) -> None:
        """Close every connection and port, end every task and thread; again is harmless."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for door in set(self._doors.values()):
            await door.shut()
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
        self._executor = None
        self._tasks = []
        self._doors = {}
        self._cameras = {}

    def url(self, path: str) -> str:
        """Return the address of the stream at `path` (`cam0`, `cam0/sub`), without user name and password.

        Raises:
            NotFound: there is no such stream.
        """
        found = self.urls().get(path)
        if found is None:
            raise NotFound(f"no simulated stream is at {path!r}")
        return found

    def urls(self) -> dict[str, str]:
        """Return the address of every stream by its path."""
        return {
            path: f"rtsp://{self._host}:{self._doors[camera.spec.path].port}/{path}"
            for camera in self._cameras.values()
            for path in camera.streams
        }

    async def apply_fault(self, path: str, fault: Fault) -> None:
        """Let a fault happen to the camera at `path`, now.

        Raises:
            NotFound: there is no such camera.
            InvalidInput: the fault asks for what no encoder can make.
        """
        self._camera(path).apply(fault)
        await self._doors[path].follow()

    def stats(self) -> tuple[CameraStats, ...]:
        """Return what every camera made and sent so far."""
        return tuple(camera.stats() for camera in self._cameras.values())

    def _camera(self, path: str) -> RunningCamera:
        camera = self._cameras.get(path)
        if camera is None:
            raise NotFound(f"no simulated camera is at {path!r}")
        return camera
