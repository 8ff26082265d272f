"""Pictures that stand in for video: the sharp one follows the small one, and one is there where keyframes cannot be."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.driving.playback_page import PlaybackPage
from tests.browser.sites.city import City
from vms.domain.time import MINUTE_US, SECOND_US, format_rfc3339

pytestmark = pytest.mark.browser

_AS_ON_A_PHONE = "window.ManagedMediaSource = window.MediaSource; delete window.MediaSource;"


def test_a_large_picture_is_fetched_where_a_small_one_stands_already(
    city: City, playback: PlaybackPage
) -> None:
    pier = city.pier
    playback.open(pier.camera.id, pier.arrival_us - MINUTE_US)
    widths = playback.page.evaluate(
        """async ([camera_id, at_us]) => {
          const page = document.querySelector('script[src*="js/review/"]').src;
          const { PictureFrame } = await import(new URL("../page/pictures.js", page));
          const { rfc3339 } = await import(new URL("../page/site_time.js", page));
          const frame = new PictureFrame(new Image(), camera_id, 320);
          for (const width of [320, 960]) {
            frame.width = width;
            await frame.show(at_us);
          }
          // The page itself asks too, for its own moment.
          return performance.getEntriesByType("resource").map((entry) => new URL(entry.name))
            .filter((url) => url.pathname.endsWith("/picture") && url.searchParams.get("at") === rfc3339(at_us))
            .map((url) => Number(url.searchParams.get("width")));
        }""",
        [pier.camera.id, pier.arrival_us + 30 * SECOND_US],
    )
    assert widths == [320, 960]


def test_the_first_picture_is_there_before_any_script_and_no_script_is_fetched_late(
    city: City, playback: PlaybackPage
) -> None:
    page, at_us = playback.page, city.pier.arrival_us - MINUTE_US
    scripts = re.compile(r"/static/.*[.]m?js$")
    page.route(scripts, lambda route: route.abort())
    page.goto(f"{city.url}/playback?cam={city.pier.camera.id}&t={format_rfc3339(at_us)}")
    first = page.locator("[data-first-tile] img")
    expect(first).to_have_js_property("naturalWidth", 320)
    expect(first).to_be_visible()
    page.unroute(scripts)
    playback.open(city.pier.camera.id, at_us)
    assert page.locator("[data-first-tile]").count() == 0
    named, fetched = page.evaluate(
        """() => [
          [...document.querySelectorAll("link[rel=modulepreload]")].map((link) => link.href),
          performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => /[.]m?js$/.test(name)),
        ]"""
    )
    assert len(set(fetched) & set(named)) > 10
    late = set(fetched) - set(named)
    assert {url.rpartition("/")[2] for url in late} <= {"shell.js"}
    pictures = page.evaluate(
        """() => performance.getEntriesByType("resource").filter((entry) => entry.name.includes("width=320"))
          .map((entry) => [entry.name, entry.transferSize])"""
    )
    assert pictures
    over_the_line = [name for name, size in pictures if size > 0]
    assert len(over_the_line) == len(set(over_the_line))


def test_a_browser_that_cannot_show_lone_keyframes_runs_fast_by_pictures(
    city: City, playback: PlaybackPage
) -> None:
    at_us = city.past.together.start_us + 2 * MINUTE_US
    playback.page.add_init_script(_AS_ON_A_PHONE)
    playback.open_several([city.park], at_us)
    playback.tiles_near(at_us)
    playback.page.locator("[data-speed]").select_option("16")
    playback.act("play")
    label = "(us) => tilesShown()[0].label_us > us"
    playback.page.wait_for_function(label, arg=at_us + 30 * SECOND_US)
    expect(playback.tile(city.park).locator("[data-poster]")).to_be_visible()
    playback.act("play")
    expect(playback.tile(city.park)).to_have_attribute("data-state", "paused")
    # The video is there again, at the playhead.
    playback.shown_near(playback.shown_in(city.park).label_us)
