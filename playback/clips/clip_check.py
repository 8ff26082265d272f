"""Looks at a written clip as a stranger would: do its boxes tile the file, and do they describe what was meant?"""

import os
import struct
from typing import Final

from playback.clips.clip_writer import WrittenClip
from vms.domain.errors import MalformedMedia
from vms.media.boxes import Box, descriptor_reader, find_box, read_box

_DURATION_TOLERANCE_US: Final = 100_000
_LARGEST_HEAD: Final = 512 * 1024 * 1024


def check_clip(fd: int, written: WrittenClip) -> None:
    """Accept the file only if it is whole and holds the samples and the duration that its writer reported.

    Raises:
        MalformedMedia: says what contradicts what.
    """
    size = os.fstat(fd).st_size
    boxes = _top_boxes(fd, size)
    if size != written.size_bytes:
        raise MalformedMedia(f"the clip has {size} bytes in place of {written.size_bytes}")
    moov = next((box for box in boxes if box.kind == b"moov"), None)
    if moov is None or not any(box.kind == b"mdat" for box in boxes) or moov.size > _LARGEST_HEAD:
        raise MalformedMedia("the clip has no head or no media")
    data = os.pread(fd, moov.size, moov.offset)
    samples, duration_us = _sample_count(data), _duration_us(data)
    if samples != written.frames + written.hidden_frames:
        raise MalformedMedia(
            f"the clip has {samples} frames in place of {written.frames + written.hidden_frames}"
        )
    if abs(duration_us - written.duration_us) > _DURATION_TOLERANCE_US:
        raise MalformedMedia(f"the clip lasts {duration_us} us in place of {written.duration_us} us")


def _top_boxes(fd: int, size: int) -> list[Box]:
    boxes: list[Box] = []
    position = 0
    while position < size:
        box = read_box(descriptor_reader(fd), position, size)
        if box is None or box.end > size:
            raise MalformedMedia(f"the clip is cut off at byte {position}")
        boxes.append(box)
        position = box.end
    return boxes


def _sample_count(moov: bytes) -> int:
    stsz = find_box(moov, (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsz"))
    if stsz is None:
        raise MalformedMedia("the clip has no table of samples")
    (count,) = struct.unpack_from(">I", moov, stsz.body + 8)
    return int(count)


def _duration_us(moov: bytes) -> int:
    mvhd = find_box(moov, (b"moov", b"mvhd"))
    if mvhd is None:
        raise MalformedMedia("the clip has no duration")
    if moov[mvhd.body]:
        timescale, duration = struct.unpack_from(">IQ", moov, mvhd.body + 20)
    else:
        timescale, duration = struct.unpack_from(">II", moov, mvhd.body + 12)
    return int(duration * 1_000_000 // max(1, timescale))
