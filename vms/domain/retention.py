"""Retention rules, holds and leases: what may be purged, and what never."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from vms.domain.form_fields import FieldProblem, Rule, is_plain, length_problems, required
from vms.domain.time import DAY_US, TimeRange


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How long one stream's footage is kept.

    Attributes:
        max_age_us: older footage goes. min_age_us: younger footage yields to pressure only below 1 % free.
        max_bytes: most that the stream may fill, None for no limit.
    """

    stream_id: int
    max_age_us: int
    min_age_us: int = 0
    max_bytes: int | None = None


LONGEST_REASON = 500
"""Characters of the reason for which a hold is placed or released."""
LONGEST_HOLD_US = 400 * DAY_US
OPEN_END_US = 253_402_214_400_000_000
"""End of a hold that also protects whatever will be recorded: the last day of the year 9999."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A span of a camera's footage that no purge may touch, also where it is not written yet.

    Attributes:
        time: ends at OPEN_END_US where it protects whatever will be recorded.
        expires_us: None for a hold that only a person ends.
        released_us: when it was released; a released hold protects nothing.
        release_reason: None where nobody said why.
    """

    id: int
    camera_id: int
    time: TimeRange
    reason: str
    created_by: str
    created_us: int
    expires_us: int | None = None
    released_us: int | None = None
    released_by: str | None = None
    release_reason: str | None = None

    @property
    def end_us(self) -> int | None:
        """End of the protected range; None for one without an end."""
        return None if self.time.end_us >= OPEN_END_US else self.time.end_us

    def is_active(self, now_us: int) -> bool:
        """Tell whether the hold protects footage at this moment."""
        return self.released_us is None and (self.expires_us is None or now_us < self.expires_us)


@dataclass(frozen=True, slots=True)
class Lease:
    """A short protection that a running export takes on its sources; it lapses by itself after a crash."""

    id: int
    stream_id: int
    time: TimeRange
    expires_us: int


class PurgeReason(enum.StrEnum):
    """Which rule took a segment."""

    AGE = "age"
    QUOTA = "quota"
    PRESSURE = "pressure"
    MANUAL = "manual"


class PurgeRemedy(enum.StrEnum):
    """What lets a refused purge go on."""

    CAMERA = "camera"
    """A person's word that so much of this camera is meant to go."""
    CLOCK = "clock"
    """A person's word that this host's clock is right, or the clock coming back."""
    VOLUME = "volume"
    """The volume answering, whole and writable."""


def hold_problems(
    time: TimeRange, reason: str, expires_us: int | None, now_us: int
) -> Iterator[FieldProblem]:
    """Yield what keeps a hold from being placed."""
    if time.is_empty:
        yield FieldProblem("to", Rule.OUT_OF_RANGE, "must be later than from")
    if time.end_us < OPEN_END_US and time.duration_us > LONGEST_HOLD_US:
        text = f"must be at most {LONGEST_HOLD_US // DAY_US} days later than from"
        yield FieldProblem("to", Rule.OUT_OF_RANGE, text)
    yield from reason_problems(reason)
    if expires_us is not None and not now_us < expires_us <= OPEN_END_US:
        yield FieldProblem("expires", Rule.OUT_OF_RANGE, "must lie in the future, before the year 9999")


def reason_problems(reason: str) -> list[FieldProblem]:
    """Return what is wrong with the reason for which a hold is placed or released."""
    text = reason.strip()
    if not is_plain(text):
        return [FieldProblem("reason", Rule.NOT_PLAIN, "holds a character that cannot be kept")]
    return length_problems("reason", text, LONGEST_REASON) if text else [required("reason")]


def days_us(days: int) -> int:
    """Return so many days of 24 hours in microseconds."""
    return days * DAY_US
