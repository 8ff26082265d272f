"""A picture pack: the small pictures of one stream and hour in one append-only file.

A pack is a row of records, nothing before, between or after them:

    "SPIC"   4 bytes, where every record begins
    time     8 bytes, big-endian: UTC microseconds of the frame
    length   4 bytes, big-endian: bytes of JPEG that follow
    JPEG

The file needs no index beside it (an hour holds at most a few hundred records, whose heads are read in a millisecond),
no conversion when the hour ends, and no repair after a crash: a torn record at the end is passed over and overwritten.
"""

import os
import struct
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from vms.domain.errors import MalformedMedia

_HEAD = struct.Struct(">4sQI")
_MAGIC = b"SPIC"
_LARGEST_PICTURE = 4_000_000


@dataclass(frozen=True, slots=True)
class PackedPicture:
    """Where one picture lies in its pack.

    Attributes:
        time_us: UTC time of the frame. offset: of the JPEG's first byte. length: of the JPEG.
    """

    time_us: int
    offset: int
    length: int


def read_index(fd: int, start_offset: int = 0) -> tuple[list[PackedPicture], int]:
    """Return the pack's whole records from `start_offset` on, and the offset right after the last of them.

    Args:
        fd: the open pack. start_offset: where a record begins; what an earlier call returned, to read only what is new.
    """
    size = os.fstat(fd).st_size
    found: list[PackedPicture] = []
    offset = start_offset
    while offset + _HEAD.size <= size:
        head = os.pread(fd, _HEAD.size, offset)
        if len(head) < _HEAD.size:
            break
        magic, time_us, length = _HEAD.unpack(head)
        if magic != _MAGIC or length > _LARGEST_PICTURE or offset + _HEAD.size + length > size:
            break
        found.append(PackedPicture(time_us, offset + _HEAD.size, length))
        offset += _HEAD.size + length
    return found, offset


def append_pictures(fd: int, pictures: Sequence[tuple[int, bytes]]) -> int:
    """Write (UTC microseconds, JPEG) pairs after the pack's last whole record; return how many were new.

    Pictures not later than the pack's last one are passed over, so repeating a call after a crash adds nothing twice.
    The caller is the pack's only writer.

    Raises:
        MalformedMedia: a picture is too large to be one.
        OSError: the disk refused; the pack then ends in a torn record that the next call overwrites.
    """
    existing, end = read_index(fd)
    last_us = existing[-1].time_us if existing else -1
    records: list[bytes] = []
    for time_us, jpeg in pictures:
        if time_us <= last_us:
            continue
        if len(jpeg) > _LARGEST_PICTURE:
            raise MalformedMedia(f"a picture of {len(jpeg)} bytes is no small picture")
        records.append(_HEAD.pack(_MAGIC, time_us, len(jpeg)) + jpeg)
        last_us = time_us
    if records:
        os.ftruncate(fd, end)
        data = memoryview(b"".join(records))
        while data:
            written = os.pwrite(fd, data, end)
            data, end = data[written:], end + written
    return len(records)


def standing_for(
    pictures: Sequence[PackedPicture], at_us: int, first_us: int, end_us: int
) -> PackedPicture | None:
    """Return the last picture at or before the instant, else the first after it, or None where there is neither.

    Args:
        pictures: in order of time. at_us: the instant.
        first_us, end_us: only pictures from the first on and before the second are looked at.
    """
    position = bisect_right(pictures, at_us, key=lambda picture: picture.time_us)
    if position > 0 and first_us <= pictures[position - 1].time_us < end_us:
        return pictures[position - 1]
    if position < len(pictures) and first_us <= pictures[position].time_us < end_us:
        return pictures[position]
    return None
