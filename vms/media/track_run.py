"""The samples that one movie fragment header (`moof`) declares for one track."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from vms.domain.errors import MalformedMedia
from vms.media.boxes import Box, iter_boxes

SAMPLE_IS_NOT_SYNC: Final = 0x0001_0000
"""Bit of the sample flags that says a decoder cannot start here (ISO/IEC 14496-12 section 8.8.3.1)."""

_MAX_SAMPLES: Final = 1_000_000
"""No fragment of a camera holds more; bounds memory when `trun` carries no per-sample field."""

_MAX_DECODE_TIME: Final = 2**62
"""Over a million years at 90 kHz; leaves room to add durations in 64 bits."""

_TFHD_BASE_OFFSET: Final = 0x1
_TFHD_DESCRIPTION: Final = 0x2
_TFHD_DURATION: Final = 0x8
_TFHD_SIZE: Final = 0x10
_TFHD_FLAGS: Final = 0x20
_TRUN_DATA_OFFSET: Final = 0x1
_TRUN_FIRST_FLAGS: Final = 0x4
_TRUN_DURATION: Final = 0x100
_TRUN_SIZE: Final = 0x200
_TRUN_FLAGS: Final = 0x400
_TRUN_COMPOSITION: Final = 0x800


@dataclass(frozen=True, slots=True)
class SampleDefaults:
    """What a sample inherits when its fragment does not say (`trex`, then `tfhd`)."""

    duration: int = 0
    size: int = 0
    flags: int = 0


@dataclass(frozen=True, slots=True)
class Extent:
    """Bytes of consecutive samples that lie side by side; `offset` counts from the `moof`."""

    offset: int
    size: int
    samples: int


@dataclass(frozen=True, slots=True)
class TrackRun:
    """Every sample of one track in one fragment, in decode order; times are media ticks."""

    decode_time: int
    durations: tuple[int, ...]
    sizes: tuple[int, ...]
    composition_offsets: tuple[int, ...]
    sync: tuple[bool, ...]
    extents: tuple[Extent, ...]
    last_duration_at: int | None
    """Where in the `moof` the duration of the last sample alone is written, or None."""

    @property
    def duration(self) -> int:
        """Sum of the sample durations, in ticks."""
        return sum(self.durations)

    def decode_times(self) -> list[int]:
        """Decode time of each sample, in ticks."""
        return list(accumulate(self.durations[:-1], initial=self.decode_time))


@dataclass(slots=True)
class _Gathered:
    """Samples seen so far while the boxes of a fragment are read."""

    decode_time: int | None
    durations: list[int]
    sizes: list[int]
    composition_offsets: list[int]
    sync: list[bool]
    extents: list[Extent]
    last_duration_at: int | None


def parse_moof(moof: bytes, track_id: int, defaults: SampleDefaults) -> TrackRun | None:
    """Return the samples of `track_id` in a complete `moof` box, or None when it has none.

    Args:
        moof: the whole box, header included; offsets in the answer count from its first byte.
        track_id: the track to read; others are skipped.
        defaults: the `trex` defaults of that track.

    Raises:
        MalformedMedia: a box inside is cut off, or a number contradicts another.
    """
    found = _Gathered(None, [], [], [], [], [], None)
    outer = next(iter_boxes(moof), None)
    if outer is None or outer.kind != b"moof":
        raise MalformedMedia("not a movie fragment")
    try:
        for box in iter_boxes(moof, outer.body, outer.end):
            if box.kind == b"traf":
                _gather(moof, box, track_id, defaults, found)
    except struct.error as error:
        raise MalformedMedia(f"movie fragment is cut off: {error}") from error
    if not found.sizes:
        return None
    if found.decode_time is None or found.decode_time > _MAX_DECODE_TIME:
        raise MalformedMedia(f"movie fragment has no usable decode time: {found.decode_time}")
    return TrackRun(
        found.decode_time,
        tuple(found.durations),
        tuple(found.sizes),
        tuple(found.composition_offsets),
        tuple(found.sync),
        tuple(found.extents),
        found.last_duration_at,
    )


def _gather(moof: bytes, traf: Box, track_id: int, defaults: SampleDefaults, found: _Gathered) -> None:
    """Append the samples of one `traf`, if it belongs to the track."""
    own = defaults
    duration_at: int | None = None
    position = 0
    is_ours = False
    for box in iter_boxes(moof, traf.body, traf.end):
        if box.kind == b"tfhd":
            if struct.unpack_from(">I", moof, box.body + 4)[0] != track_id:
                return
            is_ours = True
            own, duration_at = _read_tfhd(moof, box, defaults)
        elif not is_ours:
            continue
        elif box.kind == b"tfdt" and found.decode_time is None:
            (version,) = struct.unpack_from(">B", moof, box.body)
            (found.decode_time,) = struct.unpack_from(">Q" if version else ">I", moof, box.body + 4)
        elif box.kind == b"trun":
            position = _read_trun(moof, box, own, duration_at, position, found)


def _read_tfhd(moof: bytes, box: Box, defaults: SampleDefaults) -> tuple[SampleDefaults, int | None]:
    """Return the defaults of this fragment and where its default duration is written, if it is."""
    flags = struct.unpack_from(">I", moof, box.body)[0] & 0xFFFFFF
    if flags & _TFHD_BASE_OFFSET:
        raise MalformedMedia("movie fragment addresses its samples from the start of the file")
    at = box.body + 8 + (4 if flags & _TFHD_DESCRIPTION else 0)
    values = [defaults.duration, defaults.size, defaults.flags]
    duration_at: int | None = None
    for index, bit in enumerate((_TFHD_DURATION, _TFHD_SIZE, _TFHD_FLAGS)):
        if flags & bit:
            if at + 4 > box.end:
                raise MalformedMedia("track fragment header is cut off")
            (values[index],) = struct.unpack_from(">I", moof, at)
            duration_at = at if bit == _TFHD_DURATION else duration_at
            at += 4
    return SampleDefaults(*values), duration_at


def _read_trun(
    moof: bytes, box: Box, own: SampleDefaults, duration_at: int | None, position: int, found: _Gathered
) -> int:
    """Append the samples of one `trun`; return where the next one starts if it does not say."""
    word, count = struct.unpack_from(">II", moof, box.body)
    version, flags = word >> 24, word & 0xFFFFFF
    at = box.body + 8
    if flags & _TRUN_DATA_OFFSET:
        (position,) = struct.unpack_from(">i", moof, at)
        at += 4
    first_flags: int | None = None
    if flags & _TRUN_FIRST_FLAGS:
        (first_flags,) = struct.unpack_from(">I", moof, at)
        at += 4
    present = [bit for bit in (_TRUN_DURATION, _TRUN_SIZE, _TRUN_FLAGS, _TRUN_COMPOSITION) if flags & bit]
    width = len(present)
    if at + count * width * 4 > box.end or len(found.sizes) + count > _MAX_SAMPLES:
        raise MalformedMedia(f"track run of {count} samples does not fit its box")
    if count == 0:
        return position
    words = struct.unpack_from(f">{count * width}I", moof, at)
    column = {bit: words[index::width] for index, bit in enumerate(present)}
    sizes = column.get(_TRUN_SIZE) or (own.size,) * count
    durations = column.get(_TRUN_DURATION) or (own.duration,) * count
    sample_flags = list(column.get(_TRUN_FLAGS) or (own.flags,) * count)
    if first_flags is not None:
        sample_flags[0] = first_flags
    offsets = column.get(_TRUN_COMPOSITION) or (0,) * count
    if version:
        offsets = tuple(value - (value >> 31 << 32) for value in offsets)
    total: int = sum(sizes)
    found.sizes.extend(sizes)
    found.durations.extend(durations)
    found.composition_offsets.extend(offsets)
    found.sync.extend(not value & SAMPLE_IS_NOT_SYNC for value in sample_flags)
    found.extents.append(Extent(position, total, count))
    if _TRUN_DURATION in column:
        found.last_duration_at = at + (count - 1) * width * 4 + present.index(_TRUN_DURATION) * 4
    else:
        found.last_duration_at = duration_at if len(found.sizes) == 1 else None
    return position + total
