"""A frame on screen is kept as a picture that says where and when it was."""

from pathlib import Path

import av
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving.playback_page import PlaybackPage
from tests.browser.sites.city import PAST_FRAME_US, City, local, typed
from tests.browser.sites.river import river_time
from vms.domain.time import MINUTE_US, SECOND_US
from vms.simulator.picture.frame_truth import read_truth

pytestmark = pytest.mark.browser


def taken_picture(page: Page, folder: Path) -> tuple[str, np.ndarray]:
    """Take a snapshot, and return its file's name and its pixels in grey."""
    with page.expect_download() as downloading:
        page.keyboard.press("s")
    path = folder / "snapshot.png"
    downloading.value.save_as(path)
    with av.open(str(path)) as container:
        (frame,) = container.decode(video=0)
    return downloading.value.suggested_filename, frame.to_ndarray(format="gray")


def time_in_name(us: int) -> str:
    """Return how a file's name ends that is of this instant."""
    return f"{local(us):%Y-%m-%d %H.%M.%S}.{us % SECOND_US // 100_000}.png"


def test_snapshot_is_the_frame_on_screen_with_a_band_of_place_and_time(
    city: City, playback: PlaybackPage, tmp_path: Path
) -> None:
    shown = playback.open_at(city.park.id, city.past.young.start_us + 9 * MINUTE_US)
    name, pixels = taken_picture(playback.page, tmp_path)
    height, width = pixels.shape
    assert (width, height > 360) == (640, True)
    truth = read_truth(pixels[:360])
    assert truth is not None
    assert truth.frame == shown.truth.frame
    # The band is dark, and something is written on it.
    band = pixels[360:]
    assert np.median(band) < 40
    assert band.max() > 200
    assert name == f"{city.park.name} {time_in_name(shown.label_us)}"


def test_button_on_the_picture_takes_one_too(city: City, playback: PlaybackPage) -> None:
    playback.open_at(city.park.id, city.past.young.start_us + 9 * MINUTE_US)
    with playback.page.expect_download():
        playback.button("snapshot").click()


@pytest.mark.parametrize("speed", ["1", "16", "-1", "-8"])
def test_snapshot_of_moving_footage_says_when_its_own_frame_was(
    city: City, playback: PlaybackPage, tmp_path: Path, speed: str
) -> None:
    at_us = city.past.young.start_us + 5 * MINUTE_US
    playback.open_at(city.park.id, at_us)
    playback.page.locator("[data-speed]").select_option(speed)
    playback.act("play")
    playback.page.wait_for_function(
        "(us) => { const s = shownNow(); return s.state === 'playing' && Math.abs(s.label_us - us) > 1.5e6; }",
        arg=at_us,
    )
    playback.page.locator("body").focus()
    for _ in range(3):
        name, pixels = taken_picture(playback.page, tmp_path)
        truth = read_truth(pixels[:360])
        assert truth is not None
        assert name.endswith(time_in_name(truth.time_us))


def test_snapshot_where_footage_does_not_come_is_of_the_moment_that_was_asked_for(
    city: City, playback: PlaybackPage, tmp_path: Path
) -> None:
    playback.open_at(city.park.id, city.past.young.start_us + 9 * MINUTE_US)
    playback.page.route(f"**/api/v1/cameras/{city.park.id}/media.m3u8?**", lambda route: route.abort())
    at_us = city.past.old.start_us + MINUTE_US
    playback.type_time(typed(at_us))
    playback.wait_for_state("error")
    name, pixels = taken_picture(playback.page, tmp_path)
    truth = read_truth(pixels[:360])
    assert truth is not None
    assert abs(at_us - truth.time_us) <= PAST_FRAME_US
    assert name.endswith(time_in_name(truth.time_us))
    playback.page.unroute_all()


def test_snapshot_of_video_that_the_browser_cannot_play_comes_from_the_server(
    city: City, playback: PlaybackPage, tmp_path: Path
) -> None:
    at_us = river_time(city).start_us + 30 * SECOND_US
    playback.open(city.river.id, at_us)
    playback.wait_for_state("unsupported")
    name, pixels = taken_picture(playback.page, tmp_path)
    truth = read_truth(pixels[:180])
    assert truth is not None
    assert at_us - PAST_FRAME_US < truth.time_us <= at_us
    assert name.startswith(city.river.name)


def test_snapshot_of_a_gap_says_why_there_is_none(city: City, playback: PlaybackPage) -> None:
    playback.open(city.park.id, city.past.gap.start_us + MINUTE_US)
    playback.wait_for_state("gap")
    playback.page.keyboard.press("s")
    expect(playback.page.locator("#toast")).to_contain_text("Tidak ada rekaman pada waktu ini")
