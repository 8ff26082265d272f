"""What pages do while requests fail: they ask again at growing intervals, block nothing, and say what to quote."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.browser.driving.playback_page import PlaybackPage
from tests.browser.driving.review_address import playback_url, rests
from tests.browser.every_page.looks import Look, looking
from tests.browser.every_page.site_page import PLAYER_RESTS
from tests.browser.sites.city import City, typed
from vms.domain.time import MINUTE_US, SECOND_US

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("usual_preferences")]

_MODULE = """([name, argument]) => {
  const page = document.querySelector('script[src*="js/review/"]').src;
  return import(new URL(name, page)).then((module) => (%s)(module, argument));
}"""


def run(page: Page, name: str, code: str) -> object:
    """Run a function of one of the page's modules, in the page."""
    return page.evaluate(_MODULE % code, [name, None])


def failing(page: Page, is_wanted: Callable[[Request], bool]) -> list[str]:
    """Break the line for these requests from now on, and return those that were made."""
    made: list[str] = []

    def decide(route: Route) -> None:
        if not is_wanted(route.request):
            route.fallback()
            return
        made.append(route.request.url)
        route.abort()

    page.route("**/api/v1/**", decide)
    return made


def plays_on(page: Page, us: int) -> float:
    """Wait until the picture has gone on by so much; return how many seconds that took."""
    began_us, began_ms = page.evaluate("() => [shownNow().label_us, performance.now()]")
    ended_ms: float = page.wait_for_function(
        "(us) => { const s = shownNow(); return s.state === 'playing' && s.label_us > us && performance.now(); }",
        arg=began_us + us,
    ).json_value()
    return float(ended_ms - began_ms) / 1000


def most_tries(seconds: float) -> float:
    """Return how often what fails may be asked for in that time: no more than once a second, and there are several frames in one."""
    return 2 + seconds


def test_answer_that_does_not_come_counts_as_none_and_giving_up_on_purpose_as_that(
    city: City, playback: PlaybackPage, at_us: int
) -> None:
    playback.open_at(city.park.id, at_us)
    playback.page.route("**/api/v1/time?never", lambda _route: None)
    told = run(
        playback.page,
        "../page/api.js",
        """async ({ request, json, isAborted }) => {
          const dead = await json("/api/v1/time?never", { patience_ms: 200 }).catch((error) => [error.name, error.status, error.code]);
          const stop = new AbortController();
          const left = request("/api/v1/time?never", { signal: stop.signal }).catch((error) => isAborted(error));
          stop.abort();
          return [dead, await left];
        }""",
    )
    assert told == [["ApiError", 0, "offline"], True]


def test_bars_of_the_hours_that_do_not_come_are_not_asked_for_with_every_frame(
    city: City, playback: PlaybackPage, at_us: int
) -> None:
    page = playback.page
    made = failing(page, lambda request: "/timeline?" in request.url and "columns=" not in request.url)
    page.goto(playback_url(city, city.park.id, at_us=at_us, mode="simple"))
    rests(page)
    playback.act("play")
    took_s = plays_on(page, 3 * SECOND_US)
    assert 1 <= len(made) <= most_tries(took_s)
    page.unroute_all()
    expect(page.locator("[data-hour-sum]")).to_contain_text("Ada rekaman")


def test_hour_slider_is_silent_while_it_plays_and_speaks_at_rest(
    city: City, playback: PlaybackPage, at_us: int
) -> None:
    page = playback.page
    page.goto(playback_url(city, city.park.id, at_us=at_us, mode="simple"))
    rests(page)
    rail = page.locator("[data-hour-rail]")
    expect(rail).to_have_attribute("aria-valuetext", re.compile("ada rekaman"))
    playback.act("play")
    plays_on(page, SECOND_US // 2)
    said = rail.get_attribute("aria-valuetext")
    plays_on(page, 3 * SECOND_US)
    assert rail.get_attribute("aria-valuetext") == said
    playback.act("play")
    clock = page.locator("[data-clock-time]")
    expect(rail).not_to_have_attribute("aria-valuetext", said or "")
    expect(rail).to_have_attribute("aria-valuetext", re.compile(clock.inner_text()))


def test_tape_that_moves_asks_again_for_what_failed(city: City, chromium: Browser, at_us: int) -> None:
    with looking(chromium, city, Look("id", "light", 390), signed_in=True) as context:
        context.add_init_script(path="tests/browser/driving/frame_truth.js")
        page = context.new_page()
        made = failing(page, lambda request: "/timeline?" in request.url)
        page.goto(playback_url(city, city.park.id, at_us=at_us, mode="full"))
        page.wait_for_function(PLAYER_RESTS)
        page.locator('[data-command="play"]').click()
        plays_on(page, SECOND_US // 2)
        before = len(made)
        took_s = plays_on(page, 6 * SECOND_US)
        assert 1 <= len(made) - before <= most_tries(took_s)


def test_clip_is_exported_without_an_estimate_and_the_estimate_comes_later(
    city: City, playback: PlaybackPage, at_us: int
) -> None:
    page = playback.page
    made = failing(page, lambda request: request.url.endswith("/exports/estimate"))
    playback.open_at(city.park.id, at_us)
    playback.mark_clip(typed(at_us - MINUTE_US), typed(at_us + MINUTE_US))
    warning = page.locator("[data-fact-warning]")
    expect(warning).to_have_text("Ukurannya belum dapat dihitung; mencoba lagi. Klip tetap dapat diekspor.")
    expect(page.locator("[data-clip-start]")).to_be_enabled()
    assert made
    page.unroute_all()
    expect(page.locator('[data-fact="size"]')).to_have_text(re.compile(r"[\d,]+ [kM]B"))
    expect(warning).to_be_hidden()


def test_notice_that_was_put_away_stays_away_until_it_was_untrue(
    city: City, playback: PlaybackPage, at_us: int
) -> None:
    playback.open_at(city.park.id, at_us)
    told = run(
        playback.page,
        "notices.js",
        """({ Notices }) => {
          const notices = new Notices();
          const count = () => document.querySelectorAll('[data-notices] [data-name="probe"]').length;
          const say = () => { notices.show("probe", "w", "Perekam tidak berjalan."); return count(); };
          const counts = [say()];
          document.querySelector('[data-name="probe"] [data-dismiss]').click();
          counts.push(count(), say());
          notices.hide("probe");
          counts.push(say());
          return counts;
        }""",
    )
    assert told == [1, 0, 0, 1]


def test_card_of_today_counts_what_has_passed(city: City, playback: PlaybackPage) -> None:
    page = playback.page
    page.goto(playback_url(city, city.park.id, mode="simple"))
    rests(page)
    card = page.locator("[data-day-cards] button", has_text="Hari ini")
    expect(card.locator("meter")).not_to_have_js_property("value", 0)
    off_s = page.evaluate(
        """async (id) => {
          const zoned = new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Makassar" });
          const day = zoned.format(new Date());
          const days = await (await fetch(`/api/v1/cameras/${id}/days?month=${day.slice(0, 7)}`)).json();
          const passed_s = (Date.now() - Date.parse(`${day}T00:00:00+08:00`)) / 1000;
          const meter = document.querySelector(`[data-day-cards] [data-date="${day}"] meter`);
          return Math.abs(meter.value * passed_s - days.find((one) => one.day === day).covered_us / 1e6);
        }""",
        city.park.id,
    )
    assert off_s < 120
