"""The site's zone: local days of any length, offsets by the date, and instants of wall times."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from vms.domain.errors import InvalidInput
from vms.domain.moments.site_time import SiteZone
from vms.domain.time import DAY_US, HOUR_US, from_datetime

WITA = SiteZone("Asia/Makassar", "WITA")
NEW_YORK = SiteZone("America/New_York", "ET")


def moment(text: str, zone: str = "Asia/Makassar") -> int:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


def test_local_days_have_23_24_or_25_hours() -> None:
    assert NEW_YORK.day_range(date(2025, 3, 9)).duration_us == 23 * HOUR_US
    assert NEW_YORK.day_range(date(2025, 11, 2)).duration_us == 25 * HOUR_US
    assert WITA.day_range(date(2025, 11, 20)).duration_us == DAY_US


def test_day_begins_at_the_jump_where_clocks_skip_midnight() -> None:
    beirut = SiteZone("Asia/Beirut", "EET")
    day = date(2025, 3, 30)
    start = beirut.day_start_us(day)
    assert beirut.day_of(start) == day
    assert beirut.day_of(start - 1) == date(2025, 3, 29)
    assert beirut.local(start).hour == 1


def test_offset_follows_the_date() -> None:
    assert WITA.offset_us(moment("2025-11-25T14:31:20")) == 8 * HOUR_US
    assert NEW_YORK.offset_us(moment("2025-07-01T12:00:00", "UTC")) == -4 * HOUR_US
    assert NEW_YORK.offset_us(moment("2025-12-01T12:00:00", "UTC")) == -5 * HOUR_US


def test_unknown_zone_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Asia/Nowhere"):
        SiteZone("Asia/Nowhere", "X")
