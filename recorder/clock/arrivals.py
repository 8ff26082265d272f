"""What had arrived of a stream when ffmpeg wrote something of it; pure.

A frame is handed on when the next one begins, which is how its end is known, and is written when the next one is handed
on, which is how its duration is known. So whatever was written, two more frames had begun by then. How long these two
last stands in what is written afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from recorder.clock.wall_clock import Arrival
from vms.media.fragment_table import ticks_to_us
from vms.media.fragments import Fragment

HELD_FRAMES = 2
_LONGEST_US = 2_000_000
"""A broken duration must not date footage minutes back."""


@dataclass(frozen=True, slots=True)
class Written:
    """Media up to `media_ticks` was written when the monotonic clock showed `at_us`.

    Attributes:
        later: durations of the frames that follow, as far as they are known.
    """

    media_ticks: int
    at_us: int
    later: tuple[int, ...] = ()

    @property
    def reached_ticks(self) -> int:
        """Media time up to which everything is known."""
        return self.media_ticks + sum(self.later)

    def followed(self, decode_time: int, durations: Sequence[int]) -> "Written | None":
        """Return what is known once the frames of the next fragment are; None where media time does not go on."""
        if decode_time != self.reached_ticks:
            return None
        return replace(self, later=(*self.later, *durations))

    def arrival(self, timescale: int) -> Arrival | None:
        """Return what had arrived, None as long as not enough is known."""
        if len(self.later) < HELD_FRAMES:
            return None
        reached = self.media_ticks + sum(self.later[:HELD_FRAMES])
        return Arrival(ticks_to_us(reached, timescale), self.at_us)


def held_us(fragment: Fragment, timescale: int) -> int:
    """Return how long before it was written the end of a fragment had arrived, by the mean of its frames."""
    if fragment.samples == 0:
        return 0
    return min(HELD_FRAMES * ticks_to_us(fragment.duration // fragment.samples, timescale), _LONGEST_US)


def doubt_us(fragments: Sequence[Fragment], timescale: int) -> int:
    """Return how far off `held_us` may be where frames come unevenly: as much as the slowest of them are held."""
    held = [held_us(fragment, timescale) for fragment in fragments]
    return max(held, default=0) - min(held, default=0)
