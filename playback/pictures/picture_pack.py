"""Finds the small picture that stands for a moment in the packs that the picture process writes."""

import os
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from playback.stream.segment_source import SegmentSource
from playback.timeline.timeline import GAP_TOLERANCE_US
from storage.footage.segment_index import SpanOnVolume
from storage.open import Storage
from vms.domain.errors import VolumeUnavailable
from vms.domain.time import HOUR_US, SECOND_US, TimeRange, merged
from vms.media.picture_pack import PackedPicture, read_index, standing_for

NEAREST_US: Final = 15 * SECOND_US
"""A picture that is this far from a moment still stands for it."""
_MOST_PACKS: Final = 512


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG and the UTC microseconds of its frame.

    Attributes:
        is_final: no picture that may still be made would stand for the moment in its place.
        until_us: it stands for every later moment before this one, too; None where that is not known yet.
    """

    time_us: int
    jpeg: bytes
    is_final: bool = False
    until_us: int | None = None


@dataclass(frozen=True, slots=True)
class _Index:
    pictures: tuple[PackedPicture, ...]
    end: int
    inode: int


class PictureReader:
    """Reads picture packs; safe to share between threads."""

    def __init__(self, storage: Storage, source: SegmentSource) -> None:
        """Find volumes by `storage` and open packs through `source`."""
        self._storage = storage
        self._source = source
        self._known: OrderedDict[tuple[int, int, int], _Index] = OrderedDict()
        self._lock = threading.Lock()

    def standing_for(self, stream_id: int, at_us: int) -> Picture | None:
        """Return the last picture at or before the moment, else the first after it, at most 15 seconds away; or None.

        No picture from beyond a gap stands for a moment that is recorded. In a gap, the last one before it does.
        """
        around = TimeRange(at_us - NEAREST_US, at_us + NEAREST_US)
        stored = self._storage.segments.spans_on_volumes(stream_id, around)
        allowed = _allowed(stored, at_us)
        hours = dict.fromkeys(_hour(us) for us in (at_us, allowed.start_us, allowed.end_us - 1))
        best: Picture | None = None
        for volume_id in dict.fromkeys(span.volume_id for span in stored):
            for hour_us in hours:
                found = self._in_pack(volume_id, stream_id, hour_us, at_us, allowed)
                if found is not None and (best is None or _is_better(found, best, at_us)):
                    best = found
                if best is not None and best.time_us <= at_us and hour_us == _hour(at_us):
                    break
        return best

    def _in_pack(
        self, volume_id: int, stream_id: int, hour_us: int, at_us: int, allowed: TimeRange
    ) -> Picture | None:
        try:
            return self._source.threads(volume_id).call(
                self._read, volume_id, stream_id, hour_us, at_us, allowed
            )
        except (FileNotFoundError, VolumeUnavailable):
            return None

    def _read(
        self, volume_id: int, stream_id: int, hour_us: int, at_us: int, allowed: TimeRange
    ) -> Picture | None:
        fd = self._source.open_pack(volume_id, stream_id, hour_us)
        try:
            index = self._index(fd, (volume_id, stream_id, hour_us))
            found = standing_for(index.pictures, at_us, allowed.start_us, allowed.end_us)
            if found is None:
                return None
            jpeg = os.pread(fd, found.length, found.offset)
        finally:
            os.close(fd)
        if len(jpeg) < found.length:
            return None
        # Packs only grow at their end, so what lies before their last picture stays as it is.
        after = bisect_right(index.pictures, found.time_us, key=attrgetter("time_us"))
        until_us = index.pictures[after].time_us if after < len(index.pictures) else None
        return Picture(
            found.time_us,
            jpeg,
            is_final=index.pictures[-1].time_us > at_us,
            until_us=None if until_us is None else min(until_us, allowed.end_us),
        )

    def _index(self, fd: int, key: tuple[int, int, int]) -> _Index:
        found = os.fstat(fd)
        nothing = _Index((), 0, found.st_ino)
        with self._lock:
            known = self._known.get(key, nothing)
        # A pack that was cut or replaced is read anew: old places in it would hold other bytes.
        if found.st_size < known.end or found.st_ino != known.inode:
            known = nothing
        pictures, end = read_index(fd, known.end)
        index = _Index((*known.pictures, *pictures), end, found.st_ino) if pictures else known
        with self._lock:
            self._known[key] = index
            self._known.move_to_end(key)
            if len(self._known) > _MOST_PACKS:
                self._known.popitem(last=False)
        return index


def _allowed(stored: Sequence[SpanOnVolume], at_us: int) -> TimeRange:
    """Return where a picture may lie that stands for the moment."""
    near = TimeRange(at_us - NEAREST_US, at_us + NEAREST_US)
    # Footage of two runs that lie closer than any gap belongs together; a picture may bear the very end of its file.
    joined = merged(TimeRange(span.start_us, span.end_us + GAP_TOLERANCE_US) for span in stored)
    here = next((time for time in joined if time.holds(at_us)), None)
    found = None if here is None else here.intersection(near)
    return TimeRange(near.start_us, at_us + 1) if found is None else found


def _is_better(found: Picture, best: Picture, at_us: int) -> bool:
    """Tell whether a picture stands for the moment rather than another: the last before it, else the first after it."""
    if (found.time_us <= at_us) != (best.time_us <= at_us):
        return found.time_us <= at_us
    return abs(found.time_us - at_us) < abs(best.time_us - at_us)


def _hour(at_us: int) -> int:
    return at_us - at_us % HOUR_US
