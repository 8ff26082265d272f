"""Packed table of a file's fragments, as the index stores it: under 400 bytes for 60 one-second GOPs.

Layout, all numbers LEB128 varints (signed ones zigzag-coded):

    version, timescale, first offset, first decode time, presentation offset, duration, samples
    (the last three of the first fragment), then for each fragment:
        size << 2 | timing changed << 1 | keyframe
        keyframe size                                    when keyframe
        duration delta << 1 | more                       when timing changed
        presentation offset delta, samples delta, decode time delta      when more

A delta is against the fragment before; the decode time against the end of the one before. With a
steady camera a fragment costs six bytes: its size and its keyframe's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from vms.domain.errors import MalformedMedia
from vms.media.fragment_columns import FragmentColumns
from vms.media.fragments import Fragment

_VERSION: Final = 1
_HEAD: Final = 7
"""Numbers before those of the fragments."""
_MAX_VARINT_BITS: Final = 70
_US_PER_SECOND: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Gop:
    """A keyframe's fragment and those that depend on it; bytes, and ticks of the table."""

    offset: int
    size: int
    decode_time: int
    duration: int
    keyframe_size: int
    presentation_time: int


@dataclass(frozen=True, slots=True)
class FragmentTable:
    """The fragments of one file; they tile its bytes from the end of the init segment."""

    timescale: int
    fragments: Sequence[Fragment]

    @property
    def duration_ticks(self) -> int:
        """From the first decode time to the end of the last fragment, in ticks."""
        if not self.fragments:
            return 0
        last = self.fragments[-1]
        return last.decode_time + last.duration - self.fragments[0].decode_time

    @property
    def duration_us(self) -> int:
        """The same in microseconds, rounded once."""
        return ticks_to_us(self.duration_ticks, self.timescale)

    def start_us(self, fragment: Fragment | Gop) -> int:
        """Media time from the first decode time of the file to that of `fragment`, microseconds.

        Computed from absolute ticks, so that rounding never adds up over a file.
        """
        return ticks_to_us(fragment.decode_time - self.fragments[0].decode_time, self.timescale)

    def gops(self) -> tuple[Gop, ...]:
        """Return the groups of pictures, in order; fragments before the first keyframe are left out."""
        found: list[Gop] = []
        group: list[Fragment] = []
        for fragment in self.fragments:
            if fragment.is_keyframe:
                if group:
                    found.append(_gop(group))
                group = [fragment]
            elif group:
                group.append(fragment)
        if group:
            found.append(_gop(group))
        return tuple(found)


def ticks_to_us(ticks: int, timescale: int) -> int:
    """Return `ticks` in microseconds, rounded to the nearest.

    Convert a position, not a length: the difference of two converted positions is the length to
    use, so that neighbours always meet.
    """
    return (2 * ticks * _US_PER_SECOND + timescale) // (2 * timescale)


def us_to_ticks(us: int, timescale: int) -> int:
    """Return microseconds in ticks, rounded to the nearest."""
    return (2 * us * timescale + _US_PER_SECOND) // (2 * _US_PER_SECOND)


def encode(fragments: Sequence[Fragment], timescale: int) -> bytes:
    """Return the packed table of `fragments`.

    Args:
        fragments: as `walk_fragments` found them; each begins where the one before ends.
        timescale: ticks per second.

    Raises:
        MalformedMedia: there is no fragment, or two of them do not touch.
    """
    if not fragments:
        raise MalformedMedia("a file without fragments has no table")
    first = fragments[0]
    lag, duration, samples = _lag(first), first.duration, first.samples
    packed = bytearray()
    for value in (_VERSION, timescale, first.offset, first.decode_time, _zigzag(lag), duration, samples):
        _put(packed, value)
    offset, decode_time = first.offset, first.decode_time
    for fragment in fragments:
        if fragment.offset != offset:
            raise MalformedMedia(f"fragment at byte {fragment.offset} does not follow byte {offset}")
        extras = (_lag(fragment) - lag, fragment.samples - samples, fragment.decode_time - decode_time)
        has_more = any(extras)
        has_timing = has_more or fragment.duration != duration
        _put(packed, fragment.size << 2 | has_timing << 1 | fragment.is_keyframe)
        if fragment.is_keyframe:
            _put(packed, fragment.keyframe_size)
        if has_timing:
            _put(packed, _zigzag(fragment.duration - duration) << 1 | has_more)
        if has_more:
            for value in extras:
                _put(packed, _zigzag(value))
        lag, duration, samples = _lag(fragment), fragment.duration, fragment.samples
        offset, decode_time = fragment.end, fragment.decode_time + fragment.duration
    return bytes(packed)


def decode(blob: bytes) -> FragmentTable:
    """Return the table that `encode` packed.

    Raises:
        MalformedMedia: the bytes are cut off, or of a version this program does not know.
    """
    numbers = _numbers(blob)
    version = numbers[0] if numbers else None
    if version != _VERSION:
        raise MalformedMedia(f"fragment table has version {version}")
    if len(numbers) < 2 or numbers[1] == 0:
        raise MalformedMedia("fragment table has no timescale")
    if len(numbers) < _HEAD:
        raise MalformedMedia("fragment table is cut off")
    steady = _steady_columns(numbers)
    if steady is not None:
        return FragmentTable(numbers[1], steady)
    try:
        return FragmentTable(numbers[1], _columns(iter(numbers[2:])))
    except StopIteration:
        raise MalformedMedia("fragment table is cut off") from None


def _steady_columns(numbers: list[int]) -> FragmentColumns | None:
    """Return the fragments of a camera whose every fragment is a keyframe's and lasts as long; None for any other.

    Most cameras are such, and whole columns are made several times as fast as a row for each fragment.
    """
    heads = numbers[_HEAD::2]
    count = len(heads)
    if len(numbers) != _HEAD + 2 * count or [head & 3 for head in heads].count(1) != count:
        return None
    offset, decode_time, lag, duration, samples = numbers[2:_HEAD]
    sizes = [head >> 2 for head in heads]
    presented = decode_time + _unzigzag(lag)
    return FragmentColumns(
        [*accumulate(sizes, initial=offset)][:-1],
        sizes,
        _ramp(decode_time, duration, count),
        (duration,) * count,
        (True,) * count,
        numbers[_HEAD + 1 :: 2],
        (samples,) * count,
        _ramp(presented, duration, count),
    )


def _ramp(start: int, step: int, count: int) -> Sequence[int]:
    return range(start, start + count * step, step) if step else (start,) * count


def _columns(numbers: Iterator[int]) -> FragmentColumns:
    """Return the fragments that follow the timescale; raises StopIteration where the last one is cut off."""
    offset, decode_time = next(numbers), next(numbers)
    lag, duration, samples = _unzigzag(next(numbers)), next(numbers), next(numbers)
    rows: list[tuple[int, int, int, int, bool, int, int, int]] = []
    for head in numbers:
        is_keyframe = head & 1 == 1
        keyframe_size = next(numbers) if is_keyframe else 0
        if head & 2:
            timing = next(numbers)
            duration += _unzigzag(timing >> 1)
            if timing & 1:
                lag += _unzigzag(next(numbers))
                samples += _unzigzag(next(numbers))
                decode_time += _unzigzag(next(numbers))
        size = head >> 2
        rows.append(
            (offset, size, decode_time, duration, is_keyframe, keyframe_size, samples, decode_time + lag)
        )
        offset += size
        decode_time += duration
    return FragmentColumns.of_rows(rows)


def _gop(group: list[Fragment]) -> Gop:
    """Return the group that begins with the keyframe `group[0]`."""
    first, last = group[0], group[-1]
    return Gop(
        offset=first.offset,
        size=last.end - first.offset,
        decode_time=first.decode_time,
        duration=last.decode_time + last.duration - first.decode_time,
        keyframe_size=first.keyframe_size,
        presentation_time=first.presentation_time,
    )


def _lag(fragment: Fragment) -> int:
    """Return how long after decoding the first sample is shown, in ticks."""
    return fragment.presentation_time - fragment.decode_time


def _zigzag(value: int) -> int:
    """Map signed to unsigned so that small magnitudes stay small."""
    return value << 1 if value >= 0 else (-value << 1) - 1


def _unzigzag(value: int) -> int:
    """Undo `_zigzag`."""
    return -((value + 1) >> 1) if value & 1 else value >> 1


def _put(packed: bytearray, value: int) -> None:
    """Append a varint."""
    while value > 0x7F:  # seven bits a byte is what LEB128 means
        packed.append(value & 0x7F | 0x80)
        value >>= 7
    packed.append(value)


def _numbers(blob: bytes) -> list[int]:
    """Return the varints of `blob`; those of up to three bytes, which nearly all are, without a loop for each."""
    numbers: list[int] = []
    rest = iter(blob)
    try:
        for first in rest:
            value = byte = first
            # Each byte but the last has its highest bit set, which the next one takes away again.
            if byte > 0x7F:
                byte = next(rest)
                value += (byte << 7) - (1 << 7)
                if byte > 0x7F:
                    byte = next(rest)
                    value += (byte << 14) - (1 << 14)
                    shift = 21
                    while byte > 0x7F:
                        if shift > _MAX_VARINT_BITS:
                            raise MalformedMedia("fragment table holds an endless number")
                        byte = next(rest)
                        value += (byte << shift) - (1 << shift)
                        shift += 7
            numbers.append(value)
    except StopIteration:
        raise MalformedMedia("fragment table is cut off") from None
    return numbers
