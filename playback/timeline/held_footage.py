"""What a hold keeps from being deleted: about how many bytes, how much time, and what is not there to be kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from storage.footage.coverage import GAP_TOLERANCE_US
from storage.footage.many_streams import MultiStreamIndex, StoredTime
from vms.domain.camera import Camera, StreamRole
from vms.domain.time import BUCKET_US, MINUTE_US, TimeRange, merged, subtracted

_MOST_SPANS: Final = 5_000
"""Spans of one stream that are looked at one by one; a stream in more pieces is counted by quarter-hours."""
_NOT_YET_US: Final = MINUTE_US
"""Footage is in the index some seconds after it happened: its absence this close to the present says nothing."""


@dataclass(frozen=True, slots=True)
class HeldFootage:
    """Footage of one camera in a range.

    Attributes:
        size_bytes: about, of all its streams. covered_us: of its main stream.
        missing: parts of the range, up to now, without footage of the main stream; empty where they were not counted.
    """

    size_bytes: int
    covered_us: int
    missing: tuple[TimeRange, ...]


def held_footage(streams: MultiStreamIndex, camera: Camera, time: TimeRange, *, now_us: int) -> HeldFootage:
    """Return what a hold on the range keeps of the camera; raises IndexUnavailable."""
    past = time.intersection(TimeRange(0, max(0, now_us)))
    main = camera.stream(StreamRole.MAIN) or next(iter(camera.streams), None)
    if past is None or main is None:
        return HeldFootage(0, 0, ())
    stream_ids = [stream.id for stream in camera.streams]
    spans = streams.covered(stream_ids, past, most_each=_MOST_SPANS)
    uncounted = [stream_id for stream_id in stream_ids if stream_id not in spans]
    rollups = streams.cell_rollups(uncounted, past, BUCKET_US) if uncounted else {}
    size = sum(_bytes_within(found, past) for found in spans.values())
    size += sum(cell.size_bytes for cells in rollups.values() for cell in cells)
    if main.id not in spans:
        return HeldFootage(size, sum(cell.covered_us for cell in rollups[main.id]), ())
    parts = [TimeRange(start_us, end_us).intersection(past) for _, start_us, end_us, _ in spans[main.id]]
    covered = merged(part for part in parts if part is not None)
    missing = tuple(
        gap
        for gap in subtracted(past, covered, tolerance_us=GAP_TOLERANCE_US)
        if gap.end_us < now_us or gap.duration_us > _NOT_YET_US
    )
    return HeldFootage(size, sum(part.duration_us for part in covered), missing)


def _bytes_within(spans: Sequence[StoredTime], window: TimeRange) -> int:
    """Return the bytes of the parts that lie within the window, as if each span had the same rate throughout."""
    total = 0
    for _, start_us, end_us, size_bytes in spans:
        shared = min(end_us, window.end_us) - max(start_us, window.start_us)
        total += size_bytes * max(0, shared) // max(1, end_us - start_us)
    return total
