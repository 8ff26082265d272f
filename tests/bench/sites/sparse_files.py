"""Published files that have everything an index is rebuilt from, and holes where the pictures would be."""

import os
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from playback.clips.clip_source import ClipSource
from storage.volumes.segment_paths import SegmentName, segment_path
from vms.domain.camera import Stream
from vms.domain.time import MINUTE_US

_HEADER_BYTES = 1024
"""More than a fragment's headers take with 25 frames a second."""


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The parts of a real file that describe it: offsets and bytes; everything else reads as zeros."""

    size: int
    parts: tuple[tuple[int, bytes], ...]

    @staticmethod
    def of(source: ClipSource) -> "Skeleton":
        """Return the init segment and the head of every fragment of a recorded file."""
        with source.opened() as descriptor:
            places = [(0, len(source.init.data)), *((f.offset, _HEADER_BYTES) for f in source.fragments)]
            parts = tuple((offset, os.pread(descriptor, size, offset)) for offset, size in places)
            return Skeleton(os.fstat(descriptor).st_size, parts)

    def write(self, path: Path, *, is_allocated: bool) -> None:
        """Write a new file; with `is_allocated` its holes have room on the device, as those of a real file would."""
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC)
        try:
            if is_allocated:
                os.posix_fallocate(descriptor, 0, self.size)
            else:
                os.ftruncate(descriptor, self.size)
            for offset, data in self.parts:
                os.pwrite(descriptor, data, offset)
        finally:
            os.close(descriptor)

    def read(self, path: Path) -> int:
        """Read the parts of a file as a rebuild has to, and return how many bytes they had."""
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return sum(len(os.pread(descriptor, len(data), offset)) for offset, data in self.parts)
        finally:
            os.close(descriptor)


def publish_skeletons(
    root: Path,
    skeleton: Skeleton,
    streams: Sequence[Stream],
    count: int,
    start_us: int,
    *,
    is_allocated: bool = False,
) -> list[Path]:
    """Write `count` files of a minute each, spread over the streams, as the recorder would have published them."""
    return [
        _written(root / path, skeleton, is_allocated=is_allocated)
        for path in _paths(streams, count, start_us)
    ]


def _paths(streams: Sequence[Stream], count: int, start_us: int) -> Iterator[str]:
    runs = [uuid.uuid4().hex[:8] for _ in streams]
    for number in range(count):
        seq, which = divmod(number, len(streams))
        at_us = start_us + seq * MINUTE_US
        name = SegmentName(at_us, MINUTE_US, MINUTE_US, runs[which], seq, os.urandom(32))
        yield segment_path(streams[which].uuid, name)


def _written(path: Path, skeleton: Skeleton, *, is_allocated: bool) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    skeleton.write(path, is_allocated=is_allocated)
    return path
