"""The playback page as a whole: cameras, links, simple mode, keys, what it remembers, and what it says in each state."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.driving.complaints import Complaints
from tests.browser.driving.playback_page import PlaybackPage
from tests.browser.driving.review_address import asked, playback_url, rests
from tests.browser.sites.city import PASSWORD, City, local
from tests.support.deadline import wait_until
from vms.domain.time import MINUTE_US, SECOND_US, format_rfc3339, parse_rfc3339

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("usual_preferences")]


def chips(page: Page) -> Locator:
    return page.locator("[data-chip-camera]")


def sign_in(page: Page, name: str) -> None:
    page.get_by_label("Nama pengguna").fill(name)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()


def end_sessions(city: City, name: str) -> None:
    with city.opened() as services:
        person = services.storage.users.by_name(name)
        assert person is not None
        services.storage.sessions.end_all(person.id)


def test_a_chip_is_looked_at_taken_away_and_another_camera_is_added(
    city: City, admin: Page, at_us: int
) -> None:
    admin.goto(playback_url(city, city.park.id, city.tower.id, at_us=at_us))
    expect(chips(admin)).to_have_count(2)
    expect(admin.locator("[data-tile]")).to_have_count(2)
    admin.locator(f'[data-chip-camera="{city.tower.id}"] [data-chip-focus]').click()
    expect(admin.locator(f'[data-player][data-camera="{city.tower.id}"]')).to_be_visible()
    expect(admin.locator(f'[data-chip-camera="{city.tower.id}"].on')).to_be_visible()
    expect(admin).to_have_url(re.compile(f"f={city.tower.id}"))
    admin.get_by_role("button", name=f"Lepas {city.park.name} dari halaman").click()
    expect(chips(admin)).to_have_count(1)
    admin.locator('[data-command="cameras"]').click()
    dialog = admin.get_by_role("dialog", name="Pilih kamera")
    dialog.get_by_role("searchbox").fill(city.clinic.name[:6])
    dialog.get_by_role("checkbox", name=re.compile(city.clinic.name)).check()
    dialog.get_by_role("button", name="Tampilkan").click()
    expect(chips(admin)).to_have_count(2)
    assert asked(admin)["cam"] == f"{city.tower.id},{city.clinic.id}"


def test_cameras_are_moved_with_keys_and_numbered_by_their_place(city: City, admin: Page, at_us: int) -> None:
    admin.goto(playback_url(city, city.park.id, city.tower.id, city.clinic.id, at_us=at_us))
    last = admin.locator(f'[data-chip-camera="{city.clinic.id}"]')
    expect(last.locator("[data-chip-number]")).to_have_text("3")
    last.locator("[data-chip-focus]").focus()
    admin.keyboard.press("Shift+Home")
    expect(admin.locator("[data-chip-camera]").first).to_contain_text(city.clinic.name)
    expect(last.locator("[data-chip-number]")).to_have_text("1")
    expect(admin.locator(f'[data-tile][data-camera="{city.clinic.id}"] [data-number-badge]')).to_have_text(
        "1"
    )
    expect(admin).to_have_url(re.compile(f"cam={city.clinic.id},{city.park.id},{city.tower.id}"))


def test_a_link_restores_cameras_moment_zoom_marks_and_layout_through_signing_in(
    city: City, stranger: Page, at_us: int
) -> None:
    marks = {
        "in": format_rfc3339(at_us - MINUTE_US),
        "out": format_rfc3339(at_us + 2 * MINUTE_US),
        "z": "600",
        "l": "grid",
        "f": str(city.tower.id),
        "mode": "full",
    }
    stranger.goto(playback_url(city, city.park.id, city.tower.id, at_us=at_us, **marks))
    expect(stranger).to_have_url(re.compile("/sign-in"))
    sign_in(stranger, "admin")
    rests(stranger)
    expect(chips(stranger)).to_have_count(2)
    expect(stranger.locator(f'[data-player][data-camera="{city.tower.id}"]')).to_have_count(1)
    expect(stranger.locator('[data-command="layout-grid"]')).to_have_attribute("aria-pressed", "true")
    expect(stranger.locator("[data-clock-time]")).to_have_text(f"{local(at_us):%H:%M:%S}")
    expect(stranger.locator("[data-clip-in]")).to_have_value(
        re.compile(f"^{local(at_us - MINUTE_US):%H:%M:%S}")
    )
    expect(stranger.locator("[data-zoom-label]")).to_have_text("10 mnt")
    kept = asked(stranger)
    assert kept["cam"] == f"{city.park.id},{city.tower.id}"
    assert (kept["z"], kept["l"], kept["f"]) == ("600", "grid", str(city.tower.id))
    assert abs(parse_rfc3339(kept["t"], field="t") - at_us) < SECOND_US


def test_a_session_that_ends_while_the_page_is_open_leads_back_to_the_moment(
    city: City, admin: Page, at_us: int
) -> None:
    page = PlaybackPage(admin, city.url)
    page.open_at(city.park.id, at_us)
    page.act("forward")
    page.shown_near(at_us + 10 * SECOND_US)
    end_sessions(city, "admin")
    page.act("forward")
    expect(admin).to_have_url(re.compile("/sign-in"))
    sign_in(admin, "admin")
    rests(admin)
    expect(admin.locator("[data-clock-time]")).to_have_text(f"{local(at_us + 20 * SECOND_US):%H:%M:%S}")


def test_cameras_that_one_may_not_see_are_left_out_without_a_name(
    city: City, viewer: Page, at_us: int
) -> None:
    answer = viewer.goto(playback_url(city, city.clinic.id, city.park.id, 9999, at_us=at_us, mode="full"))
    assert answer is not None
    assert city.clinic.name not in answer.text()
    expect(viewer.get_by_text("Sebagian kamera tidak tersedia untuk Anda.")).to_be_visible()
    expect(chips(viewer)).to_have_count(1)
    refused = viewer.goto(playback_url(city, city.clinic.id, at_us=at_us))
    assert refused is not None
    assert refused.status == 404


def test_a_leader_on_a_tablet_finds_plays_and_changes_hour_and_camera(
    city: City, chromium: Browser, at_us: int
) -> None:
    with chromium.new_context(
        viewport={"width": 1024, "height": 768}, has_touch=True, locale="id-ID", timezone_id="Asia/Makassar"
    ) as context:
        city.sign_in(context, "pengamat")
        tablet = context.new_page()
        complaints = Complaints(tablet)
        tablet.goto(playback_url(city, city.park.id, at_us=at_us))
        expect(tablet.locator('[data-mode="simple"]')).to_be_visible()
        expect(tablet.locator("[data-plot]")).to_be_hidden()
        expect(tablet.locator("[data-day-cards] button")).to_have_count(7)
        expect(tablet.locator("[data-hour-sum]")).to_contain_text("Ada rekaman")
        rail = tablet.get_by_role("slider", name="Jam")
        rail.press("ArrowRight")
        expect(tablet.locator("[data-clock-time]")).to_have_text(f"{local(at_us + MINUTE_US):%H:%M:%S}")
        tablet.get_by_role("button", name=re.compile("10 dtk")).first.tap()
        expect(tablet.locator("[data-clock-time]")).to_have_text(
            f"{local(at_us + MINUTE_US - 10 * SECOND_US):%H:%M:%S}"
        )
        tablet.locator('[data-command="play"]').tap()
        tablet.wait_for_function("() => document.querySelector('[data-player]').dataset.state === 'playing'")
        tablet.locator('[data-command="play"]').tap()
        tablet.locator('[data-command="change-camera"]').tap()
        dialog = tablet.get_by_role("dialog", name="Ganti kamera")
        expect(dialog.get_by_role("listitem")).to_have_count(1)
        dialog.get_by_role("button", name=re.compile(city.park.name)).tap()
        expect(dialog).to_be_hidden()
        assert complaints.serious() == []


def test_the_hour_slider_shows_pictures_on_the_way_and_the_frame_at_the_end(
    city: City, playback: PlaybackPage, at_us: int
) -> None:
    playback.page.goto(playback_url(city, city.park.id, at_us=at_us, mode="simple"))
    playback.shown_near(at_us)
    rail = playback.page.locator("[data-hour-rail]")
    box = rail.bounding_box()
    assert box is not None
    day = local(at_us).replace(hour=0, minute=0, second=0, microsecond=0)
    per_minute = box["width"] / (24 * 60)
    x = box["x"] + ((local(at_us) - day).total_seconds() / 60) * per_minute
    y = box["y"] + box["height"] / 2
    playback.page.mouse.move(x, y)
    playback.page.mouse.down()
    playback.page.mouse.move(x + 3 * per_minute, y, steps=4)
    expect(playback.player.locator("[data-poster]")).to_be_visible()
    playback.page.mouse.up()
    shown = playback.shown_near(at_us + 3 * MINUTE_US, within_us=2 * MINUTE_US)
    assert abs(shown.label_us - shown.truth.time_us) < SECOND_US // 4
    told = int(rail.get_attribute("aria-valuenow") or 0)
    assert abs(told - (local(shown.label_us) - day).total_seconds()) <= 1


def test_a_clip_is_saved_from_simple_mode(city: City, admin: Page, at_us: int) -> None:
    admin.goto(playback_url(city, city.park.id, at_us=at_us, mode="simple"))
    rests(admin)
    admin.get_by_role("button", name="Simpan klip").click()
    sheet = admin.get_by_role("dialog", name="Simpan klip")
    expect(sheet.locator("[data-clip-in]")).to_have_value(
        re.compile(f"^{local(at_us - 30 * SECOND_US):%H:%M:%S}")
    )
    sheet.get_by_label("Keperluan").fill("Uji mode sederhana")
    sheet.get_by_role("button", name="Ekspor klip").click()
    expect(sheet.get_by_role("link", name="Unduh").first).to_be_visible()
    sheet.get_by_role("button", name="Tutup").click()
    admin.locator('.head [data-command="mode-full"]').click()
    expect(admin.locator(".side [data-clip-form]")).to_be_visible()


def test_the_mode_that_was_chosen_is_there_on_the_next_visit(city: City, admin: Page, at_us: int) -> None:
    admin.goto(playback_url(city, city.park.id, at_us=at_us))
    expect(admin.locator('[data-mode="full"]')).to_be_visible()
    with admin.expect_response("**/api/v1/preferences"):
        admin.locator('.head [data-command="mode-simple"]').click()
    expect(admin.locator("[data-hour-rail]")).to_be_visible()
    admin.goto(playback_url(city, city.park.id, at_us=at_us))
    expect(admin.locator('[data-mode="simple"]')).to_be_visible()


def test_a_phone_begins_simple_with_the_tape_under_the_picture(
    city: City, chromium: Browser, at_us: int
) -> None:
    with chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="id-ID"
    ) as context:
        city.sign_in(context, "admin")
        phone = context.new_page()
        phone.goto(playback_url(city, city.park.id, city.tower.id, at_us=at_us))
        rests(phone)
        tops = [
            box["y"]
            for part in (
                ".camsel",
                "[data-stage]",
                "[data-plot]",
                "[data-clock]",
                '[data-command="play"]',
                ".save",
            )
            if (box := phone.locator(part).bounding_box()) is not None
        ]
        assert len(tops) == 6
        assert tops == sorted(tops)
        assert phone.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
        phone.locator('.at-foot [data-command="mode-full"]').tap()
        expect(phone.locator(".side")).to_be_visible()
        row, stage = phone.locator(".camsel").bounding_box(), phone.locator("[data-stage]").bounding_box()
        assert row is not None
        assert stage is not None
        assert row["height"] < 80
        assert stage["y"] - (row["y"] + row["height"]) < 4
        assert phone.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", [320, 768, 1024, 1280])
@pytest.mark.parametrize("mode", ["simple", "full"])
def test_no_width_scrolls_sideways(city: City, admin: Page, at_us: int, width: int, mode: str) -> None:
    admin.set_viewport_size({"width": width, "height": 768})
    ids = (city.park.id, city.tower.id, city.clinic.id, city.river.id)
    admin.goto(playback_url(city, *ids, at_us=at_us, mode=mode))
    rests(admin)
    assert admin.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_a_phone_on_its_side_is_all_picture_with_controls_over_it(
    city: City, chromium: Browser, at_us: int
) -> None:
    with chromium.new_context(
        viewport={"width": 844, "height": 390}, has_touch=True, is_mobile=True, locale="id-ID"
    ) as context:
        city.sign_in(context, "admin")
        phone = context.new_page()
        phone.goto(playback_url(city, city.park.id, at_us=at_us))
        rests(phone)
        stage = phone.locator("[data-stage]").bounding_box()
        button = phone.locator('[data-command="play"]').bounding_box()
        assert stage is not None
        assert button is not None
        assert (stage["width"], stage["height"]) == (844, 390)
        assert button["y"] + button["height"] <= 390


def test_the_link_to_the_moment_is_copied(
    city: City, browser_context: BrowserContext, playback: PlaybackPage, at_us: int
) -> None:
    browser_context.grant_permissions(["clipboard-read", "clipboard-write"], origin=city.url)
    playback.open_at(city.park.id, at_us)
    playback.page.keyboard.press("t")
    expect(playback.page.get_by_text("Tautan ke momen ini sudah disalin.")).to_be_visible()
    copied = str(playback.page.evaluate("() => navigator.clipboard.readText()"))
    query = parse_qs(urlsplit(copied).query)
    assert query["cam"] == [str(city.park.id)]
    assert abs(parse_rfc3339(query["t"][0], field="t") - at_us) < SECOND_US


def test_without_a_clipboard_the_link_is_shown_to_be_copied(
    city: City, playback: PlaybackPage, at_us: int
) -> None:
    playback.page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    playback.open_at(city.park.id, at_us)
    playback.page.keyboard.press("t")
    field = playback.page.get_by_role("dialog", name="Salin tautan momen ini").get_by_role("textbox")
    expect(field).to_have_value(re.compile(r"/playback\?cam="))


def test_where_somebody_was_is_remembered_on_pausing(city: City, playback: PlaybackPage, at_us: int) -> None:
    playback.open_at(city.park.id, at_us)
    playback.act("play")
    playback.shown_after(at_us + SECOND_US)
    playback.act("play")
    with city.opened() as services:
        person = services.storage.users.by_name("admin")
        assert person is not None
        place = wait_until(
            lambda: next(
                (
                    p
                    for p in services.storage.resume_points.list(person.id)
                    if abs(p.at_us - at_us) < MINUTE_US
                ),
                None,
            ),
            seconds=10,
            what="the place in the database",
        )
    assert place is not None
    assert place.camera_ids == (city.park.id,)


def test_a_view_is_saved_offered_and_deleted(city: City, admin: Page, at_us: int) -> None:
    admin.goto(playback_url(city, city.park.id, city.tower.id, at_us=at_us, l="grid"))
    admin.locator('[data-command="cameras"]').click()
    dialog = admin.get_by_role("dialog", name="Pilih kamera")
    dialog.get_by_role("button", name="Simpan tampilan ini").click()
    dialog.get_by_role("textbox", name="Nama tampilan").fill("Taman dan menara")
    admin.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Taman dan menara", exact=True)).to_be_visible()
    admin.goto(playback_url(city, city.clinic.id))
    admin.locator('[data-command="cameras"]').click()
    dialog.get_by_role("button", name="Taman dan menara", exact=True).click()
    expect(chips(admin)).to_have_count(2)
    expect(admin.locator('[data-command="layout-grid"]')).to_have_attribute("aria-pressed", "true")
    admin.locator('[data-command="cameras"]').click()
    dialog.get_by_role("button", name="Hapus tampilan Taman dan menara").click()
    expect(dialog.get_by_text("Tampilan tersimpan")).to_be_hidden()


def test_without_scripts_there_is_a_picture_and_a_way_to_another_moment(
    city: City, chromium: Browser, at_us: int
) -> None:
    with chromium.new_context(java_script_enabled=False, locale="id-ID") as context:
        city.sign_in(context, "admin")
        page = context.new_page()
        page.goto(playback_url(city, city.park.id, at_us=at_us))
        # By style and attribute: the driver's ways by text and role pass over what stands in <noscript>.
        shown = page.locator(".without-scripts")
        expect(shown.locator(".bn")).to_contain_text("Halaman ini memutar video dengan skrip")
        assert shown.locator("img").evaluate("(image) => image.getBoundingClientRect().width") > 100
        shown.locator("nav a").nth(3).click()
        asked_us = parse_rfc3339(asked(page)["t"].replace(" ", "+"), field="t")
        assert asked_us == at_us + MINUTE_US
        shown.locator("input[name=time]").fill("03:04:05")
        shown.locator("form button").click()
        expect(shown.locator("figcaption")).to_contain_text("03:04:05")
