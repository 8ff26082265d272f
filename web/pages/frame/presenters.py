"""Domain values as people read them: times in the site's zone, sizes, lengths and ages, in the page's language."""

from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date
from babel.numbers import format_decimal

from vms.domain.moments.site_time import SiteZone
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US, TimeRange
from web.i18n.catalogue import Catalogue

DASH = "\N{EN DASH}"
"""Between the ends of a range, and in place of what is unknown."""
_SIZES = ("B", "kB", "MB", "GB", "TB", "PB")
_UNITS = (("d", DAY_US, 10**9), ("h", HOUR_US, 24), ("m", MINUTE_US, 60), ("s", SECOND_US, 60))


@dataclass(frozen=True, slots=True)
class Presenter:
    """Writes values for one person's page.

    Attributes:
        now_us: the present, for ages and for "today".
    """

    catalogue: Catalogue
    zone: SiteZone
    now_us: int

    def clock(self, at_us: int) -> str:
        """Return the time of day, such as 14:05:09."""
        return f"{self.zone.local(at_us):%H:%M:%S}"

    def clock_minutes(self, at_us: int) -> str:
        """Return the time of day to the minute, such as 14:05."""
        return f"{self.zone.local(at_us):%H:%M}"

    def date_short(self, at_us: int) -> str:
        """Return the day with its weekday, such as "Sel, 25 Nov 2025"."""
        return self._date(self.zone.day_of(at_us), "EEE, d MMM y")

    def date_long(self, at_us: int) -> str:
        """Return the day in full, such as "Selasa, 25 November 2025"."""
        return self._date(self.zone.day_of(at_us), "EEEE, d MMMM y")

    def date_plain(self, at_us: int) -> str:
        """Return the day without weekday, such as "25 Nov 2025"."""
        return self._date(self.zone.day_of(at_us), "d MMM y")

    def day_word(self, at_us: int) -> str:
        """Return "hari ini" or "kemarin" for these days, else the day without weekday."""
        day, today = self.zone.day_of(at_us), self.zone.day_of(self.now_us)
        if day == today:
            return self.catalogue.text("units.today")
        if day == today - timedelta(days=1):
            return self.catalogue.text("units.yesterday")
        return self.date_plain(at_us)

    def moment(self, at_us: int) -> str:
        """Return day, time and zone, such as "25 Nov 2025, 14:05:09 WITA"."""
        return f"{self.date_plain(at_us)}, {self.clock(at_us)} {self.zone.label}"

    def since(self, at_us: int) -> str:
        """Return when something began: a time for today, else the day and the time."""
        if self.zone.day_of(at_us) == self.zone.day_of(self.now_us):
            return f"{self.clock_minutes(at_us)} {self.zone.label}"
        return f"{self.date_plain(at_us)} {self.clock_minutes(at_us)} {self.zone.label}"

    def span(self, time: TimeRange) -> str:
        """Return a range, its day said once: "25 Nov 2025 11:20:00 to 11:50:00 WITA", with a dash."""
        start, end = f"{self.date_plain(time.start_us)} {self.clock(time.start_us)}", self.clock(time.end_us)
        if self.zone.day_of(time.start_us) != self.zone.day_of(time.end_us):
            end = f"{self.date_plain(time.end_us)} {end}"
        return f"{start}{DASH}{end} {self.zone.label}"

    def day_short(self, at_us: int) -> str:
        """Return the day as headings of lists say it: "Hari ini", "Kemarin", "Sen, 24 Nov", with the year if it is another."""
        day, today = self.zone.day_of(at_us), self.zone.day_of(self.now_us)
        if today - timedelta(days=1) <= day <= today:
            word = self.day_word(at_us)
            return word[:1].upper() + word[1:]
        return self._date(day, "EEE, d MMM" if day.year == today.year else "EEE, d MMM y")

    def time_range(self, time: TimeRange) -> str:
        """Return a range to the minute, such as "Kemarin 16:20 to 16:45" with a dash; a moment where it is that short."""
        start, end = self.clock_minutes(time.start_us), self.clock_minutes(time.end_us)
        if self.zone.day_of(time.start_us) != self.zone.day_of(time.end_us):
            return f"{self.day_short(time.start_us)} {start}{DASH}{self.day_short(time.end_us)} {end}"
        return f"{self.day_short(time.start_us)} {start}" + ("" if start == end else f"{DASH}{end}")

    def clock_span(self, time: TimeRange) -> str:
        """Return a range within a day, such as 14:01:11 to 14:07:03, with a dash; days are written where they differ."""
        if self.zone.day_of(time.start_us) == self.zone.day_of(time.end_us):
            return f"{self.clock(time.start_us)}{DASH}{self.clock(time.end_us)}"
        return f"{self.clock(time.start_us)}{DASH}{self.date_plain(time.end_us)} {self.clock(time.end_us)}"

    def duration(self, length_us: int) -> str:
        """Return a length in its two largest units, such as "12 mnt 30 dtk"."""
        whole_us = max(0, (length_us + SECOND_US // 2) // SECOND_US * SECOND_US)
        amounts = [(unit, whole_us // size % modulus) for unit, size, modulus in _UNITS]
        first = next((i for i, (_, amount) in enumerate(amounts) if amount), len(amounts) - 1)
        shown = [(unit, n) for i, (unit, n) in enumerate(amounts[first : first + 2]) if n or i == 0]
        return " ".join(self.catalogue.text(f"units.{unit}", n=n) for unit, n in shown)

    def age(self, at_us: int) -> str:
        """Return how long ago something was, in one unit, such as "49 mnt lalu"."""
        passed_us = self.now_us - at_us
        if passed_us < SECOND_US:
            return self.catalogue.text("units.just_now")
        unit, size = next((unit, size) for unit, size, _ in _UNITS if passed_us >= size)
        return self.catalogue.text(
            "units.ago", time=self.catalogue.text(f"units.{unit}", n=passed_us // size)
        )

    def size(self, size_bytes: int) -> str:
        """Return a size in decimal units, such as "1,32 GB"."""
        value, step = float(size_bytes), 0
        while value >= 999.5 and step < len(_SIZES) - 1:
            value, step = value / 1000, step + 1
        digits = 0 if step == 0 or value >= 99.95 else 1 if value >= 9.995 else 2
        return f"{self.number(value, digits, keeps_zeros=True)} {_SIZES[step]}"

    def rate(self, bits_per_second: int) -> str:
        """Return a bit rate, such as "4,1 Mbit/dtk"; "" where it is unknown."""
        if bits_per_second <= 0:
            return ""
        return self.catalogue.text("units.rate", n=self.number(bits_per_second / 1e6, 1, keeps_zeros=True))

    def number(self, value: float, digits: int = 0, *, keeps_zeros: bool = False) -> str:
        """Return a number with at most so many decimals, written as the language does."""
        decimals = ("0" if keeps_zeros else "#") * digits
        pattern = f"#,##0.{decimals}" if decimals else "#,##0"
        return format_decimal(value, format=pattern, locale=self.catalogue.language)

    def _date(self, day: date, pattern: str) -> str:
        return format_date(day, pattern, locale=self.catalogue.language)
