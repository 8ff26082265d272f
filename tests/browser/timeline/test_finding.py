"""A moment is found: by twelve pictures a round, by the same time on other days, by the calendar."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving.complaints import Complaints
from tests.browser.driving.finding_page import FindingPage
from tests.browser.driving.playback_page import PlaybackPage
from tests.browser.sites.city import City, local
from vms.domain.time import DAY_US, MINUTE_US, SECOND_US, TimeRange

pytestmark = pytest.mark.browser

ROUNDS = 4
FROM_MONTH_TO_US = 150 * SECOND_US


@pytest.fixture
def finding(city: City, admin: Page) -> Iterator[FindingPage]:
    """The administrator's playback page; a script error or a blocked resource fails the test."""
    complaints = Complaints(admin)
    yield FindingPage(admin, city.url)
    assert complaints.serious() == []


def open_month(city: City, finding: FindingPage) -> None:
    pier = city.pier
    finding.open(pier.camera.id, at_us=pier.arrival_us - MINUTE_US, marks=pier.month)
    finding.page.keyboard.press("q")
    expect(finding.search).to_be_visible()


def last_before_the_boat(finding: FindingPage) -> int:
    return max(index for index, shot in enumerate(finding.shots()) if not shot.boat)


def test_four_choices_lead_from_thirty_days_to_two_minutes_and_the_moment_plays(
    city: City, finding: FindingPage
) -> None:
    pier = city.pier
    open_month(city, finding)
    for _ in range(ROUNDS):
        finding.picks.nth(last_before_the_boat(finding)).click()
    shots = finding.shots()
    chosen = shots[last_before_the_boat(finding)]
    assert shots[-1].at_us - shots[0].at_us < FROM_MONTH_TO_US
    assert shots[0].at_us <= pier.arrival_us < shots[0].at_us + FROM_MONTH_TO_US
    assert chosen.at_us <= pier.arrival_us < chosen.at_us + 15 * SECOND_US
    finding.page.keyboard.press("End")
    finding.picks.nth(shots.index(chosen)).click()
    expect(finding.search).to_be_hidden()
    shown = PlaybackPage(finding.page, city.url).shown_after(chosen.at_us)
    assert abs(shown.truth.time_us - shown.label_us) < SECOND_US
    assert chosen.at_us <= shown.truth.time_us < chosen.at_us + 10 * SECOND_US


def test_every_picture_prints_its_own_time(city: City, finding: FindingPage) -> None:
    open_month(city, finding)
    month = city.pier.month
    shots = finding.shots()
    assert [shot.at_us for shot in shots] == [month.start_us + n * month.duration_us // 12 for n in range(12)]
    for shot in shots:
        assert shot.clock == f"{local(shot.at_us):%H:%M:%S}"
        assert shot.date.startswith(f"{local(shot.at_us).day} ")


def test_choosing_the_last_picture_searches_on_to_the_end_of_the_range(
    city: City, finding: FindingPage
) -> None:
    open_month(city, finding)
    before = finding.shots()
    finding.picks.nth(11).click()
    expect(finding.trail).to_have_count(2)
    after = finding.shots()
    assert after[0].at_us == before[11].at_us
    assert after[-1].at_us < city.pier.month.end_us


def test_quick_search_is_used_by_keys_alone(city: City, finding: FindingPage) -> None:
    open_month(city, finding)
    keyboard = finding.page.keyboard
    shots = finding.shots()
    # A row has six.
    for key, index in (("ArrowRight", 1), ("ArrowDown", 7), ("ArrowLeft", 6), ("ArrowUp", 0), ("End", 11)):
        keyboard.press(key)
        expect(finding.picks.nth(index)).to_be_focused()
    keyboard.press("Home")
    keyboard.press("Enter")
    expect(finding.trail).to_have_count(2)
    expect(finding.picks.first).to_be_focused()
    finding.shots()
    keyboard.press("Backspace")
    expect(finding.trail).to_have_count(1)
    assert finding.shots() == shots
    # It plays from there, and of this footage there are no files: the clock soon goes on to the next.
    finding.remember_clock()
    keyboard.press("p")
    expect(finding.search).to_be_hidden()
    finding.wait_until_clock_showed(shots[0].clock)


def test_escape_closes_and_gives_back_view_and_focus(city: City, finding: FindingPage) -> None:
    pier = city.pier
    finding.open(pier.camera.id, at_us=pier.arrival_us - MINUTE_US, marks=pier.month)
    zoom = finding.page.locator("[data-zoom-label]")
    before = zoom.inner_text()
    button = finding.page.locator('[data-command="quick-search"]')
    button.focus()
    finding.page.keyboard.press("Enter")
    finding.shots()
    expect(zoom).to_have_text("30 hari")
    finding.page.keyboard.press("Escape")
    expect(finding.search).to_be_hidden()
    expect(button).to_be_focused()
    expect(zoom).to_have_text(before)


def test_a_gap_has_a_card_with_its_cause_and_costs_no_picture(city: City, finding: FindingPage) -> None:
    pier = city.pier
    around = TimeRange(pier.month.start_us - 4 * DAY_US, pier.month.start_us)
    finding.open(pier.camera.id, at_us=pier.arrival_us, marks=around)
    finding.page.locator('[data-command="quick-search"]').click()
    shots = finding.shots()
    steps = {b.at_us - a.at_us for a, b in pairwise(shots)}
    footage_us = around.duration_us - pier.gap.duration_us
    assert steps == {footage_us // 12, footage_us // 12 + pier.gap.duration_us}
    card = finding.page.locator("[data-gap-card]")
    expect(card).to_have_count(1)
    expect(card).to_contain_text("Celah 1 hari 12 jam")
    expect(card).to_contain_text("Kamera terputus")
    before = finding.page.locator("[data-search-list] > li").nth(
        sum(shot.at_us < pier.gap.start_us for shot in shots)
    )
    expect(before).to_have_attribute("data-gap-card", "")


def test_the_range_is_chosen_and_starts_anew(city: City, finding: FindingPage) -> None:
    open_month(city, finding)
    finding.shots()
    finding.picks.first.click()
    expect(finding.trail).to_have_count(2)
    options = finding.page.locator("[data-search-range] option")
    expect(options).to_have_text(
        [
            "Rentang yang ditandai (30 hari)",
            "Garis waktu yang tampak (1 hari)",
            "1 hari terakhir",
            "7 hari terakhir",
            "30 hari terakhir",
        ]
    )
    finding.page.locator("[data-search-range]").select_option("7")
    expect(finding.trail).to_have_text(["7 hari"])


def test_only_the_newest_round_counts(city: City, finding: FindingPage) -> None:
    """Pictures of a round that was left are not waited for, and never shown."""
    open_month(city, finding)
    finding.shots()
    is_held = True
    # To take the handler away would let through what it holds.
    finding.page.route("**/picture?*", lambda route: None if is_held else route.continue_())
    finding.picks.nth(3).click()
    expect(finding.page.locator('[data-search-list] [data-still="loading"]')).to_have_count(12)
    finding.page.wait_for_function(
        "() => document.querySelectorAll('[data-search-list] [data-at-us]').length === 12"
    )
    is_held = False
    with finding.page.expect_event("requestfailed", lambda request: "/picture?" in request.url):
        finding.page.keyboard.press("Backspace")
    first = finding.shots()
    assert first[0].at_us == city.pier.month.start_us


def test_a_lost_connection_is_told_and_tried_again(city: City, finding: FindingPage) -> None:
    open_month(city, finding)
    finding.shots()
    context = finding.page.context
    context.set_offline(True)
    finding.picks.nth(2).click()
    nothing = finding.page.locator("[data-search-nothing]")
    expect(nothing).to_contain_text("Server tidak menjawab")
    context.set_offline(False)
    nothing.get_by_role("button", name="Coba lagi").click()
    assert len(finding.shots()) == 12


def test_a_picture_that_failed_is_fetched_again(city: City, finding: FindingPage) -> None:
    # The connection breaks after the timeline's answer.
    finding.page.route("**/picture?*", lambda route: route.abort())
    open_month(city, finding)
    failed = finding.page.locator('[data-search-list] [data-still="failed"]')
    expect(failed).to_have_count(12)
    expect(failed.first).to_contain_text("Gambar gagal dimuat")
    finding.page.unroute("**/picture?*")
    for button in failed.get_by_role("button", name="Coba lagi").all()[::-1]:
        button.click()
    assert len(finding.shots()) == 12


def test_other_days_show_the_same_time_and_lead_there(city: City, finding: FindingPage) -> None:
    pier = city.pier
    at_us = pier.month.start_us + 4 * DAY_US
    finding.open(pier.camera.id, at_us=at_us)
    finding.page.keyboard.press("h")
    expect(finding.days).to_contain_text(f"{local(at_us):%H:%M:%S} WITA")
    cards = finding.page.locator("[data-days-list] [data-day-still]")
    expect(cards.locator('[data-still="shown"]')).to_have_count(7)
    days = [local(at_us + n * DAY_US).date() for n in range(-3, 4)]
    assert [card.get_attribute("data-day") for card in cards.all()] == [day.isoformat() for day in days]
    expect(finding.day_picks.nth(3)).to_have_attribute("aria-current", "date")
    expect(finding.day_picks.nth(3)).to_be_focused()
    finding.page.keyboard.press("ArrowLeft")
    finding.page.keyboard.press("Enter")
    expect(finding.day_picks.nth(2)).to_have_attribute("aria-current", "date")
    expect(finding.page.locator("[data-day-label]")).to_contain_text(f"{days[2].day} ")
    expect(finding.page.locator("[data-clock-time]")).to_have_text(f"{local(at_us):%H:%M:%S}")
    finding.page.locator("[data-days-older]").click()
    empty = finding.page.locator("[data-day-empty]")
    expect(empty).to_contain_text("tidak ada")
    assert str(local(pier.gap.start_us).day) in empty.inner_text()
    finding.page.locator("[data-other-days] [data-close]").focus()
    finding.page.keyboard.press("Escape")
    expect(finding.days).to_be_hidden()


def test_the_calendar_is_walked_by_keys_and_explains_its_empty_days(city: City, finding: FindingPage) -> None:
    pier, keyboard = city.pier, finding.page.keyboard
    start = local(pier.month.start_us + 10 * DAY_US).date()
    finding.open(pier.camera.id, at_us=pier.month.start_us + 10 * DAY_US)
    finding.page.keyboard.press("c")
    expect(finding.day(start.isoformat())).to_be_focused()
    monday = start - timedelta(days=start.weekday())
    for key, day in (
        ("ArrowLeft", start - timedelta(days=1)),
        ("ArrowUp", start - timedelta(days=8)),
        ("ArrowDown", start - timedelta(days=1)),
        ("ArrowRight", start),
        ("Home", monday),
        ("End", min(monday + timedelta(days=6), local(pier.whole.end_us).date())),
    ):
        keyboard.press(key)
        expect(finding.day(day.isoformat())).to_be_focused()
    gap_day = local(pier.gap.start_us).date()
    purged_day = local(pier.purged_until_us).date() - timedelta(days=3)
    for day, words in ((gap_day, "tidak ada rekaman"), (purged_day, "sudah dihapus menurut masa simpan")):
        while finding.focused("date") > day.isoformat():
            away = finding.focused("date")[:7] != day.isoformat()[:7]
            keyboard.press("PageUp" if away else "ArrowLeft")
            if finding.focused("date") < day.isoformat():
                break
        while finding.focused("date") < day.isoformat():
            keyboard.press("ArrowRight")
        button = finding.day(day.isoformat())
        expect(button).to_be_focused()
        expect(button).to_have_attribute("aria-disabled", "true")
        expect(button).to_have_attribute("title", words)
        keyboard.press("Enter")
        expect(finding.page.locator("[data-calendar-note]")).to_contain_text(words)
    keyboard.press("Escape")
    expect(finding.calendar).to_be_hidden()
    expect(finding.page.locator("[data-day-open]")).to_be_focused()


def test_the_calendar_leads_to_days_and_to_the_ends_of_the_archive(city: City, finding: FindingPage) -> None:
    pier = city.pier
    at_us = pier.month.start_us + 10 * DAY_US
    finding.open(pier.camera.id, at_us=at_us)
    clock, label = finding.page.locator("[data-clock-time]"), finding.page.locator("[data-day-label]")
    finding.page.locator("[data-day-open]").click()
    day = local(at_us - DAY_US).date()
    if day.month != local(at_us).month:
        finding.page.locator('[data-calendar-by="-1"]').click()
    expect(finding.day(day.isoformat())).to_have_attribute("title", "rekaman 100 %")
    finding.day(day.isoformat()).click()
    expect(label).to_contain_text(f"{day.day} ")
    expect(clock).to_have_text(f"{local(at_us):%H:%M:%S}")
    for where, end_us in (("oldest", pier.whole.start_us), ("newest", pier.whole.end_us - SECOND_US)):
        finding.page.locator("[data-day-open]").click()
        finding.page.locator(f'[data-calendar-to="{where}"]').click()
        expect(label).to_contain_text(f"{local(end_us).day} ")
        expect(clock).to_have_text(f"{local(end_us):%H:%M:%S}")
