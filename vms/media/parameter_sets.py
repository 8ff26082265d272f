"""What a sequence parameter set (SPS) says of the pictures, and whether a camera changed it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from vms.domain.errors import MalformedMedia
from vms.media.bits import BitReader, without_emulation_prevention

Codec = Literal["h264", "h265"]

_H264_SPS: Final = 7
_H264_FIRST_PICTURE, _H264_LAST_PICTURE = 1, 5
_H265_SPS: Final = 33
_H265_LAST_PICTURE: Final = 31
_SHORTEST_SPS: Final = 4
_MAX_SIDE, _MAX_DEPTH = 65535, 16
_MAX_ORDER_CYCLE: Final = 255
_CHROMA_420, _CHROMA_444 = 1, 3
_CHROMA_UNITS: Final = {0: (1, 1), 1: (2, 2), 2: (2, 1), 3: (1, 1)}
"""Luma samples per cropping unit, (horizontal, vertical), by `chroma_format_idc`."""

_H264_CHROMA_PROFILES: Final = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
"""Profiles whose SPS carries chroma format and bit depth (ITU-T H.264 section 7.3.2.1.1)."""


@dataclass(frozen=True, slots=True)
class PictureFormat:
    """What a decoder must be set up for; two equal formats need no new init segment."""

    codec: Codec
    profile: int
    width: int
    height: int
    chroma_format: int
    bit_depth: int


@dataclass(frozen=True, slots=True)
class SequenceParameters:
    """One parsed SPS: the picture format, and the level, which may change without harm."""

    picture: PictureFormat
    level: int


@dataclass(frozen=True, slots=True)
class ParameterSets:
    """Parameter sets of an init segment, as NAL units without length or start code."""

    codec: Codec
    nal_length_size: int
    sps: tuple[bytes, ...]
    others: tuple[bytes, ...]
    """VPS (H.265 only) and PPS units."""

    def picture_formats(self) -> frozenset[PictureFormat]:
        """The formats that the init announces; raises MalformedMedia when an SPS cannot be read."""
        return frozenset(parse_sps(self.codec, unit).picture for unit in self.sps)


def parse_sps(codec: Codec, unit: bytes) -> SequenceParameters:
    """Return what an SPS NAL unit (with its NAL header) says.

    Raises:
        MalformedMedia: the unit is not an SPS, or is cut off.
    """
    return _parse_h264(unit) if codec == "h264" else _parse_h265(unit)


def nal_units(sample: bytes, length_size: int) -> Iterator[bytes]:
    """Yield the complete NAL units of a length-prefixed sample; a cut-off tail is left out."""
    position = 0
    while position + length_size <= len(sample):
        size = int.from_bytes(sample[position : position + length_size], "big")
        position += length_size
        if size == 0 or position + size > len(sample):
            return
        yield sample[position : position + size]
        position += size


def first_sample_parameter_sets(declared: ParameterSets, sample: bytes) -> tuple[bytes, ...]:
    """Return the SPS units in front of the first picture of a sample, in order.

    Args:
        declared: parameter sets of the init segment the sample belongs to.
        sample: the sample, or its first kilobytes.
    """
    found: list[bytes] = []
    for unit in nal_units(sample, declared.nal_length_size):
        if declared.codec == "h264":
            kind = unit[0] & 0x1F
            is_sps = kind == _H264_SPS
            is_picture = _H264_FIRST_PICTURE <= kind <= _H264_LAST_PICTURE
        else:
            kind = unit[0] >> 1 & 0x3F
            is_sps = kind == _H265_SPS
            is_picture = kind <= _H265_LAST_PICTURE
        if is_picture:
            break
        if is_sps:
            found.append(unit)
    return tuple(found)


def has_changed(declared: ParameterSets, sample: bytes) -> bool:
    """Tell whether a sample needs another init segment than the declared one.

    True when an SPS inside the sample differs in profile, resolution, chroma or bit depth from
    every declared one. Other differences (level, VUI timing, identifiers) are cosmetic: cameras
    flip them without any change of the picture (bluenviron/mediamtx#4262), and restarting for
    them would shatter the recording. An SPS that cannot be read proves nothing and is ignored.
    """
    try:
        known = declared.picture_formats()
    except MalformedMedia:
        return False
    for unit in first_sample_parameter_sets(declared, sample):
        try:
            picture = parse_sps(declared.codec, unit).picture
        except MalformedMedia:
            continue
        if picture not in known:
            return True
    return False


def _parse_h264(unit: bytes) -> SequenceParameters:
    """Parse `seq_parameter_set_data` up to the cropping (ITU-T H.264 section 7.3.2.1.1)."""
    if len(unit) < _SHORTEST_SPS or unit[0] & 0x1F != _H264_SPS:
        raise MalformedMedia("not an H.264 sequence parameter set")
    bits = BitReader(without_emulation_prevention(unit[1:]))
    profile = bits.read(8)
    bits.skip(8)
    level = bits.read(8)
    bits.golomb()
    chroma, depth = _h264_chroma(bits) if profile in _H264_CHROMA_PROFILES else (_CHROMA_420, 8)
    bits.golomb()
    _skip_picture_order(bits)
    bits.golomb()
    bits.skip(1)
    width = (bits.golomb() + 1) * 16
    map_units = bits.golomb() + 1
    fields = 1 if bits.flag() else 2
    bits.skip(fields - 1)
    height = map_units * 16 * fields
    bits.skip(1)
    width, height = _cropped(bits, width, height, chroma, fields)
    return SequenceParameters(_picture("h264", profile, width, height, chroma, depth), level)


def _h264_chroma(bits: BitReader) -> tuple[int, int]:
    """Read chroma format and luma bit depth, and pass over the scaling lists."""
    chroma = bits.golomb()
    if chroma == _CHROMA_444:
        bits.skip(1)
    depth = 8 + bits.golomb()
    bits.golomb()
    bits.skip(1)
    if bits.flag():
        for size in (16,) * 6 + (64,) * (6 if chroma == _CHROMA_444 else 2):
            if bits.flag():
                _skip_scaling_list(bits, size)
    return chroma, depth


def _skip_picture_order(bits: BitReader) -> None:
    """Pass over the picture order count fields."""
    order_type = bits.golomb()
    if order_type == 0:
        bits.golomb()
    elif order_type == 1:
        bits.skip(1)
        bits.signed_golomb()
        bits.signed_golomb()
        for _ in range(min(bits.golomb(), _MAX_ORDER_CYCLE)):
            bits.signed_golomb()


def _cropped(bits: BitReader, width: int, height: int, chroma: int, fields: int) -> tuple[int, int]:
    """Read the cropping (H.265: conformance) window and return the size that is shown."""
    if bits.flag():
        across, down = _CHROMA_UNITS.get(chroma, (1, 1))
        left, right, top, bottom = (bits.golomb() for _ in range(4))
        width -= (left + right) * across
        height -= (top + bottom) * down * fields
    return width, height


def _parse_h265(unit: bytes) -> SequenceParameters:
    """Parse `seq_parameter_set_rbsp` up to the bit depth (ITU-T H.265 section 7.3.2.2)."""
    if len(unit) < _SHORTEST_SPS or unit[0] >> 1 & 0x3F != _H265_SPS:
        raise MalformedMedia("not an H.265 sequence parameter set")
    bits = BitReader(without_emulation_prevention(unit[2:]))
    bits.skip(4)
    sub_layers = bits.read(3)
    bits.skip(1)
    bits.skip(3)
    profile = bits.read(5)
    bits.skip(32 + 48)
    level = bits.read(8)
    present = [(bits.flag(), bits.flag()) for _ in range(sub_layers)]
    if sub_layers:
        bits.skip(2 * (8 - sub_layers))
    for has_profile, has_level in present:
        bits.skip(88 * has_profile + 8 * has_level)
    bits.golomb()
    chroma = bits.golomb()
    if chroma == _CHROMA_444:
        bits.skip(1)
    width, height = bits.golomb(), bits.golomb()
    width, height = _cropped(bits, width, height, chroma, 1)
    depth = 8 + bits.golomb()
    return SequenceParameters(_picture("h265", profile, width, height, chroma, depth), level)


def _picture(codec: Codec, profile: int, width: int, height: int, chroma: int, depth: int) -> PictureFormat:
    """Return a picture format whose numbers are possible."""
    is_possible = 0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE and depth <= _MAX_DEPTH
    if not (is_possible and chroma in _CHROMA_UNITS):
        raise MalformedMedia(f"parameter set describes an impossible picture, {width}x{height}")
    return PictureFormat(codec, profile, width, height, chroma, depth)


def _skip_scaling_list(bits: BitReader, size: int) -> None:
    """Pass over one scaling list (ITU-T H.264 section 7.3.2.1.1.1)."""
    last, following = 8, 8
    for _ in range(size):
        if following:
            following = (last + bits.signed_golomb()) % 256
        last = following or last
