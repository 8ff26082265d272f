"""Keeps one stream recorded: attempt after attempt, for ever, whatever fails; its failures stay its own."""

import asyncio
import contextlib
import logging
import random
from dataclasses import dataclass, field

from recorder.publish.recording_volumes import RecordingVolumes
from recorder.run.recording_run import RecordingRun
from recorder.run.run_parts import RunOrder, RunParts
from recorder.run.run_watch import RunEnding
from recorder.streams.stream_account import (
    OUR_OWN_ENDINGS,
    OutageNote,
    StateNow,
    own_restart_delay,
    restart_delay,
)
from vms.domain.camera import Camera, OutageCause, Stream, StreamState, StreamStatus
from vms.domain.camera_address import Credentials
from vms.domain.errors import ProbeFailed, VmsError, VolumeFull, VolumeUnavailable
from vms.domain.segment import Outage, RunEnd
from vms.domain.time import SECOND_US
from vms.domain.volume import VolumeState
from vms.ffmpeg.address_lookup import resolve_camera_address

log = logging.getLogger(__name__)

_STOPPED = RunEnding(RunEnd.STOP, OutageCause.RECORDER_DOWN, "the recorder was stopped")
_CONNECT_SECONDS = 3.0
"""A camera that has not sent anything by then no longer keeps others from connecting."""


@dataclass(frozen=True, slots=True)
class WantedStream:
    """A stream to record; two that are equal need no restart."""

    stream: Stream
    camera_id: int
    credentials: Credentials | None
    camera: Camera = field(compare=False)


@dataclass(frozen=True, slots=True)
class StreamParts:
    """What every stream's task needs and none owns.

    Attributes:
        connecting: lets only a few cameras be connected to at once.
        networks: where cameras may be.
    """

    run: RunParts
    volumes: RecordingVolumes
    connecting: asyncio.Semaphore
    networks: tuple[str, ...]


class StreamTask:
    """Records one stream until it is stopped.

    Args:
        outage: an outage of the stream that is still open in the index.
        is_h265: what its newest footage is.
    """

    def __init__(
        self, wanted: WantedStream, parts: StreamParts, *, outage: Outage | None, is_h265: bool
    ) -> None:
        self.wanted, self._parts = wanted, parts
        clock = parts.run.clock
        self._state = StateNow(StreamState.STOPPED, clock.now_us())
        self._outage = OutageNote(wanted.stream.id, outage)
        self._is_h265 = is_h265
        self._run: RecordingRun | None = None
        self._failures = 0
        self._recorded_seconds: float | None = None
        self._last_media_us: int | None = None
        self._no_footage_since_us = clock.now_us()
        self._stopping = asyncio.Event()
        self._has_media = asyncio.Event()
        self._ids = {"camera": wanted.camera.id, "stream": wanted.stream.id}

    def stop(self) -> None:
        """Ask the task to end in order; `work` returns when all is published."""
        self._stopping.set()
        if self._run is not None:
            self._run.end(_STOPPED)

    @property
    def open_outage(self) -> Outage | None:
        """The outage that goes on when the task has ended."""
        return self._outage.current

    def note_disabled(self) -> None:
        """Account for the coming time without footage: somebody switched the camera off."""
        self._begin_outage(OutageCause.DISABLED, "recording was switched off")

    def volumes_changed(self) -> None:
        """End the run if its volume must be left; the next one goes elsewhere."""
        if self._run is not None and (wrong := self._parts.volumes.must_leave(self._run.volume_id)):
            cause = OutageCause.DISK_FULL if wrong.state is VolumeState.FULL else OutageCause.VOLUME
            self._run.end(RunEnding(RunEnd.DISK, cause, wrong.detail))

    def status(self) -> StreamStatus:
        """Return what to tell about the stream now."""
        now_us = self._parts.run.clock.now_us()
        run = self._run
        if run is not None and run.last_media_us is not None:
            self._last_media_us = run.last_media_us
            self._show_flow(run, now_us)
        return StreamStatus(
            stream_id=self.wanted.stream.id,
            state=self._state.state,
            since_us=self._state.since_us,
            updated_us=now_us,
            last_media_us=self._last_media_us,
            bitrate_bps=run.state.bitrate_bps if run is not None else 0,
            cause=self._state.cause,
            detail=self._state.detail,
            attempts=self._failures,
        )

    async def run(self) -> None:
        """Record until stopped. Whatever goes wrong inside is logged and tried again: no other stream notices."""
        while not self._stopping.is_set():
            try:
                ending = await self._attempt()
            except Exception:  # the boundary of a stream's task
                log.exception("recording failed in a way that nobody foresaw", extra=self._ids)
                ending = RunEnding(RunEnd.FFMPEG, OutageCause.UNKNOWN, "an internal error; see the log")
            self._run = None
            if not self._stopping.is_set():
                await self._pause(ending)
        if self._state.state is not StreamState.STOPPED:
            self._to(StreamState.STOPPING)
            self._to(StreamState.STOPPED)

    async def _attempt(self) -> RunEnding:
        """Record one run; return why it ended or could not begin."""
        self._recorded_seconds = None
        volume = self._parts.volumes.choose()
        if volume is None:
            return RunEnding(RunEnd.DISK, OutageCause.VOLUME, self._parts.volumes.reason())
        self._to(StreamState.STARTING)
        try:
            # Before it is this stream's turn to connect: a volume that hangs must not keep others from connecting.
            opened = await self._parts.volumes.open(volume)
        except VolumeUnavailable as error:
            self._parts.volumes.poll_soon()
            return RunEnding(RunEnd.DISK, OutageCause.VOLUME, str(error))
        async with contextlib.AsyncExitStack() as connecting:
            await connecting.enter_async_context(self._parts.connecting)
            stream = self.wanted.stream
            try:
                address = await asyncio.to_thread(resolve_camera_address, stream.url, self._parts.networks)
                if self._stopping.is_set():
                    # Who stopped us while we waited found no run that could be ended.
                    return _STOPPED
                url = stream.url.with_credentials(self.wanted.credentials, address)
                order = RunOrder(self.wanted.camera, stream, opened, url, self._is_h265)
                self._run = RecordingRun(order, self._parts.run, self._media_came)
            except ProbeFailed as error:
                cause = OutageCause.AUTH if error.cause == "not-allowed" else OutageCause.UNREACHABLE
                return RunEnding(RunEnd.FFMPEG, cause, str(error))
            self._has_media.clear()
            recording = asyncio.create_task(self._recorded(self._run), name=f"run of stream {stream.id}")
            media = asyncio.create_task(self._has_media.wait())
            await asyncio.wait(
                {recording, media}, timeout=_CONNECT_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            media.cancel()
        return await recording

    async def _recorded(self, run: RecordingRun) -> RunEnding:
        """Record; return the ending, also where the run could not begin."""
        try:
            ending = await run.record()
        except VolumeFull as error:
            ending = RunEnding(RunEnd.DISK, OutageCause.DISK_FULL, str(error))
        except VmsError as error:
            is_volume = isinstance(error, VolumeUnavailable)
            cause = OutageCause.VOLUME if is_volume else OutageCause.FFMPEG
            ending = RunEnding(RunEnd.FFMPEG, cause, str(error))
        if ending.end is RunEnd.DISK:
            self._parts.volumes.poll_soon()
        if ending.is_h265 is not None:
            self._is_h265 = ending.is_h265
        elif ending.cause is OutageCause.CODEC and not run.state.has_media:
            self._is_h265 = False
        if run.end_us is not None:
            self._no_footage_since_us = run.end_us
            self._last_media_us = run.last_media_us
        if run.state.has_media:
            seconds = (run.state.sampled_us - run.state.started_us) / SECOND_US
            self._recorded_seconds = seconds
            if ending.cause in OUR_OWN_ENDINGS or seconds >= self._parts.run.timings.good_run_seconds:
                self._failures = 0
        return ending

    async def _pause(self, ending: RunEnding) -> None:
        """Account for the outage and wait before the next attempt."""
        timings, recorded_seconds = self._parts.run.timings, self._recorded_seconds
        is_ours = ending.cause in OUR_OWN_ENDINGS
        if not is_ours or recorded_seconds is None:
            self._failures += 1
        self._begin_outage(ending.cause, ending.detail)
        log.warning(
            "not recording: %s",
            ending.detail,
            extra=self._ids | {"cause": ending.cause.value, "attempt": self._failures},
        )
        if is_ours and recorded_seconds is not None:
            await self._wait(own_restart_delay(recorded_seconds, first_seconds=timings.first_delay_seconds))
            return
        if is_ours and self._failures == 1:
            return
        is_disk = ending.end is RunEnd.DISK
        state = {OutageCause.AUTH: StreamState.AUTH}.get(ending.cause, StreamState.BACKOFF)
        self._to(StreamState.NO_VOLUME if is_disk else state, ending.cause, ending.detail)
        delay = restart_delay(
            1 if is_disk else self._failures,
            ending.cause,
            first_seconds=timings.first_delay_seconds,
            longest_seconds=timings.longest_delay_seconds,
            refused_seconds=timings.refused_delay_seconds,
            chance=random.random(),  # noqa: S311  # spreads attempts; guards nothing
        )
        await self._wait(delay)

    async def _wait(self, seconds: float) -> None:
        """Wait, but not longer than until the task is to stop."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    def _media_came(self, start_us: int) -> None:
        self._has_media.set()
        self._to(StreamState.RECORDING)
        self._outage, changed = self._outage.ended(start_us)
        self._tell(changed)

    def _show_flow(self, run: RecordingRun, now_us: int) -> None:
        """Tell a stream that stalls from one that flows."""
        state = self._state.state
        if run.state.is_quiet and state is StreamState.RECORDING:
            self._state = self._state.to(
                StreamState.STALLED, now_us, OutageCause.TIMEOUT, "the camera stopped sending"
            )
        elif not run.state.is_quiet and state is StreamState.STALLED:
            self._state = self._state.to(StreamState.RECORDING, now_us)

    def _begin_outage(self, cause: OutageCause, detail: str) -> None:
        now_us = self._parts.run.clock.now_us()
        self._outage, changed = self._outage.began(self._no_footage_since_us, cause, detail, now_us)
        self._tell(changed)

    def _tell(self, changed: tuple[Outage, ...]) -> None:
        for outage in changed:
            self._parts.run.committer.outage_changed(outage)

    def _to(self, state: StreamState, cause: OutageCause | None = None, detail: str = "") -> None:
        self._state = self._state.to(state, self._parts.run.clock.now_us(), cause, detail)
