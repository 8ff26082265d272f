"""Every moment that pages and scripts print can be typed back, and means the same."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from vms.domain.moments.site_time import SiteZone
from vms.domain.moments.typed_time import parse_typed_time
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US, format_rfc3339, from_datetime
from web.i18n.catalogue import LANGUAGES, catalogue
from web.pages.frame.presenters import Presenter

WITA = SiteZone("Asia/Makassar", "WITA")
NEW_YORK = SiteZone("America/New_York", "ET")
BEIRUT = SiteZone("Asia/Beirut", "EET")
SECOND_BEIRUT_HOUR_US = from_datetime(datetime(2020, 10, 24, 21, 30, tzinfo=UTC))
SHOWN_DAY = date(2025, 11, 20)


def moment(text: str) -> int:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Makassar")))


NOW = moment("2025-11-25T14:31:20")


def typed(text: str, zone: SiteZone = WITA, day: date = SHOWN_DAY) -> int:
    return parse_typed_time(text, zone=zone, day=day, now_us=NOW)


@given(st.integers(moment("2001-01-01T00:00:00"), moment("2099-12-31T00:00:00")))
def test_what_our_clock_prints_can_be_typed_back(at_us: int) -> None:
    at_us -= at_us % 100_000
    local = WITA.local(at_us)
    printed = f"{local.day}/{local.month}/{local.year} {local:%H:%M:%S}.{local.microsecond // 100_000} WITA"
    assert typed(printed) == at_us


PRINTED = st.integers(moment("2001-01-01T00:00:00"), NOW - 2 * DAY_US)
"""Instants whose day no word such as "kemarin" stands for."""


@given(PRINTED, st.sampled_from(LANGUAGES), st.sampled_from((WITA, NEW_YORK, BEIRUT)))
@example(SECOND_BEIRUT_HOUR_US, "id", BEIRUT)
def test_every_moment_that_pages_print_can_be_typed_back(at_us: int, language: str, zone: SiteZone) -> None:
    at_us -= at_us % SECOND_US
    present = Presenter(catalogue(language), zone, NOW)
    # The second of two hours that clocks show alike: typed, the first is meant.
    is_twice = zone.instant(zone.local(at_us).replace(tzinfo=None, fold=0)) != at_us
    clock, minutes = present.clock(at_us), present.clock_minutes(at_us)
    minute_us = at_us - at_us % MINUTE_US
    for printed, meant in (
        (present.moment(at_us), at_us),
        (f"{present.date_short(at_us)} {clock} {zone.label}", at_us),
        (f"{present.date_short(at_us)}, {clock}", at_us),
        (f"{present.date_long(at_us)} {clock}.0 {zone.label}", at_us),
        (f"{present.day_word(at_us)} {minutes}", minute_us),
        (present.since(at_us), minute_us),
    ):
        assert typed(printed, zone) == (meant - HOUR_US if is_twice else meant), printed
    assert typed(format_rfc3339(at_us), zone) == at_us
    assert typed(zone.local(at_us).isoformat(timespec="milliseconds"), zone) == at_us


@given(st.integers(0, DAY_US - 1), st.sampled_from(LANGUAGES))
def test_times_printed_with_words_for_their_day_can_be_typed_back(back_us: int, language: str) -> None:
    at_us = NOW - back_us
    minute_us = at_us - at_us % MINUTE_US
    present = Presenter(catalogue(language), WITA, NOW)
    assert typed(f"{present.day_word(at_us)} {present.clock_minutes(at_us)}") == minute_us
    assert typed(f"{present.day_word(at_us)}, {present.clock(at_us)}") == at_us - at_us % SECOND_US
    assert typed(present.since(at_us), day=WITA.day_of(at_us)) == minute_us
    age_us = NOW - typed(present.age(at_us))
    assert age_us <= back_us


@given(st.integers(0, 23), st.integers(0, 59), st.sampled_from((":", ".")), st.sampled_from((1, 2)))
def test_a_clock_time_means_the_same_in_every_way_of_writing_it(
    hour: int, minute: int, mark: str, digits: int
) -> None:
    meant = WITA.day_start_us(SHOWN_DAY) + hour * HOUR_US + minute * MINUTE_US
    half, twelve = "am" if hour < 12 else "pm", hour % 12 or 12
    for text in (
        f"{hour:0{digits}}{mark}{minute:02}",
        f"{hour:02}{minute:02}",
        f"{hour:02}{minute:02}00",
        f"{twelve}{mark}{minute:02} {half}",
        f"pukul {hour:0{digits}}{mark}{minute:02}",
        f"{hour:0{digits}}{mark}{minute:02}{mark}00,0 WITA",
    ):
        assert typed(text) == meant, text
