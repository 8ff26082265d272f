"""The init segment (`ftyp` + `moov`) at the head of a recorded file: what a player or muxer needs of it."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import Final

from vms.domain.errors import MalformedMedia
from vms.media.boxes import Box, ReadAt, bytes_reader, descriptor_reader, find_box, iter_boxes, read_box
from vms.media.parameter_sets import Codec, ParameterSets, parse_sps
from vms.media.track_run import SampleDefaults

_MAX_INIT: Final = 1024 * 1024
"""Ours are 0.8 to 3.3 kB; a file that claims more is not one of ours."""

_VISUAL_ENTRY: Final = 78
"""Bytes of a visual sample entry before its child boxes (ISO/IEC 14496-12 section 12.1.3)."""

_GEOMETRY: Final = 44
"""Bytes of matrix (36), width and height at the end of `tkhd`."""

_H265_VPS, _H265_SPS, _H265_PPS = 32, 33, 34


@dataclass(frozen=True, slots=True)
class InitSegment:
    """An init segment, verbatim and understood."""

    data: bytes
    """`ftyp` to the end of `moov`; `len(data)` is the offset of the first fragment."""
    sha256: bytes
    track_id: int
    """The video track, which leads; audio tracks are never parsed further."""
    timescale: int
    """Ticks per second of the video track."""
    codec: Codec
    rfc6381: str
    """The CODECS string for playlists and Media Source Extensions."""
    width: int
    height: int
    geometry: bytes
    """Matrix and display size from the track header (the last 44 bytes of `tkhd`), verbatim."""
    sample_description: bytes
    """The `stsd` box of the video track, verbatim."""
    sample_defaults: SampleDefaults
    parameter_sets: ParameterSets
    comment: str | None
    """The camera's UUID as the recorder wrote it, or None."""

    def decodes_like(self, other: InitSegment) -> bool:
        """Tell whether a decoder set up by one of them decodes the samples of both.

        Bit rate hints, comments and the movie's own timescale may differ; ticks may not.
        """
        return (self.rfc6381, self.timescale, self.parameter_sets) == (
            other.rfc6381,
            other.timescale,
            other.parameter_sets,
        )


def read_init(source: int | ReadAt) -> InitSegment:
    """Return the init segment at the head of a file.

    Args:
        source: open file descriptor, or a function that reads at an offset.

    Raises:
        MalformedMedia: the file does not begin with a complete init segment of H.264 or H.265
            video; a file that ffmpeg has only just created is in this state too.
        OSError: the file cannot be read.
    """
    read_at = descriptor_reader(source) if isinstance(source, int) else source
    position = 0
    while position < _MAX_INIT:
        box = read_box(read_at, position, _MAX_INIT)
        if box is None or box.kind in {b"moof", b"mdat"} or (position == 0) != (box.kind == b"ftyp"):
            break
        position = box.end
        if box.kind == b"moov" and position <= _MAX_INIT:
            data = read_at(position, 0)
            if len(data) < position:
                break
            return _parse(data, box)
    raise MalformedMedia("file does not begin with a complete init segment")


def parse_init(data: bytes) -> InitSegment:
    """Return the init segment that `data` (as stored in the index) holds; raises MalformedMedia."""
    return read_init(bytes_reader(data))


def _parse(data: bytes, moov: Box) -> InitSegment:
    """Understand `data`, which ends with the complete box `moov`."""
    try:
        for box in iter_boxes(data, moov.body, moov.end):
            if box.kind == b"trak" and _handler(data, box) == b"vide":
                return _parse_video(data, moov, box)
    except (struct.error, IndexError) as error:
        raise MalformedMedia(f"init segment is cut off: {error}") from error
    raise MalformedMedia("init segment has no video track")


def _parse_video(data: bytes, moov: Box, trak: Box) -> InitSegment:
    """Understand the video track `trak`."""
    tkhd = _need(data, trak, b"tkhd")
    mdhd = _need(data, trak, b"mdia", b"mdhd")
    stsd = _need(data, trak, b"mdia", b"minf", b"stbl", b"stsd")
    (track_id,) = struct.unpack_from(">I", data, tkhd.body + (20 if data[tkhd.body] else 12))
    (timescale,) = struct.unpack_from(">I", data, mdhd.body + (20 if data[mdhd.body] else 12))
    if tkhd.end - tkhd.body < _GEOMETRY:
        raise MalformedMedia("track header is cut off")
    if timescale == 0:
        raise MalformedMedia("video track has no timescale")
    entry = next(iter_boxes(data, stsd.body + 8, stsd.end), None)
    if entry is None:
        raise MalformedMedia("video track has no sample description")
    width, height = struct.unpack_from(">HH", data, entry.body + 24)
    rfc6381, sets = _configuration(data, entry)
    if not sets.sps:
        raise MalformedMedia("init segment holds no sequence parameter set")
    if not (width and height):
        picture = parse_sps(sets.codec, sets.sps[0]).picture
        width, height = picture.width, picture.height
    return InitSegment(
        data=data,
        sha256=hashlib.sha256(data).digest(),
        track_id=track_id,
        timescale=timescale,
        codec=sets.codec,
        rfc6381=rfc6381,
        width=width,
        height=height,
        geometry=data[tkhd.end - _GEOMETRY : tkhd.end],
        sample_description=data[stsd.offset : stsd.end],
        sample_defaults=_sample_defaults(data, moov, track_id),
        parameter_sets=sets,
        comment=_comment(data, moov),
    )


def _need(data: bytes, inside: Box, *path: bytes) -> Box:
    """Return the box at `path`; raises MalformedMedia when it is missing."""
    box = find_box(data, path, inside.body, inside.end)
    if box is None:
        raise MalformedMedia(f"init segment has no {b'/'.join(path).decode()}")
    return box


def _handler(data: bytes, trak: Box) -> bytes:
    """Return the handler type of a track (`vide`, `soun`)."""
    hdlr = _need(data, trak, b"mdia", b"hdlr")
    return data[hdlr.body + 8 : hdlr.body + 12]


def _sample_defaults(data: bytes, moov: Box, track_id: int) -> SampleDefaults:
    """Return the `trex` defaults of a track; zeros when it has none."""
    mvex = find_box(data, (b"mvex",), moov.body, moov.end)
    if mvex is not None:
        for box in iter_boxes(data, mvex.body, mvex.end):
            if box.kind == b"trex":
                owner, _, duration, size, flags = struct.unpack_from(">5I", data, box.body + 4)
                if owner == track_id:
                    return SampleDefaults(duration, size, flags)
    return SampleDefaults()


def _comment(data: bytes, moov: Box) -> str | None:
    """Return the iTunes-style comment, or None when there is none that can be read."""
    try:
        meta = find_box(data, (b"udta", b"meta"), moov.body, moov.end)
        if meta is None:
            return None
        value = find_box(data, (b"ilst", b"\xa9cmt", b"data"), meta.body + 4, meta.end)
        return None if value is None else data[value.body + 8 : value.end].decode()
    except (MalformedMedia, UnicodeDecodeError):
        return None


def _configuration(data: bytes, entry: Box) -> tuple[str, ParameterSets]:
    """Return the CODECS string and the parameter sets of a sample entry."""
    name = entry.kind.decode("latin-1")
    children = entry.body + _VISUAL_ENTRY
    if entry.kind in {b"avc1", b"avc3"} and (box := find_box(data, (b"avcC",), children, entry.end)):
        record = data[box.body : box.end]
        return f"{name}.{record[1:4].hex()}", _h264_sets(record)
    if entry.kind in {b"hvc1", b"hev1"} and (box := find_box(data, (b"hvcC",), children, entry.end)):
        record = data[box.body : box.end]
        return f"{name}.{_h265_codec(record)}", _h265_sets(record)
    raise MalformedMedia(f"video codec {name!r} is neither H.264 nor H.265")


def _h264_sets(record: bytes) -> ParameterSets:
    """Read an AVCDecoderConfigurationRecord (ISO/IEC 14496-15 section 5.3.3.1)."""
    sps, at = _read_units(record, 6, record[5] & 0x1F)
    pps, _ = _read_units(record, at + 1, record[at])
    return ParameterSets("h264", (record[4] & 3) + 1, sps, pps)


def _h265_sets(record: bytes) -> ParameterSets:
    """Read an HEVCDecoderConfigurationRecord (ISO/IEC 14496-15 section 8.3.3.1)."""
    sps: tuple[bytes, ...] = ()
    others: tuple[bytes, ...] = ()
    at = 23
    for _ in range(record[22]):
        kind = record[at] & 0x3F
        units, at = _read_units(record, at + 3, int.from_bytes(record[at + 1 : at + 3], "big"))
        if kind == _H265_SPS:
            sps += units
        elif kind in {_H265_VPS, _H265_PPS}:
            others += units
    return ParameterSets("h265", (record[21] & 3) + 1, sps, others)


def _read_units(record: bytes, at: int, count: int) -> tuple[tuple[bytes, ...], int]:
    """Return `count` NAL units, each behind a 16-bit length, and where they end."""
    units: list[bytes] = []
    for _ in range(count):
        (size,) = struct.unpack_from(">H", record, at)
        if size == 0 or at + 2 + size > len(record):
            raise MalformedMedia("parameter set reaches past its record")
        units.append(record[at + 2 : at + 2 + size])
        at += 2 + size
    return tuple(units), at


def _h265_codec(record: bytes) -> str:
    """Return profile, compatibility, tier, level and constraints (ISO/IEC 14496-15 annex E.3).

    The compatibility flags are written in reverse bit order, and constraint bytes that are zero
    are left off at the end; Chromium refuses the shortened forms some muxers write.
    """
    head, compatibility, constraints, level = struct.unpack_from(">BI6sB", record, 1)
    space = ("", "A", "B", "C")[head >> 6]
    tier = "H" if head & 0x20 else "L"
    reversed_flags = int(f"{compatibility:032b}"[::-1], 2)
    parts = [f"{space}{head & 0x1F}", f"{reversed_flags:X}", f"{tier}{level}"]
    parts += [f"{byte:X}" for byte in constraints.rstrip(b"\0")]
    return ".".join(parts)
