"""A running camera: its streams and sound, the connections to it, and how it behaves just now."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from concurrent.futures import Executor
from typing import Protocol

from vms.simulator.camera_spec import Audio, CameraSpec
from vms.simulator.faults import Behaviour, ChangeEncoding, Close, Drop, Fault, Reset
from vms.simulator.frame_clock import FrameClock
from vms.simulator.rtsp.running_stream import RunningStream
from vms.simulator.rtsp.tone import RunningTone
from vms.simulator.simulator_stats import CameraStats

_log = logging.getLogger(__name__)


class Connection(Protocol):
    """What a camera can do to a client's connection."""

    def close(self) -> None:
        """End it in order (FIN)."""

    def reset(self) -> None:
        """Tear it down (RST)."""


class RunningCamera:
    """Everything of one camera between the server's start and stop."""

    def __init__(self, spec: CameraSpec, anchor_us: int, anchor_seconds: float, executor: Executor) -> None:
        """Prepare; frames are numbered from the anchor, given as UTC microseconds and as a monotonic instant."""
        self.spec = spec
        self.behaviour = Behaviour()
        self.streams = {
            path: RunningStream(
                spec=spec,
                path=path,
                video=video,
                clock=FrameClock(anchor_us, anchor_seconds, video.fps),
                executor=executor,
            )
            for path, video in spec.videos.items()
        }
        has_sound = spec.audio is Audio.G711
        self.tone = RunningTone(FrameClock(anchor_us, anchor_seconds, spec.fps)) if has_sound else None
        self.connections: set[Connection] = set()
        self._is_thawed = asyncio.Event()
        self._is_thawed.set()

    async def run(self) -> None:
        """Make pictures and sound until cancelled; a stream that breaks is logged and leaves the others alone."""
        makers = [self._guarded(stream.path, stream.run()) for stream in self.streams.values()]
        if self.tone is not None:
            makers.append(self._guarded(f"{self.spec.path} audio", self.tone.run()))
        await asyncio.gather(*makers)

    async def _guarded(self, path: str, maker: Coroutine[None, None, None]) -> None:
        try:
            await maker
        except Exception:  # noqa: BLE001 -- the boundary of a stream's task
            _log.exception("simulated stream broke", extra={"stream": path})

    async def thawed(self) -> None:
        """Return at once, or when a freeze ends."""
        await self._is_thawed.wait()

    def apply(self, fault: Fault) -> None:
        """Let `fault` happen now.

        Raises:
            InvalidInput: the fault asks for an encoding that cannot be made; nothing has changed.
        """
        if isinstance(fault, ChangeEncoding):
            main = self.streams[self.spec.path]
            main.encode_as(fault.applied_to(main.video))
        self.behaviour = self.behaviour.after(fault)
        if self.behaviour.is_frozen:
            self._is_thawed.clear()
        else:
            self._is_thawed.set()
        for stream in self.streams.values():
            stream.behave(self.behaviour)
        if self.tone is not None:
            self.tone.behave(self.behaviour)
        match fault:
            case Close() | ChangeEncoding(is_torn_down=True):
                for connection in tuple(self.connections):
                    connection.close()
            case Reset() | Drop():
                for connection in tuple(self.connections):
                    connection.reset()
            case _:
                pass

    def stats(self) -> CameraStats:
        """Return what was made and sent so far."""
        streams = tuple(stream.stats() for stream in self.streams.values())
        return CameraStats(self.spec.path, len(self.connections), streams)
