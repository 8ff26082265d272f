"""How busy a stream was: bytes per second in bins of equal width.

Bits go where pictures change, so the rate hints at movement without anybody looking at a picture.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from playback.stream.footage import Footage
from playback.stream.pieces import RecordedFile, file_gops
from storage.footage.many_streams import CellRollup, StoredTime
from storage.open import Storage
from vms.domain.time import BUCKET_US, DAY_US, HOUR_US, MINUTE_US, SECOND_US, TimeRange

MOST_BINS = 600
_DIGITS = 3
"""Of the highest rate that are told; the line that is drawn of them has no more."""
_MOST_BINS_IN_ALL: Final = 20_000
_GOPS_US: Final = 30 * MINUTE_US
_GOPS_TOGETHER_US: Final = 2 * HOUR_US
_FILES_US: Final = 6 * HOUR_US
_FILES_TOGETHER_US: Final = 4 * DAY_US
"""Windows of all lanes together up to which groups of pictures, or files, are read."""


@dataclass(frozen=True, slots=True)
class Activity:
    """Bytes per second by bin, one entry for each that has begun.

    Attributes:
        start_us: of the first bin. width_us: of each. rates: 0 where there is no footage.
    """

    start_us: int
    width_us: int
    rates: tuple[int, ...]


def bin_width_us(window: TimeRange, bins: int) -> int:
    """Return the width with which a window has at most so many bins, none shorter than a second."""
    return max(SECOND_US, -(-window.duration_us // max(1, bins)))


def activity(grid: TimeRange, width_us: int, amounts: Iterable[tuple[int, int, int]]) -> Activity:
    """Return how busy a stream was in each bin.

    Args:
        grid: from the first bin's start to where knowledge ends.
        width_us: of a bin.
        amounts: (start, end, bytes) of pieces of footage, also beyond the grid; bytes are spread evenly over each.
    """
    count = -(-grid.duration_us // width_us)
    sums = [0.0] * count
    for start_us, end_us, size in amounts:
        position, until = max(start_us, grid.start_us), min(end_us, grid.end_us)
        if position >= until:
            continue
        density = size / (end_us - start_us)
        number = (position - grid.start_us) // width_us
        border = grid.start_us + (number + 1) * width_us
        while border < until:
            sums[number] += density * (border - position)
            position, number, border = border, number + 1, border + width_us
        sums[number] += density * (until - position)
    rates = [round(total * SECOND_US / width_us) for total in sums]
    if rates:
        past_us = grid.duration_us - (count - 1) * width_us
        rates[-1] = round(sums[-1] * SECOND_US / past_us)
    step = 10 ** max(0, len(str(max(rates, default=0))) - _DIGITS)
    return Activity(grid.start_us, width_us, tuple(rate // step * step for rate in rates))


class ActivityReader:
    """Reads how busy streams were; safe to share between threads."""

    def __init__(self, storage: Storage, footage: Footage) -> None:
        """Read rows from `storage`, and fragments through `footage`."""
        self._storage = storage
        self._footage = footage

    def near(self, stream_ids: Sequence[int], window: TimeRange, now_us: int) -> dict[int, Activity]:
        """Return each stream's activity in a window of at most two weeks or so.

        Groups of pictures are read for up to half an hour, files for up to six, both less for many lanes; beyond that
        the rollups, which the database adds up.
        """
        known = TimeRange(window.start_us, max(window.start_us, min(window.end_us, now_us)))
        width_us = bin_width_us(window, min(MOST_BINS, _MOST_BINS_IN_ALL // max(1, len(stream_ids))))
        together_us = window.duration_us * len(stream_ids)
        if window.duration_us <= _GOPS_US and together_us <= _GOPS_TOGETHER_US:
            amounts = {
                stream_id: [
                    amount for file in self._footage.files(stream_id, window) for amount in _amounts(file)
                ]
                for stream_id in stream_ids
            }
        elif window.duration_us <= _FILES_US and together_us <= _FILES_TOGETHER_US:
            amounts = self._storage.many_streams.file_sizes(stream_ids, window)
        else:
            width_us = -(-width_us // BUCKET_US) * BUCKET_US
            known = TimeRange(known.start_us - known.start_us % width_us, known.end_us)
            rollups = self._storage.many_streams.cell_rollups(stream_ids, known, width_us)
            amounts = {stream_id: _spread(found, width_us, known) for stream_id, found in rollups.items()}
        return {stream_id: activity(known, width_us, amounts.get(stream_id, ())) for stream_id in stream_ids}


def far_activity(
    grid: TimeRange,
    width_us: int,
    spans: Mapping[int, Sequence[StoredTime]],
    rollups: Mapping[int, Sequence[CellRollup]],
) -> dict[int, Activity]:
    """Return the activity of lanes from what their cells were made of, so that nothing more is read.

    Args:
        grid: of the cells. width_us: of a cell; bins are as wide, or several times as wide where there are many.
        spans, rollups: by stream; a stream is in one of them.
    """
    bins = min(MOST_BINS, _MOST_BINS_IN_ALL // max(1, len(spans) + len(rollups)))
    bin_us = -(-grid.duration_us // (width_us * bins)) * width_us or width_us
    found = {
        stream_id: activity(grid, bin_us, ((start, end, size) for _, start, end, size in times))
        for stream_id, times in spans.items()
    }
    return found | {
        stream_id: activity(grid, bin_us, _spread(cells, width_us, grid))
        for stream_id, cells in rollups.items()
    }


def _spread(rollups: Sequence[CellRollup], width_us: int, known: TimeRange) -> list[tuple[int, int, int]]:
    return [
        (found.start_us, min(found.start_us + width_us, known.end_us), found.size_bytes) for found in rollups
    ]


def _amounts(file: RecordedFile) -> list[tuple[int, int, int]]:
    """Return (start, end, bytes) of a file's groups of pictures, to the precision of a drawn line."""
    return [
        (file.wall_us(g.decode_time), file.wall_us(g.decode_time + g.duration), g.size)
        for g in file_gops(file)
    ]
