"""How busy a stream was: bytes per second in bins of equal width.

Bits go where pictures change, so the rate hints at movement without anybody looking at a picture.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from vms.domain.time import SECOND_US, TimeRange

MOST_BINS = 600
_DIGITS = 3
"""Of the highest rate that are told; the line that is drawn of them has no more."""


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
    """Return how busy a stretch of time was.

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
