"""How busy several lanes were, from the finest source that is cheap for so many lanes and so long a window."""

from collections.abc import Mapping, Sequence
from typing import Final

from playback.stream.footage import Footage
from playback.stream.pieces import RecordedFile, file_gops
from playback.timeline.activity import MOST_BINS, Activity, activity, bin_width_us
from storage.footage.many_streams import CellSum, StoredTime
from storage.open import Storage
from vms.domain.time import BUCKET_US, DAY_US, HOUR_US, MINUTE_US, TimeRange

_MOST_BINS_IN_ALL: Final = 20_000
_GOPS_US: Final = 30 * MINUTE_US
_GOPS_TOGETHER_US: Final = 2 * HOUR_US
_FILES_US: Final = 6 * HOUR_US
_FILES_TOGETHER_US: Final = 4 * DAY_US
"""Windows of all lanes together up to which groups of pictures, or files, are read."""


class ActivityReader:
    """Reads how busy streams were; safe to share between threads."""

    def __init__(self, storage: Storage, footage: Footage) -> None:
        """Read rows from `storage`, and fragments through `footage`."""
        self._storage = storage
        self._footage = footage

    def near(self, stream_ids: Sequence[int], window: TimeRange, now_us: int) -> dict[int, Activity]:
        """Return each stream's activity in a window of at most two weeks or so.

        Groups of pictures are read for up to half an hour, files for up to six, both less for many lanes; beyond that
        the 15-minute sums, which the database adds up.
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
            amounts = self._storage.archive.file_sizes(stream_ids, window)
        else:
            width_us = -(-width_us // BUCKET_US) * BUCKET_US
            known = TimeRange(known.start_us - known.start_us % width_us, known.end_us)
            sums = self._storage.archive.sums(stream_ids, known, width_us)
            amounts = {stream_id: _summed(found, width_us, known) for stream_id, found in sums.items()}
        return {stream_id: activity(known, width_us, amounts.get(stream_id, ())) for stream_id in stream_ids}


def far_activity(
    grid: TimeRange,
    width_us: int,
    spans: Mapping[int, Sequence[StoredTime]],
    sums: Mapping[int, Sequence[CellSum]],
) -> dict[int, Activity]:
    """Return the activity of lanes from what their cells were made of, so that nothing more is read.

    Args:
        grid: of the cells. width_us: of a cell; bins are as wide, or several times as wide where there are many.
        spans, sums: by stream; a stream is in one of them.
    """
    bins = min(MOST_BINS, _MOST_BINS_IN_ALL // max(1, len(spans) + len(sums)))
    bin_us = -(-grid.duration_us // (width_us * bins)) * width_us or width_us
    found = {
        stream_id: activity(grid, bin_us, ((start, end, size) for _, start, end, size in times))
        for stream_id, times in spans.items()
    }
    return found | {
        stream_id: activity(grid, bin_us, _summed(cells, width_us, grid)) for stream_id, cells in sums.items()
    }


def _summed(sums: Sequence[CellSum], width_us: int, known: TimeRange) -> list[tuple[int, int, int]]:
    return [
        (found.start_us, min(found.start_us + width_us, known.end_us), found.size_bytes) for found in sums
    ]


def _amounts(file: RecordedFile) -> list[tuple[int, int, int]]:
    """Return (start, end, bytes) of a file's groups of pictures, to the precision of a drawn line."""
    return [
        (file.wall_us(g.decode_time), file.wall_us(g.decode_time + g.duration), g.size)
        for g in file_gops(file)
    ]
