"""Any second is played: the present, an hour ago, and whatever is typed or clicked; the frame shown is the frame meant."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.driving.playback_page import PlaybackPage, Shown
from tests.browser.sites.city import GAP_CAUSE, PAST_FRAME_US, City, local, typed
from vms.domain.time import DAY_US, MINUTE_US, SECOND_US

pytestmark = pytest.mark.browser

LIVE_FRAME_US = 100_000
DATED_LATE_US = 40_000
"""By so much the recorder may date a frame late (docs/design/time.md)."""
LABEL_US = 5_000
"""Media time is counted in ticks, wall time in microseconds: a label may round this much."""


def assert_is_the_frame_of(shown: Shown, asked_us: int) -> None:
    """The frame that was on at the asked instant, and labelled with its own time."""
    assert -LABEL_US <= asked_us - shown.truth.time_us < PAST_FRAME_US + LABEL_US, (
        asked_us - shown.truth.time_us
    )
    assert abs(shown.label_us - shown.truth.time_us) <= LABEL_US


def on_the_day_of(day_us: int, clock: str) -> int:
    """Return the instant nearest to `day_us` at which the city's clocks show this time."""
    hour, minute, second = (int(part) for part in clock.split(":"))
    shown = local(day_us).replace(hour=hour, minute=minute, second=second, microsecond=0)
    at_us = round(shown.timestamp()) * SECOND_US
    return min((at_us - DAY_US, at_us, at_us + DAY_US), key=lambda us: abs(us - day_us))


def test_the_newest_footage_plays(city: City, playback: PlaybackPage) -> None:
    playback.open(city.park.id)
    first = playback.shown_after(0)
    # A frame that was not made yet.
    later = playback.shown_after(first.now_us)
    assert first.truth.time_us < later.truth.time_us < later.now_us
    assert abs(later.label_us - later.truth.time_us) < DATED_LATE_US + LABEL_US
    expect(playback.page.locator("[data-live-mark]")).to_be_visible()


def test_footage_of_an_hour_ago_plays(city: City, playback: PlaybackPage) -> None:
    hour_ago_us = city.past.small.end_us - 60 * MINUTE_US
    first = playback.open_at(city.park.id, hour_ago_us)
    assert_is_the_frame_of(first, hour_ago_us)
    playback.act("play")
    later = playback.shown_after(first.label_us + SECOND_US)
    assert later.truth.time_us - first.truth.time_us >= SECOND_US


def test_a_typed_time_shows_the_frame_of_that_time(city: City, playback: PlaybackPage) -> None:
    playback.open_at(city.park.id, city.past.young.start_us + MINUTE_US)
    for asked_us in (
        city.past.old.start_us + 7 * MINUTE_US + 300_000,
        city.past.young.start_us + 3 * MINUTE_US + 34_700_000,
        city.past.small.start_us + 9 * MINUTE_US,
    ):
        playback.type_time(typed(asked_us))
        tenths_us = asked_us - asked_us % 100_000
        assert_is_the_frame_of(playback.shown_near(tenths_us, within_us=SECOND_US), tenths_us)


def test_a_typed_time_in_the_live_recording_shows_its_frame(city: City, playback: PlaybackPage) -> None:
    playback.open(city.park.id)
    live = playback.shown_after(city.past.small.end_us + 10 * SECOND_US)
    playback.act("play")
    asked_us = (live.label_us - 6 * SECOND_US) // 100_000 * 100_000
    playback.type_time(typed(asked_us))
    truth = playback.shown_near(asked_us, within_us=LIVE_FRAME_US + LABEL_US).truth
    assert -LABEL_US <= asked_us - truth.time_us < LIVE_FRAME_US + DATED_LATE_US


def test_a_click_on_the_timeline_shows_the_time_under_the_pointer(city: City, playback: PlaybackPage) -> None:
    playback.open_at(city.park.id, city.past.young.start_us + 8 * MINUTE_US)
    zoom = playback.page.locator("[data-zoom-label]")
    while "mnt" not in zoom.inner_text():
        before = zoom.inner_text()
        playback.act("zoom-in")
        expect(zoom).not_to_have_text(before)
    box = playback.plot.bounding_box()
    assert box is not None
    pointed = playback.page.locator("[data-hover-time]")
    for share in (0.45, 0.55):
        x, y = box["x"] + share * box["width"], box["y"] + box["height"] * 0.55
        playback.page.mouse.move(x, y)
        expect(pointed).to_have_text(re.compile(r"\d\d:\d\d:\d\d"))
        pointed_us = on_the_day_of(city.past.young.start_us, pointed.inner_text())
        playback.page.mouse.click(x, y)
        playback.page.mouse.move(x, box["y"] - 200)
        shown = playback.shown_near(pointed_us, within_us=SECOND_US)
        # The pointer's time is written in whole seconds; the frame began up to one frame before it.
        assert -PAST_FRAME_US <= shown.truth.time_us - pointed_us < SECOND_US
        assert abs(shown.label_us - shown.truth.time_us) <= LABEL_US


def test_a_gap_says_so_and_why_and_leads_to_the_nearest_footage(city: City, playback: PlaybackPage) -> None:
    gap = city.past.gap
    playback.open(city.park.id, gap.start_us + 2 * MINUTE_US)
    playback.wait_for_state("gap")
    message = playback.message()
    expect(message).to_contain_text("Tidak ada rekaman")
    expect(message).to_contain_text(GAP_CAUSE)
    expect(message).to_contain_text(f"{local(gap.start_us):%H:%M:%S}")
    before = message.get_by_role("button", name=f"Sebelumnya {local(gap.start_us):%H:%M:%S}")
    after = message.get_by_role("button", name=f"Berikutnya {local(gap.end_us):%H:%M:%S}")
    expect(before).to_be_visible()
    after.click()
    shown = playback.shown_after(gap.end_us - LABEL_US)
    assert shown.truth.time_us < gap.end_us + 10 * SECOND_US
    expect(message).to_be_hidden()


def test_playing_into_a_gap_goes_on_behind_it_and_says_how_much_was_skipped(
    city: City, playback: PlaybackPage
) -> None:
    gap = city.past.gap
    playback.open_at(city.park.id, gap.start_us - 2 * SECOND_US)
    playback.act("play")
    expect(playback.page.locator("#toast")).to_contain_text("dilewati")
    expect(playback.page.locator("#toast")).to_contain_text(GAP_CAUSE)
    shown = playback.shown_after(gap.end_us - LABEL_US)
    assert abs(shown.label_us - shown.truth.time_us) <= 2 * PAST_FRAME_US


def test_the_gap_list_leads_to_the_footage_before_a_gap(city: City, playback: PlaybackPage) -> None:
    gap = city.past.gap
    playback.open_at(city.park.id, city.past.young.start_us + 5 * MINUTE_US)
    row = playback.page.locator("[data-gap-list] li").filter(has_text=f"{local(gap.start_us):%H:%M:%S}")
    expect(row).to_contain_text(GAP_CAUSE)
    expect(row).to_contain_text("4 mnt")
    row.get_by_role("button").click()
    assert_is_the_frame_of(
        playback.shown_near(gap.start_us - 2 * SECOND_US, within_us=SECOND_US), gap.start_us - 2 * SECOND_US
    )


def test_the_timeline_is_a_slider_for_the_keyboard(city: City, playback: PlaybackPage) -> None:
    start_us = city.past.old.start_us + 5 * MINUTE_US
    playback.open_at(city.park.id, start_us)
    playback.plot.focus()
    at_us = start_us
    for key, by_us in (
        ("ArrowRight", 5 * SECOND_US),
        ("Shift+ArrowRight", MINUTE_US),
        ("PageUp", 10 * MINUTE_US),
        ("ArrowLeft", -5 * SECOND_US),
        ("PageDown", -10 * MINUTE_US),
    ):
        at_us = playback.shown_near(at_us, within_us=SECOND_US).label_us + by_us
        playback.plot.press(key)
        assert_is_the_frame_of(playback.shown_near(at_us, within_us=SECOND_US), at_us)
    expect(playback.plot).to_have_attribute(
        "aria-valuetext", re.compile(rf"{local(at_us):%H:%M:%S} WITA, ada rekaman")
    )


def test_frames_are_stepped_through_one_by_one(city: City, playback: PlaybackPage) -> None:
    shown = playback.open_at(city.park.id, city.past.young.start_us + 4 * MINUTE_US)
    for action, by in (("frame-after", 1), ("frame-after", 1), ("frame-before", -1), ("frame-before", -1)):
        playback.act(action)
        stepped = playback.shown_other_than(shown)
        assert stepped.truth.frame == shown.truth.frame + by
        assert abs(stepped.label_us - stepped.truth.time_us) <= LABEL_US
        shown = stepped


def test_steps_that_are_asked_for_at_once_are_all_taken(
    city: City, playback: PlaybackPage, at_us: int
) -> None:
    shown = playback.open_at(city.park.id, at_us)
    for key, by in ((".", 3), (",", -3)):
        for _ in range(abs(by)):
            playback.page.keyboard.press(key)
        shown = playback.shown_near(shown.label_us + by * PAST_FRAME_US, within_us=PAST_FRAME_US // 2)
        assert abs(shown.label_us - shown.truth.time_us) <= LABEL_US


def test_space_plays_and_pauses(city: City, playback: PlaybackPage) -> None:
    playback.open_at(city.park.id, city.past.young.start_us + 5 * MINUTE_US)
    playback.page.keyboard.press("Space")
    playback.wait_for_state("playing")
    expect(playback.button("play")).to_contain_text("Jeda")
    playback.page.keyboard.press("Space")
    playback.wait_for_state("paused")
    expect(playback.button("play")).to_contain_text("Putar")
    # The address names the moment, so that a copied link shows it.
    assert "t=" in playback.page.url


def test_footage_plays_faster_than_life(city: City, playback: PlaybackPage) -> None:
    first = playback.open_at(city.park.id, city.past.young.start_us + 6 * MINUTE_US)
    playback.page.locator("[data-speed]").select_option("4")
    playback.act("play")
    playback.page.wait_for_function(
        "() => [...document.querySelectorAll('[data-player] video')].some((video) => !video.paused && video.playbackRate === 4)"
    )
    playback.shown_after(first.label_us + 8 * SECOND_US)


def test_live_leads_back_to_the_present(city: City, playback: PlaybackPage) -> None:
    before = playback.open_at(city.park.id, city.past.young.start_us + 7 * MINUTE_US)
    playback.act("live")
    # A frame that was not made yet.
    playback.shown_after(before.now_us)
    expect(playback.button("live")).to_have_attribute("aria-pressed", "true")
    playback.act("back")
    expect(playback.button("live")).to_have_attribute("aria-pressed", "false")


def test_playback_crosses_a_change_of_resolution(city: City, playback: PlaybackPage) -> None:
    """failure mode 12"""
    border_us = city.past.small.start_us
    before = playback.open_at(city.park.id, border_us - 3 * SECOND_US)
    assert_is_the_frame_of(before, border_us - 3 * SECOND_US)
    assert before.width == 640
    playback.act("play")
    playback.shown_after(border_us + SECOND_US)
    playback.act("play")
    playback.wait_for_state("paused")
    shown = playback.shown_near(border_us, within_us=MINUTE_US, states=("paused",))
    assert shown.width == 320
    assert abs(shown.label_us - shown.truth.time_us) <= LABEL_US


def test_a_camera_that_this_browser_cannot_play_says_what_to_do(city: City, playback: PlaybackPage) -> None:
    playback.open(city.river.id)
    playback.wait_for_state("unsupported")
    expect(playback.message()).to_contain_text("Peramban ini tidak dapat memutar video kamera ini")
    expect(playback.message()).to_contain_text("VLC")
    expect(playback.page.locator("[data-poster]")).to_be_visible()
