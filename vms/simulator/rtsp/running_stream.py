"""One picture stream of a running camera: made once, paced by its clock, handed to every viewer."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from concurrent.futures import Executor
from dataclasses import replace

from vms.simulator.camera_spec import CameraSpec, VideoSpec
from vms.simulator.faults import Behaviour
from vms.simulator.frame_clock import FrameClock
from vms.simulator.nal_units import EncodedFrame
from vms.simulator.picture.painter import Painter
from vms.simulator.picture.video_encoder import VideoEncoder, headers_of
from vms.simulator.rtsp.rtp import payloads
from vms.simulator.rtsp.viewer import Viewer
from vms.simulator.simulator_stats import ClientStats, StreamStats

_LATEST_SECONDS = 1.0
_REMEMBERED_CLIENTS = 100


class _Studio:
    """A painter and an encoder of the same size, used by one worker thread at a time."""

    def __init__(self, spec: CameraSpec, video: VideoSpec) -> None:
        self.video = video
        self._painter = Painter(
            name=spec.name, camera=spec.number, scene=spec.scene, width=video.width, height=video.height
        )
        self._encoder = VideoEncoder(video)

    def make(self, frame: int, time_us: int, is_key: bool) -> list[EncodedFrame]:  # noqa: FBT001 -- an executor passes by position
        return self._encoder.encode(self._painter.paint(frame, time_us), frame, time_us, is_key=is_key)


class RunningStream:
    """Makes frames while anybody watches; numbers follow the clock whether anybody watches or not."""

    def __init__(
        self, *, spec: CameraSpec, path: str, video: VideoSpec, clock: FrameClock, executor: Executor
    ) -> None:
        """Prepare; nothing is made before `run`."""
        self.path = path
        self.video = video
        self._spec = spec
        self._clock = clock
        self._executor = executor
        self._behaviour = Behaviour()
        self._studio: _Studio | None = None
        self._headers: dict[VideoSpec, tuple[bytes, ...]] = {}
        self._viewers: list[Viewer] = []
        self._past: deque[ClientStats] = deque(maxlen=_REMEMBERED_CLIENTS)
        self._is_wanted = asyncio.Event()
        self._needs_key = False
        self._next_frame = 0
        self._made = 0
        self._skipped = 0

    async def description(self) -> tuple[VideoSpec, tuple[bytes, ...]]:
        """Return how the stream is encoded now, and the parameter sets that this makes."""
        video = self.video
        known = self._headers.get(video)
        if known is None:
            known = await asyncio.get_running_loop().run_in_executor(self._executor, headers_of, video)
            self._headers[video] = known
        return video, known

    def add(self, viewer: Viewer) -> None:
        """Play to `viewer` from the next frame on, which becomes a keyframe."""
        if viewer not in self._viewers:
            self._viewers.append(viewer)
        self._needs_key = True
        self._is_wanted.set()

    def remove(self, viewer: Viewer) -> None:
        """Stop playing to `viewer`; its numbers stay in the statistics."""
        if viewer in self._viewers:
            self._viewers.remove(viewer)
            self._past.append(replace(viewer.stats(), is_connected=False))
        if not self._viewers:
            self._is_wanted.clear()

    def behave(self, behaviour: Behaviour) -> None:
        """Follow `behaviour` from the next frame on."""
        if (behaviour.is_frozen, behaviour.is_silent) != (
            self._behaviour.is_frozen,
            self._behaviour.is_silent,
        ):
            self._needs_key = True
            for viewer in self._viewers:
                viewer.wait_for_key()
        if behaviour.real_fps != self._behaviour.real_fps:
            frame = max(self._next_frame, self._clock.next_frame(time.monotonic()))
            self._clock = self._clock.at_rate(behaviour.real_fps or self.video.fps, frame)
        self._behaviour = behaviour

    def encode_as(self, video: VideoSpec) -> None:
        """Encode as `video` from the next frame on."""
        self.video = video
        self._needs_key = True

    async def run(self) -> None:
        """Make and send frames until cancelled."""
        while True:
            if not self._is_wanted.is_set():
                await self._is_wanted.wait()
                self._next_frame = max(self._next_frame, self._clock.next_frame(time.monotonic()))
            studio = await self._open_studio()
            await self._wait_until_due()
            await self._make_next(studio)

    async def _open_studio(self) -> _Studio:
        """Return the painter and encoder of the present encoding; after a change the first frame is a keyframe."""
        if self._studio is None or self._studio.video != self.video:
            loop = asyncio.get_running_loop()
            self._studio = await loop.run_in_executor(self._executor, _Studio, self._spec, self.video)
        return self._studio

    async def _wait_until_due(self) -> None:
        if time.monotonic() - self._clock.due_seconds(self._next_frame) > _LATEST_SECONDS:
            frame = self._clock.next_frame(time.monotonic())
            self._skipped += frame - self._next_frame
            self._next_frame = frame
        await asyncio.sleep(max(0.0, self._clock.due_seconds(self._next_frame) - time.monotonic()))

    async def _make_next(self, studio: _Studio) -> None:
        frame, is_key = self._next_frame, self._needs_key
        self._next_frame += 1
        self._needs_key = False
        made = await asyncio.get_running_loop().run_in_executor(
            self._executor, studio.make, frame, self._clock.time_us(frame), is_key
        )
        self._made += 1
        for encoded in made:
            self._send(encoded, studio.video.fps)

    def _send(self, encoded: EncodedFrame, fps: int) -> None:
        if self._behaviour.is_frozen or self._behaviour.is_silent:
            return
        bodies = payloads(encoded.codec, encoded.units)
        now = time.monotonic()
        for viewer in self._viewers:
            viewer.send(encoded, bodies, fps, self._behaviour, now)

    def stats(self) -> StreamStats:
        """Return what was made and sent so far."""
        clients = (*self._past, *(viewer.stats() for viewer in self._viewers))
        return StreamStats(self.path, self._made, self._skipped, clients)
