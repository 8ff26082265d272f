"""H.264 and H.265 elementary streams: cutting them into NAL units and knowing which is which."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vms.simulator.camera_spec import Codec

_START_CODE = re.compile(rb"\x00\x00\x00?\x01")
_PARAMETER_SETS = {Codec.H264: (7, 8), Codec.H265: (32, 33, 34)}


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """One access unit in coding order. `frame` and `time_us` are what its pixels say."""

    frame: int
    time_us: int
    codec: Codec
    is_key: bool
    units: tuple[bytes, ...]


def split_units(annex_b: bytes) -> tuple[bytes, ...]:
    """Return the NAL units of a byte stream without their start codes (ITU-T H.264 and H.265, annex B)."""
    return tuple(_START_CODE.split(annex_b)[1:])


def join_units(units: tuple[bytes, ...]) -> bytes:
    """Return the units as a byte stream, each behind a four-byte start code."""
    return b"".join(b"\x00\x00\x00\x01" + unit for unit in units)


def unit_type(codec: Codec, unit: bytes) -> int:
    """Return the number that says what a unit holds."""
    return unit[0] & 0x1F if codec is Codec.H264 else unit[0] >> 1 & 0x3F


def parameter_sets(codec: Codec, units: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return the SPS and PPS (H.265: VPS, SPS and PPS) among the units, in their order."""
    return tuple(unit for unit in units if unit_type(codec, unit) in _PARAMETER_SETS[codec])
