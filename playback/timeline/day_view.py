"""How much of each local day is recorded, right also on days when clocks change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from storage.footage.many_streams import MultiStreamIndex
from vms.domain.moments.site_time import SiteZone
from vms.domain.time import BUCKET_US, EPOCH, TimeRange


@dataclass(frozen=True, slots=True)
class DayCoverage:
    """One local day.

    Attributes:
        covered_us: footage in it. length_us: how long it is, 23 or 25 hours where clocks change.
    """

    day: date
    covered_us: int
    length_us: int


@dataclass(frozen=True, slots=True)
class Season:
    """A time in which local time stays the same amount ahead of UTC."""

    time: TimeRange
    offset_us: int


def month_days(zone: SiteZone, first: date) -> list[tuple[date, TimeRange]]:
    """Return every local day of the month that begins on `first`, with the instants it holds."""
    days: list[tuple[date, TimeRange]] = []
    day = first
    while day.month == first.month:
        days.append((day, zone.day_range(day)))
        day += timedelta(days=1)
    return days


def seasons(zone: SiteZone, days: Sequence[tuple[date, TimeRange]]) -> list[Season]:
    """Return the seasons that some local days fall into, in order: one, but for months in which clocks change."""
    found: list[Season] = []
    for _, day in days:
        is_plain = zone.offset_us(day.start_us) == zone.offset_us(day.end_us - 1)
        # Clocks change at quarter-hours, in every zone.
        steps = [day.start_us] if is_plain else range(day.start_us, day.end_us, BUCKET_US)
        for start_us, end_us in zip(steps, [*steps[1:], day.end_us], strict=True):
            offset_us = zone.offset_us(start_us)
            if found and found[-1].offset_us == offset_us:
                found[-1] = Season(TimeRange(found[-1].time.start_us, end_us), offset_us)
            else:
                found.append(Season(TimeRange(start_us, end_us), offset_us))
    return found


def daily_coverage(
    streams: MultiStreamIndex, zone: SiteZone, stream_id: int, days: Sequence[tuple[date, TimeRange]]
) -> list[DayCoverage]:
    """Return how much of each day is recorded, from rollups that the database adds up.

    Args:
        streams: the index of many streams. zone: the site's. stream_id: whose footage.
        days: in order, each with its range, as `month_days` returns them.
    """
    by_day: dict[date, int] = {}
    for season in seasons(zone, days):
        for number, covered_us in streams.daily(stream_id, season.time, season.offset_us).items():
            day = EPOCH.date() + timedelta(days=number)
            by_day[day] = by_day.get(day, 0) + covered_us
    return [
        DayCoverage(day, min(by_day.get(day, 0), time.duration_us), time.duration_us) for day, time in days
    ]
