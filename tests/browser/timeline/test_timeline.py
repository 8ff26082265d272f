"""The timeline: lanes, zoom from a second to three months, gaps that are never merged away, marks, table, tape."""

import json
import re
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.browser.driving.timeline_page import FOCUS_PX, ROW_PX, RULER_PX, TimelinePage
from tests.support.deadline import wait_until
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US, TimeRange, format_rfc3339

pytestmark = pytest.mark.browser

_FOCUS_Y = RULER_PX + FOCUS_PX / 2
_HOUR_S = 3600


def test_lanes_stand_in_the_pages_order_and_the_focused_one_is_taller(timeline: TimelinePage) -> None:
    timeline.open(4, timeline.archive.end_us - 26 * MINUTE_US, _HOUR_S)
    lanes = timeline.page.locator("[data-lane]")
    names = [camera.name for camera in timeline.archive.cameras[:4]]
    expect(lanes.locator("[data-lane-name]")).to_have_text(names)
    expect(lanes.locator("[data-lane-number]")).to_have_text(["1", "2", "3", "4"])
    heights = [box["height"] for lane in lanes.all() if (box := lane.bounding_box())]
    assert heights == [FOCUS_PX, ROW_PX, ROW_PX, ROW_PX]


def test_a_click_in_the_gutter_focuses_that_lane(timeline: TimelinePage) -> None:
    timeline.open(4, timeline.archive.end_us - 26 * MINUTE_US, _HOUR_S)
    third = timeline.page.locator(f'[data-lane="{timeline.archive.cameras[2].id}"]')
    third.click()
    expect(third).to_have_attribute("aria-pressed", "true")
    expect(timeline.page.locator('[data-lane][aria-pressed="true"]')).to_have_count(1)
    box = third.bounding_box()
    assert box is not None
    assert box["height"] == FOCUS_PX


def test_sixteen_lanes_scroll_inside_and_leave_the_pictures_their_room(timeline: TimelinePage) -> None:
    timeline.open(16, timeline.archive.end_us - 26 * MINUTE_US, _HOUR_S)
    lanes = timeline.page.locator("[data-lane-list]")
    seen, whole = lanes.evaluate("(list) => [list.clientHeight, list.scrollHeight]")
    assert whole >= FOCUS_PX + 15 * ROW_PX
    assert seen <= 0.4 * 900
    last = timeline.page.locator("[data-lane]").last
    last.focus()
    expect(last).to_be_in_viewport(ratio=0.9)
    stage = timeline.page.locator("[data-stage]").bounding_box()
    assert stage is not None
    assert stage["height"] >= 0.35 * 900


def test_a_gap_of_five_seconds_is_two_pixels_wide_when_a_day_is_seen(timeline: TimelinePage) -> None:
    gap = timeline.archive.short_gap
    timeline.open(1, gap.start_us + 5 * HOUR_US, 86_400)
    timeline.wait_for_view(f"from < {gap.start_us} && to > {gap.end_us} && to - from >= 86400e6")
    x = timeline.x_of(gap.start_us)
    near = [round(x) + offset for offset in range(-6, 7)]
    found = [timeline.is_gap(at, RULER_PX, FOCUS_PX) for at in near]
    assert sum(found) >= 2, found
    assert not found[0]
    assert not found[-1]


def test_a_gap_of_a_minute_is_seen_when_three_months_are(timeline: TimelinePage) -> None:
    gap = timeline.archive.minute_gap
    timeline.open(1, timeline.archive.end_us - HOUR_US, 90 * 86_400)
    timeline.wait_for_view(f"from < {gap.start_us} && to > {gap.end_us} && to - from >= 90 * 86400e6")
    x = timeline.x_of(gap.start_us)

    def missing(at: float) -> int:
        """Return how many pixels of a column differ from its foot, which is footage; a line of the grid tints them all."""
        column = timeline.column(at, RULER_PX + FOCUS_PX - 5 - 22, 22)
        return sum(colour != column[-1] for colour in column)

    # Columns are a few pixels wide; the gap lies in one of those around it, and whole ones stand beside.
    depths = [missing(round(x) + offset) for offset in range(-4, 5)]
    assert max(depths) >= 4, depths
    assert sum(depth >= 4 for depth in depths) >= 2, depths
    assert missing(round(x) - 14) == 0
    assert missing(round(x) + 14) == 0


def test_the_wheel_zooms_round_the_instant_under_the_pointer(timeline: TimelinePage) -> None:
    timeline.open(2, timeline.archive.end_us - 10 * DAY_US, 86_400)
    x = round(timeline.box.width * 0.3)
    timeline.point(x, _FOCUS_Y)
    before_us, span_us = timeline.us_at(x), timeline.view.duration_us
    for turn in range(80):
        timeline.page.mouse.wheel(0, -240)
        view = timeline.wait_for_view(f"to - from < {span_us}")
        error_us = abs(timeline.us_at(x) - before_us)
        assert error_us <= max(10, view.duration_us * 1e-6), (turn, error_us)
        span_us = view.duration_us
        if span_us == SECOND_US:
            break
    assert span_us == SECOND_US
    expect(timeline.page.locator("[data-zoom-label]")).to_have_text("1 dtk")
    for _ in range(120):
        timeline.page.mouse.wheel(0, 240)
        if (
            timeline.wait_for_view(f"to - from > {span_us} || to - from === {92 * DAY_US}").duration_us
            == 92 * DAY_US
        ):
            break
        span_us = timeline.view.duration_us
    assert timeline.view.duration_us == 92 * DAY_US


def test_shift_and_the_wheel_move_the_view(timeline: TimelinePage) -> None:
    timeline.open(1, timeline.archive.end_us - 10 * DAY_US, _HOUR_S)
    before = timeline.view
    timeline.point(300, _FOCUS_Y)
    timeline.page.keyboard.down("Shift")
    timeline.page.mouse.wheel(0, 200)
    timeline.page.keyboard.up("Shift")
    after = timeline.wait_for_view(f"from > {before.start_us}")
    assert after.duration_us == before.duration_us
    assert after.start_us - before.start_us == pytest.approx(
        200 / timeline.box.width * before.duration_us, rel=0.01
    )


def test_a_drag_of_the_ruler_moves_the_view_and_not_the_playhead(timeline: TimelinePage) -> None:
    timeline.open(1, timeline.archive.end_us - 10 * DAY_US, _HOUR_S)
    shown = timeline.clock.inner_text()
    before = timeline.view
    timeline.point(700, RULER_PX / 2)
    timeline.page.mouse.down()
    timeline.point(500, RULER_PX / 2)
    timeline.page.mouse.up()
    after = timeline.wait_for_view(f"from > {before.start_us}")
    assert after.start_us - before.start_us == pytest.approx(
        200 / timeline.box.width * before.duration_us, rel=0.02
    )
    assert timeline.clock.inner_text() == shown


def test_a_double_click_shows_an_hour_and_another_goes_back(timeline: TimelinePage) -> None:
    timeline.open(1, timeline.archive.end_us - 10 * DAY_US, 86_400)
    before = timeline.view
    x = 420
    at_us = timeline.us_at(x)
    timeline.page.mouse.dblclick(timeline.box.x + x, timeline.box.y + _FOCUS_Y)
    hour = timeline.wait_for_view("to - from === 3600e6")
    assert hour.start_us <= at_us < hour.end_us
    timeline.page.mouse.dblclick(timeline.box.x + 700, timeline.box.y + _FOCUS_Y)
    timeline.wait_for_view(f"from === {before.start_us} && to === {before.end_us}")


def test_a_drag_near_the_edge_runs_the_view_on(timeline: TimelinePage) -> None:
    timeline.open(1, timeline.archive.end_us - 10 * DAY_US, _HOUR_S)
    before = timeline.view
    width = timeline.box.width
    timeline.point(width * 0.5, _FOCUS_Y)
    timeline.page.mouse.down()
    timeline.point(width - 8, _FOCUS_Y)
    timeline.wait_for_view(f"from > {before.start_us + before.duration_us // 4}")
    timeline.page.mouse.up()
    after = timeline.view
    seeked = timeline.clock_us_of(timeline.clock.inner_text(), after.end_us)
    assert after.start_us < seeked <= after.end_us


def test_escape_gives_a_scrub_up(timeline: TimelinePage) -> None:
    at_us = timeline.archive.end_us - 10 * DAY_US
    timeline.open(1, at_us, _HOUR_S)
    before, view = timeline.clock.inner_text(), timeline.view
    timeline.point(300, _FOCUS_Y)
    timeline.page.mouse.down()
    timeline.point(500, _FOCUS_Y)
    expect(timeline.clock).not_to_have_text(before)
    timeline.page.keyboard.press("Escape")
    expect(timeline.clock).to_have_text(before)
    timeline.page.mouse.up()
    assert timeline.view == view
    expect(timeline.clock).to_have_text(before)


def test_a_click_on_a_bookmark_goes_to_its_moment(timeline: TimelinePage) -> None:
    archive = timeline.archive
    timeline.open(2, archive.end_us - 20 * MINUTE_US, _HOUR_S)
    row_y = RULER_PX + FOCUS_PX + ROW_PX + 18 + 9
    expect(timeline.page.locator(".bm-l", has_text="Truk sampah masuk")).to_be_visible()
    x = timeline.x_of(archive.marked_us)
    timeline.page.mouse.click(timeline.box.x + x + 3, timeline.box.y + row_y)
    wanted = timeline.clock_us_of(timeline.clock.inner_text(), archive.marked_us)
    wait_until(
        lambda: (
            abs(timeline.clock_us_of(timeline.clock.inner_text(), archive.marked_us) - archive.marked_us)
            <= SECOND_US
        ),
        seconds=10,
        what=f"the bookmark's moment, not {wanted}",
    )


def test_locks_are_bars_and_labels_that_would_meet_are_dropped(timeline: TimelinePage) -> None:
    archive = timeline.archive
    timeline.open(2, archive.end_us - 20 * MINUTE_US, _HOUR_S)
    lock = timeline.page.locator(".hold-l", has_text="Kasus 114/2025")
    expect(lock).to_have_count(1)
    assert lock.evaluate("(label) => label.scrollWidth <= label.clientWidth"), "the lock's words are cut"
    x = timeline.x_of(archive.hold.start_us + 2 * MINUTE_US)
    top = RULER_PX + FOCUS_PX + ROW_PX
    assert "#b48cff" in timeline.column(x, top, 18)
    assert "#b48cff" not in timeline.column(timeline.x_of(archive.hold.start_us) - 10, top, 18)
    # Two bookmarks half a minute apart: the first one's words would run over the second one's flag.
    expect(timeline.page.locator(".bm-l:visible", has_text="Tas ditinggalkan")).to_be_visible()
    expect(timeline.page.locator(".bm-l:visible", has_text="Rombongan tiba")).to_have_count(0)
    boxes = [
        box
        for label in timeline.page.locator("[data-labels] span:visible").all()
        if (box := label.bounding_box())
    ]
    for row_y in {box["y"] for box in boxes}:
        row = sorted((box["x"], box["x"] + box["width"]) for box in boxes if box["y"] == row_y)
        assert all(right <= left + 1 for (_, right), (left, _) in pairwise(row)), row


def test_a_gap_is_named_and_its_ends_are_events(timeline: TimelinePage) -> None:
    archive = timeline.archive
    timeline.open(2, archive.lost.end_us + 5 * MINUTE_US, 30 * 60)
    expect(timeline.page.locator(".gap-l", has_text="Kamera terputus")).to_be_visible()
    expect(timeline.page.locator(".ev-l", has_text="2: Tersambung")).to_be_visible()
    timeline.point(timeline.x_of(archive.lost.start_us + MINUTE_US), RULER_PX + FOCUS_PX + ROW_PX / 2)
    said = timeline.page.locator("[data-hover]")
    expect(said).to_contain_text("Menara Pandang")
    expect(said).to_contain_text("Kamera terputus · 5 mnt 52 dtk")
    timeline.page.keyboard.press("Escape")
    expect(said).to_be_hidden()


def test_what_was_purged_and_what_never_was_are_told_apart(timeline: TimelinePage) -> None:
    archive = timeline.archive
    timeline.open(4, archive.end_us - HOUR_US, 92 * 86_400)
    quiet = timeline.page.locator(".quiet-l")
    expect(quiet.filter(has_text="Belum ada rekaman sebelum")).not_to_have_count(0)
    timeline.open(1, archive.end_us - 91 * DAY_US + 3 * HOUR_US, 86_400)
    expect(quiet.filter(has_text="Dihapus oleh masa simpan sebelum")).to_be_visible()


def test_the_strip_goes_where_it_is_clicked_and_its_frame_can_be_dragged(timeline: TimelinePage) -> None:
    timeline.open(1, timeline.archive.end_us - 26 * MINUTE_US, _HOUR_S)
    strip = timeline.page.locator("[data-overview]").bounding_box()
    assert strip is not None
    timeline.page.mouse.click(strip["x"] + strip["width"] / 2, strip["y"] + 12)
    middle = timeline.wait_for_view(f"to < {timeline.archive.end_us - 30 * DAY_US}")
    assert middle.duration_us == HOUR_US
    timeline.page.mouse.move(strip["x"] + strip["width"] / 2, strip["y"] + 12)
    timeline.page.mouse.down()
    timeline.page.mouse.move(strip["x"] + strip["width"] / 2 + 100, strip["y"] + 12)
    timeline.page.mouse.up()
    moved = timeline.wait_for_view(f"from > {middle.end_us}")
    assert (moved.start_us - middle.start_us) / DAY_US == pytest.approx(100 / strip["width"] * 92, rel=0.1)


def test_the_slider_zooms_by_keys_and_shows_details_at_the_playhead(timeline: TimelinePage) -> None:
    at_us = timeline.archive.lost.start_us + MINUTE_US
    timeline.open(2, at_us, _HOUR_S)
    timeline.plot.focus()
    timeline.plot.press("-")
    timeline.wait_for_view("to - from === 3 * 3600e6")
    timeline.plot.press("+")
    timeline.plot.press("+")
    timeline.wait_for_view("to - from === 15 * 60e6")
    timeline.plot.press("0")
    timeline.wait_for_view("to - from === 86400e6")
    timeline.plot.press("d")
    details = timeline.page.locator("[data-hover]")
    expect(details).to_contain_text("Balai Kota")
    timeline.plot.press("Escape")
    expect(details).to_be_hidden()
    expect(timeline.plot).to_have_attribute("aria-valuetext", re.compile("WITA, ada rekaman"))


def test_the_table_tells_the_same_as_the_interface(timeline: TimelinePage) -> None:
    archive = timeline.archive
    timeline.open(4, archive.end_us - 26 * MINUTE_US, _HOUR_S)
    view = timeline.view
    timeline.page.locator("[data-span-table] summary").focus()
    timeline.page.keyboard.press("Enter")
    rows = timeline.page.locator("[data-span-table] tbody tr")
    expect(rows).not_to_have_count(0)
    query = f"from={format_rfc3339(view.start_us)}&to={format_rfc3339(view.end_us)}&activity=0"
    ids = ",".join(str(camera.id) for camera in archive.cameras[:4])
    told = json.loads(
        timeline.page.request.get(f"{archive.url}/api/v1/timeline?cameras={ids}&{query}").text()
    )
    wanted = sum(len(lane["spans"]) + len(lane["gaps"]) for lane in told["lanes"])
    assert rows.count() == wanted
    lost = (
        rows.filter(has_text="Kamera terputus")
        .filter(has_text="2 Menara Pandang")
        .filter(has_text="5 mnt 52 dtk")
    )
    expect(lost).to_have_count(1)
    lost.get_by_role("button").click()
    expect(timeline.clock).to_have_text(re.compile(r"\d\d:\d\d:\d\d"))
    wait_until(
        lambda: (
            abs(
                timeline.clock_us_of(timeline.clock.inner_text(), archive.lost.start_us)
                - (archive.lost.start_us - 2 * SECOND_US)
            )
            <= SECOND_US
        ),
        seconds=10,
        what="the moment before the gap",
    )


def test_the_table_has_a_bound_and_says_so(timeline: TimelinePage) -> None:
    shaky = timeline.archive.shaky
    timeline.open(3, shaky.start_us + 4 * HOUR_US, 3 * 3600)
    timeline.page.locator("[data-span-table] summary").focus()
    timeline.page.keyboard.press("Enter")
    expect(timeline.page.locator("[data-span-table] tbody tr")).to_have_count(200)
    expect(timeline.page.locator("[data-span-more]")).to_contain_text("200 baris pertama")


def test_old_facts_are_kept_and_say_how_old_they_are(timeline: TimelinePage) -> None:
    timeline.open(1, timeline.archive.end_us - MINUTE_US, _HOUR_S)
    timeline.page.route("**/api/v1/timeline?**", lambda route: route.abort())
    stale = timeline.page.locator("[data-stale]")
    expect(stale).to_have_text(re.compile(r"Data lama \d+ dtk"))
    assert not timeline.is_gap(timeline.x_of(timeline.archive.end_us - 20 * MINUTE_US), RULER_PX, FOCUS_PX)
    timeline.page.unroute("**/api/v1/timeline?**")
    expect(stale).to_be_hidden()


def test_the_legend_explains_every_mark(timeline: TimelinePage) -> None:
    timeline.open(1, timeline.archive.end_us - MINUTE_US, _HOUR_S)
    legend = timeline.page.locator("#tl-legend")
    expect(legend).to_be_hidden()
    timeline.page.get_by_role("button", name="Keterangan").click()
    expect(legend).to_be_visible()
    expect(legend.locator("li")).to_have_count(13)
    swatches = [mark.bounding_box() for mark in legend.locator("li i").all()]
    assert [box and (round(box["width"]), round(box["height"])) for box in swatches] == [(44, 18)] * 13
    timeline.page.keyboard.press("Escape")
    expect(legend).to_be_hidden()


def test_an_end_that_is_dragged_past_the_other_changes_places_with_it(timeline: TimelinePage) -> None:
    at_us = timeline.archive.end_us - 10 * DAY_US
    clip = TimeRange(at_us - 10 * MINUTE_US, at_us + 5 * MINUTE_US)
    timeline.open(1, at_us, _HOUR_S, clip)
    pins = timeline.page.locator(".pin.in, .pin.out")
    expect(pins).to_have_count(2)
    wanted_us = clip.end_us + 10 * MINUTE_US
    timeline.point(timeline.x_of(clip.start_us), _FOCUS_Y)
    timeline.page.mouse.down()
    for share in (0.3, 0.6, 0.8, 1):
        timeline.point(timeline.x_of(round(clip.start_us + share * (wanted_us - clip.start_us))), _FOCUS_Y)
    timeline.page.mouse.up()

    def ends() -> list[int]:
        shown = (timeline.page.locator(f".pin.{end}").inner_text() for end in ("in", "out"))
        return [timeline.clock_us_of(text, at_us) for text in shown]

    wait_until(
        lambda: (
            (found := ends())[0] == clip.end_us - clip.end_us % SECOND_US
            and abs(found[1] - wanted_us) < 5 * SECOND_US
        ),
        seconds=10,
        what="both ends in order",
    )
