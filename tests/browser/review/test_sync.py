"""Several cameras under one wall clock: what every tile shows is read from its pixels."""

import pytest
from playwright.sync_api import Route, expect

from tests.browser.driving.playback_page import PlaybackPage, Shown
from tests.browser.sites.city import PAST_FRAME_US, City, local, typed
from vms.domain.time import DAY_US, MINUTE_US, SECOND_US

pytestmark = pytest.mark.browser

LABEL_US = 5_000


def _never(_route: Route) -> None:
    """Leave a request without an answer."""


def spread_us(tiles: list[Shown]) -> int:
    """How far apart the frames of the tiles were made."""
    instants = [tile.truth.time_us for tile in tiles]
    return max(instants) - min(instants)


def assert_all_show(tiles: list[Shown], at_us: int) -> None:
    """Every tile shows the frame that was on at the instant."""
    for tile in tiles:
        assert -LABEL_US <= at_us - tile.truth.time_us < PAST_FRAME_US + LABEL_US


def test_all_tiles_show_the_frame_of_the_same_instant(city: City, playback: PlaybackPage) -> None:
    at_us = city.past.together.start_us + MINUTE_US + 300_000
    playback.open_several([city.park, city.square, city.hall], at_us)
    assert_all_show(playback.tiles_near(at_us), at_us)
    later_us = at_us + 10 * SECOND_US
    playback.act("forward")
    tiles = playback.tiles_near(later_us)
    assert spread_us(tiles) <= PAST_FRAME_US
    assert len({tile.truth.camera for tile in tiles}) == 3


def test_tiles_play_in_step(city: City, playback: PlaybackPage) -> None:
    at_us = city.past.together.start_us + MINUTE_US
    playback.open_several([city.park, city.square, city.hall], at_us)
    playback.tiles_near(at_us)
    playback.act("play")
    playback.all_after(at_us + 2 * SECOND_US)
    # Frames change at the same instants: at most one tile may be one frame behind.
    playback.wait_until_in_step(PAST_FRAME_US)


def test_a_tile_without_footage_says_so_while_the_others_run_and_joins_again(
    city: City, playback: PlaybackPage
) -> None:
    hole = city.past.hole
    playback.open_several([city.park, city.square, city.hall], hole.start_us - 2 * SECOND_US)
    playback.tiles_near(hole.start_us - 2 * SECOND_US)
    playback.act("play")
    hall = playback.tile(city.hall)
    expect(hall).to_have_attribute("data-state", "gap")
    expect(hall.locator("[data-message]")).to_contain_text("Tidak ada rekaman")
    expect(hall.locator("[data-message]")).to_contain_text(f"{local(hole.start_us):%H:%M:%S}")
    # What it shows meanwhile is the last frame before the hole.
    before = playback.shown_in(city.hall)
    assert 0 < hole.start_us - before.truth.time_us <= 3 * PAST_FRAME_US
    running = playback.shown_in(city.park)
    playback.page.wait_for_function("(us) => tilesShown()[0].label_us > us", arg=running.label_us + SECOND_US)
    playback.type_time(f"{local(hole.end_us - 2 * SECOND_US):%d/%m/%Y %H:%M:%S}")
    playback.all_after(hole.end_us + SECOND_US)
    playback.wait_until_in_step(PAST_FRAME_US)


def test_the_others_wait_for_a_stalled_tile_and_then_go_on_without_it(
    city: City, playback: PlaybackPage
) -> None:
    at_us = city.past.together.start_us + MINUTE_US
    playback.page.route(f"**/api/v1/cameras/{city.hall.id}/media/**", _never)
    playback.open_several([city.park, city.square, city.hall], at_us)
    expect(playback.tile(city.square)).to_have_attribute("data-state", "paused")
    playback.act("play")
    held = playback.page.locator("[data-stalled]")
    expect(held).to_contain_text("Menunggu kamera 3")
    expect(held).to_be_hidden()
    expect(playback.tile(city.park)).to_have_attribute("data-state", "playing")
    expect(playback.tile(city.hall)).to_have_attribute("data-state", "loading")
    playback.page.unroute_all()
    playback.act("back")
    playback.all_after(at_us - 8 * SECOND_US)


def test_playing_goes_on_without_a_stalled_tile_at_once_where_that_is_asked(
    city: City, playback: PlaybackPage
) -> None:
    at_us = city.past.together.start_us + MINUTE_US
    playback.page.route(f"**/api/v1/cameras/{city.hall.id}/media/**", _never)
    playback.open_several([city.park, city.square, city.hall], at_us)
    expect(playback.tile(city.square)).to_have_attribute("data-state", "paused")
    playback.act("play")
    playback.page.locator("[data-play-without-stalled]").click()
    expect(playback.tile(city.park)).to_have_attribute("data-state", "playing")
    playback.page.unroute_all()


def test_of_many_jumps_the_last_one_wins(city: City, playback: PlaybackPage) -> None:
    past = city.past
    playback.open_several([city.park, city.square, city.hall], past.together.start_us + MINUTE_US)
    playback.tiles_near(past.together.start_us + MINUTE_US)
    last_us = past.together.end_us - 30 * SECOND_US
    # Far and near ones, so that windows of footage are loaded and dropped again.
    playback.jump_about(200)
    playback.type_time(typed(last_us))
    assert_all_show(playback.tiles_near(last_us), last_us)


def test_the_focus_moves_without_losing_the_instant(city: City, playback: PlaybackPage) -> None:
    at_us = city.past.together.start_us + 2 * MINUTE_US
    playback.open_several([city.park, city.square, city.hall], at_us)
    small = playback.tiles_near(at_us)[1]
    assert small.width == 320
    playback.tile(city.square).click()
    # The large stream takes the small one's place, at the same frame; a picture is there all the time.
    playback.page.wait_for_function("() => tilesShown()[1]?.width === 640")
    assert_all_show(playback.tiles_near(at_us), at_us)
    expect(playback.tile(city.square)).to_have_attribute("data-player", "")
    playback.tile(city.park).click()
    playback.page.wait_for_function("() => tilesShown()[1]?.width === 320")
    assert_all_show(playback.tiles_near(at_us), at_us)


def test_frames_are_stepped_through_in_all_tiles(city: City, playback: PlaybackPage) -> None:
    at_us = city.past.together.start_us + MINUTE_US
    playback.open_several([city.park, city.square, city.hall], at_us)
    tiles = playback.tiles_near(at_us)
    for action, by in (("frame-after", 1), ("frame-after", 1), ("frame-before", -1)):
        wanted_us = tiles[0].truth.time_us + by * PAST_FRAME_US
        playback.act(action)
        tiles = playback.tiles_near(wanted_us, within_us=LABEL_US)
        assert spread_us(tiles) <= LABEL_US


@pytest.mark.parametrize("speed", ["-1", "-2", "-16", "16"])
def test_footage_runs_fast_and_backwards(city: City, playback: PlaybackPage, speed: str) -> None:
    at_us = city.past.together.start_us + 3 * MINUTE_US
    clock = playback.page.clock
    clock.install(time=0)
    playback.open_several([city.park, city.square], at_us)
    playback.tiles_near(at_us)
    playback.page.locator("[data-speed]").select_option(speed)
    expect(playback.page.locator("[data-pace]")).to_contain_text(f"{abs(int(speed))}x")
    clock.pause_at(playback.page.evaluate("Date.now()") / 1000 + 60)
    playback.act("play")
    clock.run_for(1000)
    began_us = playback.clock_us()
    clock.run_for(4000)
    passed_us = (playback.clock_us() - began_us + DAY_US // 2) % DAY_US - DAY_US // 2
    assert passed_us == pytest.approx(4 * int(speed) * SECOND_US, abs=SECOND_US // 2)
    clock.resume()
    playback.act("play")
    expect(playback.tile(city.park)).to_have_attribute("data-state", "paused")
    stopped_us = playback.shown_in(city.park).label_us
    assert_all_show(playback.tiles_near(stopped_us, within_us=PAST_FRAME_US), stopped_us)


def test_backwards_ends_at_the_first_footage_and_says_so(city: City, playback: PlaybackPage) -> None:
    start_us = city.past.together.start_us
    playback.open_several([city.square, city.hall], start_us + 5 * SECOND_US)
    playback.tiles_near(start_us + 5 * SECOND_US)
    playback.page.locator("[data-speed]").select_option("-4")
    playback.act("play")
    expect(playback.page.locator("#toast")).to_contain_text("awal rekaman")
    expect(playback.button("play")).to_contain_text("Putar")
    assert_all_show(playback.tiles_near(start_us), start_us)


def test_a_camera_that_is_added_joins_the_instant(city: City, playback: PlaybackPage) -> None:
    at_us = city.past.together.start_us + MINUTE_US
    playback.open_several([city.park, city.square, city.hall], at_us, layout="one")
    shown = playback.shown_near(at_us)
    assert_all_show([shown], at_us)
    playback.act("layout-grid")
    assert_all_show(playback.tiles_near(at_us), at_us)


def test_pictures_follow_the_pointer_and_the_exact_frames_come_on_release(
    city: City, playback: PlaybackPage
) -> None:
    at_us = city.past.together.start_us + 2 * MINUTE_US
    playback.open_several([city.park, city.square, city.hall], at_us)
    playback.tiles_near(at_us)
    playback.act("play")
    playback.all_after(at_us + SECOND_US)
    box = playback.plot.bounding_box()
    assert box is not None
    # The lane of the camera that is looked at lies under the ruler.
    mouse, height = playback.page.mouse, box["y"] + 64
    mouse.move(box["x"] + box["width"] * 0.5, height)
    mouse.down()
    for share in (0.495, 0.49, 0.485, 0.48):
        mouse.move(box["x"] + box["width"] * share, height)
    expect(playback.page.locator("[data-tile]:not(.focus) [data-poster]:visible")).to_have_count(2)
    # Where the pointer rests, the camera that is looked at shows its keyframe.
    expect(playback.tile(city.park).locator(".keyframes.shown")).to_be_visible()
    expect(playback.button("play")).to_contain_text("Jeda")
    mouse.up()
    # What played before plays again, there.
    expect(playback.page.locator("[data-tile] [data-poster]:visible")).to_have_count(0)
    for camera in (city.park, city.square, city.hall):
        expect(playback.tile(camera)).to_have_attribute("data-state", "playing")
    playback.wait_until_in_step(PAST_FRAME_US)
