"""Clock times as people type them: with colons, dots or nothing between the digits, in 24 or 12 hours, with a part of the day.

A part of the day ("siang", "evening") says which half a number up to 12 means; the time stays in its calendar day, so
"12 malam" is the day's first instant, as "12 am" is. All here is pure; texts come in lower case with single spaces.
"""

import enum
import re
from datetime import timedelta

from vms.domain.errors import UnreadableTime


class DayPart(enum.Enum):
    """A part of the day: which hours of a 24-hour clock people mean by the numbers 0 to 12 in it."""

    MORNING = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0)
    NOON = (None, 13, 14, 15, 16, 17, None, None, None, None, 10, 11, 12)
    """Indonesian "siang": from ten in the morning to the afternoon."""
    AFTERNOON = (None, 13, 14, 15, 16, 17, 18, 19, None, None, None, None, 12)
    EVENING = (None, None, None, None, 16, 17, 18, 19, 20, 21, 22, 23, None)
    NIGHT = (0, 1, 2, 3, 4, 5, 18, 19, 20, 21, 22, 23, 0)

    def hour(self, number: int) -> int | None:
        """Return the hour of a 24-hour clock, None where that hour is not in this part of the day."""
        hours: tuple[int | None, ...] = self.value
        if number < len(hours):
            return hours[number]
        return number if number in hours else None


_PARTS = {
    **dict.fromkeys(("pagi", "dini hari", "subuh", "morning", "in the morning"), DayPart.MORNING),
    **dict.fromkeys(("siang", "siang hari"), DayPart.NOON),
    **dict.fromkeys(("sore", "sore hari", "petang", "afternoon", "in the afternoon"), DayPart.AFTERNOON),
    **dict.fromkeys(("evening", "in the evening"), DayPart.EVENING),
    **dict.fromkeys(("malam", "malam hari", "night", "at night"), DayPart.NIGHT),
}
_NAMED = {
    **dict.fromkeys(("tengah hari", "noon", "12 noon", "midday"), timedelta(hours=12)),
    **dict.fromkeys(("tengah malam", "midnight", "12 midnight"), timedelta(0)),
}
_LEAD = re.compile(r"(?:jam|pukul|pkl\.?|pk\.?|at|@)\s+")
_DIGITS = re.compile(
    r"(?P<h>\d{1,2})[:.](?P<m>\d{2})(?:[:.](?P<s>\d{2})(?:[.,](?P<f>\d{1,6}))?)?"
    r"|(?P<h2>\d{2})(?P<m2>\d{2})(?:(?P<s2>\d{2})(?:[.,](?P<f2>\d{1,6}))?)?"
    r"|(?P<h3>\d{1,2})"
)
_HALF_DAY = re.compile(r"(.*\d)\s*([ap])\.?m\.?")
_HALF_BEFORE = re.compile(r"(?:setengah|stgh)\s+(\d{1,2})")
_DAY = timedelta(days=1)


def part_of_day(text: str) -> DayPart | None:
    """Return the part of the day that a text names."""
    return _PARTS.get(text)


def read_clock(text: str, *, part: DayPart | None = None, takes_bare_hour: bool = True) -> timedelta | None:
    """Return the time since the day's first instant by the clock on the wall, None where the text is no clock time.

    Args:
        text: such as "14.05", "jam 2 siang", "malam 9", "2:05 pm", "setengah 3 sore".
        part: of the day, where another word has said it already.
        takes_bare_hour: whether one or two digits alone are an hour.

    Raises:
        UnreadableTime: it is written as a clock time, but no clock shows it.
    """
    if text in _NAMED:
        return _NAMED[text]
    bare, own_part, has_lead = _without_words(text)
    part = own_part or part
    if (half := _HALF_BEFORE.fullmatch(bare)) is not None:
        return (timedelta(hours=_hour(int(half[1]), part, text)) - timedelta(minutes=30)) % _DAY
    pm = _HALF_DAY.fullmatch(bare)
    found = _DIGITS.fullmatch(pm[1].strip() if pm else bare)
    if found is None:
        return None
    if found["h3"] and not (takes_bare_hour or has_lead or pm or part):
        return None
    number = int(found["h"] or found["h2"] or found["h3"])
    minute, second = int(found["m"] or found["m2"] or 0), int(found["s"] or found["s2"] or 0)
    micro = int((found["f"] or found["f2"] or "").ljust(6, "0"))
    if pm is not None:
        hour = number % 12 + (12 if pm[2] == "p" else 0)
        if not 1 <= number <= 12 or (part is not None and hour not in part.value):
            raise _no_such_time(text)
        number = hour
    else:
        number = _hour(number, part, text)
    is_day_end = (number, minute, second, micro) == (24, 0, 0, 0)
    if not is_day_end and (number > 23 or minute > 59 or second > 59):
        raise _no_such_time(text)
    return timedelta(hours=number, minutes=minute, seconds=second, microseconds=micro)


def _without_words(text: str) -> tuple[str, DayPart | None, bool]:
    """Take "jam" and the part of the day off, on whichever side they stand; return the rest, and what was there."""
    part: DayPart | None = None
    for words, named in sorted(_PARTS.items(), key=lambda item: -len(item[0])):
        if text.endswith(f" {words}"):
            text, part = text.removesuffix(f" {words}"), named
            break
        if text.startswith(f"{words} "):
            text, part = text.removeprefix(f"{words} "), named
            break
    bare = _LEAD.sub("", text, count=1) if _LEAD.match(text) else text
    return bare, part, bare != text


def _hour(number: int, part: DayPart | None, text: str) -> int:
    hour = number if part is None else part.hour(number)
    if hour is None:
        raise _no_such_time(text)
    return hour


def _no_such_time(text: str) -> UnreadableTime:
    return UnreadableTime(
        f"there is no time {text[:20]}: write 14:05, 14.05 or 140509", reason="no-such-time"
    )
