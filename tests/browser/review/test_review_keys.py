"""Keys of the playback page: each does what the help says, and letters can be switched off."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving.playback_page import PlaybackPage
from tests.browser.driving.review_address import playback_url, rests
from tests.browser.sites.city import City, local
from vms.domain.time import MINUTE_US, SECOND_US
from web.pages.review.review_keys import PLAYBACK_KEYS

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("usual_preferences")]

MOVES = [
    ("ArrowRight", 5 * SECOND_US),
    ("ArrowLeft", -5 * SECOND_US),
    ("Shift+ArrowRight", MINUTE_US),
    ("Shift+ArrowLeft", -MINUTE_US),
    ("PageUp", 10 * MINUTE_US),
    ("PageDown", -10 * MINUTE_US),
]


@pytest.mark.parametrize(("key", "by_us"), MOVES)
def test_a_key_moves_by_what_it_says(
    city: City, playback: PlaybackPage, at_us: int, key: str, by_us: int
) -> None:
    playback.open_at(city.park.id, at_us)
    playback.page.keyboard.press(key)
    expect(playback.page.locator("[data-clock-time]")).to_have_text(f"{local(at_us + by_us):%H:%M:%S}")


def test_keys_play_step_mark_zoom_choose_and_open(city: City, playback: PlaybackPage, at_us: int) -> None:
    page = playback.page
    page.goto(playback_url(city, city.park.id, city.tower.id, at_us=at_us))
    rests(page)
    for key in ("Space", "k"):
        page.keyboard.press(key)
        expect(page.locator("[data-play-word]")).to_have_text("Jeda")
        page.keyboard.press(key)
        expect(page.locator("[data-play-word]")).to_have_text("Putar")
    before = playback.shown_near(at_us, within_us=MINUTE_US)
    page.keyboard.press(".")
    after = playback.shown_other_than(before)
    assert after.truth.frame == before.truth.frame + 1
    page.keyboard.press(",")
    assert playback.shown_other_than(after).truth.frame == before.truth.frame
    zoom = page.locator("[data-zoom-label]")
    seen = zoom.inner_text()
    page.keyboard.press("+")
    expect(zoom).not_to_have_text(seen)
    page.keyboard.press("0")
    expect(zoom).to_have_text("1 hari")
    page.keyboard.press("i")
    expect(page.locator("[data-clip-in]")).not_to_have_value("")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("o")
    expect(page.locator("[data-clip-out]")).not_to_have_value("")
    page.keyboard.press("e")
    expect(page.locator("[data-clip-reason]")).to_be_focused()
    page.keyboard.type("kk")
    expect(page.locator("[data-clip-reason]")).to_have_value("kk")
    expect(page.locator("[data-play-word]")).to_have_text("Putar")
    page.locator("[data-clip-reason]").blur()
    page.keyboard.press("2")
    expect(page.locator(f'[data-player][data-camera="{city.tower.id}"]')).to_have_count(1)
    page.keyboard.press("1")
    expect(page.locator(f'[data-player][data-camera="{city.park.id}"]')).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("[data-tile]:visible")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("[data-tile]:visible")).to_have_count(2)
    page.keyboard.press("g")
    expect(page.locator("[data-clock-input]")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    expect(page.locator("[data-calendar]")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Home")
    expect(page.locator("[data-clock-time]")).to_have_text("00:00:00")
    page.keyboard.press("End")
    expect(page.locator('[data-command="live"]')).to_have_attribute("aria-pressed", "true")


def test_the_help_lists_every_key_and_the_page_knows_every_one(
    city: City, playback: PlaybackPage, at_us: int
) -> None:
    playback.open_at(city.park.id, at_us)
    playback.page.keyboard.press("?")
    dialog = playback.page.get_by_role("dialog", name="Pilihan & tombol")
    expect(dialog.locator("tbody tr")).to_have_count(len(PLAYBACK_KEYS))
    playback.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    playback.page.goto(f"{city.url}/help")
    expect(playback.page.locator("kbd", has_text="PgUp")).to_be_visible()


def choose_letter_keys(page: Page, *, on: bool) -> None:
    """Switch letter keys on or off in the options, without a key, and wait until that is kept and the page is back."""
    page.get_by_role("button", name="Pilihan & tombol").click()
    dialog = page.locator("[data-help-dialog]")
    with page.expect_response("**/api/v1/preferences"):
        dialog.get_by_role("checkbox", name=re.compile("Tombol huruf")).set_checked(on)
    dialog.get_by_role("button", name="Tutup").click()
    expect(dialog).to_be_hidden()


def test_letter_keys_can_be_switched_off_stay_off_and_come_back_without_a_key(
    city: City, playback: PlaybackPage, at_us: int
) -> None:
    page = playback.page
    playback.open_at(city.park.id, at_us)
    choose_letter_keys(page, on=False)
    for _ in range(2):
        page.keyboard.press("g")
        page.keyboard.press("?")
        page.keyboard.press("ArrowRight")
        expect(page.locator("[data-clock-time]")).to_have_text(f"{local(at_us + 5 * SECOND_US):%H:%M:%S}")
        expect(page.locator("[data-clock-input]")).to_be_hidden()
        expect(page.locator("[data-help-dialog]")).to_be_hidden()
        playback.open_at(city.park.id, at_us)
    choose_letter_keys(page, on=True)
    page.keyboard.press("g")
    expect(page.locator("[data-clock-input]")).to_be_focused()


def test_page_keys_rest_under_an_open_dialog_also_where_nothing_has_the_focus(
    city: City, playback: PlaybackPage, at_us: int
) -> None:
    page = playback.page
    playback.open_at(city.park.id, at_us)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Pilihan & tombol")
    expect(dialog).to_be_visible()
    page.evaluate("() => document.activeElement.blur()")
    page.keyboard.press("Shift+ArrowRight")
    dialog.get_by_role("button", name="Tutup").click()
    expect(dialog).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-clock-time]")).to_have_text(f"{local(at_us + 5 * SECOND_US):%H:%M:%S}")


@pytest.mark.parametrize("width", [1440, 390])
def test_link_and_options_are_to_be_had_without_a_keyboard(
    city: City, playback: PlaybackPage, at_us: int, width: int
) -> None:
    page = playback.page
    page.context.grant_permissions(["clipboard-write"], origin=city.url)
    page.set_viewport_size({"width": width, "height": 844})
    for mode in ("simple", "full"):
        page.goto(playback_url(city, city.park.id, at_us=at_us, mode=mode))
        rests(page)
        page.get_by_role("button", name="Salin tautan").click()
        expect(page.locator("#toast")).to_have_text("Tautan ke momen ini sudah disalin.")
        page.get_by_role("button", name="Pilihan & tombol").click()
        dialog = page.get_by_role("dialog", name="Pilihan & tombol")
        for choice in ("Tombol huruf", "Lewati celah", "hemat data"):
            expect(dialog.get_by_role("checkbox", name=re.compile(choice))).to_be_visible()
