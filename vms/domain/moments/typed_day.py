"""Days as people type them: words such as "kemarin", weekdays, and dates with or without year, the day always first.

All here is pure; texts come in lower case with single spaces. A date without year is the latest that is not in the future.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from vms.domain.errors import UnreadableTime
from vms.domain.moments.typed_clock import DayPart, part_of_day

_DAY_WORDS = {
    **dict.fromkeys(("hari ini", "today", "tadi"), 0),
    **dict.fromkeys(("kemarin", "kmrn", "kmrin", "yesterday"), 1),
    **dict.fromkeys(("kemarin dulu", "kemarin lusa", "lusa kemarin", "the day before yesterday"), 2),
    **dict.fromkeys(("besok", "bsk", "tomorrow"), -1),
    "lusa": -2,
}
"""Days before today."""
_THIS = {"this", "ini"}
"""Words that mean today only beside a part of the day."""
_NIGHTS = {
    **dict.fromkeys(("tadi malam", "malam tadi", "semalam", "kemarin malam", "last night"), 1),
    **dict.fromkeys(("kemarin dulu malam", "malam kemarin dulu"), 2),
}
"""Nights by their evening; what comes after midnight is the day after."""
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "senin sen monday mon",
            "selasa sel tuesday tue tues",
            "rabu rab wednesday wed",
            "kamis kam thursday thu thur thurs",
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
            "maret march mar mrt",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "agustus august agu ags agt aug agus",
            "september sept sep",
            "oktober october okt oct",
            "november nopember nov nop",
            "desember december des dec",
        ),
        start=1,
    )
    for name in names.split()
}
_DAYS_AGO = re.compile(r"(?:(\d{1,5}) |(se|an? ))?(hari|days?|minggu|pekan|weeks?) (?:yang )?(?:lalu|ago)")
_NUMERIC = re.compile(r"(\d{1,2})([/.-])(\d{1,2})(?:\2(\d{4}|\d{2}))?")
_YEAR_FIRST = re.compile(r"(\d{4})([-/.]?)(\d{2})\2(\d{2})")
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ /-]?(?:of )?([a-z]+)\.?(?:[ /-](\d{4}))?")
_MONTH_DAY = re.compile(r"([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?(?: (\d{4}))?")
_DAY_ALONE = re.compile(r"(?:tanggal|tgl\.?|the) (\d{1,2})(?:st|nd|rd|th)?")
_LEAD = re.compile(r"(?:pada|on|hari|tanggal|tgl\.?) ")
_FIRST_YEAR, _LAST_YEAR = 2000, 2099
_LONGEST_AGO_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class TypedDay:
    """A day, and what was said about the time in it.

    Attributes:
        part: of the day, None where none was named.
        is_night: a night that began on this day; its hours after midnight are of the day after.
    """

    day: date
    part: DayPart | None = None
    is_night: bool = False


def read_day(text: str, today: date) -> TypedDay | None:
    """Return the day that the whole text names, None where it names none.

    Raises:
        UnreadableTime: it is written as a date, but no calendar holds it, or its weekday is another.
    """
    if text in _NIGHTS:
        return TypedDay(today - timedelta(days=_NIGHTS[text]), DayPart.NIGHT, is_night=True)
    if (found := _date(text, today)) is not None:
        return TypedDay(found)
    # "tadi pagi", "siang ini", "this morning", "senin malam"
    for head, tail in _splits(text):
        for named, part in ((head, part_of_day(tail)), (tail, part_of_day(head))):
            if part is None:
                continue
            found = today if named in _THIS else _date(named, today)
            if found is not None:
                return TypedDay(found, part)
    return None


def _splits(text: str) -> list[tuple[str, str]]:
    words = text.split(" ")
    return [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]


def _date(text: str, today: date) -> date | None:
    if text in _DAY_WORDS:
        return today - timedelta(days=_DAY_WORDS[text])
    if (ago := _DAYS_AGO.fullmatch(text)) is not None and (ago[1] or ago[2]):
        count = int(ago[1] or 1) * (1 if ago[3].startswith(("hari", "day")) else 7)
        return today - timedelta(days=min(count, _LONGEST_AGO_DAYS))
    if (found := _weekday(text, today)) is not None:
        return found
    if (alone := _DAY_ALONE.fullmatch(text)) is not None:
        return _latest_with_day(int(alone[1]), today, text)
    bare = text
    while _LEAD.match(bare):
        bare = _LEAD.sub("", bare, count=1)
    if bare != text:
        return _date(bare, today)
    first, _, rest = text.partition(" ")
    weekday = _WEEKDAYS.get(first)
    found = _calendar_day(rest if weekday is not None else text, today, text)
    if found is not None and weekday is not None and found.weekday() != weekday:
        raise UnreadableTime(
            f"{text[:40]!r} names a weekday that this date does not have", reason="other-weekday"
        )
    return found


def _weekday(text: str, today: date) -> date | None:
    """Return the latest day of that name; "senin lalu", "last monday": the latest before today."""
    if text in _WEEKDAYS:
        return today - timedelta(days=(today.weekday() - _WEEKDAYS[text]) % 7)
    for before, after in (("last ", ""), ("", " lalu"), ("", " kemarin"), ("", " yang lalu"), ("", " ini")):
        name = text.removeprefix(before).removesuffix(after)
        if name in _WEEKDAYS and text == f"{before}{name}{after}":
            back = (today.weekday() - _WEEKDAYS[name]) % 7
            return today - timedelta(days=back if after == " ini" else back or 7)
    return None


def _calendar_day(text: str, today: date, whole: str) -> date | None:
    if (found := _YEAR_FIRST.fullmatch(text)) is not None:
        year, month, day = found[1], int(found[3]), int(found[4])
    elif (found := _NUMERIC.fullmatch(text)) is not None:
        year, month, day = found[4], int(found[3]), int(found[1])
        # "14.05.09" is a clock time, so dots want four digits of year, and a bare pair wants a slash.
        if found[2] != "/" and len(year or "") != len("2025"):
            return None
    elif (found := _DAY_MONTH.fullmatch(text)) is not None and found[2] in _MONTHS:
        year, month, day = found[3], _MONTHS[found[2]], int(found[1])
    elif (found := _MONTH_DAY.fullmatch(text)) is not None and found[1] in _MONTHS:
        year, month, day = found[3], _MONTHS[found[1]], int(found[2])
    else:
        return None
    # "25 nov 1405" is five past two on 25 November, not a year.
    if year and len(year) == len("2025") and not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        return None
    return _with_year(year, month, day, today, whole)


def _with_year(year: str | None, month: int, day: int, today: date, whole: str) -> date:
    if year is not None:
        return _made(int(year) + (2000 if len(year) == 2 else 0), month, day, whole)
    # 29 February exists at most eight years back.
    for back in range(9):
        try:
            found = date(today.year - back, month, day)
        except ValueError:
            continue
        if found <= today:
            return found
    return _made(today.year, month, day, whole)


def _latest_with_day(day: int, today: date, whole: str) -> date:
    """Return the latest day of that number: of this month, else of the latest month that has one."""
    month = today.replace(day=1)
    for _ in range(12):
        try:
            found = month.replace(day=day)
        except ValueError:
            found = None
        if found is not None and found <= today:
            return found
        month = (month - timedelta(days=1)).replace(day=1)
    return _made(today.year, today.month, day, whole)


def _made(year: int, month: int, day: int, whole: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise UnreadableTime(
            f"{whole[:40]!r} names a day that no calendar holds", reason="no-such-day"
        ) from None
