"""Time as people at the site read and write it: the site's zone, local days, and every form in which a moment is typed.

Everything here is pure: the present moment is an argument, and what comes back is UTC microseconds.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vms.domain.errors import InvalidInput
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US, TimeRange, from_datetime, to_datetime

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
            InvalidInput: clocks skip that time on that day.
        """
        return _instant_in(self.tzinfo, local, field)


def _instant_in(zone: tzinfo, local: datetime, field: str) -> int:
    at_us = from_datetime(local.replace(tzinfo=zone))
    if to_datetime(at_us).astimezone(zone).replace(tzinfo=None) != local:
        shown = local.strftime("%d %b %Y %H:%M:%S")
        raise InvalidInput(f"{shown} does not exist: clocks were put forward past it", field=field)
    return at_us


_CLOCK = re.compile(r"(?P<h>\d{1,2})[:.](?P<m>\d{2})(?:[:.](?P<s>\d{2})(?:[.,](?P<f>\d{1,6}))?)?")
_DIGITS = re.compile(r"(?P<h>\d{2})(?P<m>\d{2})(?:(?P<s>\d{2})(?:[.,](?P<f>\d{1,6}))?)?")
_HOUR = re.compile(r"(?P<h>\d{1,2})")
_AFTERNOON = re.compile(r"(.*\d)\s*(am|pm)")
_AGO = re.compile(r"(\d{1,6})\s*([a-z]+)\s+(?:yang\s+)?(?:lalu|ago)")
_ISO = re.compile(
    r"\d{4}-?\d{2}-?\d{2}t\d{2}:?\d{2}.*|\d{4}-\d{2}-\d{2}\s+\d{2}:\d{2}.*(?:z|[+-]\d{2}:?\d{2})"
)
_ZONE_SUFFIX = re.compile(r"(.*[\d\s])(wib|wita|wit|utc|gmt|z)")

_UNITS_US = {
    **dict.fromkeys(("d", "dtk", "det", "detik", "s", "sec", "secs", "second", "seconds"), SECOND_US),
    **dict.fromkeys(("m", "mnt", "menit", "min", "mins", "minute", "minutes"), MINUTE_US),
    **dict.fromkeys(("j", "jam", "h", "hr", "hrs", "hour", "hours"), HOUR_US),
    **dict.fromkeys(("hari", "day", "days"), DAY_US),
}
_DAY_WORDS = {
    "hari ini": 0,
    "today": 0,
    "kemarin": 1,
    "kmrn": 1,
    "yesterday": 1,
    "kemarin dulu": 2,
    "kemarin lusa": 2,
    "the day before yesterday": 2,
}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "senin sen monday mon",
            "selasa sel tuesday tue tues",
            "rabu rab wednesday wed",
            "kamis kam thursday thu thurs",
            "jumat jum jum'at friday fri",
            "sabtu sab saturday sat",
            "minggu min ahad sunday sun",
        )
    )
    for name in names.split()
}
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan",
            "februari february pebruari feb peb",
            "maret march mar",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "agustus august agu ags agt aug",
            "september sept sep",
            "oktober october okt oct",
            "november nopember nov nop",
            "desember december des dec",
        ),
        start=1,
    )
    for name in names.split()
}
_NUMERIC_DATE = re.compile(r"(\d{1,2})([/.-])(\d{1,2})(?:\2(\d{4}|\d{2}))?")
_YEAR_FIRST = re.compile(r"(\d{4})([-/.]?)(\d{2})\2(\d{2})")
_DAY_MONTH = re.compile(r"(\d{1,2})\s+([a-z]+)\.?(?:,?\s+(\d{4}))?")
_MONTH_DAY = re.compile(r"([a-z]+)\.?\s+(\d{1,2})(?:,?\s+(\d{4}))?")
_FIRST_YEAR, _LAST_YEAR = 2000, 2099


def parse_typed_time(text: str, *, zone: SiteZone, day: date, now_us: int, field: str = "time") -> int:
    """Return the instant that a person meant, in UTC microseconds.

    Understood, in Indonesian and English: a clock time on the day shown (14:05, 14.05, 140509, 14:05:09.2,
    2:05 pm, 24:00), a day and a time (kemarin 14.00, Sen 08:00, 25 Nov 14:05, 25/11/2025 14.05,
    "Sel, 25 Nov 2025 14:05:09.2 WITA"), a day alone (its first instant), "sekarang", "10 menit lalu", and ISO 8601
    with or without offset. Dates are day first; a date without year is the latest that is not in the future.

    Args:
        text: what was typed.
        zone: the site's zone, for times without offset.
        day: the local day that is on screen, for times without date.
        now_us: the present, for "kemarin" and its like.
        field: name of the form field, for the error.

    Raises:
        InvalidInput: nothing of the above, or a time that no clock of that day shows.
    """
    typed = " ".join(text.casefold().split())
    if not typed or len(typed) > 80:
        raise _unreadable(text, field)
    if typed in {"sekarang", "kini", "now"}:
        return now_us
    if (ago := _AGO.fullmatch(typed)) and ago[2] in _UNITS_US and _UNITS_US[ago[2]] < DAY_US:
        return now_us - int(ago[1]) * _UNITS_US[ago[2]]
    if _ISO.fullmatch(typed):
        return _parse_iso(typed, zone, text, field)
    rules: tzinfo = zone.tzinfo
    if (suffix := _ZONE_SUFFIX.fullmatch(typed)) is not None:
        typed = suffix[1].strip()
        if suffix[2] != zone.label.casefold():
            rules = timezone(timedelta(hours=LABELLED_OFFSETS[suffix[2]]))
    today = to_datetime(now_us).astimezone(rules).date()
    return _instant_in(rules, _parse_local(typed, day, today, text, field), field)


def _parse_iso(typed: str, zone: SiteZone, text: str, field: str) -> int:
    try:
        moment = datetime.fromisoformat(typed.upper().replace(",", "."))
        return (
            zone.instant(moment, field=field)
            if moment.tzinfo is None
            else from_datetime(moment.astimezone(UTC))
        )
    except (ValueError, OverflowError):
        raise _unreadable(text, field) from None


def _parse_local(typed: str, day: date, today: date, text: str, field: str) -> datetime:
    """Split into date and clock; the whole text is tried as a date first, so that "25 nov 2025" names no time."""
    if (whole := _parse_date(typed, today, text, field)) is not None:
        return datetime.combine(whole, time.min)
    head, clock = _split_clock(typed)
    if clock is None:
        raise _unreadable(text, field)
    on = day if not head else _parse_date(head, today, text, field)
    if on is None:
        raise _unreadable(text, field)
    return datetime.combine(on, time.min) + _clock_offset(clock, text, field)


def _split_clock(typed: str) -> tuple[str, str | None]:
    """Cut the clock time off the end; what is left before it is the date, without joining words."""
    words = typed.replace(",", ", ").split() if re.search(r",\D", typed) else typed.split()
    if len(words) > 1 and words[-1] in {"am", "pm"}:
        words[-2:] = [words[-2] + words[-1]]
    if not words or not words[-1][0].isdigit():
        return typed, None
    head = [word.strip(",") for word in words[:-1]]
    while head and head[-1] in {"pukul", "jam", "pkl", "at", "pk."}:
        head.pop()
    return " ".join(word for word in head if word), words[-1]


def _clock_offset(clock: str, text: str, field: str) -> timedelta:
    afternoon = _AFTERNOON.fullmatch(clock)
    digits = afternoon[1].strip() if afternoon else clock
    match = _CLOCK.fullmatch(digits) or _DIGITS.fullmatch(digits) or _HOUR.fullmatch(digits)
    if match is None:
        raise _unreadable(text, field)
    parts = match.groupdict()
    hour, minute, second = int(parts["h"]), int(parts.get("m") or 0), int(parts.get("s") or 0)
    micro = int((parts.get("f") or "").ljust(6, "0"))
    if afternoon:
        if not 1 <= hour <= 12:
            raise _no_such_time(clock, field)
        hour = hour % 12 + (12 if afternoon[2] == "pm" else 0)
    is_day_end = (hour, minute, second, micro) == (24, 0, 0, 0)
    if not is_day_end and (hour > 23 or minute > 59 or second > 59):
        raise _no_such_time(clock, field)
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micro)


def _parse_date(typed: str, today: date, text: str, field: str) -> date | None:
    """Return the day that the whole text names, or None where it is not a date at all.

    Raises:
        InvalidInput: it is a date, but no calendar holds it, or its weekday is another.
    """
    typed = typed.strip(" ,")
    if typed in _DAY_WORDS:
        return today - timedelta(days=_DAY_WORDS[typed])
    if (ago := _AGO.fullmatch(typed)) and _UNITS_US.get(ago[2]) == DAY_US:
        return today - timedelta(days=min(int(ago[1]), 36_500))
    if typed in _WEEKDAYS:
        return today - timedelta(days=(today.weekday() - _WEEKDAYS[typed]) % 7)
    first, _, rest = typed.partition(" ")
    weekday = _WEEKDAYS.get(first.strip(","))
    found = _calendar_day(rest.strip(" ,") if weekday is not None else typed, today, text, field)
    if found is not None and weekday is not None and found.weekday() != weekday:
        raise InvalidInput(f"{text.strip()[:40]!r} names a weekday that this date does not have", field=field)
    return found


def _calendar_day(typed: str, today: date, text: str, field: str) -> date | None:
    if (found := _YEAR_FIRST.fullmatch(typed)) is not None:
        year, month, day = found[1], int(found[3]), int(found[4])
    elif (found := _NUMERIC_DATE.fullmatch(typed)) is not None:
        year, month, day = found[4], int(found[3]), int(found[1])
        # "14.05.09" is a clock time, so dots want four digits of year, and a bare pair wants a slash.
        if found[2] != "/" and len(year or "") != len("2025"):
            return None
    elif (found := _DAY_MONTH.fullmatch(typed)) is not None and found[2] in _MONTHS:
        year, month, day = found[3], _MONTHS[found[2]], int(found[1])
    elif (found := _MONTH_DAY.fullmatch(typed)) is not None and found[1] in _MONTHS:
        year, month, day = found[3], _MONTHS[found[1]], int(found[2])
    else:
        return None
    # "25 nov 1405" is five past two on 25 November, not a year.
    if year and len(year) == len("2025") and not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        return None
    return _with_year(year, month, day, today, text, field)


def _with_year(year: str | None, month: int, day: int, today: date, text: str, field: str) -> date:
    if year is not None:
        return _make_date(int(year) + (2000 if len(year) == 2 else 0), month, day, text, field)
    # 29 February exists at most eight years back.
    for back in range(9):
        try:
            found = date(today.year - back, month, day)
        except ValueError:
            continue
        if found <= today:
            return found
    return _make_date(today.year, month, day, text, field)


def _make_date(year: int, month: int, day: int, text: str, field: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise InvalidInput(f"{text.strip()[:40]!r} names a day that no calendar holds", field=field) from None


def _no_such_time(clock: str, field: str) -> InvalidInput:
    return InvalidInput(f"there is no time {clock[:20]}: write 14:05, 14.05 or 140509", field=field)


def _unreadable(text: str, field: str) -> InvalidInput:
    shown = text.strip()[:40]
    return InvalidInput(f"{shown!r} is not a time: write 14:05, 14.05, 140509 or kemarin 14.00", field=field)
