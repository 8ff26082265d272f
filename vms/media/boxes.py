"""Box headers of ISO base media files (ISO/IEC 14496-12 section 4.2), read with bounds checked.

Nothing here trusts a length: a box never reaches past the range it was found in, every step moves
forward by at least one header, and no allocation grows with a number taken from the file.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from vms.domain.errors import MalformedMedia

_type_size = struct.Struct(">I4s")
_large_size = struct.Struct(">Q")

LONGEST_HEADER: Final = 16
"""Bytes that hold any box header: 32-bit size, type, 64-bit size."""

ReadAt = Callable[[int, int], bytes]
"""`read_at(length, offset)`: up to `length` bytes at `offset`, fewer only at the end (as `os.pread`)."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box: where it is, how long its header is, and its whole size, all in bytes."""

    kind: bytes
    offset: int
    header_size: int
    size: int

    @property
    def body(self) -> int:
        """Offset of the first byte after the header."""
        return self.offset + self.header_size

    @property
    def end(self) -> int:
        """Offset of the first byte after the box."""
        return self.offset + self.size


def descriptor_reader(descriptor: int) -> ReadAt:
    """Return a `ReadAt` over an open file descriptor; its file position is never moved."""
    return partial(os.pread, descriptor)


def bytes_reader(data: bytes) -> ReadAt:
    """Return a `ReadAt` over bytes in memory."""

    def read_at(length: int, offset: int) -> bytes:
        return data[offset : offset + length]

    return read_at


def parse_header(header: bytes, offset: int, limit: int) -> Box | None:
    """Return the box whose first bytes are `header`, or None when its header is not complete yet.

    The size is as written in the file and may reach past `limit`: callers decide whether that
    means a growing file or a damaged one. A size of 0 ("to the end of the file") becomes
    `limit - offset`.

    Args:
        header: the bytes at `offset`; sixteen (`LONGEST_HEADER`) are enough.
        offset: where `header` was read.
        limit: end of the range the box lives in.

    Raises:
        MalformedMedia: the size is smaller than the header itself.
    """
    if len(header) < _type_size.size or limit - offset < _type_size.size:
        return None
    size, kind = _type_size.unpack_from(header)
    header_size = _type_size.size
    if size == 0:
        size = limit - offset
    elif size == 1:
        header_size += _large_size.size
        if len(header) < header_size or limit - offset < header_size:
            return None
        (size,) = _large_size.unpack_from(header, _type_size.size)
    if size < header_size:
        raise MalformedMedia(f"box {kind!r} at byte {offset} says it is {size} bytes long")
    return Box(kind, offset, header_size, size)


def read_box(read_at: ReadAt, offset: int, limit: int) -> Box | None:
    """Return the box at `offset` of a file, or None when its header is not complete yet.

    Raises:
        MalformedMedia: the size is smaller than the header itself.
    """
    return parse_header(read_at(LONGEST_HEADER, offset), offset, limit)


def iter_boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Yield the boxes that tile `data[start:end]`, in order.

    Raises:
        MalformedMedia: a box is cut off or reaches past `end`.
    """
    limit = len(data) if end is None else min(end, len(data))
    position = start
    while position < limit:
        box = parse_header(data[position : position + LONGEST_HEADER], position, limit)
        if box is None or box.end > limit:
            raise MalformedMedia(f"box at byte {position} is cut off at byte {limit}")
        yield box
        position = box.end


def find_box(data: bytes, path: tuple[bytes, ...], start: int = 0, end: int | None = None) -> Box | None:
    """Return the first box at `path` (each name inside the one before), or None.

    Raises:
        MalformedMedia: a box on the way is cut off.
    """
    for box in iter_boxes(data, start, end):
        if box.kind == path[0]:
            return box if len(path) == 1 else find_box(data, path[1:], box.body, box.end)
    return None


def make_box(kind: bytes, *parts: bytes) -> bytes:
    """Return a box with a 32-bit size around `parts`."""
    return _type_size.pack(_type_size.size + sum(map(len, parts)), kind) + b"".join(parts)


def make_full_box(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    """Return a box that starts with a version byte and 24 bits of flags."""
    return make_box(kind, struct.pack(">I", version << 24 | flags), *parts)
