"""Where a person was in which footage, so that they can go on from there."""

from dataclasses import dataclass

from vms.domain.time import HOUR_US, TimeRange

MOST_WATCHED = 8
"""Places that are remembered for one person; the newest stay."""
_SAME_STRETCH_US = HOUR_US
"""A moment this far from a stretch is another one: the person jumped, and goes on from there."""
_LONGEST_STRETCH_US = 12 * HOUR_US


@dataclass(frozen=True, slots=True)
class Watching:
    """One place: these cameras, in page order, at this moment.

    Attributes:
        at_us: where the person was. stretch: what they looked at around it; holds `at_us` or ends there.
        seen_us: when they were there.
    """

    camera_ids: tuple[int, ...]
    at_us: int
    stretch: TimeRange
    seen_us: int

    @property
    def share(self) -> float:
        """How much of the stretch lies behind the moment, 0 to 1."""
        whole = self.stretch.duration_us
        return (self.at_us - self.stretch.start_us) / whole if whole else 0.0


def moved_on(before: Watching | None, at_us: int, seen_us: int, camera_ids: tuple[int, ...]) -> Watching:
    """Return the place after a person was at a moment: the stretch grows with near moments, a far one begins anew."""
    stretch = TimeRange(at_us, at_us)
    if before is not None:
        grown = TimeRange(min(before.stretch.start_us, at_us), max(before.stretch.end_us, at_us))
        added_us = grown.duration_us - before.stretch.duration_us
        if added_us <= _SAME_STRETCH_US and grown.duration_us <= _LONGEST_STRETCH_US:
            stretch = grown
    return Watching(camera_ids, at_us, stretch, seen_us)
