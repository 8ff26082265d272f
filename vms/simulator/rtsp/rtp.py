"""RTP and RTCP as bytes: payloads of H.264 (RFC 6184) and H.265 (RFC 7798), packets and sender reports (RFC 3550)."""

from __future__ import annotations

import secrets
import struct

from vms.simulator.camera_spec import Codec
from vms.simulator.nal_units import unit_type

VIDEO_CLOCK = 90_000
"""Ticks per second of every video payload."""
PAYLOAD_BYTES = 1400
"""The longest payload, so that a packet would fit Ethernet over UDP as well."""

_NTP_EPOCH_SECONDS = 2_208_988_800
_SENDER_REPORT = 200
_SOURCE_DESCRIPTION = 202
_FU_A = 28
_FU = 49


def payloads(codec: Codec, units: tuple[bytes, ...]) -> list[bytes]:
    """Return the RTP payloads of one access unit: a unit whole where it fits, in fragments where it does not."""
    found: list[bytes] = []
    for unit in units:
        if len(unit) <= PAYLOAD_BYTES:
            found.append(unit)
        elif codec is Codec.H264:
            found.extend(_fragments(unit[1:], bytes([unit[0] & 0xE0 | _FU_A]), unit_type(codec, unit)))
        else:
            found.extend(
                _fragments(unit[2:], bytes([unit[0] & 0x81 | _FU << 1, unit[1]]), unit_type(codec, unit))
            )
    return found


def _fragments(body: bytes, prefix: bytes, kind: int) -> list[bytes]:
    size = PAYLOAD_BYTES - len(prefix) - 1
    starts = range(0, len(body), size)
    return [
        prefix
        + bytes([(start == 0) << 7 | (start + size >= len(body)) << 6 | kind])
        + body[start : start + size]
        for start in starts
    ]


class RtpSender:
    """One outgoing RTP stream inside an RTSP connection: its numbers, and its packets framed for TCP (RFC 2326 10.12)."""

    def __init__(self, channel: int, payload_type: int) -> None:
        """Begin at random numbers, as RFC 3550 5.1 asks."""
        self._channel = channel
        self._payload_type = payload_type
        self._ssrc = secrets.randbits(32)
        self._sequence = secrets.randbits(16)
        self._offset = secrets.randbits(32)
        self._packets = 0
        self._octets = 0

    def packets(self, bodies: list[bytes], ticks: int) -> bytes:
        """Return the payloads of one instant as interleaved packets; the last one carries the marker bit."""
        timestamp = (ticks + self._offset) % 2**32
        last = len(bodies) - 1
        parts: list[bytes] = []
        for index, body in enumerate(bodies):
            marker = 0x80 if index == last else 0
            parts.append(struct.pack(">cBH", b"$", self._channel, len(body) + 12))
            parts.append(
                struct.pack(
                    ">BBHII", 0x80, marker | self._payload_type, self._sequence, timestamp, self._ssrc
                )
            )
            parts.append(body)
            self._sequence = (self._sequence + 1) % 2**16
            self._octets += len(body)
        self._packets += len(bodies)
        return b"".join(parts)

    def report(self, ticks: int, time_us: int) -> bytes:
        """Return an interleaved RTCP sender report: at UTC `time_us` the media clock stood at `ticks`."""
        seconds, micros = divmod(time_us, 1_000_000)
        sender = struct.pack(
            ">BBHIIIIII",
            0x80,
            _SENDER_REPORT,
            6,
            self._ssrc,
            (seconds + _NTP_EPOCH_SECONDS) % 2**32,
            (micros << 32) // 1_000_000,
            (ticks + self._offset) % 2**32,
            self._packets % 2**32,
            self._octets % 2**32,
        )
        # One chunk: SSRC, CNAME (1) of 6 bytes, end (0), padded to a multiple of four.
        description = struct.pack(">BBHIBB6sxxxx", 0x81, _SOURCE_DESCRIPTION, 4, self._ssrc, 1, 6, b"siring")
        compound = sender + description
        return struct.pack(">cBH", b"$", self._channel + 1, len(compound)) + compound
