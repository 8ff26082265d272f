"""A moment gets a name on the playback page, is found again by it, and is seen by those who may."""

import re

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.driving.playback_page import PlaybackPage
from tests.browser.sites.city import PAST_FRAME_US, City, local, typed
from vms.domain.time import MINUTE_US, SECOND_US, format_rfc3339

pytestmark = pytest.mark.browser


def form_of(page: Page) -> Locator:
    """Return the form of a bookmark."""
    return page.locator("[data-bookmark-form]")


def row_of(page: Page, title: str) -> Locator:
    """Return a bookmark in the side panel."""
    return page.locator("[data-bookmark-list] li").filter(has_text=title)


def bookmark(page: Page, title: str, *, is_shared: bool = False) -> None:
    """Name the moment on screen."""
    page.keyboard.press("b")
    form = form_of(page)
    form.get_by_label("Judul").fill(title)
    if is_shared:
        form.get_by_label(re.compile("Bagikan")).check()
    form.get_by_role("button", name="Simpan penanda").click()
    expect(form).to_be_hidden()


def test_moment_is_named_by_one_key_and_found_again(city: City, playback: PlaybackPage) -> None:
    page = playback.page
    at_us = city.past.young.start_us + 3 * MINUTE_US
    shown = playback.open_at(city.park.id, at_us)
    page.keyboard.press("b")
    form = form_of(page)
    expect(form.get_by_label("Judul")).to_be_focused()
    expect(form).to_contain_text(f"{local(shown.label_us):%H:%M:%S}")
    # A title is needed, and nothing else.
    page.keyboard.press("Enter")
    expect(form).to_be_visible()
    page.keyboard.type("Truk berhenti")
    page.keyboard.press("Enter")
    row = row_of(page, "Truk berhenti")
    expect(row.get_by_role("button").first).to_have_text(re.compile(f"{local(shown.label_us):%H:%M:%S}$"))
    playback.type_time(typed(at_us + 5 * MINUTE_US))
    playback.shown_near(at_us + 5 * MINUTE_US)
    row.get_by_role("button").first.click()
    assert playback.shown_near(shown.label_us).truth.frame == shown.truth.frame
    page.goto(f"{city.url}/bookmarks?q=truk")
    page.get_by_role("link", name="Truk berhenti").click()
    again = playback.shown_near(shown.label_us, within_us=PAST_FRAME_US)
    assert again.truth.frame == shown.truth.frame


def test_bookmark_may_be_of_the_marked_range_and_of_all_cameras(city: City, playback: PlaybackPage) -> None:
    page = playback.page
    start_us = city.past.young.start_us + 4 * MINUTE_US
    both = f"{city.park.id},{city.river.id}"
    page.goto(f"{city.url}/playback?cam={both}&t={format_rfc3339(start_us)}&mode=full")
    playback.shown_near(start_us)
    playback.mark_clip(typed(start_us), typed(start_us + 90 * SECOND_US))
    expect(page.locator('[data-fact="duration"]')).to_have_text("1 mnt 30 dtk")
    page.locator('[data-command="bookmark"]').click()
    form = form_of(page)
    form.get_by_label("Judul").fill("Rombongan")
    form.get_by_label(re.compile("Rentang yang ditandai")).check()
    form.get_by_label(re.compile("Semua 2 kamera")).check()
    form.get_by_label(re.compile("Catatan")).fill("Lewat dua kali")
    form.get_by_role("button", name="Simpan penanda").click()
    expect(row_of(page, "Rombongan")).to_be_visible()
    with city.opened() as services:
        admin = services.storage.users.by_name("admin")
        assert admin is not None
        (kept,) = [
            found.content
            for found in services.storage.bookmarks.touching(
                admin, [city.river.id], city.past.young, limit=50
            )
            if found.content.title == "Rombongan"
        ]
    assert kept.camera_ids == (city.park.id, city.river.id)
    assert kept.time.duration_us == 90 * SECOND_US
    assert (kept.note, kept.is_shared) == ("Lewat dua kali", False)


def test_bookmark_is_changed_deleted_and_brought_back(city: City, playback: PlaybackPage) -> None:
    page = playback.page
    playback.open_at(city.park.id, city.past.young.start_us + 5 * MINUTE_US)
    bookmark(page, "Salah tulis")
    page.get_by_role("button", name="Ubah penanda Salah tulis").click()
    form = form_of(page)
    expect(form.get_by_label("Judul")).to_have_value("Salah tulis")
    form.get_by_label("Judul").fill("Benar ditulis")
    form.get_by_role("button", name="Simpan penanda").click()
    expect(row_of(page, "Benar ditulis")).to_be_visible()
    expect(row_of(page, "Salah tulis")).to_have_count(0)
    page.get_by_role("button", name="Hapus penanda Benar ditulis").click()
    expect(row_of(page, "Benar ditulis")).to_have_count(0)
    page.reload()
    expect(page.locator("[data-bookmark-list] li").first).to_be_visible()
    expect(row_of(page, "Benar ditulis")).to_have_count(0)
    bookmark(page, "Hampir hilang")
    page.get_by_role("button", name="Hapus penanda Hampir hilang").click()
    page.get_by_role("button", name="Urungkan").click()
    expect(row_of(page, "Hampir hilang")).to_be_visible()
    page.reload()
    expect(row_of(page, "Hampir hilang")).to_be_visible()


def test_only_what_is_shared_is_seen_by_others_who_may_see_the_camera(
    city: City, playback: PlaybackPage, browser_context: BrowserContext
) -> None:
    page = playback.page
    playback.open_at(city.park.id, city.past.young.start_us + 6 * MINUTE_US)
    bookmark(page, "Untuk semua", is_shared=True)
    bookmark(page, "Untuk saya")
    expect(row_of(page, "Untuk saya")).to_be_visible()
    browser_context.clear_cookies()
    city.sign_in(browser_context, "pengamat")
    page.goto(f"{city.url}/bookmarks")
    shared = page.locator("[data-bookmark]").filter(has_text="Untuk semua")
    expect(shared).to_contain_text("oleh Nurul Aini")
    expect(shared.get_by_role("button")).to_have_count(0)
    expect(page.locator("[data-bookmark]").filter(has_text="Untuk saya")).to_have_count(0)


def test_list_of_bookmarks_asks_before_it_deletes(city: City, playback: PlaybackPage) -> None:
    page = playback.page
    playback.open_at(city.park.id, city.past.young.start_us + 7 * MINUTE_US)
    bookmark(page, "Sekali pakai")
    page.goto(f"{city.url}/bookmarks")
    row = page.locator("[data-bookmark]").filter(has_text="Sekali pakai")
    row.locator("summary").click()
    row.get_by_label("Catatan").fill("dilihat dari atas")
    row.get_by_role("button", name="Simpan penanda").click()
    expect(row).to_contain_text("dilihat dari atas")
    row.get_by_role("button", name="Hapus").click()
    page.locator("#confirm").get_by_role("button", name="Batal").click()
    expect(row).to_be_visible()
    row.get_by_role("button", name="Hapus").click()
    page.get_by_role("button", name="Ya, hapus").click()
    expect(page.get_by_text("Penanda dihapus.")).to_be_visible()
    expect(row).to_have_count(0)
