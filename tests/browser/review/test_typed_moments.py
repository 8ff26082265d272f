"""Any moment can be typed: the clock says what it understands, goes there, and says what is wrong where it cannot."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.driving.complaints import Complaints
from tests.browser.driving.finding_page import FindingPage
from tests.browser.driving.playback_page import PlaybackPage
from tests.browser.every_page.looks import Look, looking
from tests.browser.sites.city import GAP_CAUSE, PAST_FRAME_US, City, local, typed
from vms.domain.time import DAY_US, MINUTE_US, SECOND_US, format_rfc3339

pytestmark = pytest.mark.browser

LABEL_US = 5_000
"""Media time is counted in ticks, wall time in microseconds: a label may round this much."""
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"]


def indonesian_day(us: int) -> str:
    at = local(us)
    return f"{at.day} {_MONTHS[at.month - 1]}"


def twelve(us: int) -> str:
    """The time on a clock of twelve hours, with the part of the day in Indonesian."""
    at = local(us)
    part = "malam" if at.hour < 6 else "pagi" if at.hour < 11 else "siang" if at.hour < 15 else "sore"
    part = part if at.hour < 19 else "malam"
    return f"{at.hour % 12 or 12}.{at.minute:02} {part}"


FORMS: list[tuple[Callable[[int], str], int]] = [
    (lambda us: f"{local(us):%H:%M:%S}.{us % SECOND_US // 100_000}", 100_000),
    (lambda us: f"{local(us):%H.%M.%S}", SECOND_US),
    (lambda us: f"{local(us):%H%M%S}", SECOND_US),
    (lambda us: f"{local(us):%H.%M}", MINUTE_US),
    (lambda us: f"{local(us):%I:%M %p}", MINUTE_US),
    (twelve, MINUTE_US),
    (lambda us: f"{local(us):%d/%m %H.%M}", MINUTE_US),
    (lambda us: f"{local(us):%d-%m-%Y %H.%M.%S}", SECOND_US),
    (lambda us: f"{local(us):%H.%M} {indonesian_day(us)}", MINUTE_US),
    (format_rfc3339, 1),
]
"""Ways of typing a moment, and how exact each is, in microseconds."""


@pytest.fixture
def typing(city: City, playback: PlaybackPage) -> FindingPage:
    """The administrator's playback page at the young footage of the park."""
    playback.open_at(city.park.id, city.past.young.start_us + 8 * MINUTE_US)
    return FindingPage(playback.page, city.url)


def test_every_form_shows_the_frame_of_that_time(
    city: City, playback: PlaybackPage, typing: FindingPage
) -> None:
    asked_us = city.past.young.start_us + 3 * MINUTE_US + 34_700_000
    elsewhere_us = city.past.young.start_us + 12 * MINUTE_US
    for write, exact_us in FORMS:
        # From far away, so that what was on screen before is not taken for the answer.
        typing.type(typed(elsewhere_us))
        typing.page.keyboard.press("Enter")
        playback.shown_near(elsewhere_us, within_us=SECOND_US)
        meant_us = asked_us - asked_us % exact_us
        typing.type(write(asked_us))
        expect(typing.meant).to_contain_text(f"{local(meant_us):%H:%M:%S}")
        expect(typing.meant).to_contain_text("WITA")
        typing.page.keyboard.press("Enter")
        shown = playback.shown_near(meant_us, within_us=SECOND_US)
        assert -LABEL_US <= meant_us - shown.truth.time_us < PAST_FRAME_US + LABEL_US, write(asked_us)


def test_steps_count_from_the_playhead(city: City, playback: PlaybackPage, typing: FindingPage) -> None:
    at_us = playback.shown_near(city.past.young.start_us + 8 * MINUTE_US).label_us
    for text, step_us in (
        ("-30", -30 * SECOND_US),
        ("+1:30", 90 * SECOND_US),
        ("mundur 2 menit", -120 * SECOND_US),
    ):
        typing.type(text)
        typing.page.keyboard.press("Enter")
        at_us = playback.shown_near(at_us + step_us, within_us=SECOND_US).label_us


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kemaren sekali", "“kemaren sekali” tidak terbaca sebagai waktu."),
        ("25.90", "Tidak ada jam seperti itu: “25.90”."),
        ("31/11 08.00", "tidak ada di kalender"),
        ("besok 08.00", "belum terjadi"),
    ],
)
def test_what_cannot_be_gone_to_is_told_with_examples(typing: FindingPage, text: str, words: str) -> None:
    typing.type(text)
    typing.page.keyboard.press("Enter")
    expect(typing.problem).to_contain_text(words)
    expect(typing.page.locator("[data-clock-typed]")).to_contain_text("kemarin 14.00")
    expect(typing.clock_field).to_be_focused()
    typing.clock_field.fill("-10")
    expect(typing.problem).to_be_hidden()
    typing.page.keyboard.press("Escape")
    expect(typing.page.locator("[data-clock]")).to_be_focused()


def test_half_typed_texts_are_no_mistakes_yet(typing: FindingPage) -> None:
    typing.type("kema")
    expect(typing.meant).to_have_text("Belum terbaca sebagai waktu")
    expect(typing.problem).to_be_hidden()
    typing.type("kemarin 14.00")
    expect(typing.meant).to_have_text(re.compile(r"^= .* 14:00:00 WITA$"))
    typing.type("besok 14.00")
    expect(typing.meant).to_contain_text("belum terjadi")


def test_a_typed_time_in_a_gap_goes_there_and_offers_what_is_nearest(
    city: City, playback: PlaybackPage, typing: FindingPage
) -> None:
    gap = city.past.gap
    asked_us = gap.start_us + MINUTE_US
    typing.type(f"{local(asked_us):%d/%m/%Y %H.%M.%S}")
    typing.page.keyboard.press("Enter")
    playback.wait_for_state("gap")
    expect(playback.message()).to_contain_text(GAP_CAUSE)
    for name, end_us in (("Sebelumnya", gap.start_us), ("Berikutnya", gap.end_us)):
        button = playback.message().get_by_role("button", name=f"{name} {local(end_us):%H:%M:%S}")
        expect(button).to_be_visible()


def test_a_typed_time_in_a_gap_rests_there_though_footage_played_before(
    city: City, playback: PlaybackPage, typing: FindingPage
) -> None:
    """Asked for 14:00, nobody is shown what was recorded hours later."""
    gap = city.past.gap
    asked_us = gap.start_us + MINUTE_US
    playback.act("play")
    playback.wait_for_state("playing")
    typing.type(f"{local(asked_us):%d/%m/%Y %H.%M.%S}")
    typing.page.keyboard.press("Enter")
    playback.wait_for_state("gap")
    after = playback.message().get_by_role("button", name=f"Berikutnya {local(gap.end_us):%H:%M:%S}")
    expect(after).to_be_visible()
    expect(playback.button("play")).to_contain_text("Putar")
    expect(typing.page.locator("[data-clock-time]")).to_have_text(f"{local(asked_us):%H:%M:%S}")
    playback.act("play")
    assert playback.shown_after(gap.end_us - SECOND_US).truth.time_us < gap.end_us + MINUTE_US


@pytest.fixture
def english(city: City, chromium: Browser) -> Iterator[FindingPage]:
    """The administrator's page in English, on a phone."""
    with city.opened() as services:
        person = services.storage.users.by_name("admin")
    assert person is not None
    with looking(chromium, city, Look("en", "dark", 390), signed_in=True) as context:
        page = context.new_page()
        complaints = Complaints(page)
        yield FindingPage(page, city.url)
        assert complaints.serious() == []
    with city.opened() as services:
        services.storage.users.edit(person)


@pytest.mark.parametrize(
    ("text", "back_us", "clock"),
    [
        ("yesterday 2 pm", DAY_US, "14:00:00"),
        ("yesterday at 14:05", DAY_US, "14:05:00"),
        ("today 00:00:01", 0, "00:00:01"),
    ],
)
def test_english_is_understood_and_spoken(
    city: City, english: FindingPage, text: str, back_us: int, clock: str
) -> None:
    pier = city.pier
    english.open(pier.camera.id, at_us=pier.arrival_us)
    with city.opened() as services:
        day = local(services.clock.now_us() - back_us)
    english.type(text)
    expect(english.meant).to_have_text(f"= {day:%a}, {day.day} {day:%b} {day.year} {clock} WITA")
    english.type("a while back")
    english.page.keyboard.press("Enter")
    expect(english.problem).to_have_text("“a while back” cannot be read as a time.")
