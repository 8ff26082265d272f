"""The fragments (`moof` + `mdat`) of a recorded file, walked by their headers alone.

A file that is still being written, or that was cut by a crash, ends at its last complete fragment:
the walk says where that is, and may be resumed from there when the file has grown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from vms.domain.errors import MalformedMedia
from vms.media.boxes import LONGEST_HEADER, Box, ReadAt, descriptor_reader, parse_header
from vms.media.init_segment import InitSegment
from vms.media.track_run import TrackRun, parse_moof

_READ_AHEAD: Final = 2048
"""One read usually brings a whole `moof` and the `mdat` header after it (300 bytes at 25 samples)."""

_MAX_MOOF: Final = 16 * 1024 * 1024
"""Headers of a camera's fragments are a few hundred bytes; more than this is garbage, not growth."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """One complete `moof` + `mdat`; offsets and sizes in bytes, times in ticks of the video track."""

    offset: int
    size: int
    decode_time: int
    duration: int
    is_keyframe: bool
    keyframe_size: int
    samples: int
    presentation_time: int

    @property
    def end(self) -> int:
        """Offset of the first byte after the fragment."""
        return self.offset + self.size


@dataclass(frozen=True, slots=True)
class WalkResult:
    """What a walk found."""

    fragments: tuple[Fragment, ...]
    complete_bytes: int
    """Offset just after the last complete fragment: where to resume, and where to cut a broken file.

    Sound between pictures belongs to the fragment after it, so that fragments always tile the file.
    """
    damage: str | None
    """Why the walk ended, when what follows is not merely incomplete; None for a clean end."""


@dataclass(frozen=True, slots=True)
class FragmentSamples:
    """The video samples of one fragment and where its `moof` starts in the file."""

    moof_offset: int
    run: TrackRun


def walk_fragments(source: int | ReadAt, size: int, from_offset: int, init: InitSegment) -> WalkResult:
    """Return the complete fragments of `source` between `from_offset` and `size`.

    Only headers are read (one small read per fragment), never pictures. Damage ends the walk
    instead of raising, because all fragments before it are good.

    Args:
        source: open file descriptor, or a function that reads at an offset.
        size: bytes to look at: the file size, or less.
        from_offset: length of the init segment, or `complete_bytes` of an earlier walk.
        init: the init segment of the file.

    Raises:
        OSError: the file cannot be read.
    """
    read_at = descriptor_reader(source) if isinstance(source, int) else source
    fragments: list[Fragment] = []
    start = from_offset
    damage: str | None = None
    try:
        for end, found in _steps(read_at, from_offset, size, init):
            if found is not None:
                fragments.append(_summary(start, end, found))
                start = end
    except MalformedMedia as error:
        damage = str(error)
    return WalkResult(tuple(fragments), start, damage)


def read_samples(source: int | ReadAt, fragment: Fragment, init: InitSegment) -> FragmentSamples:
    """Return every video sample of a fragment that a walk found earlier.

    Raises:
        MalformedMedia: the file no longer holds that fragment.
        OSError: the file cannot be read.
    """
    read_at = descriptor_reader(source) if isinstance(source, int) else source
    for end, found in _steps(read_at, fragment.offset, fragment.end, init):
        if found is not None and end == fragment.end:
            return found
    raise MalformedMedia(f"no fragment of {fragment.size} bytes at byte {fragment.offset}")


def _steps(
    read_at: ReadAt, start: int, limit: int, init: InitSegment
) -> Iterator[tuple[int, FragmentSamples | None]]:
    """Yield the end of each complete `moof` + `mdat` and its samples, None where it holds only sound."""
    position = start
    moof: tuple[FragmentSamples | None] | None = None
    window, window_at = b"", start
    while position < limit:
        header = window[position - window_at :]
        if len(header) < LONGEST_HEADER:
            window, window_at = read_at(_READ_AHEAD, position), position
            header = window
        box = _complete_box(header, position, limit)
        if box is None:
            return
        if box.kind == b"moof":
            if moof is not None:
                raise MalformedMedia(f"fragment before byte {position} has no media data")
            whole = header[: box.size] if len(header) >= box.size else read_at(box.size, position)
            run = parse_moof(whole, init.track_id, init.sample_defaults)
            moof = (None if run is None else FragmentSamples(position, run),)
        elif box.kind == b"mdat":
            if moof is None:
                raise MalformedMedia(f"media data at byte {position} has no fragment header")
            (found,) = moof
            if found is not None:
                _check_extents(found, box)
            yield box.end, found
            moof = None
        position = box.end


def _complete_box(header: bytes, position: int, limit: int) -> Box | None:
    """Return the box that `header` begins, or None when the file does not hold all of it yet."""
    box = parse_header(header[:LONGEST_HEADER], position, limit)
    if box is None:
        return None
    if not (box.kind.isascii() and box.kind.decode("ascii").isprintable()):
        raise MalformedMedia(f"no box at byte {position}")
    if box.kind == b"moof" and box.size > _MAX_MOOF:
        raise MalformedMedia(f"fragment header at byte {position} is {box.size} bytes long")
    is_open_ended = header.startswith(b"\0\0\0\0")
    return None if is_open_ended or box.end > limit else box


def _check_extents(found: FragmentSamples, mdat: Box) -> None:
    """Refuse samples outside the media data of their own fragment."""
    for extent in found.run.extents:
        first = found.moof_offset + extent.offset
        if first < mdat.body or first + extent.size > mdat.end:
            raise MalformedMedia(f"samples of the fragment at byte {found.moof_offset} are outside its data")


def _summary(start: int, end: int, found: FragmentSamples) -> Fragment:
    """Return what is kept of a fragment."""
    run = found.run
    first_end = found.moof_offset + run.extents[0].offset + run.sizes[0]
    return Fragment(
        offset=start,
        size=end - start,
        decode_time=run.decode_time,
        duration=run.duration,
        is_keyframe=run.sync[0],
        keyframe_size=first_end - start if run.sync[0] else 0,
        samples=len(run.sizes),
        presentation_time=run.decode_time + run.composition_offsets[0],
    )
