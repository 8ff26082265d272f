"""The deck without the review page: any page can hand it elements and cameras, and closing it leaves nothing running."""

import pytest

from tests.browser.driving.playback_page import PlaybackPage
from tests.browser.sites.city import City
from vms.domain.time import SECOND_US

pytestmark = pytest.mark.browser

_NOTED = """(() => {
  const isOfPlayer = () => new Error().stack.includes("/js/player/");
  window.pending = new Set();
  const note = (begin, end) => {
    const [set, clear] = [window[begin], window[end]];
    window[begin] = (run, ...rest) => {
      const isNoted = isOfPlayer();
      const id = set((...given) => { window.pending.delete(id); run(...given); }, ...rest);
      if (isNoted) window.pending.add(id);
      return id;
    };
    window[end] = (id) => { window.pending.delete(id); clear(id); };
  };
  note("setTimeout", "clearTimeout");
  note("requestAnimationFrame", "cancelAnimationFrame");
  const fetched = window.fetch;
  window.asked = [];
  window.fetch = (url, ...rest) => {
    if (new Error().stack.includes("/js/player/deck")) window.asked.push(String(url));
    return fetched(url, ...rest);
  };
})()"""
"""Timers of the player that have not run, and requests."""

_OPENED = """async ([cameras, at_us]) => {
  document.querySelector("main").innerHTML = `<div id="stage"><div id="mosaic"></div></div>
    <template id="tile"><figure><video playsinline muted></video><img alt="" data-poster hidden>
    <b data-name></b><i data-place></i><i data-number-badge></i><i data-frame-clock></i><i data-live-mark></i><i data-age-mark></i></figure></template>`;
  const page = document.querySelector('script[src*="js/pages/"]').src;
  const { Deck } = await import(new URL("../player/deck.js", page));
  const [stage, mosaic, tilePattern] = ["stage", "mosaic", "tile"].map((id) => document.getElementById(id));
  window.deck = new Deck({ stage, mosaic, tilePattern });
  window.deck.setLayout("grid");
  window.deck.setCameras(cameras, cameras[0].id);
  window.deck.seek(at_us, { play: true });
}"""


def test_a_deck_plays_on_a_bare_page_and_leaves_nothing_running(city: City, playback: PlaybackPage) -> None:
    page, at_us = playback.page, city.past.together.start_us + 10 * SECOND_US
    page.add_init_script(_NOTED)
    page.goto(city.url)
    cameras = [
        {
            "id": camera.id,
            "number": number,
            "name": camera.name,
            "place": camera.place,
            "title": camera.name,
            "oldest_us": None,
            "has_sub": False,
        }
        for number, camera in enumerate((city.park, city.square), 1)
    ]
    page.evaluate(_OPENED, [cameras, at_us])
    page.wait_for_function(
        "(us) => deck.tiles.every((tile) => tile.state === 'playing') && deck.wallUs > us",
        arg=at_us + SECOND_US,
    )
    assert page.evaluate("() => pending.size") > 0
    left = page.evaluate(
        """async () => {
          const tiles = [...deck.tiles];
          const states = [];
          for (const tile of tiles) tile.on("state", () => states.push(tile.state));
          for (const name of ["time", "tile", "state"]) deck.on(name, () => states.push(name));
          deck.close();
          asked.length = 0;
          document.dispatchEvent(new Event("visibilitychange"));
          await new Promise((resolve) => setTimeout(resolve));
          return {
            pending: pending.size,
            asked: asked.filter((url) => url.includes("/api/")),
            videos: tiles.map(({ video }) => [video.isConnected, video.paused, video.hasAttribute("src"), video.readyState]),
            isOver: deck.signal.aborted && tiles.every((tile) => tile.signal.aborted),
            states,
          };
        }"""
    )
    gone = [False, True, False, 0]
    assert left == {"pending": 0, "asked": [], "videos": [gone, gone], "isOver": True, "states": []}
