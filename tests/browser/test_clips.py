"""A marked range leaves the page as an exact clip: its first frame is the one asked for, its bytes are the camera's."""

import hashlib
import json
import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.city import PAST_FRAME_US, City, typed
from tests.browser.playback_page import PlaybackPage
from tests.support.deadline import wait_until
from tests.support.installation import main_stream, truths_of
from tests.support.recordings import packets
from vms.domain.export import ExportState
from vms.domain.time import MINUTE_US, SECOND_US

pytestmark = pytest.mark.browser


def tenth(us: int) -> int:
    """Return the instant that is meant by what `typed` writes."""
    return us - us % 100_000


def fact(page: Page, name: str) -> Locator:
    """Return a value of the clip panel; it changes once the server has answered."""
    return page.locator(f'[data-fact="{name}"]')


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
    with city.opened() as services, services.storage.database.write():
        # While this process writes, the other one does not: it is never stopped with the database locked.
        os.kill(pid, signal.SIGSTOP)
    try:
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
        page.get_by_role("button", name="Ya, batalkan").click()
    expect(row).to_contain_text("Dibatalkan")
    row.get_by_role("link", name="Buka lagi").click()
    # The range can be asked for again: the page opens with its marks.
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
