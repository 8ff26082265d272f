"""Local days from 15-minute buckets, also where clocks change."""

import itertools
from datetime import date

import pytest

from playback.day_view import daily_coverage, month_days
from vms.domain.segment import Rollup
from vms.domain.site_time import SiteZone
from vms.domain.time import BUCKET_US, HOUR_US, TimeRange, buckets


def always_recorded(whole: TimeRange) -> list[Rollup]:
    return [Rollup(1, bucket, BUCKET_US, 1, 1, 0, 0) for bucket in buckets(whole)]


@pytest.mark.parametrize(
    ("zone", "month", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 1), date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 1), date(2026, 10, 25), 25),
        ("Asia/Makassar", date(2026, 10, 1), date(2026, 10, 25), 24),
        ("Australia/Lord_Howe", date(2026, 10, 1), date(2026, 10, 4), 23.5),
        ("Asia/Kathmandu", date(2026, 3, 1), date(2026, 3, 29), 24),
    ],
)
def test_day_on_which_clocks_change_is_fully_recorded(
    zone: str, month: date, day: date, hours: float
) -> None:
    """failure mode 17: no hour is missing or counted twice in the day view, both ways"""
    days = month_days(SiteZone(zone, "X"), month)
    whole = TimeRange(days[0][1].start_us, days[-1][1].end_us)
    found = daily_coverage(days, always_recorded(whole))
    assert sum(coverage.covered_us for coverage in found) == whole.duration_us
    assert all(coverage.covered_us == coverage.length_us for coverage in found)
    [changed] = [coverage for coverage in found if coverage.day == day]
    assert changed.length_us == hours * HOUR_US


def test_days_of_a_month_follow_each_other() -> None:
    days = month_days(SiteZone("Asia/Makassar", "WITA"), date(2026, 2, 1))
    assert len(days) == 28
    assert all(before[1].end_us == after[1].start_us for before, after in itertools.pairwise(days))


def test_footage_outside_the_days_is_not_counted() -> None:
    days = month_days(SiteZone("Asia/Makassar", "WITA"), date(2026, 2, 1))
    start = days[0][1].start_us
    rollups = always_recorded(TimeRange(start - HOUR_US, start + HOUR_US))
    assert daily_coverage(days, rollups)[0].covered_us == HOUR_US
