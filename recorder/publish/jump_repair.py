"""Closes the hole that a forward jump of the camera's clock left in a file's media times, before it is published.

Only times in fragment headers change, never a byte of video, and the digest is taken afterwards.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median_low

from vms.domain.errors import MalformedMedia
from vms.media.boxes import Box, find_box, iter_boxes, parse_header
from vms.media.fragments import Fragment, read_samples
from vms.media.init_segment import InitSegment

_LONG_SECONDS = 2
_SQUEEZED = 4
_FEW_SAMPLES = 4
_HEADER = 16


def patch_last_duration(
    descriptor: int, fragment: Fragment, nominal_ticks: int, init: InitSegment
) -> Fragment:
    """Set the duration of the last video sample of `fragment` and return the fragment as it is now.

    When the camera's clock jumps, ffmpeg gives the last sample before the jump a duration that
    reaches over it, and players freeze on that frame. Only four bytes of the fragment header
    change, never a byte of video.

    Args:
        descriptor: the file, open for reading and writing.
        fragment: the last fragment, as `walk_fragments` found it.
        nominal_ticks: the duration of an ordinary frame.
        init: the init segment of the file.

    Raises:
        MalformedMedia: the fragment is not there, or its samples share one written duration.
        OSError: the file cannot be read or written.
    """
    samples = read_samples(descriptor, fragment, init)
    run = samples.run
    if run.durations[-1] == nominal_ticks:
        return fragment
    if run.last_duration_at is None:
        raise MalformedMedia(
            f"last sample of the fragment at byte {fragment.offset} has no duration of its own"
        )
    os.pwrite(descriptor, struct.pack(">I", nominal_ticks), samples.moof_offset + run.last_duration_at)
    return replace(fragment, duration=fragment.duration - run.durations[-1] + nominal_ticks)


@dataclass(frozen=True, slots=True)
class MediaBreak:
    """A break in media time.

    Attributes:
        index: of the fragment that holds it.
        surplus_ticks: how much longer than a frame its last sample lasts; 0 where frames were squeezed.
        frame_ticks: duration of an ordinary frame of this file.
    """

    index: int
    surplus_ticks: int
    frame_ticks: int


def find_break(fragments: Sequence[Fragment], timescale: int) -> MediaBreak | None:
    """Return the first break in a file's media time, or None.

    A fragment is cut after a second, so only a jump forward makes one last much longer: ffmpeg gives the last frame
    before the jump all the time up to the next. On a jump backward ffmpeg counts on in single ticks.
    """
    if not fragments:
        return None
    usual = median_low([f.duration for f in fragments])
    frame = max(1, median_low([f.duration // max(f.samples, 1) for f in fragments]))
    for index, fragment in enumerate(fragments):
        if fragment.duration > 3 * usual + _LONG_SECONDS * timescale:
            surplus = fragment.duration - fragment.samples * frame
            return MediaBreak(index, max(surplus, 0), frame)
        if fragment.samples >= _FEW_SAMPLES and fragment.duration < fragment.samples * frame // _SQUEEZED:
            return MediaBreak(index, 0, frame)
    return None


def close_break(
    descriptor: int, fragments: Sequence[Fragment], found: MediaBreak, init: InitSegment
) -> tuple[tuple[Fragment, ...], int]:
    """Give the frame before a jump an ordinary duration, and move what follows back.

    Args:
        descriptor: the file, open for reading and writing.
        fragments: all of the file, as they were found.
        found: a break with a surplus.
        init: the file's init segment.

    Returns:
        The fragments as they are now, and by how many ticks of the video track the later ones, and all files of the
        run that follow, must be moved back.

    Raises:
        MalformedMedia: the file is not as it was found.
        OSError: it cannot be read or written.
    """
    broken = fragments[found.index]
    mended = patch_last_duration(descriptor, broken, found.frame_ticks, init)
    rest = fragments[found.index + 1 :]
    back = (rest[0].decode_time if rest else broken.decode_time + broken.duration) - (
        mended.decode_time + mended.duration
    )
    return (*fragments[: found.index], mended, *move_back(descriptor, rest, back, init)), back


def move_back(
    descriptor: int, fragments: Sequence[Fragment], ticks: int, init: InitSegment
) -> tuple[Fragment, ...]:
    """Make every track of the fragments begin earlier by so many ticks of the video track; raises as `close_break`."""
    if ticks == 0:
        return tuple(fragments)
    scales = _timescales(init.data)
    for fragment in fragments:
        _move_fragment(descriptor, fragment, ticks, init, scales)
    return tuple(
        replace(f, decode_time=f.decode_time - ticks, presentation_time=f.presentation_time - ticks)
        for f in fragments
    )


def _move_fragment(
    descriptor: int, fragment: Fragment, ticks: int, init: InitSegment, scales: dict[int, int]
) -> None:
    at = fragment.offset
    box = parse_header(os.pread(descriptor, _HEADER, at), at, fragment.end)
    if box is None or box.kind != b"moof" or box.end > fragment.end:
        raise MalformedMedia(f"no fragment begins at byte {at}")
    moof = os.pread(descriptor, box.size, at)
    for traf in iter_boxes(moof, box.header_size, len(moof)):
        if traf.kind != b"traf":
            continue
        tfhd, tfdt = _inside(moof, traf, b"tfhd"), _inside(moof, traf, b"tfdt")
        (track_id,) = struct.unpack_from(">I", moof, tfhd.body + 4)
        layout = ">Q" if moof[tfdt.body] else ">I"
        (start,) = struct.unpack_from(layout, moof, tfdt.body + 4)
        moved = start - ticks * scales.get(track_id, init.timescale) // init.timescale
        os.pwrite(descriptor, struct.pack(layout, max(moved, 0)), at + tfdt.body + 4)


def _timescales(init: bytes) -> dict[int, int]:
    """Return the ticks per second of every track, by track id."""
    found: dict[int, int] = {}
    moov = find_box(init, (b"moov",))
    for trak in iter_boxes(init, moov.body, moov.end) if moov else ():
        if trak.kind == b"trak":
            tkhd, mdhd = _inside(init, trak, b"tkhd"), _inside(init, trak, b"mdia", b"mdhd")
            (track_id,) = struct.unpack_from(">I", init, tkhd.body + (20 if init[tkhd.body] else 12))
            (found[track_id],) = struct.unpack_from(">I", init, mdhd.body + (20 if init[mdhd.body] else 12))
    return found


def _inside(data: bytes, box: Box, *path: bytes) -> Box:
    found = find_box(data, path, box.body, box.end)
    if found is None:
        raise MalformedMedia(f"no {b'/'.join(path).decode()} where one must be")
    return found
