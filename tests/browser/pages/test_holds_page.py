"""Evidence is locked from the playback page: retention leaves it alone until somebody lets go of it and says why."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from storage.purge.purger import Purger
from tests.browser.driving.playback_page import PlaybackPage
from tests.browser.sites.city import PAST_FPS, City, typed
from tests.support.installation import ALL_TIME, main_stream
from tests.support.past_footage import PastRun, write_past_runs
from vms.domain.camera import Camera, CameraDraft
from vms.domain.camera_address import parse_stream_url
from vms.domain.time import DAY_US, MINUTE_US, SECOND_US, TimeRange, format_rfc3339
from vms.simulator.demo_cameras import demo_cameras

pytestmark = pytest.mark.browser


def add_terminal(city: City) -> Camera:
    """Add a camera that is switched off, with footage around a day ago, and kept for two."""
    draft = CameraDraft(
        name="terminal",
        main_url=parse_stream_url("rtsp://127.0.0.1:9/none")[0],
        place="Arsip",
        purpose="test",
        retention_days=2,
        is_enabled=False,
    )
    spec = replace(demo_cameras()[0], width=320, height=180, sub=None)
    with city.opened() as services:
        camera = services.storage.cameras.add(draft)
        day_ago_us = services.clock.now_us() - DAY_US
        around = TimeRange(day_ago_us - 4 * MINUTE_US, day_ago_us + 6 * MINUTE_US)
        write_past_runs(services.storage, [PastRun(main_stream(camera), spec, around, PAST_FPS)])
    return camera


def footage_of(city: City, camera: Camera) -> TimeRange:
    """Return from when to when there is footage of a camera."""
    with city.opened() as services:
        found = services.storage.segments.covering(main_stream(camera).id, ALL_TIME)
    return TimeRange(found[0].start_us, found[-1].start_us + found[-1].duration_us)


def purge(city: City) -> int:
    """Let retention pass once, and return how many files it took."""
    with city.opened() as services:
        # The scheduler's own purger would refuse on a machine whose clock nobody synchronises.
        return Purger(services.storage, services.clock).run_once().segments


def keep_one_day(city: City, page: Page, camera: Camera) -> None:
    """Shorten a camera's retention, in the office."""
    page.goto(f"{city.url}/cameras/{camera.id}/edit")
    page.get_by_label(re.compile("Masa simpan")).fill("1")
    page.get_by_role("button", name="Simpan").click()
    expect(page).to_have_url(re.compile(rf"/cameras/{camera.id}(\?|$)"))


def test_locked_footage_outlives_its_retention_until_the_lock_is_released(
    city: City, playback: PlaybackPage
) -> None:
    page = playback.page
    terminal = add_terminal(city)
    recorded = footage_of(city, terminal)
    playback.open_at(terminal.id, recorded.start_us + MINUTE_US)
    playback.mark_clip(typed(recorded.start_us - MINUTE_US), typed(recorded.end_us))
    expect(page.locator('[data-fact="gaps"]')).to_have_text("1 · 1 mnt")
    page.keyboard.press("x")
    dialog = page.locator("[data-hold-dialog]")
    expect(dialog.locator("[data-hold-size]")).to_have_text(re.compile(r"± [\d,]+ [kM]B tidak akan dihapus"))
    expect(dialog.locator("[data-hold-missing]")).to_have_text("1 celah · 1 mnt")
    dialog.get_by_role("button", name="Kunci rekaman").click()
    # Without a reason nothing is locked.
    expect(dialog.locator("[data-hold-results]")).to_be_hidden()
    dialog.get_by_label(re.compile("Keperluan")).fill("LP/B/117/XI/2026")
    dialog.get_by_role("button", name="Kunci rekaman").click()
    result = dialog.locator(f'[data-held="{terminal.id}"]')
    expect(result).to_have_text(re.compile("dikunci, tidak ada rekaman 1 mnt$"))
    dialog.get_by_role("button", name="Tutup").click()
    keep_one_day(city, page, terminal)
    assert purge(city) == 0
    assert footage_of(city, terminal) == recorded

    page.goto(f"{city.url}/holds")
    row = page.locator("[data-hold]").filter(has_text="LP/B/117/XI/2026")
    expect(row).to_contain_text("terminal")
    expect(row).to_contain_text("dikunci oleh Nurul Aini")
    row.locator("summary").click()
    release = row.get_by_role("button", name="Lepas kunci")
    release.click()
    assert row.get_by_label(re.compile("Alasan")).evaluate("field => field.validity.valueMissing") is True
    row.get_by_label(re.compile("Alasan")).fill("Perkara selesai")
    release.click()
    expect(page.get_by_text("Kunci dilepas.")).to_be_visible()
    expect(row).to_have_count(0)
    page.get_by_role("link", name="Semua", exact=True).click()
    expect(row).to_contain_text("Perkara selesai")
    assert purge(city) > 0
    assert footage_of(city, terminal).start_us > recorded.start_us


def test_lock_in_the_range_is_listed_and_released_from_the_player(city: City, playback: PlaybackPage) -> None:
    page = playback.page
    start_us = city.past.young.start_us + 8 * MINUTE_US
    with city.opened() as services:
        time = TimeRange(start_us, start_us + 2 * MINUTE_US)
        held = services.storage.holds.place(city.park.id, time, "Kasus lama", "admin").hold
    playback.open_at(city.park.id, start_us)
    playback.mark_clip(typed(start_us + MINUTE_US), typed(start_us + 4 * MINUTE_US))
    page.get_by_role("button", name="Kunci bukti").click()
    row = page.locator(f'[data-hold="{held.id}"]')
    expect(row).to_contain_text("Kasus lama")
    row.get_by_role("button", name="Lepas kunci Kasus lama").click()
    row.get_by_role("textbox").fill("Tidak diperlukan lagi")
    row.get_by_role("button", name="Lepas kunci", exact=True).click()
    expect(row).to_have_count(0)
    # What lies outside an open dialog is dead: message and focus are within.
    dialog = page.get_by_role("dialog", name="Kunci bukti")
    expect(dialog.get_by_role("status").filter(has_text="Kunci dilepas.")).to_be_visible()
    expect(dialog.get_by_label(re.compile("Keperluan"))).to_be_focused()
    dialog.get_by_role("button", name="Batal").click()
    expect(page.locator("body > #toast")).to_be_visible()
    with city.opened() as services:
        released = services.storage.holds.get(held.id)
    assert (released.released_by, released.release_reason) == ("admin", "Tidak diperlukan lagi")


def test_nothing_is_locked_without_a_marked_range(city: City, playback: PlaybackPage) -> None:
    playback.open_at(city.park.id, city.past.young.start_us + MINUTE_US)
    playback.page.keyboard.press("x")
    expect(playback.page.locator("#toast")).to_contain_text("Tandai titik awal dan titik akhir dahulu")
    expect(playback.page.locator("[data-hold-dialog]")).to_be_hidden()


def test_person_without_the_right_sees_no_button_and_is_turned_away(city: City, viewer: Page) -> None:
    start_us = city.past.young.start_us
    at = format_rfc3339(start_us + SECOND_US)
    viewer.goto(f"{city.url}/playback?cam={city.park.id}&t={at}&mode=full")
    PlaybackPage(viewer, city.url).shown_near(start_us + SECOND_US)
    expect(viewer.locator('[data-command="hold"]')).to_have_count(0)
    expect(viewer.locator("[data-hold-dialog]")).to_have_count(0)
    expect(viewer.get_by_role("link", name="Kunci bukti")).to_have_count(0)
    answer = viewer.goto(f"{city.url}/holds")
    assert answer is not None
    assert answer.status == 403
    status = viewer.evaluate(
        """async ([camera, from, to]) => {
          const token = document.querySelector('meta[name="csrf-token"]').content;
          const body = JSON.stringify({ camera_ids: [camera], from, to, reason: "iseng" });
          const headers = { "Content-Type": "application/json", "X-CSRF-Token": token };
          return (await fetch("/api/v1/holds", { method: "POST", headers, body })).status;
        }""",
        [city.park.id, str(start_us), str(start_us + SECOND_US)],
    )
    assert status == 403
