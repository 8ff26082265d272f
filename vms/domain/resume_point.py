"""Where a person was in which footage, so that they can resume there."""

from dataclasses import dataclass

from vms.domain.time import HOUR_US, TimeRange

MOST_RESUME_POINTS = 8
"""Of one person; older ones are dropped."""
_LONGEST_STEP_US = HOUR_US
"""A moment farther than this from what was watched is a jump: what is watched begins anew there."""
_LONGEST_WATCHED_US = 12 * HOUR_US


@dataclass(frozen=True, slots=True)
class ResumePoint:
    """These cameras, in page order, at this moment.

    Attributes:
        at_us: where the person was. watched: what they looked at around it; holds `at_us` or ends there.
        seen_us: when they were there.
    """

    camera_ids: tuple[int, ...]
    at_us: int
    watched: TimeRange
    seen_us: int

    @property
    def share(self) -> float:
        """How much of the watched range lies behind the moment, 0 to 1."""
        whole = self.watched.duration_us
        return (self.at_us - self.watched.start_us) / whole if whole else 0.0


def moved_on(
    before: ResumePoint | None, at_us: int, seen_us: int, camera_ids: tuple[int, ...]
) -> ResumePoint:
    """Return the resume point of a person who is now at this moment: near moments widen what they watched."""
    watched = TimeRange(at_us, at_us)
    if before is not None:
        grown = TimeRange(min(before.watched.start_us, at_us), max(before.watched.end_us, at_us))
        added_us = grown.duration_us - before.watched.duration_us
        if added_us <= _LONGEST_STEP_US and grown.duration_us <= _LONGEST_WATCHED_US:
            watched = grown
    return ResumePoint(camera_ids, at_us, watched, seen_us)
