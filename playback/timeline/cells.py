"""Cells: a timeline too wide to draw spans, as parts of equal width, each with how much of it is recorded.

They are made from the silences between spans where these are few, else from rollups that the database added up.
Widths are multiples of 15 minutes and cells begin at multiples of their width, so that they stay where they are while
a viewer moves along.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from storage.footage.many_streams import CellRollup
from vms.domain.time import BUCKET_US, SECOND_US, TimeRange

_WHOLE = 1000


@dataclass(frozen=True, slots=True)
class Cells:
    """One lane's footage by parts of equal width, one entry for each that has begun.

    Attributes:
        grid: from the first cell's start, at or before the window's, to where knowledge ends. width_us: of each cell.
        covered_us: how much of the cell is recorded. longest_gaps_us: the longest gap that touches it, 0 for none.
    """

    grid: TimeRange
    width_us: int
    covered_us: tuple[int, ...]
    longest_gaps_us: tuple[int, ...]

    def thousandths(self) -> list[int]:
        """Return what part of each cell's past is recorded: 1000 only where nothing is missing, 0 only where all is."""
        found = [
            _WHOLE if part == self.width_us else _thousandths(part, self.width_us) for part in self.covered_us
        ]
        if found:
            past_us = self.grid.duration_us - (len(found) - 1) * self.width_us
            found[-1] = _thousandths(self.covered_us[-1], past_us)
        return found

    def longest_gaps_s(self) -> list[int]:
        """Return the longest gap that touches each cell, in whole seconds rounded up."""
        return [-(-gap_us // SECOND_US) if gap_us else 0 for gap_us in self.longest_gaps_us]


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
    covered, longest = [width_us] * count, [0] * count
    if count:
        covered[-1] = grid.duration_us - (count - 1) * width_us
    for start_us, end_us in silences:
        first, last = (start_us - grid.start_us) // width_us, (end_us - 1 - grid.start_us) // width_us
        gap_us = end_us - start_us
        if first == last:
            covered[first] -= gap_us
            longest[first] = max(longest[first], gap_us)
            continue
        for number in range(first, last + 1):
            cell_us = grid.start_us + number * width_us
            covered[number] -= min(end_us, cell_us + width_us) - max(start_us, cell_us)
            longest[number] = max(longest[number], gap_us)
    return Cells(grid, width_us, tuple(covered), tuple(longest))


def cells_from_rollups(grid: TimeRange, width_us: int, rollups: Sequence[CellRollup]) -> Cells:
    """Return the cells of a grid from rollups of the same width; their longest gaps end at the borders of quarter-hours.

    A silence of several quarter-hours is told as the time in which the cell has no footage at all.
    """
    by_start = {found.start_us: found for found in rollups}
    covered: list[int] = []
    longest: list[int] = []
    for start_us in range(grid.start_us, grid.end_us, width_us):
        past_us = min(width_us, grid.end_us - start_us)
        found = by_start.get(start_us)
        recorded_us = 0 if found is None else min(found.covered_us, past_us)
        gap_us = past_us if found is None else max(found.longest_gap_us, past_us - found.buckets * BUCKET_US)
        covered.append(recorded_us)
        # The quarter-hour that holds the present counts the time still to come as a gap.
        longest.append(min(past_us - recorded_us, gap_us))
    return Cells(grid, width_us, tuple(covered), tuple(longest))


def _thousandths(part: int, whole: int) -> int:
    if part >= whole:
        return _WHOLE
    return max(1, part * _WHOLE // whole) if part > 0 else 0
