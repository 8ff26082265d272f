"""Which wall time a run's footage gets: the recorder's clock decides, the camera's only counts frames; pure.

The camera's media clock free-runs and lies; packets arrive late but never early. So the least delayed of the last
arrivals tells where media time lies on our clock, and files follow each other without a seam (docs/design/time.md).
"""

from dataclasses import dataclass, replace

from vms.domain.segment import ClockTrust, SegmentFlag
from vms.domain.time import SECOND_US

_KEPT = 8
_DRIFT_PPM = 500
"""Wall durations may differ from media durations by this much: the worst drift of an honest clock."""
_STRAY_US = SECOND_US
_STRAYS = 3
_STABLE = 0.02
_SURE_RATE = 0.05
_STEP_US = SECOND_US
_JUMP_US = 2 * SECOND_US
_NEAR_US = SECOND_US // 5
"""What files are off by more than this is no drift of a clock, and is put right at once."""
_MEASURED_US = SECOND_US // 2
"""Where so much was put right, it is no late packet either: the duration was measured, and says so."""


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
        arrival: when its end arrived, about; None where nobody can tell.
        border: what had arrived when the file before it was closed, exactly; None where nobody can tell.
        doubt_us: how far off `arrival` may be: what arrived after its end is in the next file.
        has_break: media time visibly breaks inside (see recorder.publish.jump_repair).
    """

    start_us: int
    end_us: int
    known_us: int
    arrival: Arrival | None
    border: Arrival | None = None
    doubt_us: int = 0
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
        guess: an arrival about which not all is known yet; it serves as long as there is no other.
        offsets: of the last arrivals.
        end_us: wall time of the end of the last file, None before the first.
        first, last: the first arrival of the run, and that of the last file's end.
        strays: rates (wall per media) of the latest files, while our time and theirs differ too much.
        rate: wall per media time once the camera's clock rate was found to be wrong, else None.
    """

    anchor_us: int
    trust: ClockTrust
    segment_us: int
    guess: Arrival | None = None
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

    def sampled(self, arrival: Arrival | None, guess: Arrival | None) -> "RunClock":
        """Take note of what a look at the growing file says."""
        clock = self.observed(arrival) if arrival else self
        return replace(clock, guess=self.guess or guess)

    def start_of(self, media_us: int) -> int | None:
        """Return the wall time of a media time before any file is finished; None before anything arrived."""
        offsets = self.offsets or ((self.guess.offset_us,) if self.guess else ())
        return self.anchor_us + min(offsets) + media_us if offsets else None

    def has_stepped(self, wall_minus_monotonic_us: int) -> bool:
        """Tell whether the host's wall clock was stepped since the run began, by more than a second."""
        return abs(wall_minus_monotonic_us - self.anchor_us) > _STEP_US

    def assigned(self, file: FileTimes) -> tuple["RunClock", Assignment]:
        """Return the wall time of the next file of the run.

        Files of a run touch: each begins where the one before ended. A duration is never zero or negative.
        """
        clock = self.observed(file.border) if file.border else self
        if not clock.offsets and file.arrival:
            clock = clock.observed(file.arrival)
        is_jump = False
        if before := self.last or clock.first:
            reached = file.arrival or Arrival(file.end_us, file.known_us)
            wall_us, span_us = reached.at_us - before.at_us, reached.media_us - before.media_us
            if file.arrival is None:
                # All that is known is that no media can come from the future.
                is_jump = span_us - wall_us > _JUMP_US
            elif self._is_jump(wall_us, span_us, file):
                is_jump = True
            else:
                clock = clock.with_rate(file, wall_us, span_us)
        start_us = clock.start_for(file)
        end_us, is_measured = clock.end_for(file, start_us, is_jump=is_jump)
        flags = SegmentFlag.NONE
        flags |= SegmentFlag.JUMP if is_jump else SegmentFlag.NONE
        flags |= SegmentFlag.RATE if is_measured and not is_jump else SegmentFlag.NONE
        flags |= SegmentFlag.UNSYNCED if self.trust is ClockTrust.UNSYNCED else SegmentFlag.NONE
        clock = replace(clock, end_us=end_us, last=file.arrival or clock.last)
        return clock, Assignment(start_us, end_us - start_us, flags, is_jump)

    def _is_jump(self, wall_us: int, span_us: int, file: FileTimes) -> bool:
        off_us = abs(span_us - wall_us) - file.doubt_us
        if off_us <= max(_JUMP_US, self.segment_us // 4):
            return file.has_break and off_us > _JUMP_US
        # A clock that merely runs fast or slow does so evenly, and within reason.
        return file.has_break or not wall_us < 3 * span_us < 9 * wall_us

    def with_rate(self, file: FileTimes, wall_us: int, span_us: int) -> "RunClock":
        """Return the clock after judging whether the camera's clock runs at the wrong rate."""
        if self.rate is not None or file.arrival is None or span_us <= 0:
            return self
        rate, tolerance_us = wall_us / span_us, _STRAY_US + file.doubt_us
        if self.end_us is None:
            is_wrong = abs(wall_us - span_us) > tolerance_us and abs(rate - 1) > _SURE_RATE
            return replace(self, rate=rate) if is_wrong else self
        ours_us = self.end_us + file.media_us
        if abs(self.anchor_us + file.arrival.at_us - ours_us) <= tolerance_us:
            return replace(self, strays=())
        strays = (*self.strays, rate)[-_STRAYS:]
        is_stable = len(strays) == _STRAYS and max(strays) - min(strays) <= _STABLE
        mean = sum(strays) / len(strays)
        if is_stable and abs(mean - 1) > _DRIFT_PPM / 1_000_000:
            return replace(self, strays=strays, rate=mean)
        # Off for long, and not by an even rate: what arrived before it began says nothing any more.
        offsets = self.offsets[-_STRAYS:] if len(strays) == _STRAYS else self.offsets
        return replace(self, strays=strays, offsets=offsets)

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

    def end_for(self, file: FileTimes, start_us: int, *, is_jump: bool) -> tuple[int, bool]:
        """Return the wall time of the next file's end, and whether it was measured more than declared."""
        media_us = max(file.media_us, 1)
        is_measured = self.rate is not None
        if is_jump:
            end_us = self.anchor_us + (file.arrival.at_us if file.arrival else file.known_us)
        elif self.rate is not None:
            by_rate = start_us + round(media_us * self.rate)
            end_us = self.anchor_us + file.arrival.at_us if file.arrival else by_rate
        else:
            limit_us = media_us * _DRIFT_PPM // 1_000_000
            off_us = (
                self.anchor_us + min(self.offsets) + file.end_us - (start_us + media_us)
                if self.offsets
                else 0
            )
            is_measured = abs(off_us) > _MEASURED_US
            limit_us = max(limit_us, abs(off_us) - _NEAR_US)
            end_us = start_us + media_us + max(-limit_us, min(limit_us, off_us))
        return max(end_us, start_us + 1), is_measured
