"""Cells: a timeline too wide to draw spans, as stretches of equal width, each with how much of it is recorded.

They are made from the silences between spans where these are few, else from 15-minute sums that the database added up.
Widths are multiples of 15 minutes and cells begin at multiples of their width, so that they stay where they are while
a viewer moves along.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from storage.archive import CellSum
from vms.domain.time import BUCKET_US, SECOND_US, TimeRange

_WHOLE = 1000


@dataclass(frozen=True, slots=True)
class Cells:
    """One lane's footage by stretches of equal width, one entry for each that has begun.

    Attributes:
        start_us: of the first cell, at or before the window's start. width_us: of each.
        covered: thousandths of the cell's past that are recorded; 1000 only where nothing is missing, 0 only where all is.
        longest_gaps_s: the longest gap that touches the cell, in whole seconds rounded up; 0 for none.
    """

    start_us: int
    width_us: int
    covered: tuple[int, ...]
    longest_gaps_s: tuple[int, ...]


def cell_width_us(window: TimeRange, columns: int) -> int:
    """Return the narrowest width with which a window has at most about `columns` cells."""
    return max(1, -(-window.duration_us // (columns * BUCKET_US))) * BUCKET_US


def cells_grid(window: TimeRange, width_us: int, known_until_us: int) -> TimeRange:
    """Return the time from the first cell's start to where knowledge ends; empty where the window lies ahead."""
    start_us = window.start_us - window.start_us % width_us
    return TimeRange(start_us, max(start_us, known_until_us))


def cells_from_silences(grid: TimeRange, width_us: int, silences: Iterable[tuple[int, int]]) -> Cells:
    """Return the cells of a grid from the parts of it that are not recorded.

    Args:
        grid: from `cells_grid`. width_us: of a cell.
        silences: (start, end) inside the grid, in order, none touching another.
    """
    count = -(-grid.duration_us // width_us)
    missing: dict[int, int] = {}
    longest = [0] * count
    for start_us, end_us in silences:
        first, last = (start_us - grid.start_us) // width_us, (end_us - 1 - grid.start_us) // width_us
        length_s = -(-(end_us - start_us) // SECOND_US)
        for number in range(first, last + 1):
            missing[number] = missing.get(number, 0) + width_us
            longest[number] = max(longest[number], length_s)
        # The first and the last cell are silent only in part.
        missing[first] -= start_us - grid.start_us - first * width_us
        missing[last] -= grid.start_us + (last + 1) * width_us - end_us
    covered = [_WHOLE] * count
    for number, missing_us in missing.items():
        past_us = min(width_us, grid.duration_us - number * width_us)
        covered[number] = _thousandths(past_us - missing_us, past_us)
    return Cells(grid.start_us, width_us, tuple(covered), tuple(longest))


def cells_from_sums(grid: TimeRange, width_us: int, sums: Sequence[CellSum]) -> Cells:
    """Return the cells of a grid from sums of the same width; their longest gaps end at the borders of quarter-hours.

    A silence of several quarter-hours is told as the time in which the cell has no footage at all.
    """
    by_start = {found.start_us: found for found in sums}
    covered: list[int] = []
    longest: list[int] = []
    for start_us in range(grid.start_us, grid.end_us, width_us):
        past_us = min(width_us, grid.end_us - start_us)
        found = by_start.get(start_us)
        if found is None:
            covered.append(0)
            longest.append(-(-past_us // SECOND_US))
            continue
        recorded_us = min(found.covered_us, past_us)
        silent_us = past_us - found.buckets * BUCKET_US
        # The quarter-hour that holds the present counts the time still to come as a gap.
        gap_us = min(past_us - recorded_us, max(found.longest_gap_us, silent_us))
        covered.append(_thousandths(recorded_us, past_us))
        longest.append(-(-gap_us // SECOND_US))
    return Cells(grid.start_us, width_us, tuple(covered), tuple(longest))


def _thousandths(part: int, whole: int) -> int:
    """Return the share in thousandths, rounded so that neither "all" nor "nothing" is said where it is not so."""
    if part >= whole:
        return _WHOLE
    return max(1, part * _WHOLE // whole) if part > 0 else 0
