"""Time as people at the site read it: the site's zone and its local days, in which instants are UTC microseconds."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vms.domain.errors import InvalidInput, UnreadableTime
from vms.domain.time import TimeRange, from_datetime, to_datetime

LABELLED_OFFSETS = {"wib": 7, "wita": 8, "wit": 9, "utc": 0, "gmt": 0, "z": 0}
"""Hours east of UTC of the zone names that people here write behind a time."""


@dataclass(frozen=True, slots=True)
class SiteZone:
    """The time zone in which a site's clocks are read.

    Attributes:
        name: IANA name, such as "Asia/Makassar".
        label: what is printed behind every time, such as "WITA".
    """

    name: str
    label: str

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.name)
        except (ZoneInfoNotFoundError, ValueError):
            raise InvalidInput(
                f"{self.name!r} is not a time zone name such as Asia/Makassar", field="time_zone"
            ) from None

    @property
    def tzinfo(self) -> ZoneInfo:
        """The zone's rules; `ZoneInfo` keeps one object per name."""
        return ZoneInfo(self.name)

    def local(self, at_us: int) -> datetime:
        """Return the instant as an aware datetime in this zone."""
        return to_datetime(at_us).astimezone(self.tzinfo)

    def offset_us(self, at_us: int) -> int:
        """Return how far local time is ahead of UTC at that instant, in microseconds; negative in the west."""
        offset = self.local(at_us).utcoffset()
        return 0 if offset is None else offset // timedelta(microseconds=1)

    def day_of(self, at_us: int) -> date:
        """Return the local calendar day that holds the instant."""
        return self.local(at_us).date()

    def day_start_us(self, day: date) -> int:
        """Return the first instant of a local day, also where clocks skip midnight."""
        # fold=0 reads a skipped midnight with the offset from before the jump: that is the instant of the jump.
        return from_datetime(datetime.combine(day, time.min, self.tzinfo))

    def day_range(self, day: date) -> TimeRange:
        """Return the local day as a range of instants: 23 or 25 hours long where clocks are changed in it."""
        return TimeRange(self.day_start_us(day), self.day_start_us(day + timedelta(days=1)))

    def instant(self, local: datetime, *, field: str = "time") -> int:
        """Return UTC microseconds of a local wall time; where it occurs twice, the first of the two.

        Raises:
            UnreadableTime: clocks skip that time on that day.
        """
        return instant_in(self.tzinfo, local, field=field)


def instant_in(zone: tzinfo, local: datetime, *, field: str = "time") -> int:
    """Return UTC microseconds of a wall time by a zone's rules; where it occurs twice, the first of the two.

    Raises:
        UnreadableTime: clocks skip that time on that day, or calendars end before it.
    """
    shown = local.strftime("%d %b %Y %H:%M:%S")
    try:
        at_us = from_datetime(local.replace(tzinfo=zone))
        is_shown = to_datetime(at_us).astimezone(zone).replace(tzinfo=None) == local
    except OverflowError:
        message = f"{shown} is beyond the end of calendars"
        raise UnreadableTime(message, reason="no-such-day", field=field) from None
    if not is_shown:
        raise UnreadableTime(
            f"{shown} does not exist: clocks were put forward past it", reason="skipped", field=field
        )
    return at_us
