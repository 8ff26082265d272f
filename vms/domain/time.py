"""Time as Siring keeps it: whole microseconds since 1970 in UTC, ranges half-open.

Zones and calendars exist only where people read or type times (`vms.domain.moments.site_time`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from vms.domain.errors import InvalidInput

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
BUCKET_US = 15 * MINUTE_US
"""Width of a rollup bucket: every real zone's offset is a multiple of 15 minutes, so local days are whole buckets."""

_AT_ONCE_US = 1000
_READINGS = 5
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """The two clocks: one for labels, one for waiting."""

    def now_us(self) -> int:
        """Return the wall time in UTC microseconds; it may step."""

    def monotonic_us(self) -> int:
        """Return microseconds on a clock that never steps and has no meaning outside this boot."""


def wall_minus_monotonic_us(clock: Clock) -> int:
    """Return how far the wall clock is ahead of the monotonic one.

    Two clocks cannot be read at once. Where this process was stopped in between, they are read again: the pause would
    look like a step of the wall clock.
    """
    nearest_us, difference_us = None, 0
    for _ in range(_READINGS):
        before_us, wall_us = clock.monotonic_us(), clock.now_us()
        apart_us = clock.monotonic_us() - before_us
        if nearest_us is None or apart_us < nearest_us:
            nearest_us, difference_us = apart_us, wall_us - before_us
        if apart_us <= _AT_ONCE_US:
            break
    return difference_us


@dataclass(frozen=True, slots=True, order=True)
class TimeRange:
    """A half-open span of wall time: it holds `start_us` and everything before `end_us`."""

    start_us: int
    end_us: int

    def __post_init__(self) -> None:
        if self.end_us < self.start_us:
            raise InvalidInput(
                f"a time range must not end ({self.end_us}) before it starts ({self.start_us})"
            )

    @property
    def duration_us(self) -> int:
        """Length in microseconds, never negative."""
        return self.end_us - self.start_us

    @property
    def is_empty(self) -> bool:
        """Whether the range holds no instant at all."""
        return self.end_us == self.start_us

    def holds(self, at_us: int) -> bool:
        """Tell whether the instant lies within the range."""
        return self.start_us <= at_us < self.end_us

    def overlaps(self, other: "TimeRange") -> bool:
        """Tell whether the two ranges share at least one instant."""
        return self.start_us < other.end_us and other.start_us < self.end_us

    def intersection(self, other: "TimeRange") -> "TimeRange | None":
        """Return the instants that both hold, or None where there are none."""
        start, end = max(self.start_us, other.start_us), min(self.end_us, other.end_us)
        return TimeRange(start, end) if start < end else None


def merged(ranges: Iterable[TimeRange]) -> list[TimeRange]:
    """Return the same instants as the fewest ranges, in order; touching ranges are joined."""
    result: list[TimeRange] = []
    for span in sorted(r for r in ranges if not r.is_empty):
        if result and span.start_us <= result[-1].end_us:
            if span.end_us > result[-1].end_us:
                result[-1] = TimeRange(result[-1].start_us, span.end_us)
        else:
            result.append(span)
    return result


def subtracted(whole: TimeRange, taken: Iterable[TimeRange], *, tolerance_us: int = 0) -> list[TimeRange]:
    """Return the parts of `whole` that no range in `taken` covers, in order.

    Args:
        whole: the window looked at.
        taken: ranges in any order; they may overlap each other and reach outside the window.
        tolerance_us: uncovered parts of at most this length are not reported.
    """
    left: list[TimeRange] = []
    reached = whole.start_us
    for span in merged(taken):
        if span.start_us >= whole.end_us:
            break
        if span.start_us - reached > tolerance_us:
            left.append(TimeRange(reached, span.start_us))
        reached = max(reached, span.end_us)
    if whole.end_us - reached > tolerance_us:
        left.append(TimeRange(reached, whole.end_us))
    return left


def buckets(window: TimeRange, width_us: int = BUCKET_US) -> Iterator[int]:
    """Yield the start of every bucket of `width_us` that the window touches."""
    if window.is_empty:
        return
    first = window.start_us - window.start_us % width_us
    yield from range(first, window.end_us, width_us)


def to_datetime(at_us: int) -> datetime:
    """Return the instant as an aware UTC datetime."""
    return EPOCH + timedelta(microseconds=at_us)


def from_datetime(moment: datetime) -> int:
    """Return UTC microseconds of an aware datetime.

    Raises:
        InvalidInput: the datetime has no zone, so it names no instant.
    """
    if moment.tzinfo is None:
        raise InvalidInput("a time without a zone names no instant")
    return (moment - EPOCH) // timedelta(microseconds=1)


def parse_rfc3339(text: str, *, field: str = "") -> int:
    """Return UTC microseconds of an RFC 3339 time such as 2025-11-25T14:05:09.200+08:00.

    Raises:
        InvalidInput: the text is not such a time, or has no offset.
    """
    try:
        # A "+" that was not percent-encoded in a URL arrives as a blank.
        return from_datetime(
            datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text.strip())
        )
    except (ValueError, InvalidInput, OverflowError):
        message = f"{text[:40]!r} is not a time with an offset, such as 2025-11-25T14:05:09.200+08:00"
        raise InvalidInput(message, field=field) from None


def format_rfc3339(at_us: int) -> str:
    """Return the instant as RFC 3339 in UTC with microseconds, such as 2025-11-25T06:05:09.200000Z."""
    return to_datetime(at_us).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
