"""How much of each local day is recorded, from 15-minute buckets, right also on days when clocks change."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from vms.domain.segment import Rollup
from vms.domain.site_time import SiteZone
from vms.domain.time import TimeRange


@dataclass(frozen=True, slots=True)
class DayCoverage:
    """One local day.

    Attributes:
        covered_us: footage in it. length_us: how long it is, 23 or 25 hours where clocks change.
    """

    day: date
    covered_us: int
    length_us: int


def month_days(zone: SiteZone, first: date) -> list[tuple[date, TimeRange]]:
    """Return every local day of the month that begins on `first`, with the instants it holds."""
    days: list[tuple[date, TimeRange]] = []
    day = first
    while day.month == first.month:
        days.append((day, zone.day_range(day)))
        day += timedelta(days=1)
    return days


def daily_coverage(days: Iterable[tuple[date, TimeRange]], rollups: Iterable[Rollup]) -> list[DayCoverage]:
    """Return the coverage of the days; whole buckets, as every zone's offset is a multiple of 15 minutes.

    Args:
        days: in order, each with its range. rollups: of one stream, in any order.
    """
    buckets = sorted((rollup.bucket_us, rollup.covered_us) for rollup in rollups)
    found: list[DayCoverage] = []
    position = 0
    for day, time in days:
        covered = 0
        while position < len(buckets) and buckets[position][0] < time.end_us:
            if time.holds(buckets[position][0]):
                covered += buckets[position][1]
            position += 1
        found.append(DayCoverage(day, min(covered, time.duration_us), time.duration_us))
    return found
