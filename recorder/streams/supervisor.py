"""Keeps the tasks that run equal to the streams that are wanted, without touching those that did not change."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from recorder.streams.stream_task import StreamParts, StreamTask, WantedStream
from storage.cameras.camera_store import CameraStore
from storage.footage.segment_index import SegmentIndex
from storage.volumes.volume_pool import DATA_FOLDER, Work
from vms.domain.camera import Camera, OutageCause, StreamState, StreamStatus
from vms.domain.camera_address import Credentials
from vms.domain.errors import IndexUnavailable, SettingsError
from vms.domain.segment import Outage
from vms.ffmpeg.redaction import Redactor

log = logging.getLogger(__name__)


def wanted_streams(
    cameras: Sequence[Camera], credentials: Mapping[int, Credentials | None]
) -> dict[int, WantedStream]:
    """Return the streams to record, by id: all enabled streams of cameras that may record (PRV-01)."""
    return {
        stream.id: WantedStream(stream, camera.id, credentials.get(camera.id), camera)
        for camera in cameras
        if camera.may_record
        for stream in camera.streams
        if stream.is_enabled
    }


class Supervisor:
    """Starts, restarts and stops stream tasks as the configuration changes.

    Args:
        redactor: is told every camera password, so that nothing that is said shows one.
    """

    def __init__(
        self, cameras: CameraStore, segments: SegmentIndex, parts: StreamParts, redactor: Redactor
    ) -> None:
        self._cameras, self._segments, self._parts, self._redactor = cameras, segments, parts, redactor
        self._reader = parts.run.pool.threads(DATA_FOLDER, Work.CONFIGURATION)
        self._running: dict[int, tuple[StreamTask, asyncio.Task[None]]] = {}
        self._late: set[asyncio.Task[None]] = set()
        self._farewells: list[StreamStatus] = []
        self._revision = -1
        self._outages: dict[int, Outage] = {}
        self._before: dict[int, StreamStatus] = {}

    def statuses(self) -> list[StreamStatus]:
        """Return what to tell about every stream; a stopped one is mentioned once."""
        farewells, self._farewells = self._farewells, []
        return [*farewells, *(task.status() for task, _ in self._running.values())]

    def volumes_changed(self) -> None:
        """Let every stream see whether its volume still takes footage."""
        for task, _ in self._running.values():
            task.volumes_changed()

    async def supervise(self) -> None:
        """Follow the configuration until cancelled; while it cannot be read, what runs goes on."""
        is_down = False
        await self._remember()
        while True:
            try:
                await self._follow()
                is_down = False
            except (IndexUnavailable, SettingsError):
                if not is_down:
                    log.exception("the configuration cannot be read; recording goes on")
                is_down = True
            await asyncio.sleep(self._parts.run.timings.revision_seconds)

    async def stop(self) -> None:
        """End every stream in order; all that can be published is when this returns."""
        await self._end(list(self._running))

    async def _remember(self) -> None:
        """Learn what the last recorder left open, so that its absence is accounted for."""
        open_outages = await self._reader.run(self._segments.open_outages)
        self._outages = {outage.stream_id: outage for outage in open_outages}
        self._before = await self._reader.run(self._cameras.statuses)

    async def _follow(self) -> None:
        revision = await self._reader.run(self._cameras.revision)
        if revision == self._revision:
            return
        cameras, credentials, secrets = await self._reader.run(self._read)
        self._redactor.replace_secrets(secrets)
        wanted = wanted_streams(cameras, credentials)
        changed = [
            stream_id
            for stream_id, (task, _) in self._running.items()
            if task.wanted != wanted.get(stream_id)
        ]
        for stream_id in changed:
            if stream_id not in wanted:
                self._running[stream_id][0].note_disabled()
        await self._end(changed)
        self._report_stopped(wanted)
        for stream_id, stream in wanted.items():
            if stream_id not in self._running:
                await self._start(stream)
        self._revision = revision

    def _read(self) -> tuple[list[Camera], dict[int, Credentials | None], list[str]]:
        cameras = self._cameras.list()
        credentials: dict[int, Credentials | None] = {}
        for camera in cameras:
            try:
                credentials[camera.id] = (
                    self._cameras.credentials(camera.id) if camera.has_credentials else None
                )
            except SettingsError:
                # A camera whose password cannot be unsealed is tried without; the others are not its hostages.
                log.exception("a camera's password cannot be read", extra={"camera": camera.id})
        return cameras, credentials, self._cameras.secrets_for_redaction()

    async def _start(self, wanted: WantedStream) -> None:
        stream_id = wanted.stream.id
        newest = await self._reader.run(self._segments.newest, stream_id)
        codec = (await self._reader.run(self._segments.init, newest.init_id)).codec if newest else ""
        task = StreamTask(wanted, self._parts, outage=self._open_outage(stream_id), is_h265=codec == "h265")
        running = asyncio.create_task(task.run(), name=f"stream {stream_id}")
        self._running[stream_id] = (task, running)
        log.info("stream wanted", extra={"camera": wanted.camera_id, "stream": stream_id})

    def _open_outage(self, stream_id: int) -> Outage | None:
        """Return the outage that a stream begins with: the one left open, or the recorder's own absence."""
        left_open = self._outages.pop(stream_id, None)
        before = self._before.pop(stream_id, None)
        if left_open is not None or before is None:
            return left_open
        since_us = before.updated_us
        if before.last_media_us is not None:
            since_us = min(since_us, before.last_media_us)
        down = Outage(stream_id, since_us, None, OutageCause.RECORDER_DOWN, "the recorder was not running")
        self._parts.run.committer.outage_changed(down)
        return down

    async def _end(self, stream_ids: list[int]) -> None:
        """Stop streams, all at once, and wait until each has published its last file; not for ever, should a volume hang."""
        ending = {stream_id: self._running[stream_id] for stream_id in stream_ids}
        for task, _ in ending.values():
            task.stop()
        if ending:
            tasks = [running for _, running in ending.values()]
            await asyncio.wait(tasks, timeout=self._parts.run.timings.end_seconds)
        for stream_id, (task, running) in ending.items():
            del self._running[stream_id]
            self._farewells.append(task.status() if running.done() else self._left_behind(task, running))
            if task.open_outage is not None:
                self._outages[stream_id] = task.open_outage

    def _left_behind(self, task: StreamTask, running: "asyncio.Task[None]") -> StreamStatus:
        """Let a stream end when it can: its volume may hang; return what to say of it."""
        ids = {"camera": task.wanted.camera_id, "stream": task.wanted.stream.id}
        log.error("a stream could not be ended in time and is left behind", extra=ids)
        self._late.add(running)
        running.add_done_callback(self._late.discard)
        return replace(task.status(), state=StreamState.STOPPED)

    def _report_stopped(self, wanted: Mapping[int, WantedStream]) -> None:
        """Correct what an earlier recorder said last about streams that are not wanted any more."""
        now_us = self._parts.run.clock.now_us()
        for stream_id, status in tuple(self._before.items()):
            if stream_id not in wanted:
                del self._before[stream_id]
                if status.state is not StreamState.STOPPED:
                    self._farewells.append(
                        StreamStatus(stream_id, StreamState.STOPPED, now_us, now_us, status.last_media_us)
                    )
