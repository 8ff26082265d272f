"""Every way in which people type a moment, and the moments that no clock shows."""

import contextlib
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vms.domain.errors import InvalidInput
from vms.domain.site_time import SiteZone, parse_typed_time
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US, from_datetime

WITA = SiteZone("Asia/Makassar", "WITA")
NEW_YORK = SiteZone("America/New_York", "ET")
SHOWN_DAY = date(2025, 11, 20)


def moment(text: str, zone: str = "Asia/Makassar") -> int:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


NOW = moment("2025-11-25T14:31:20")


def typed(text: str, zone: SiteZone = WITA, day: date = SHOWN_DAY, now_us: int = NOW) -> int:
    return parse_typed_time(text, zone=zone, day=day, now_us=now_us)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("14:05", "2025-11-20T14:05:00"),
        ("14.05", "2025-11-20T14:05:00"),
        ("9.05", "2025-11-20T09:05:00"),
        ("1405", "2025-11-20T14:05:00"),
        ("140509", "2025-11-20T14:05:09"),
        ("140509.25", "2025-11-20T14:05:09.250000"),
        ("14:05:09", "2025-11-20T14:05:09"),
        ("14.05.09", "2025-11-20T14:05:09"),
        ("14:05:09.2", "2025-11-20T14:05:09.200000"),
        ("14.05.09,2", "2025-11-20T14:05:09.200000"),
        ("14.05.09.2", "2025-11-20T14:05:09.200000"),
        ("  14:05  ", "2025-11-20T14:05:00"),
        ("14:05 WITA", "2025-11-20T14:05:00"),
        ("14:05 wita", "2025-11-20T14:05:00"),
        ("13:05 WIB", "2025-11-20T14:05:00"),
        ("15:05 WIT", "2025-11-20T14:05:00"),
        ("06:05 UTC", "2025-11-20T14:05:00"),
        ("pukul 14.05", "2025-11-20T14:05:00"),
        ("jam 14", "2025-11-20T14:00:00"),
        ("2:05 pm", "2025-11-20T14:05:00"),
        ("2:05pm", "2025-11-20T14:05:00"),
        ("12:05 am", "2025-11-20T00:05:00"),
        ("12 pm", "2025-11-20T12:00:00"),
        ("00:00", "2025-11-20T00:00:00"),
        ("24:00", "2025-11-21T00:00:00"),
    ],
)
def test_clock_time_alone_means_the_day_on_screen(text: str, meant: str) -> None:
    assert typed(text) == moment(meant)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("kemarin 14.00", "2025-11-24T14:00:00"),
        ("Kemarin pukul 14.00", "2025-11-24T14:00:00"),
        ("yesterday 14:00", "2025-11-24T14:00:00"),
        ("yesterday at 2:00 pm", "2025-11-24T14:00:00"),
        ("kemarin 2025", "2025-11-24T20:25:00"),
        ("kemarin", "2025-11-24T00:00:00"),
        ("kemarin dulu 08:00", "2025-11-23T08:00:00"),
        ("hari ini 08:00", "2025-11-25T08:00:00"),
        ("today 08:00", "2025-11-25T08:00:00"),
        ("3 hari lalu 08:00", "2025-11-22T08:00:00"),
        ("3 days ago 08:00", "2025-11-22T08:00:00"),
        ("senin 08.00", "2025-11-24T08:00:00"),
        ("Mon 08:00", "2025-11-24T08:00:00"),
        ("selasa 08.00", "2025-11-25T08:00:00"),
        ("rabu 08.00", "2025-11-19T08:00:00"),
    ],
)
def test_day_words_count_from_today_not_from_the_day_on_screen(text: str, meant: str) -> None:
    assert typed(text) == moment(meant)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("25 Nov 14:05", "2025-11-25T14:05:00"),
        ("25 Nov 1405", "2025-11-25T14:05:00"),
        ("25 nov 14", "2025-11-25T14:00:00"),
        ("25 November 2025 14.05", "2025-11-25T14:05:00"),
        ("25 Nopember 2025, 14.05", "2025-11-25T14:05:00"),
        ("25 Nov 2025", "2025-11-25T00:00:00"),
        ("Nov 25 2:05 pm", "2025-11-25T14:05:00"),
        ("Nov 25, 2025 14:05", "2025-11-25T14:05:00"),
        ("17 Agustus 2025 10.00", "2025-08-17T10:00:00"),
        ("25/11/2025 14.05", "2025-11-25T14:05:00"),
        ("25-11-2025 14.05", "2025-11-25T14:05:00"),
        ("25.11.2025 14.05", "2025-11-25T14:05:00"),
        ("25.11.2025", "2025-11-25T00:00:00"),
        ("25/11/25 14:05", "2025-11-25T14:05:00"),
        ("25/11 14:05", "2025-11-25T14:05:00"),
        ("2025-11-25 14:05", "2025-11-25T14:05:00"),
        ("2025-11-25 14.05", "2025-11-25T14:05:00"),
        ("20251125 140509", "2025-11-25T14:05:09"),
        ("Sel, 25 Nov 2025 14:05:09.2 WITA", "2025-11-25T14:05:09.200000"),
        ("Tue, 25 Nov 2025 14:05:09.2 WITA", "2025-11-25T14:05:09.200000"),
        ("Selasa, 25 November 2025, 14:05:09 WITA", "2025-11-25T14:05:09"),
    ],
)
def test_date_and_time_as_people_and_our_own_pages_write_them(text: str, meant: str) -> None:
    assert typed(text) == moment(meant)


def test_date_without_year_is_the_latest_one_that_is_not_in_the_future() -> None:
    assert typed("26 Nov 14:05") == moment("2024-11-26T14:05:00")
    assert typed("29/2 14:05") == moment("2024-02-29T14:05:00")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2025-11-25T14:05:09.200+08:00", "2025-11-25T14:05:09.200000"),
        ("2025-11-25T06:05:09Z", "2025-11-25T14:05:09"),
        ("2025-11-25 06:05:09Z", "2025-11-25T14:05:09"),
        ("2025-11-25T07:05:09+01:00", "2025-11-25T14:05:09"),
        ("2025-11-25T14:05:09", "2025-11-25T14:05:09"),
        ("2025-11-25t14:05", "2025-11-25T14:05:00"),
        ("20251125T140509", "2025-11-25T14:05:09"),
    ],
)
def test_iso_with_and_without_offset(text: str, meant: str) -> None:
    assert typed(text) == moment(meant)


@pytest.mark.parametrize("text", ["sekarang", "now", "Kini"])
def test_now_is_the_servers_present(text: str) -> None:
    assert typed(text) == NOW


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("10 menit lalu", 10 * MINUTE_US),
        ("10 mnt yang lalu", 10 * MINUTE_US),
        ("1 jam lalu", HOUR_US),
        ("30 dtk lalu", 30 * SECOND_US),
        ("2 hours ago", 2 * HOUR_US),
    ],
)
def test_so_long_ago_counts_back_from_now(text: str, before: int) -> None:
    assert typed(text) == NOW - before


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "abc",
        "25.90",
        "25:00",
        "14:60",
        "14:05:60",
        "24:01",
        "13:00 pm",
        "905",
        "31/11/2025 14:05",
        "30 feb 2025 08:00",
        "25 foo 14:05",
        "Senin, 25 Nov 2025 14:05",
        "2025-13-01T00:00:00Z",
        "14:05 14:06",
        "-5 menit lalu",
        "5 abad lalu",
        "1" * 200,
        "14:05<script>",
    ],
)
def test_unreadable_time_is_refused_and_says_how_to_write_it(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_typed_time(text, zone=WITA, day=SHOWN_DAY, now_us=NOW, field="t")
    assert refused.value.field == "t"


def test_impossible_hour_is_named_in_the_message() -> None:
    with pytest.raises(InvalidInput, match=r"25\.90.*14:05"):
        typed("25.90")


def test_time_that_clocks_skip_is_refused() -> None:
    with pytest.raises(InvalidInput, match="put forward"):
        typed("02:30", zone=NEW_YORK, day=date(2025, 3, 9))


def test_time_that_occurs_twice_is_the_first_and_an_offset_chooses_the_second() -> None:
    first = typed("01:30", zone=NEW_YORK, day=date(2025, 11, 2))
    second = typed("2025-11-02T01:30:00-05:00", zone=NEW_YORK)
    assert second - first == HOUR_US
    assert first == moment("2025-11-02T01:30:00", "America/New_York")


def test_local_days_have_23_24_or_25_hours() -> None:
    assert NEW_YORK.day_range(date(2025, 3, 9)).duration_us == 23 * HOUR_US
    assert NEW_YORK.day_range(date(2025, 11, 2)).duration_us == 25 * HOUR_US
    assert WITA.day_range(SHOWN_DAY).duration_us == DAY_US


def test_day_begins_at_the_jump_where_clocks_skip_midnight() -> None:
    beirut = SiteZone("Asia/Beirut", "EET")
    day = date(2025, 3, 30)
    start = beirut.day_start_us(day)
    assert beirut.day_of(start) == day
    assert beirut.day_of(start - 1) == date(2025, 3, 29)
    assert beirut.local(start).hour == 1


def test_offset_follows_the_date() -> None:
    assert WITA.offset_us(NOW) == 8 * HOUR_US
    assert NEW_YORK.offset_us(moment("2025-07-01T12:00:00", "UTC")) == -4 * HOUR_US
    assert NEW_YORK.offset_us(moment("2025-12-01T12:00:00", "UTC")) == -5 * HOUR_US


def test_unknown_zone_is_refused() -> None:
    with pytest.raises(InvalidInput, match="Asia/Nowhere"):
        SiteZone("Asia/Nowhere", "X")


@given(st.integers(moment("2001-01-01T00:00:00"), moment("2099-12-31T00:00:00")))
def test_what_our_clock_prints_can_be_typed_back(at_us: int) -> None:
    at_us -= at_us % 100_000
    local = WITA.local(at_us)
    printed = f"{local.day}/{local.month}/{local.year} {local:%H:%M:%S}.{local.microsecond // 100_000} WITA"
    assert typed(printed) == at_us


@given(st.text(max_size=60))
def test_any_text_is_either_understood_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidInput):
        assert typed(text) < moment("2100-01-02T00:00:00")
