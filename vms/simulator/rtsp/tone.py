"""The sound of a camera with audio: a soft, steady 400 Hz tone in G.711 mu-law."""

from __future__ import annotations

import asyncio
import math
import time

from vms.simulator.faults import Behaviour
from vms.simulator.frame_clock import FrameClock
from vms.simulator.rtsp.rtp import RtpSender
from vms.simulator.rtsp.viewer import REPORT_SECONDS

SAMPLE_RATE = 8000
PCMU_PAYLOAD_TYPE = 0
"""RFC 3551, table 4."""

_PACKET_SAMPLES = 320
_TONE_HERTZ = 400
_AMPLITUDE = 400
_BIAS = 0x84


def mu_law(sample: int) -> int:
    """Return the G.711 mu-law byte of a 16-bit sample (ITU-T G.711, table 2a)."""
    sign = 0x80 if sample < 0 else 0
    magnitude = min(abs(sample), 32635) + _BIAS
    exponent = magnitude.bit_length() - 8
    mantissa = magnitude >> (exponent + 3) & 0x0F
    return ~(sign | exponent << 4 | mantissa) & 0xFF


def _packet() -> bytes:
    samples = (
        round(_AMPLITUDE * math.sin(math.tau * _TONE_HERTZ * n / SAMPLE_RATE)) for n in range(_PACKET_SAMPLES)
    )
    return bytes(mu_law(sample) for sample in samples)


class Listener:
    """One client that plays the sound."""

    def __init__(self, transport: asyncio.WriteTransport, channel: int) -> None:
        self._transport = transport
        self._rtp = RtpSender(channel, PCMU_PAYLOAD_TYPE)
        self._report_due_seconds = 0.0

    def send(self, body: bytes, ticks: int, time_us: int, now_seconds: float) -> None:
        """Send one packet, and a sender report when one is due."""
        if self._transport.is_closing():
            return
        packets = self._rtp.packets([body], ticks)
        if now_seconds >= self._report_due_seconds:
            packets += self._rtp.report(ticks, time_us)
            self._report_due_seconds = now_seconds + REPORT_SECONDS
        self._transport.write(packets)


class RunningTone:
    """Sends the tone to every listener of one camera, by the camera's own clock."""

    def __init__(self, clock: FrameClock) -> None:
        """Prepare; nothing is sent before `run`."""
        self._clock = clock.at_rate(SAMPLE_RATE // _PACKET_SAMPLES, clock.first_frame)
        self._body = _packet()
        self._behaviour = Behaviour()
        self._listeners: list[Listener] = []
        self._is_wanted = asyncio.Event()

    def add(self, listener: Listener) -> None:
        """Play to `listener`."""
        if listener not in self._listeners:
            self._listeners.append(listener)
        self._is_wanted.set()

    def remove(self, listener: Listener) -> None:
        """Stop playing to `listener`."""
        if listener in self._listeners:
            self._listeners.remove(listener)
        if not self._listeners:
            self._is_wanted.clear()

    def behave(self, behaviour: Behaviour) -> None:
        """Follow `behaviour` from the next packet on; jumps of the RTP clock are the video's alone."""
        self._behaviour = behaviour

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            await self._is_wanted.wait()
            packet = self._clock.next_frame(time.monotonic())
            await asyncio.sleep(max(0.0, self._clock.due_seconds(packet) - time.monotonic()))
            if self._behaviour.is_frozen or self._behaviour.is_silent:
                continue
            time_us = self._clock.time_us(packet) + self._behaviour.clock_shift_us
            for listener in self._listeners:
                listener.send(self._body, packet * _PACKET_SAMPLES, time_us, time.monotonic())
