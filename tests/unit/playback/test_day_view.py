"""Local days and seasons, also where clocks change."""

import itertools
from datetime import date

import pytest

from playback.timeline.day_view import Season, month_days, seasons
from vms.domain.moments.site_time import SiteZone
from vms.domain.time import DAY_US, HOUR_US, TimeRange

CLOCK_CHANGES = [
    ("Europe/Berlin", date(2026, 3, 1), date(2026, 3, 29), 23),
    ("Europe/Berlin", date(2026, 10, 1), date(2026, 10, 25), 25),
    ("Asia/Makassar", date(2026, 10, 1), date(2026, 10, 25), 24),
    ("Australia/Lord_Howe", date(2026, 10, 1), date(2026, 10, 4), 23.5),
    ("Asia/Kathmandu", date(2026, 3, 1), date(2026, 3, 29), 24),
]


@pytest.mark.parametrize(("zone", "month", "day", "hours"), CLOCK_CHANGES)
def test_seasons_give_every_instant_to_its_local_day(zone: str, month: date, day: date, hours: float) -> None:
    """failure mode 17: no hour is missing or counted twice in the day view, both ways"""
    days = month_days(SiteZone(zone, "X"), month)
    found = seasons(SiteZone(zone, "X"), days)
    assert (found[0].time.start_us, found[-1].time.end_us) == (days[0][1].start_us, days[-1][1].end_us)
    assert all(before.time.end_us == after.time.start_us for before, after in itertools.pairwise(found))
    lengths: dict[int, int] = {}
    for season in found:
        for number in range(
            (season.time.start_us + season.offset_us) // DAY_US,
            -(-(season.time.end_us + season.offset_us) // DAY_US),
        ):
            local = TimeRange(number * DAY_US - season.offset_us, (number + 1) * DAY_US - season.offset_us)
            part = local.intersection(season.time)
            lengths[number] = lengths.get(number, 0) + (0 if part is None else part.duration_us)
    assert list(lengths.values()) == [time.duration_us for _, time in days]
    assert lengths[(day - date(1970, 1, 1)).days] == hours * HOUR_US


def test_month_without_a_change_of_clocks_is_one_season() -> None:
    zone = SiteZone("Asia/Makassar", "WITA")
    days = month_days(zone, date(2026, 2, 1))
    whole = TimeRange(days[0][1].start_us, days[-1][1].end_us)
    assert seasons(zone, days) == [Season(whole, 8 * HOUR_US)]


def test_days_of_a_month_follow_each_other() -> None:
    days = month_days(SiteZone("Asia/Makassar", "WITA"), date(2026, 2, 1))
    assert len(days) == 28
    assert all(before[1].end_us == after[1].start_us for before, after in itertools.pairwise(days))
