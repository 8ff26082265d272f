"""Which frame is due when: numbers, UTC times and monotonic instants tied together at one anchor."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FrameClock:
    """Frame `first_frame + k` is made k / fps seconds after the anchor.

    Anchored to the wall clock once and paced on the monotonic clock ever after, so that a step of the wall clock cannot
    make the frames stumble; their burned times then keep the old reckoning.
    """

    anchor_us: int
    anchor_monotonic_seconds: float
    fps: int
    first_frame: int = 0

    def time_us(self, frame: int) -> int:
        """Return the UTC microsecond at which `frame` is made."""
        return self.anchor_us + (frame - self.first_frame) * 1_000_000 // self.fps

    def due_seconds(self, frame: int) -> float:
        """Return the monotonic instant at which `frame` is made."""
        return self.anchor_monotonic_seconds + (frame - self.first_frame) / self.fps

    def next_frame(self, monotonic_seconds: float) -> int:
        """Return the first frame that is not due before the given instant."""
        return self.first_frame + max(
            0, math.ceil((monotonic_seconds - self.anchor_monotonic_seconds) * self.fps)
        )

    def at_rate(self, fps: int, frame: int) -> FrameClock:
        """Return a clock on which frame numbers and times go on without a step from `frame`, at another rate."""
        return FrameClock(self.time_us(frame), self.due_seconds(frame), fps, frame)
