"""The boxes of a clip: `ftyp`, `moov` and the head of `mdat` (ISO/IEC 14496-12), built before any sample is copied."""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Final

from playback.clips.clip_samples import ClipSamples
from vms.domain.errors import MalformedMedia
from vms.media.boxes import make_box, make_full_box
from vms.media.init_segment import InitSegment

_SECONDS_1904_TO_1970: Final = 2_082_844_800
_UINT32: Final = 2**32
_UNDETERMINED: Final = 0x55C4
"""Language code "und", three letters of five bits."""

_IDENTITY_MATRIX: Final = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_SELF_CONTAINED: Final = make_box(
    b"dinf", make_full_box(b"dref", 0, 0, struct.pack(">I", 1), make_full_box(b"url ", 0, 1))
)


@dataclass(frozen=True, slots=True)
class ClipLabels:
    """What the clip says of itself.

    Attributes:
        created_us: wall time of the first shown frame, UTC microseconds.
        title: shown by players; empty for none.
        comment: such as the camera's UUID; empty for none.
    """

    created_us: int
    title: str = ""
    comment: str = ""


def clip_head(samples: ClipSamples, init: InitSegment, labels: ClipLabels) -> bytes:
    """Return everything in front of the first sample; the samples follow in order without gaps."""
    ftyp = make_box(b"ftyp", b"isom", struct.pack(">I", 512), b"isom", b"iso2", b"avc1", b"mp41")
    media_bytes = samples.media_bytes
    if media_bytes + 8 < _UINT32:
        mdat = struct.pack(">I4s", media_bytes + 8, b"mdat")
    else:
        mdat = struct.pack(">I4sQ", 1, b"mdat", media_bytes + 16)
    tables = _sample_tables(samples, init)
    without_offsets = len(ftyp) + len(_moov(samples, init, labels, tables, 0)) + len(mdat)
    return ftyp + _moov(samples, init, labels, tables, without_offsets) + mdat


def _moov(
    samples: ClipSamples, init: InitSegment, labels: ClipLabels, tables: bytes, first_sample: int
) -> bytes:
    """Return the `moov`; its length does not depend on `first_sample`, the offset of the media."""
    seconds = labels.created_us // 1_000_000 + _SECONDS_1904_TO_1970
    created = (seconds, seconds)
    media_ticks = sum(samples.deltas)
    chunks = array("Q", accumulate((e.size for e in samples.extents[:-1]), initial=first_sample))
    stbl = make_box(b"stbl", tables, _counted(b"co64", len(chunks), _big_endian(chunks)))
    minf = make_box(
        b"minf", make_full_box(b"vmhd", 0, 1, struct.pack(">4H", 0, 0, 0, 0)), _SELF_CONTAINED, stbl
    )
    mdhd = _timed(
        b"mdhd",
        0,
        (*created, samples.timescale, media_ticks),
        "QQIQ",
        struct.pack(">HH", _UNDETERMINED, 0),
    )
    hdlr = make_full_box(b"hdlr", 0, 0, struct.pack(">I4s12x", 0, b"vide"), b"VideoHandler\0")
    tkhd = _timed(
        b"tkhd",
        3,
        (*created, 1, 0, samples.edit_duration),
        "QQIIQ",
        struct.pack(">8x4H", 0, 0, 0, 0),
        init.geometry,
    )
    trak = make_box(b"trak", tkhd, _edit_list(samples), make_box(b"mdia", mdhd, hdlr, minf))
    mvhd = _timed(
        b"mvhd",
        0,
        (*created, samples.timescale, samples.edit_duration),
        "QQIQ",
        struct.pack(">IH10x", 0x10000, 0x100),
        _IDENTITY_MATRIX,
        struct.pack(">24xI", 2),
    )
    return make_box(b"moov", mvhd, trak, _user_data(labels))


def _edit_list(samples: ClipSamples) -> bytes:
    """Return the edit list: show exactly the asked frames, hide what only decoding needs.

    The movie's timescale equals the track's, so the cut is exact to the tick.
    """
    times = (samples.edit_duration, samples.edit_start)
    version = int(max(times) >= _UINT32 // 2)
    entry = struct.pack(">QqHH" if version else ">IiHH", *times, 1, 0)
    return make_box(b"edts", make_full_box(b"elst", version, 0, struct.pack(">I", 1), entry))


def _sample_tables(samples: ClipSamples, init: InitSegment) -> bytes:
    """Return the boxes of `stbl` in front of the chunk offsets."""
    boxes = [init.sample_description, _counted(b"stts", *_run_lengths(samples.deltas, "I"))]
    if any(samples.composition_offsets):
        version = int(min(samples.composition_offsets) < 0)
        runs = _run_lengths(samples.composition_offsets, "i" if version else "I")
        boxes.append(_counted(b"ctts", *runs, version=version))
    if len(samples.sync_samples) < len(samples.sizes):
        boxes.append(_counted(b"stss", len(samples.sync_samples), _big_endian(samples.sync_samples)))
    boxes += [
        _sample_to_chunk([extent.samples for extent in samples.extents]),
        make_full_box(b"stsz", 0, 0, struct.pack(">II", 0, len(samples.sizes)), _big_endian(samples.sizes)),
    ]
    return b"".join(boxes)


def _sample_to_chunk(counts: Sequence[int]) -> bytes:
    """Return the `stsc` box for chunks of these many samples."""
    entries: list[bytes] = []
    chunk = 1
    for count, same in groupby(counts):
        entries.append(struct.pack(">III", chunk, count, 1))
        chunk += sum(1 for _ in same)
    return _counted(b"stsc", len(entries), b"".join(entries))


def _run_lengths(values: Iterable[int], code: str) -> tuple[int, bytes]:
    """Return how many (count, value) pairs describe `values`, and the pairs packed."""
    pack = struct.Struct(f">I{code}").pack
    try:
        entries = [pack(sum(1 for _ in same), value) for value, same in groupby(values)]
    except struct.error as error:
        raise MalformedMedia(f"a sample's time does not fit a clip: {error}") from error
    return len(entries), b"".join(entries)


def _counted(kind: bytes, count: int, entries: bytes, *, version: int = 0) -> bytes:
    """Return a full box that holds a number of entries."""
    return make_full_box(kind, version, 0, struct.pack(">I", count), entries)


def _timed(kind: bytes, flags: int, fields: tuple[int, ...], wide: str, *rest: bytes) -> bytes:
    """Return a header box whose times are 64 bits wide (version 1) only if they must be."""
    version = int(any(value >= _UINT32 for value in fields))
    form = wide if version else wide.replace("Q", "I")
    return make_full_box(kind, version, flags, struct.pack(">" + form, *fields), *rest)


def _user_data(labels: ClipLabels) -> bytes:
    """Return title and comment in the form players show (iTunes metadata); empty without either."""
    items = [
        make_box(kind, make_box(b"data", struct.pack(">II", 1, 0), text.encode()))
        for kind, text in ((b"\xa9nam", labels.title), (b"\xa9cmt", labels.comment))
        if text
    ]
    if not items:
        return b""
    hdlr = make_full_box(b"hdlr", 0, 0, struct.pack(">I4s4s9x", 0, b"mdir", b"appl"))
    return make_box(b"udta", make_full_box(b"meta", 0, 0, hdlr, make_box(b"ilst", *items)))


def _big_endian(numbers: array[int]) -> bytes:
    """Return the numbers in the byte order of the format."""
    swapped = array(numbers.typecode, numbers)
    if sys.byteorder == "little":
        swapped.byteswap()
    return swapped.tobytes()
