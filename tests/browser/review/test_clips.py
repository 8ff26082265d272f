"""A marked range leaves the page as an exact clip: its first frame is the one asked for, its bytes are the camera's."""

import hashlib
import json
import os
import re
import signal
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.driving.playback_page import PlaybackPage
from tests.browser.sites.city import PAST_FRAME_US, City, typed
from tests.browser.sites.river import river_time
from tests.support.deadline import wait_until
from tests.support.installation import main_stream, truths_of
from tests.support.processes import stop_still
from tests.support.recordings import packets
from vms.domain.camera import Camera
from vms.domain.export import ExportState
from vms.domain.time import MINUTE_US, SECOND_US, TimeRange, format_rfc3339

pytestmark = pytest.mark.browser


def tenth(us: int) -> int:
    """Return the instant that is meant by what `typed` writes."""
    return us - us % 100_000


def fact(page: Page, name: str) -> Locator:
    """Return a value of the clip panel; it changes once the server has answered."""
    return page.locator(f'[data-fact="{name}"]')


def open_together(city: City, page: Page, time: TimeRange, *cameras: Camera) -> None:
    """Open the page with several cameras and a marked range, and wait until the clip has been estimated."""
    query = {
        "cam": ",".join(str(camera.id) for camera in cameras),
        "t": format_rfc3339(time.start_us),
        "in": format_rfc3339(time.start_us),
        "out": format_rfc3339(time.end_us),
    }
    page.goto(f"{city.url}/playback?{urlencode(query)}")
    expect(fact(page, "size")).to_have_text(re.compile(r"\d [kM]B"))


def start_export(page: Page, *, name: str, reason: str = "Laporan 12/2026") -> None:
    """Fill in what an export needs, and start it."""
    page.locator("[data-clip-name]").fill(name)
    page.locator("[data-clip-reason]").fill(reason)
    page.locator("[data-clip-start]").click()


@contextmanager
def stopped_worker(city: City) -> Iterator[None]:
    """Hold the process that writes exports still while the block lasts."""
    pid = city.site.pid_of("scheduler")
    assert pid is not None
    try:
        with city.opened() as services, services.storage.database.write():
            # While this process writes, the other one does not: it is never stopped with the database locked.
            stop_still(pid)
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_marked_range_downloads_as_the_exact_clip(
    city: City, playback: PlaybackPage, tmp_path: Path
) -> None:
    page = playback.page
    start_us = tenth(city.past.young.start_us + 2 * MINUTE_US + 3_456_789)
    end_us = start_us + 20 * SECOND_US
    playback.open_at(city.park.id, start_us)
    playback.mark_clip(typed(start_us), typed(end_us))
    expect(fact(page, "duration")).to_have_text("20 dtk")
    expect(fact(page, "gaps")).to_have_text("tidak ada")
    expect(fact(page, "size")).to_have_text(re.compile(r"\d [kM]B"))
    start_export(page, name="Taman, uji")
    job = page.locator("[data-clip-jobs] .one").first
    expect(job).to_contain_text("Taman, uji")
    download = job.get_by_role("link", name="Unduh")
    with page.expect_download() as downloading:
        download.click()
    clip = tmp_path / "clip.mp4"
    downloading.value.save_as(clip)
    assert downloading.value.suggested_filename.endswith(".mp4")
    truths = truths_of(clip)
    # The first frame at or after the asked time, and the last before its end.
    assert start_us <= truths[0].time_us < start_us + PAST_FRAME_US
    assert end_us - PAST_FRAME_US <= truths[-1].time_us < end_us
    assert [truth.frame for truth in truths] == list(range(truths[0].frame, truths[-1].frame + 1))
    part = packets(clip)
    recorded = [packet for file in city.site.files(main_stream(city.park)) for packet in packets(file)]
    first = recorded.index(part[0])
    assert recorded[first : first + len(part)] == part


def test_marks_are_set_at_the_playhead_by_buttons_and_keys(city: City, playback: PlaybackPage) -> None:
    page = playback.page
    at_us = tenth(city.past.young.start_us + 3 * MINUTE_US)
    shown = playback.open_at(city.park.id, at_us)
    playback.act("in")
    playback.act("forward")
    later = playback.shown_near(shown.label_us + 10 * SECOND_US, within_us=SECOND_US)
    page.keyboard.press("o")
    assert later.truth.frame - shown.truth.frame == 10 * SECOND_US // PAST_FRAME_US
    expect(fact(page, "duration")).to_have_text("10 dtk")
    # The address carries the marks, so that the clip can be handed to a colleague.
    page.reload()
    expect(fact(page, "duration")).to_have_text("10 dtk")
    page.locator("[data-clip-clear]").click()
    expect(page.locator("[data-clip-facts]")).to_be_hidden()


def test_gaps_inside_a_clip_are_told_before_it_is_made(city: City, playback: PlaybackPage) -> None:
    gap = city.past.gap
    playback.open_at(city.park.id, gap.start_us - 3 * MINUTE_US)
    playback.mark_clip(typed(gap.start_us - 2 * MINUTE_US), typed(gap.end_us + 2 * MINUTE_US))
    expect(fact(playback.page, "gaps")).to_have_text("1 · 4 mnt")
    playback.mark_clip(typed(gap.start_us + MINUTE_US), typed(gap.end_us - MINUTE_US))
    expect(playback.page.locator("[data-fact-warning]")).to_contain_text("Tidak ada rekaman")
    expect(playback.page.locator("[data-clip-start]")).to_be_disabled()


def test_an_export_needs_a_reason(city: City, playback: PlaybackPage) -> None:
    page = playback.page
    start_us = city.past.young.start_us + MINUTE_US
    playback.open_at(city.park.id, start_us)
    playback.mark_clip(typed(start_us), typed(start_us + 20 * SECOND_US))
    page.locator("[data-clip-start]").click()
    assert page.locator("[data-clip-reason]").evaluate("field => field.validity.valueMissing") is True
    expect(page.locator("[data-clip-jobs] .one")).to_have_count(0)


def test_a_running_export_is_cancelled_from_the_player(city: City, playback: PlaybackPage) -> None:
    page = playback.page
    playback.open_at(city.park.id, city.past.old.start_us + MINUTE_US)
    playback.mark_clip(typed(city.past.old.start_us), typed(city.past.small.end_us))
    with city.opened() as services:
        known = {export.id for export in services.storage.exports.list()}
        start_export(page, name="Terlalu panjang")
        wait_until(
            lambda: [
                export
                for export in services.storage.exports.list()
                if export.id not in known and export.state is ExportState.RUNNING
            ],
            seconds=30,
            what="the export at work",
        )
        with stopped_worker(city):
            job = page.locator("[data-clip-jobs] .one").first
            expect(job.get_by_role("progressbar")).to_be_visible()
            job.get_by_role("button", name="Batalkan").click()
            page.get_by_role("button", name="Ya, batalkan").click()
            wait_until(
                lambda: all(
                    export.cancel_requested
                    for export in services.storage.exports.list()
                    if export.id not in known
                ),
                seconds=10,
                what="the wish to cancel",
            )
    expect(job).to_contain_text("Dibatalkan")
    expect(job.get_by_role("link", name="Unduh")).to_have_count(0)


def test_a_queued_export_is_cancelled_from_the_list_after_asking(city: City, playback: PlaybackPage) -> None:
    page = playback.page
    start_us = city.past.young.start_us + MINUTE_US
    playback.open_at(city.park.id, start_us)
    playback.mark_clip(typed(start_us), typed(start_us + 20 * SECOND_US))
    with stopped_worker(city):
        start_export(page, name="Salah kamera")
        expect(page.locator("[data-clip-jobs] .one").first).to_contain_text("Antre")
        page.goto(f"{city.url}/exports")
        row = page.locator("[data-export]").filter(has_text="Salah kamera")
        expect(row).to_contain_text("Antre")
        row.get_by_role("button", name="Batalkan").click()
        # The worker goes on only once the server knows: else it may be done first.
        with page.expect_response("**/cancel"):
            page.get_by_role("button", name="Ya, batalkan").click()
    expect(row).to_contain_text("Dibatalkan")
    row.get_by_role("link", name="Salah kamera").click()
    # What was asked for is looked at again: the page opens with its marks.
    expect(fact(page, "duration")).to_have_text("20 dtk")


def test_the_list_of_exports_hands_over_clip_and_manifest(
    city: City, playback: PlaybackPage, tmp_path: Path
) -> None:
    page = playback.page
    start_us = tenth(city.past.small.start_us + MINUTE_US)
    playback.open_at(city.park.id, start_us)
    playback.mark_clip(typed(start_us), typed(start_us + 10 * SECOND_US))
    start_export(page, name="Untuk arsip", reason="Laporan 77/2026")
    expect(page.locator("[data-clip-jobs] .one").first).to_contain_text("Untuk arsip")
    page.goto(f"{city.url}/exports")
    row = page.locator("[data-export]").filter(has_text="Untuk arsip")
    # The page follows the work by itself.
    expect(row.get_by_role("link", name="Unduh")).to_be_visible()
    expect(row).to_contain_text("Selesai")
    expect(row).to_contain_text("Laporan 77/2026")
    with page.expect_download() as clip:
        row.get_by_role("link", name="Unduh").click()
    with page.expect_download() as manifest:
        row.get_by_role("link", name="Manifes").click()
    delivered = tmp_path / "clip.mp4"
    clip.value.save_as(delivered)
    with manifest.value.path().open(encoding="utf-8") as file:
        told = json.load(file)
    assert hashlib.sha256(delivered.read_bytes()).hexdigest() in json.dumps(told)
    page.get_by_role("link", name="Selesai").click()
    expect(row).to_be_visible()
    page.get_by_role("link", name="Gagal").click()
    expect(row).to_have_count(0)


def test_several_cameras_become_one_zip_of_exact_clips(
    city: City, playback: PlaybackPage, tmp_path: Path
) -> None:
    page = playback.page
    both = river_time(city)
    asked = TimeRange(tenth(both.start_us + 12_345_678), tenth(both.start_us + 32_345_678))
    open_together(city, page, asked, city.park, city.river)
    expect(fact(page, "cameras")).to_have_text("2 dari 2")
    expect(fact(page, "gaps")).to_have_text("tidak ada")
    expect(fact(page, "result")).to_contain_text("ZIP")
    start_export(page, name="Dua kamera, uji")
    with page.expect_download() as downloading:
        page.locator("[data-clip-jobs] .one").first.get_by_role("link", name="Unduh").click()
    assert downloading.value.suggested_filename.endswith(".zip")
    with zipfile.ZipFile(downloading.value.path()) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
        manifest = json.loads(archive.read("manifest.json"))
    names = {camera["name"]: [file["name"] for file in camera["files"]] for camera in manifest["cameras"]}
    delivered = {name for files in names.values() for name in files}
    assert {path.name for path in tmp_path.iterdir()} == delivered | {"cover.txt", "manifest.json"}
    assert list(names) == [city.park.name, city.river.name]
    for files in names.values():
        (name,) = files
        truths = truths_of(tmp_path / name)
        assert asked.start_us <= truths[0].time_us < asked.start_us + PAST_FRAME_US
        assert asked.end_us - PAST_FRAME_US <= truths[-1].time_us < asked.end_us


def test_each_camera_is_chosen_by_its_box_and_its_gaps_are_listed_before_the_start(
    city: City, playback: PlaybackPage
) -> None:
    page = playback.page
    both = river_time(city)
    asked = TimeRange(tenth(both.start_us - 90 * SECOND_US), tenth(both.start_us + 30 * SECOND_US))
    open_together(city, page, asked, city.park, city.river)
    expect(fact(page, "gaps")).to_have_text("1 · 1 mnt 30 dtk")
    page.locator("summary").filter(has_text="Celah rekaman").click()
    row = page.locator("[data-clip-gaps] li")
    expect(row).to_have_count(1)
    expect(row.locator(".nb")).to_have_text("2")
    expect(row).to_contain_text("1 mnt 30 dtk")
    row.get_by_role("button").click()
    page.wait_for_function(
        "(at) => Math.abs(Number(document.querySelector('[data-tile]').dataset.wallUs) - at) < 3e6",
        arg=asked.start_us,
    )
    page.locator("[data-clip] [data-boxes-fold] summary").click()
    page.locator(f'[data-clip-camera="{city.river.id}"]').uncheck()
    expect(fact(page, "cameras")).to_have_text("1 dari 2")
    expect(fact(page, "gaps")).to_have_text("tidak ada")
    expect(fact(page, "result")).to_contain_text("MP4")
    page.locator(f'[data-clip-camera="{city.park.id}"]').uncheck()
    expect(page.locator("[data-clip-start]")).to_be_disabled()


def test_camera_without_footage_in_the_range_is_left_out_until_it_is_asked_for(
    city: City, playback: PlaybackPage
) -> None:
    page = playback.page
    start_us = tenth(city.past.young.start_us + MINUTE_US)
    open_together(city, page, TimeRange(start_us, start_us + 20 * SECOND_US), city.park, city.river)
    expect(fact(page, "cameras")).to_have_text("1 dari 2")
    expect(fact(page, "gaps")).to_have_text("tidak ada")
    page.locator("[data-clip] [data-boxes-fold] summary").click()
    expect(page.locator("[data-clip] [data-boxes] li").nth(1)).to_contain_text("tidak ada rekaman")
    page.locator(f'[data-clip-camera="{city.river.id}"]').check()
    expect(fact(page, "gaps")).to_have_text("1 · 20 dtk")


def test_ends_are_nudged_by_half_minutes_and_by_frames(city: City, playback: PlaybackPage) -> None:
    page = playback.page
    start_us = tenth(city.past.young.start_us + 5 * MINUTE_US)
    playback.open_at(city.park.id, start_us)
    playback.mark_clip(typed(start_us), typed(start_us + MINUTE_US))
    for name, duration in (
        ("Titik awal 30 detik lebih awal", "1 mnt 30 dtk"),
        ("Titik akhir 30 detik lebih lambat", "2 mnt"),
        ("Titik awal 30 detik lebih lambat", "1 mnt 30 dtk"),
        ("Titik akhir 30 detik lebih awal", "1 mnt"),
    ):
        page.get_by_role("button", name=name).click()
        expect(fact(page, "duration")).to_have_text(duration)
    before = playback.shown_near(start_us + MINUTE_US)
    page.get_by_role("button", name="Titik akhir satu bingkai lebih awal").click()
    after = playback.shown_other_than(before)
    # What is shown is the clip's last frame: one before the end.
    assert before.truth.frame - after.truth.frame == 1
    page.get_by_role("button", name="Titik awal satu bingkai lebih lambat").click()
    first = playback.shown_near(start_us + PAST_FRAME_US)
    assert start_us <= first.truth.time_us < start_us + 2 * PAST_FRAME_US
    expect(page.locator("[data-clip-in]")).to_have_value(typed(start_us + PAST_FRAME_US).split()[1])


def test_preview_plays_both_cuts_over_and_over_until_esc_goes_back(
    city: City, playback: PlaybackPage
) -> None:
    page = playback.page
    start_us = tenth(city.past.young.start_us + 6 * MINUTE_US)
    end_us = start_us + 40 * SECOND_US
    at_us = start_us + 20 * SECOND_US
    playback.open_at(city.park.id, at_us)
    playback.mark_clip(typed(start_us), typed(end_us))
    playback.type_time(typed(at_us))
    playback.shown_near(at_us)
    page.evaluate(
        """() => {
          window.seen = [];
          const look = () => {
            const { truth, state } = shownNow();
            if (truth && state === "playing" && truth.time_us !== window.seen.at(-1)) window.seen.push(truth.time_us);
            requestAnimationFrame(look);
          };
          look();
        }"""
    )
    page.get_by_role("button", name="Pratinjau potongan").click()
    page.wait_for_function(
        """([start, end]) => {
          const parts = window.seen.map((us) => (us < start + 5e6 ? "in" : us > end - 5e6 ? "out" : "between"));
          return parts.filter((part, at) => part !== parts[at - 1]).length >= 4;
        }""",
        arg=[start_us, end_us],
    )
    seen: list[int] = page.evaluate("() => window.seen")
    margin_us = 3 * SECOND_US  # a busy machine looks seldom
    head = [us for us in seen if us < at_us]
    tail = [us for us in seen if us >= at_us]
    assert start_us - PAST_FRAME_US <= min(head)
    assert max(head) <= start_us + 2 * SECOND_US + margin_us
    assert end_us - 2 * SECOND_US - PAST_FRAME_US <= min(tail)
    assert max(tail) <= end_us + margin_us
    page.keyboard.press("Escape")
    shown = playback.shown_near(at_us)
    assert shown.state == "paused"
    expect(page.get_by_role("button", name="Pratinjau potongan")).to_have_attribute("aria-pressed", "false")


def test_unfinished_export_is_shown_again_by_the_page_that_comes_back(
    city: City, playback: PlaybackPage
) -> None:
    page = playback.page
    start_us = city.past.young.start_us + MINUTE_US
    playback.open_at(city.park.id, start_us)
    playback.mark_clip(typed(start_us), typed(start_us + 20 * SECOND_US))
    job = page.locator("[data-clip-jobs] .one").filter(has_text="Masih jalan")
    with stopped_worker(city):
        start_export(page, name="Masih jalan")
        expect(job).to_contain_text("Antre")
        page.goto(f"{city.url}/cameras")
        playback.open_at(city.park.id, start_us)
        expect(job).to_contain_text("Antre")
    expect(job.get_by_role("link", name="Unduh")).to_be_visible()
    page.reload()
    playback.shown_near(start_us)
    # What is done lies in the list of exports.
    expect(job).to_have_count(0)


def test_clip_of_more_than_a_day_is_refused_before_it_is_asked_for(
    city: City, playback: PlaybackPage
) -> None:
    page = playback.page
    start_us = city.past.young.start_us
    playback.open_at(city.park.id, start_us + MINUTE_US)
    playback.mark_clip(typed(start_us - 25 * 60 * MINUTE_US), typed(start_us + MINUTE_US))
    expect(page.locator("[data-fact-warning]")).to_contain_text("24 jam")
    expect(page.locator("[data-clip-start]")).to_be_disabled()
