"""Values as people read them, in both languages and in the site's zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from vms.domain.moments.site_time import SiteZone
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US, TimeRange, from_datetime
from web.i18n.catalogue import catalogue
from web.pages.frame.presenters import DASH, Presenter


def at(text: str) -> int:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Makassar")))


NOW = at("2025-11-25T14:31:20")


def presenter(language: str = "id") -> Presenter:
    return Presenter(catalogue(language), SiteZone("Asia/Makassar", "WITA"), NOW)


def test_moment_always_names_its_zone() -> None:
    assert presenter().moment(at("2025-11-25T14:05:09.200")) == "25 Nov 2025, 14:05:09 WITA"
    assert presenter().since(at("2025-11-25T13:42:00")) == "13:42 WITA"
    assert presenter().since(at("2025-11-24T13:42:00")) == "24 Nov 2025 13:42 WITA"


def test_dates_follow_the_language() -> None:
    assert presenter().date_short(NOW) == "Sel, 25 Nov 2025"
    assert presenter("en").date_short(NOW) == "Tue, 25 Nov 2025"
    assert presenter().date_long(NOW) == "Selasa, 25 November 2025"


def test_day_begins_at_local_midnight_not_in_utc() -> None:
    assert presenter().date_short(at("2025-11-25T00:00:00")) == "Sel, 25 Nov 2025"
    assert presenter().date_short(at("2025-11-25T00:00:00") - 1) == "Sen, 24 Nov 2025"


def test_yesterday_and_today_are_words() -> None:
    assert presenter().day_word(at("2025-11-25T00:00:00")) == "hari ini"
    assert presenter().day_word(at("2025-11-24T23:59:59")) == "kemarin"
    assert presenter("en").day_word(at("2025-11-23T12:00:00")) == "23 Nov 2025"


def test_range_says_its_day_once() -> None:
    within = TimeRange(at("2025-11-25T11:20:00"), at("2025-11-25T11:50:00"))
    over = TimeRange(at("2025-11-24T23:50:00"), at("2025-11-25T00:10:00"))
    assert presenter().span(within) == f"25 Nov 2025 11:20:00{DASH}11:50:00 WITA"
    assert presenter().span(over) == f"24 Nov 2025 23:50:00{DASH}25 Nov 2025 00:10:00 WITA"


@pytest.mark.parametrize(
    ("length_us", "indonesian", "english"),
    [
        (0, "0 dtk", "0 s"),
        (8 * SECOND_US, "8 dtk", "8 s"),
        (12 * MINUTE_US + 30 * SECOND_US, "12 mnt 30 dtk", "12 min 30 s"),
        (14 * HOUR_US + 31 * MINUTE_US + 59 * SECOND_US, "14 jam 31 mnt", "14 h 31 min"),
        (2 * DAY_US, "2 hari", "2 d"),
        (59_600_000, "1 mnt", "1 min"),
        (-5, "0 dtk", "0 s"),
    ],
)
def test_duration_shows_its_two_largest_units(length_us: int, indonesian: str, english: str) -> None:
    assert presenter().duration(length_us) == indonesian
    assert presenter("en").duration(length_us) == english


def test_age_is_one_unit_and_never_negative() -> None:
    assert presenter().age(NOW - 49 * MINUTE_US - 12 * SECOND_US) == "49 mnt lalu"
    assert presenter().age(NOW - 400_000) == "baru saja"
    assert presenter().age(NOW + 5 * SECOND_US) == "baru saja"


@pytest.mark.parametrize(
    ("size_bytes", "indonesian", "english"),
    [
        (0, "0 B", "0 B"),
        (999, "999 B", "999 B"),
        (1_320_000_000, "1,32 GB", "1.32 GB"),
        (941_000_000, "941 MB", "941 MB"),
        (18_400_000_000_000, "18,4 TB", "18.4 TB"),
        (999_999, "1,00 MB", "1.00 MB"),
    ],
)
def test_sizes_are_decimal_and_written_as_the_language_does(
    size_bytes: int, indonesian: str, english: str
) -> None:
    assert presenter().size(size_bytes) == indonesian
    assert presenter("en").size(size_bytes) == english


def test_unknown_bit_rate_says_nothing() -> None:
    assert not presenter().rate(0)
    assert presenter().rate(4_120_000) == "4,1 Mbit/dtk"


def test_range_says_its_day_as_people_do() -> None:
    def time_range(start: str, end: str) -> str:
        return presenter().time_range(TimeRange(at(start), at(end)))

    assert time_range("2025-11-24T16:20:05", "2025-11-24T16:45:59") == f"Kemarin 16:20{DASH}16:45"
    assert time_range("2025-11-25T08:00:00", "2025-11-25T08:00:30") == "Hari ini 08:00"
    assert time_range("2025-11-23T08:00:00", "2025-11-23T09:00:00") == f"Min, 23 Nov 08:00{DASH}09:00"
    assert time_range("2025-11-24T23:00:00", "2025-11-25T01:00:00") == f"Kemarin 23:00{DASH}Hari ini 01:00"
    assert time_range("2024-11-24T08:00:00", "2024-11-24T08:00:00") == "Min, 24 Nov 2024 08:00"
    assert presenter("en").time_range(TimeRange(NOW, NOW)) == "Today 14:31"
