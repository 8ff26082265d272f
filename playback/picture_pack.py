"""Finds the small picture nearest to a moment in the packs that the picture process writes."""

import os
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from playback.segment_source import SegmentSource
from storage.open import Storage
from vms.domain.errors import VolumeUnavailable
from vms.domain.time import HOUR_US, SECOND_US, TimeRange
from vms.media.picture_pack import PackedPicture, read_index

NEAREST_US: Final = 15 * SECOND_US
"""A picture this much older than asked still stands for the moment."""
_MOST_PACKS: Final = 512


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG and the UTC microseconds of its frame."""

    time_us: int
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class _Index:
    pictures: tuple[PackedPicture, ...]
    end: int


class PictureReader:
    """Reads picture packs; safe to share between threads."""

    def __init__(self, storage: Storage, source: SegmentSource) -> None:
        """Find volumes by `storage` and open packs through `source`."""
        self._storage = storage
        self._source = source
        self._known: OrderedDict[tuple[int, int, int], _Index] = OrderedDict()
        self._lock = threading.Lock()

    def before(self, stream_id: int, at_us: int) -> Picture | None:
        """Return the newest picture at or before the moment, at most 15 seconds older, or None."""
        best: Picture | None = None
        for hour_us in sorted({_hour(at_us), _hour(at_us - NEAREST_US)}, reverse=True):
            for volume_id in self._volumes(stream_id, at_us):
                found = self._in_pack(volume_id, stream_id, hour_us, at_us)
                if found is not None and (best is None or found.time_us > best.time_us):
                    best = found
            if best is not None:
                return best
        return best

    def _volumes(self, stream_id: int, at_us: int) -> list[int]:
        """Return the volumes that hold footage around the moment: a pack lies beside its footage."""
        around = TimeRange(at_us - NEAREST_US, at_us + 1)
        found = {segment.volume_id for segment in self._storage.segments.covering(stream_id, around)}
        runs = self._storage.segments.open_runs()
        found |= {run.volume_id for run in runs if run.stream_id == stream_id}
        return sorted(found)

    def _in_pack(self, volume_id: int, stream_id: int, hour_us: int, at_us: int) -> Picture | None:
        try:
            fd = self._source.open_pack(volume_id, stream_id, hour_us)
        except (FileNotFoundError, VolumeUnavailable):
            return None
        try:
            index = self._index(fd, (volume_id, stream_id, hour_us))
            past = [p for p in index.pictures if at_us - NEAREST_US <= p.time_us <= at_us]
            if not past:
                return None
            newest = max(past, key=lambda picture: picture.time_us)
            jpeg = os.pread(fd, newest.length, newest.offset)
        finally:
            os.close(fd)
        return Picture(newest.time_us, jpeg) if len(jpeg) == newest.length else None

    def _index(self, fd: int, key: tuple[int, int, int]) -> _Index:
        with self._lock:
            known = self._known.get(key, _Index((), 0))
        if os.fstat(fd).st_size < known.end:
            known = _Index((), 0)
        pictures, end = read_index(fd, known.end)
        index = _Index((*known.pictures, *pictures), end) if pictures else known
        with self._lock:
            self._known[key] = index
            self._known.move_to_end(key)
            if len(self._known) > _MOST_PACKS:
                self._known.popitem(last=False)
        return index


def _hour(at_us: int) -> int:
    return at_us - at_us % HOUR_US
