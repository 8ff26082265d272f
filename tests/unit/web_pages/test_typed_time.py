"""Every way in which people type a moment, and the moments that no clock shows."""

import contextlib
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vms.domain.errors import InvalidInput, UnreadableTime
from vms.domain.moments.site_time import SiteZone
from vms.domain.moments.typed_time import parse_typed_time
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
        ("2.05 siang", "2025-11-20T14:05:00"),
        ("jam 2 siang", "2025-11-20T14:00:00"),
        ("2 siang", "2025-11-20T14:00:00"),
        ("siang jam 2", "2025-11-20T14:00:00"),
        ("14.05 siang", "2025-11-20T14:05:00"),
        ("11 siang", "2025-11-20T11:00:00"),
        ("12 siang", "2025-11-20T12:00:00"),
        ("12.30 siang", "2025-11-20T12:30:00"),
        ("4.30 sore", "2025-11-20T16:30:00"),
        ("sore 4.30", "2025-11-20T16:30:00"),
        ("6 petang", "2025-11-20T18:00:00"),
        ("9 malam", "2025-11-20T21:00:00"),
        ("jam 11.59 malam", "2025-11-20T23:59:00"),
        ("12 malam", "2025-11-20T00:00:00"),
        ("1 malam", "2025-11-20T01:00:00"),
        ("8 pagi", "2025-11-20T08:00:00"),
        ("3 dini hari", "2025-11-20T03:00:00"),
        ("5.15 subuh", "2025-11-20T05:15:00"),
        ("setengah 3", "2025-11-20T02:30:00"),
        ("setengah 3 sore", "2025-11-20T14:30:00"),
        ("jam setengah 1 siang", "2025-11-20T12:30:00"),
        ("setengah 12 malam", "2025-11-20T23:30:00"),
        ("2 in the afternoon", "2025-11-20T14:00:00"),
        ("8 in the morning", "2025-11-20T08:00:00"),
        ("9.30 at night", "2025-11-20T21:30:00"),
        ("2:05 p.m.", "2025-11-20T14:05:00"),
        ("noon", "2025-11-20T12:00:00"),
        ("tengah malam", "2025-11-20T00:00:00"),
        ("pkl. 14.05", "2025-11-20T14:05:00"),
        ("14", "2025-11-20T14:00:00"),
        ("14.05.", "2025-11-20T14:05:00"),
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
        ("monday 14:00", "2025-11-24T14:00:00"),
        ("hari senin jam 2 siang", "2025-11-24T14:00:00"),
        ("selasa lalu 08.00", "2025-11-18T08:00:00"),
        ("last tuesday 8 am", "2025-11-18T08:00:00"),
        ("minggu lalu 08.00", "2025-11-23T08:00:00"),
        ("2 minggu lalu 08.00", "2025-11-11T08:00:00"),
        ("a week ago 14:00", "2025-11-18T14:00:00"),
        ("seminggu lalu", "2025-11-18T00:00:00"),
        ("yesterday 2 pm", "2025-11-24T14:00:00"),
        ("2 pm yesterday", "2025-11-24T14:00:00"),
        ("14.05 kemarin", "2025-11-24T14:05:00"),
        ("jam 2 siang kemarin", "2025-11-24T14:00:00"),
        ("kemarin sore jam 4", "2025-11-24T16:00:00"),
        ("kemarin siang 2.05", "2025-11-24T14:05:00"),
        ("jam 9 kemarin pagi", "2025-11-24T09:00:00"),
        ("yesterday evening 7", "2025-11-24T19:00:00"),
        ("tadi pagi 8", "2025-11-25T08:00:00"),
        ("tadi pagi jam 8.30", "2025-11-25T08:30:00"),
        ("8 tadi pagi", "2025-11-25T08:00:00"),
        ("pagi ini 8", "2025-11-25T08:00:00"),
        ("this morning 8", "2025-11-25T08:00:00"),
        ("this morning at 8:15", "2025-11-25T08:15:00"),
        ("tadi 14.05", "2025-11-25T14:05:00"),
        ("tadi siang 1", "2025-11-25T13:00:00"),
        ("besok 08.00", "2025-11-26T08:00:00"),
    ],
)
def test_day_words_count_from_today_not_from_the_day_on_screen(text: str, meant: str) -> None:
    assert typed(text) == moment(meant)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("tadi malam 11", "2025-11-24T23:00:00"),
        ("semalam 23.30", "2025-11-24T23:30:00"),
        ("semalam jam 1", "2025-11-25T01:00:00"),
        ("tadi malam 12", "2025-11-25T00:00:00"),
        ("kemarin malam 02.15", "2025-11-25T02:15:00"),
        ("last night at 11", "2025-11-24T23:00:00"),
        ("last night 1 am", "2025-11-25T01:00:00"),
    ],
)
def test_last_night_goes_on_after_midnight(text: str, meant: str) -> None:
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
        ("25-11-2025 14.05.09", "2025-11-25T14:05:09"),
        ("01-02-2025 08.00", "2025-02-01T08:00:00"),
        ("1/2 08.00", "2025-02-01T08:00:00"),
        ("25-Nov-2025 14:05", "2025-11-25T14:05:00"),
        ("25/nov/2025 14:05", "2025-11-25T14:05:00"),
        ("25nov 14:05", "2025-11-25T14:05:00"),
        ("25th of November 2025 2 pm", "2025-11-25T14:00:00"),
        ("14.05 25 nov", "2025-11-25T14:05:00"),
        ("14:05 25/11/2025", "2025-11-25T14:05:00"),
        ("1405 25/11", "2025-11-25T14:05:00"),
        ("jam 2 siang tgl 20 nov", "2025-11-20T14:00:00"),
        ("tanggal 20 jam 14.05", "2025-11-20T14:05:00"),
        ("tgl 27 jam 14.05", "2025-10-27T14:05:00"),
        ("tgl 31 08.00", "2025-10-31T08:00:00"),
        ("pada 25 nov pukul 14.05", "2025-11-25T14:05:00"),
        ("25 nov siang jam 2", "2025-11-25T14:00:00"),
        ("25 Nov 2025,14:05", "2025-11-25T14:05:00"),
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
        ("5 menit lalu", 5 * MINUTE_US),
        ("5 min ago", 5 * MINUTE_US),
        ("1 jam 30 menit lalu", HOUR_US + 30 * MINUTE_US),
        ("1h 30m ago", HOUR_US + 30 * MINUTE_US),
        ("1,5 jam lalu", HOUR_US + 30 * MINUTE_US),
        ("setengah jam lalu", 30 * MINUTE_US),
        ("sejam yang lalu", HOUR_US),
        ("half an hour ago", 30 * MINUTE_US),
        ("an hour ago", HOUR_US),
        ("3 hari 2 jam lalu", 3 * DAY_US + 2 * HOUR_US),
        ("barusan", 0),
    ],
)
def test_so_long_ago_counts_back_from_now(text: str, before: int) -> None:
    assert typed(text) == NOW - before


PLAYHEAD = moment("2025-11-20T09:00:00")


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("-30", -30 * SECOND_US),
        ("\N{MINUS SIGN}30", -30 * SECOND_US),
        ("+30", 30 * SECOND_US),
        ("+ 30", 30 * SECOND_US),
        ("-0,5", -SECOND_US // 2),
        ("+0.2", SECOND_US // 5),
        ("+1:30", 90 * SECOND_US),
        ("-1.30", -90 * SECOND_US),
        ("+1:00:00", HOUR_US),
        ("-2m", -2 * MINUTE_US),
        ("+2 menit", 2 * MINUTE_US),
        ("-1j 30m", -HOUR_US - 30 * MINUTE_US),
        ("+1 hari", DAY_US),
        ("mundur 30 dtk", -30 * SECOND_US),
        ("maju 5 menit", 5 * MINUTE_US),
        ("back 10", -10 * SECOND_US),
        ("forward 1 min", MINUTE_US),
        ("5 menit sebelumnya", -5 * MINUTE_US),
        ("90 seconds later", 90 * SECOND_US),
    ],
)
def test_steps_count_from_the_playhead(text: str, step: int) -> None:
    at_us = parse_typed_time(text, zone=WITA, day=SHOWN_DAY, now_us=NOW, at_us=PLAYHEAD)
    assert at_us == PLAYHEAD + step


def test_steps_without_a_playhead_are_refused() -> None:
    with pytest.raises(UnreadableTime):
        typed("-30")


def test_a_time_may_lie_in_the_future_and_is_told_as_it_is() -> None:
    assert typed("today 23:00") == moment("2025-11-25T23:00:00") > NOW


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("kemaren dulu sekali", "unreadable"),
        ("jam", "unreadable"),
        ("tadi pagi", "unreadable"),
        ("14.05 14.06", "unreadable"),
        ("25.90", "no-such-time"),
        ("kemarin 24.01", "no-such-time"),
        ("8 siang", "no-such-time"),
        ("14.05 pagi", "no-such-time"),
        ("2 pm pagi", "no-such-time"),
        ("31/11 14.05", "no-such-day"),
        ("29 feb 2025", "no-such-day"),
        ("29 feb 2025 14.05", "no-such-day"),
        ("2/13/2025 14.05", "no-such-day"),
        ("senin, 25 nov 2025 14.05", "other-weekday"),
    ],
)
def test_what_is_wrong_with_a_text_is_told_apart(text: str, reason: str) -> None:
    with pytest.raises(UnreadableTime) as refused:
        typed(text)
    assert refused.value.reason == reason


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


@given(st.text(max_size=60))
def test_any_text_is_either_understood_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidInput):
        assert typed(text) < moment("2100-01-02T00:00:00")
