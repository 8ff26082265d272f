"""Every form in which people type a moment, in Indonesian and English: the one reader that pages and commands share.

Understood: a clock time on the day shown (14:05, 14.05, 1405, 140509, 14:05:09.2, 2.05 siang, jam 2 sore, 2:05 pm, 24:00),
a day and a time in either order (kemarin 14.00, tadi pagi 8, semalam 23.30, Sen 08:00, 25 Nov 14:05, 25/11/2025 14.05,
"Sel, 25 Nov 2025 14:05:09.2 WITA"), a day alone (its first instant), "sekarang", "10 menit lalu", "1 jam 30 menit ago",
ISO 8601 with or without offset, and steps from the playhead (-30, +1:30, +2 menit, mundur 30 dtk, 5 menit sebelumnya).

Everything here is pure: the present moment is an argument, and what comes back is UTC microseconds.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from vms.domain.errors import UnreadableTime
from vms.domain.moments.site_time import LABELLED_OFFSETS, SiteZone, instant_in
from vms.domain.moments.typed_clock import read_clock
from vms.domain.moments.typed_day import TypedDay, read_day
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US, from_datetime, to_datetime

_LONGEST = 80
_NOW = {"sekarang", "kini", "now", "baru saja", "barusan", "just now"}
_ISO = re.compile(
    r"\d{4}-?\d{2}-?\d{2}t\d{2}:?\d{2}.*|\d{4}-\d{2}-\d{2}\s+\d{2}:\d{2}.*(?:z|[+-]\d{2}:?\d{2})"
)
_ZONE_SUFFIX = re.compile(r"(.*[\d\s])(wib|wita|wit|utc|gmt|z)")
_SIGN = re.compile(r"([+-]|mundur |maju |kembali |back |forward |ke belakang |ke depan )\s*(.+)")
_BACKWARDS = ("-", "mundur", "kembali", "back", "ke belakang")
_AGO = re.compile(r"(.+?)\s+(?:yang )?(?:lalu|ago)")
_AWAY = re.compile(
    r"(.+?)\s+(sebelumnya|sebelum ini|earlier|before|sesudahnya|setelahnya|kemudian|later|after)"
)
_EARLIER = {"sebelumnya", "sebelum ini", "earlier", "before"}
_CLOCK_LENGTH = re.compile(r"(?:(\d{1,3})[:.])?(\d{1,3})[:.](\d{2})")
_SECONDS = re.compile(r"\d{1,7}(?:[.,]\d{1,6})?")
_AMOUNT = re.compile(
    r"(?:(?P<n>\d{1,6}(?:[.,]\d{1,3})?)\s*|(?P<half>setengah |half an? )|(?P<one>an? |se))(?P<unit>[a-z]+)\s*"
)
_UNITS_US = {
    **dict.fromkeys(("d", "dt", "dtk", "det", "detik", "s", "sec", "secs", "second", "seconds"), SECOND_US),
    **dict.fromkeys(("m", "mnt", "mn", "menit", "min", "mins", "minute", "minutes"), MINUTE_US),
    **dict.fromkeys(("j", "jam", "h", "hr", "hrs", "hour", "hours"), HOUR_US),
    **dict.fromkeys(("hari", "day", "days"), DAY_US),
}
_LONGEST_STEP_US = 400 * DAY_US


def parse_typed_time(
    text: str, *, zone: SiteZone, day: date, now_us: int, at_us: int | None = None, field: str = "time"
) -> int:
    """Return the instant that a person meant, in UTC microseconds; it may lie in the future.

    Args:
        text: what was typed; see the module's description. Dates are day first.
        zone: the site's zone, for times without offset.
        day: the local day that is on screen, for times without date.
        now_us: the present, for "kemarin" and its like.
        at_us: where the playhead stands, for steps from it; None where there is none: they are then refused.
        field: name of the form field, for the error.

    Raises:
        UnreadableTime: nothing of that, or a time that no clock of that day shows.
    """
    try:
        return _parse(text, zone, day, now_us, at_us)
    except UnreadableTime as error:
        raise UnreadableTime(str(error), reason=error.reason, field=field) from None


def _parse(text: str, zone: SiteZone, day: date, now_us: int, at_us: int | None) -> int:
    typed = _plain(text)
    if not typed or len(typed) > _LONGEST:
        raise _unreadable(text)
    if typed in _NOW:
        return now_us
    step_us = _step_us(typed)
    if step_us is not None and at_us is not None:
        return max(0, at_us + step_us)
    if (ago := _AGO.fullmatch(typed)) is not None and (back_us := _length_us(ago[1])) is not None:
        return max(0, now_us - back_us)
    if _ISO.fullmatch(typed):
        return _iso(typed, zone, text)
    typed, rules = _without_zone(typed, zone)
    today = to_datetime(now_us).astimezone(rules).date()
    return instant_in(rules, _local(typed, day, today, text))


def _without_zone(typed: str, zone: SiteZone) -> tuple[str, tzinfo]:
    """Take the name of a zone off the end; return the rest and the rules by which it is to be read."""
    label = zone.label.casefold()
    head = typed.removesuffix(label)
    if label and head != typed and head[-1:] != "" and (head[-1].isdigit() or head[-1].isspace()):
        return head.strip(), zone.tzinfo
    if (suffix := _ZONE_SUFFIX.fullmatch(typed)) is not None:
        return suffix[1].strip(), timezone(timedelta(hours=LABELLED_OFFSETS[suffix[2]]))
    return typed, zone.tzinfo


def _plain(text: str) -> str:
    """Return the text in lower case, its words single-spaced, without commas that only part them."""
    typed = " ".join(text.casefold().split()).replace("\N{MINUS SIGN}", "-").replace("\N{EN DASH}", "-")
    # A comma before the last digits of a clock time is a decimal one.
    typed = re.sub(r",(?!\d{1,6}(?![\d:.]))|(?<!\d),", " ", typed)
    return " ".join(typed.split()).rstrip(" .;,!?")


def _local(typed: str, day: date, today: date, text: str) -> datetime:
    """Read date and clock in either order; the whole text first as a date, so that "25 nov 2025" names no time."""
    if (whole := read_day(typed, today)) is not None and whole.part is None:
        return datetime.combine(whole.day, time.min)
    words = typed.split(" ")
    cuts = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
    readings = [("", typed, True), *((named, clock, True) for named, clock in reversed(cuts))]
    # In front of a date, one or two digits alone might be anything.
    readings += [(named, clock, False) for clock, named in cuts]
    problem: UnreadableTime | None = None
    for named, clock, takes_bare_hour in readings:
        on = read_day(named, today) if named else TypedDay(day)
        if on is None:
            continue
        try:
            passed = read_clock(clock, part=on.part, takes_bare_hour=takes_bare_hour)
        except UnreadableTime as error:
            # Cut elsewhere it may make sense; if it never does, the first complaint says best what is wrong.
            problem = problem or error
            continue
        if passed is not None:
            after_midnight = on.is_night and passed < timedelta(hours=12)
            return datetime.combine(on.day + timedelta(days=after_midnight), time.min) + passed
    raise problem or _unreadable(text)


def _step_us(typed: str) -> int | None:
    """Return how far from the playhead a text asks to go, None where it asks for something else."""
    if (signed := _SIGN.fullmatch(typed)) is not None:
        length_us = _length_us(signed[2], counts_bare=True)
        sign = -1 if signed[1].strip() in _BACKWARDS else 1
    elif (away := _AWAY.fullmatch(typed)) is not None:
        length_us, sign = _length_us(away[1]), -1 if away[2] in _EARLIER else 1
    else:
        return None
    return None if length_us is None or length_us > _LONGEST_STEP_US else sign * length_us


def _length_us(text: str, *, counts_bare: bool = False) -> int | None:
    """Return a length such as "1 jam 30 menit", "90 dtk", "sejam"; bare numbers are seconds, with colons m:ss and h:mm:ss.

    Whole days are no length before "lalu": "3 hari lalu" names a day.
    """
    if counts_bare and (clock := _CLOCK_LENGTH.fullmatch(text)) is not None:
        return int(clock[1] or 0) * HOUR_US + int(clock[2]) * MINUTE_US + int(clock[3]) * SECOND_US
    if counts_bare and _SECONDS.fullmatch(text):
        return _times(text, SECOND_US)
    total_us, position, least_us = 0, 0, DAY_US
    while (amount := _AMOUNT.match(text, position)) is not None:
        unit_us = _UNITS_US.get(amount["unit"])
        if unit_us is None:
            return None
        total_us += (
            _times(amount["n"], unit_us) if amount["n"] else unit_us // 2 if amount["half"] else unit_us
        )
        least_us = min(least_us, unit_us)
        position = amount.end()
    if position != len(text) or (least_us == DAY_US and not counts_bare):
        return None
    return total_us


def _times(number: str, unit_us: int) -> int:
    return round(float(number.replace(",", ".")) * unit_us)


def _iso(typed: str, zone: SiteZone, text: str) -> int:
    try:
        moment = datetime.fromisoformat(typed.upper().replace(",", "."))
        return zone.instant(moment) if moment.tzinfo is None else from_datetime(moment.astimezone(UTC))
    except (ValueError, OverflowError):
        raise _unreadable(text) from None


def _unreadable(text: str) -> UnreadableTime:
    shown = text.strip()[:40]
    return UnreadableTime(
        f"{shown!r} is not a time: write 14:05, 14.05, 140509 or kemarin 14.00", reason="unreadable"
    )
