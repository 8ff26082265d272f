"""Timeline, sliders and watches end with their owner: no timer, request or listener of theirs is left on the page."""

import re

import pytest

from tests.browser.driving.playback_page import PlaybackPage
from tests.browser.driving.review_address import playback_url
from tests.browser.sites.city import City

pytestmark = pytest.mark.browser

_WATCHES = 4
"""Timeline, sliders and the recorder's watch each look again and again."""

_NOTED = """(() => {
  window.timers = new Set();
  window.asked = [];
  const isOfShell = () => new Error().stack.includes("/js/page/shell");
  const note = (begin, end, isOnce) => {
    const [set, clear] = [window[begin], window[end]];
    window[begin] = (run, ...rest) => {
      const isNoted = !isOfShell();
      const id = set((...given) => { if (isOnce) window.timers.delete(id); run(...given); }, ...rest);
      if (isNoted) window.timers.add(id);
      return id;
    };
    window[end] = (id) => { window.timers.delete(id); clear(id); };
  };
  note("setTimeout", "clearTimeout", true);
  note("setInterval", "clearInterval", false);
  const get = window.fetch;
  window.fetch = (url, ...rest) => { window.asked.push(String(url)); return get(url, ...rest); };
})()"""
"""Timers that have not ended, and what is asked of the server."""

_LEFT = """async ([camera, at_us]) => {
  const page = document.querySelector('script[src*="js/review/"]').src;
  const made = async (path, name) => (await import(new URL(path, page)))[name];
  const TimelineData = await made("../timeline/timeline_data.js", "TimelineData");
  const Timeline = await made("../timeline/timeline.js", "Timeline");
  const HourSlider = await made("../days/hour_slider.js", "HourSlider");
  const DayCards = await made("../days/day_cards.js", "DayCards");
  const RecorderWatch = await made("recorder_watch.js", "RecorderWatch");
  const owner = new AbortController();
  const { signal } = owner;
  const data = new TimelineData(signal);
  const changed = new Promise((resolve) => data.on("change", resolve));
  const timeline = new Timeline(document.querySelector("[data-timeline]"), data, at_us, signal);
  timeline.setLanes([camera], camera.id);
  new HourSlider(signal);
  new DayCards(signal);
  new RecorderWatch({ show() {}, hide() {} }, () => camera, signal);
  await changed;
  const running = timers.size;
  owner.abort();
  const left = timers.size;
  asked.length = 0;
  timeline.setView({ from_us: at_us - 3.6e9, to_us: at_us + 3.6e9 });
  document.dispatchEvent(new Event("visibilitychange"));
  return { running, left, again: timers.size, asked: asked.filter((url) => url.includes("timeline")) };
}"""


def test_nothing_of_a_timeline_runs_on_after_its_owner(
    city: City, playback: PlaybackPage, at_us: int
) -> None:
    page = playback.page
    page.add_init_script(_NOTED)
    # The review page itself does not begin: what runs is what the test begins.
    page.route(re.compile(r"/js/review/page\."), lambda route: route.abort())
    page.goto(playback_url(city, city.park.id, at_us=at_us, mode="full"))
    camera = {
        "id": city.park.id,
        "number": 1,
        "name": city.park.name,
        "oldest_us": None,
        "removed_us": None,
    }
    told = page.evaluate(_LEFT, [camera, at_us])
    assert told.pop("running") >= _WATCHES
    assert told == {"left": 0, "again": 0, "asked": []}
