"""One client that plays one stream: from a keyframe on, every frame, in packets of its own numbering."""

from __future__ import annotations

import asyncio

from vms.simulator.faults import Behaviour
from vms.simulator.nal_units import EncodedFrame
from vms.simulator.rtsp.rtp import VIDEO_CLOCK, RtpSender
from vms.simulator.simulator_stats import ClientStats

VIDEO_PAYLOAD_TYPE = 96
REPORT_SECONDS = 5.0
_MOST_UNSENT_BYTES = 8 * 1024 * 1024


class Viewer:
    """Sends frames to one RTSP connection, which owns the transport."""

    def __init__(self, *, client: str, path: str, transport: asyncio.WriteTransport, channel: int) -> None:
        self._client = client
        self._path = path
        self._transport = transport
        self._rtp = RtpSender(channel, VIDEO_PAYLOAD_TYPE)
        self._needs_key = True
        self._report_due_seconds = 0.0
        self._reported_shift_us = 0
        self._first_frame: int | None = None
        self._last_frame: int | None = None
        self._sent = 0
        self._dropped = 0

    @property
    def is_connected(self) -> bool:
        """Whether anything sent can still arrive."""
        return not self._transport.is_closing()

    def wait_for_key(self) -> None:
        """Send nothing until the next keyframe, as after a pause."""
        self._needs_key = True

    def send(
        self, frame: EncodedFrame, bodies: list[bytes], fps: int, behaviour: Behaviour, now_seconds: float
    ) -> None:
        """Send one frame, and a sender report when one is due or the camera's clock has just been stepped.

        Args:
            frame: whose number sets the RTP time, at the declared rate.
            bodies: its RTP payloads.
            fps: the declared rate.
            behaviour: how far the RTP and the wall clock are off.
            now_seconds: a monotonic instant, which paces the reports.
        """
        if not self.is_connected:
            return
        if self._transport.get_write_buffer_size() > _MOST_UNSENT_BYTES:
            self._needs_key = True
        if self._needs_key and not frame.is_key:
            self._dropped += self._first_frame is not None
            return
        self._needs_key = False
        ticks = round((frame.frame / fps + behaviour.rtp_shift_seconds) * VIDEO_CLOCK)
        packets = self._rtp.packets(bodies, ticks)
        if now_seconds >= self._report_due_seconds or behaviour.clock_shift_us != self._reported_shift_us:
            packets += self._rtp.report(ticks, frame.time_us + behaviour.clock_shift_us)
            self._report_due_seconds = now_seconds + REPORT_SECONDS
            self._reported_shift_us = behaviour.clock_shift_us
        self._transport.write(packets)
        if self._first_frame is None:
            self._first_frame = frame.frame
        self._last_frame = frame.frame
        self._sent += 1

    def stats(self) -> ClientStats:
        """Return what was sent so far."""
        return ClientStats(
            client=self._client,
            path=self._path,
            is_connected=self.is_connected,
            first_frame=self._first_frame,
            last_frame=self._last_frame,
            frames_sent=self._sent,
            frames_dropped=self._dropped,
        )
