"""Which wall time a run's footage gets: the recorder's clock decides, the camera's only counts frames; pure.

The camera's media clock free-runs and lies; packets arrive late but never early. So the least delayed of the last
arrivals tells where media time lies on our clock, and files follow each other without a seam (docs/design/time.md).
"""

from dataclasses import dataclass, replace

from vms.domain.segment import ClockTrust, SegmentFlag
from vms.domain.time import SECOND_US
from vms.media.fragment_table import ticks_to_us
from vms.media.fragments import Fragment

_KEPT = 8
_DRIFT_PPM = 500
"""Wall durations may differ from media durations by this much: the worst drift of an honest clock."""
_STRAY_US = SECOND_US
_STRAYS = 3
_STABLE = 0.02
_SURE_RATE = 0.05
_STEP_US = SECOND_US
_JUMP_US = 2 * SECOND_US
_LONGEST_US = 1_000_000
"""A broken duration must not date footage minutes back."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """The run's media up to `media_us` had arrived in full when the monotonic clock showed `at_us`."""

    media_us: int
    at_us: int

    @property
    def offset_us(self) -> int:
        """Monotonic time at media time zero, if this arrival was not delayed."""
        return self.at_us - self.media_us


@dataclass(frozen=True, slots=True)
class FileTimes:
    """What a finished file says about time.

    Attributes:
        start_us, end_us: media time of its first frame and after its last, on the run's media clock.
        known_us: monotonic time at which the file was known to be finished.
        arrival: when its end arrived; None where nobody can tell.
        has_break: media time visibly breaks inside (see recorder.publish.media_break).
    """

    start_us: int
    end_us: int
    known_us: int
    arrival: Arrival | None
    has_break: bool = False

    @property
    def media_us(self) -> int:
        """Duration by the camera's clock."""
        return self.end_us - self.start_us


@dataclass(frozen=True, slots=True)
class Assignment:
    """The wall time of a file; `is_jump` says that the camera's clock jumped and the run must end."""

    start_us: int
    duration_us: int
    flags: SegmentFlag
    is_jump: bool


@dataclass(frozen=True, slots=True)
class RunClock:
    """What is known about one run's time. Every method returns a new value.

    Attributes:
        anchor_us: wall minus monotonic time when the run began.
        offsets: of the last arrivals.
        end_us: wall time of the end of the last file, None before the first.
        first, last: the first arrival of the run, and that of the last file's end.
        strays: rates (wall per media) of the latest files, while our time and theirs differ too much.
        rate: wall per media time once the camera's clock rate was found to be wrong, else None.
    """

    anchor_us: int
    trust: ClockTrust
    segment_us: int
    offsets: tuple[int, ...] = ()
    end_us: int | None = None
    first: Arrival | None = None
    last: Arrival | None = None
    strays: tuple[float, ...] = ()
    rate: float | None = None

    def observed(self, arrival: Arrival) -> "RunClock":
        """Take note of an arrival."""
        return replace(
            self,
            offsets=(*self.offsets, arrival.offset_us)[-_KEPT:],
            first=self.first or arrival,
        )

    def start_of(self, media_us: int) -> int | None:
        """Return the wall time of a media time before any file is finished; None before anything arrived."""
        return self.anchor_us + min(self.offsets) + media_us if self.offsets else None

    def has_stepped(self, wall_minus_monotonic_us: int) -> bool:
        """Tell whether the host's wall clock was stepped since the run began, by more than a second."""
        return abs(wall_minus_monotonic_us - self.anchor_us) > _STEP_US

    def assigned(self, file: FileTimes) -> tuple["RunClock", Assignment]:
        """Return the wall time of the next file of the run.

        Files of a run touch: each begins where the one before ended. A duration is never zero or negative.
        """
        clock = self.observed(file.arrival) if file.arrival else self
        is_jump = False
        if before := self.last or self.first:
            reached = file.arrival or Arrival(file.end_us, file.known_us)
            wall_us, span_us = reached.at_us - before.at_us, reached.media_us - before.media_us
            if file.arrival is None:
                # All that is known is that no media can come from the future.
                is_jump = span_us - wall_us > _JUMP_US
            elif self._is_jump(wall_us, span_us, has_break=file.has_break):
                is_jump = True
            else:
                clock = clock.with_rate(file, wall_us, span_us)
        start_us = clock.start_for(file)
        end_us = clock.end_for(file, start_us, is_jump=is_jump)
        flags = SegmentFlag.NONE
        flags |= SegmentFlag.JUMP if is_jump else SegmentFlag.NONE
        flags |= SegmentFlag.RATE if clock.rate is not None and not is_jump else SegmentFlag.NONE
        flags |= SegmentFlag.UNSYNCED if self.trust is ClockTrust.UNSYNCED else SegmentFlag.NONE
        clock = replace(clock, end_us=end_us, last=file.arrival or clock.last)
        return clock, Assignment(start_us, end_us - start_us, flags, is_jump)

    def _is_jump(self, wall_us: int, span_us: int, *, has_break: bool) -> bool:
        if abs(span_us - wall_us) <= max(_JUMP_US, self.segment_us // 4):
            return has_break and abs(span_us - wall_us) > _JUMP_US
        # A clock that merely runs fast or slow does so evenly, and within reason.
        return has_break or not wall_us < 3 * span_us < 9 * wall_us

    def with_rate(self, file: FileTimes, wall_us: int, span_us: int) -> "RunClock":
        """Return the clock after judging whether the camera's clock runs at the wrong rate."""
        if self.rate is not None or file.arrival is None or span_us <= 0:
            return self
        rate = wall_us / span_us
        if self.end_us is None:
            is_wrong = abs(wall_us - span_us) > _STRAY_US and abs(rate - 1) > _SURE_RATE
            return replace(self, rate=rate) if is_wrong else self
        ours_us = self.end_us + file.media_us
        if abs(self.anchor_us + file.arrival.at_us - ours_us) <= _STRAY_US:
            return replace(self, strays=())
        strays = (*self.strays, rate)[-_STRAYS:]
        is_stable = len(strays) == _STRAYS and max(strays) - min(strays) <= _STABLE
        mean = sum(strays) / len(strays)
        is_wrong = is_stable and abs(mean - 1) > _DRIFT_PPM / 1_000_000
        return replace(self, strays=strays, rate=mean if is_wrong else None)

    def start_for(self, file: FileTimes) -> int:
        """Return the wall time of the next file's first frame."""
        if self.end_us is not None:
            return self.end_us
        if self.rate is not None and self.first is not None:
            # Offsets of a fast clock only shrink, of a slow one only grow: the first arrival is the true one.
            lead_us = round((self.first.media_us - file.start_us) * self.rate)
            return self.anchor_us + self.first.at_us - lead_us
        start_us = self.start_of(file.start_us)
        if start_us is None:
            raise ValueError("the first file of a run needs an arrival")
        return start_us

    def end_for(self, file: FileTimes, start_us: int, *, is_jump: bool) -> int:
        """Return the wall time of the next file's end."""
        media_us = max(file.media_us, 1)
        if is_jump:
            end_us = self.anchor_us + (file.arrival.at_us if file.arrival else file.known_us)
        elif self.rate is not None:
            by_rate = start_us + round(media_us * self.rate)
            end_us = self.anchor_us + file.arrival.at_us if file.arrival else by_rate
        else:
            limit_us = media_us * _DRIFT_PPM // 1_000_000
            drift_us = (
                self.anchor_us + min(self.offsets) + file.end_us - (start_us + media_us)
                if self.offsets
                else 0
            )
            end_us = start_us + media_us + max(-limit_us, min(limit_us, drift_us))
        return max(end_us, start_us + 1)


def parser_delay_us(fragment: Fragment, timescale: int) -> int:
    """Return how long before it was written the last frame of a fragment had arrived: one frame interval, in us."""
    if fragment.samples == 0:
        return 0
    return min(ticks_to_us(fragment.duration // fragment.samples, timescale), _LONGEST_US)
