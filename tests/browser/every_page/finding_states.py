"""The states of finding a moment: quick search, the same time on other days, the calendar's empty days, typed times."""

from urllib.parse import urlencode

from playwright.sync_api import Page, expect

from tests.browser.every_page.site_page import PLAYER_RESTS, SitePage
from tests.browser.sites.city import City
from vms.domain.time import DAY_US, TimeRange, format_rfc3339


def finding_states(city: City) -> list[SitePage]:
    """Return the states, each with the way there."""
    pier = city.pier

    def at(marks: TimeRange | None = None) -> str:
        query = {
            "cam": str(pier.camera.id),
            "t": format_rfc3339(pier.month.start_us + 4 * DAY_US),
            "mode": "full",
        }
        if marks is not None:
            query |= {"in": format_rfc3339(marks.start_us), "out": format_rfc3339(marks.end_us)}
        return f"/playback?{urlencode(query)}"

    around = TimeRange(pier.month.start_us - 4 * DAY_US, pier.month.start_us)
    gone = TimeRange(pier.purged_until_us - 9 * DAY_US, pier.purged_until_us - 2 * DAY_US)
    return [
        SitePage("playback-search", at(pier.month), PLAYER_RESTS, prepare=_search),
        SitePage("playback-search-gap", at(around), PLAYER_RESTS, prepare=_search),
        SitePage("playback-search-nothing", at(gone), PLAYER_RESTS, prepare=_search_nothing),
        SitePage("playback-other-days", at(), PLAYER_RESTS, prepare=_other_days),
        SitePage("playback-calendar-empty", at(), PLAYER_RESTS, prepare=_calendar_empty),
        SitePage("playback-typed", at(), PLAYER_RESTS, prepare=_typed),
        SitePage("playback-typed-wrong", at(), PLAYER_RESTS, prepare=_typed_wrong),
    ]


def _search(page: Page) -> None:
    page.keyboard.press("q")
    expect(page.locator('[data-search-list] [data-still="shown"]')).to_have_count(12)


def _search_nothing(page: Page) -> None:
    page.keyboard.press("q")
    expect(page.locator("[data-search-nothing]")).to_be_visible()


def _other_days(page: Page) -> None:
    page.keyboard.press("h")
    page.locator("[data-days-older]").click()
    expect(page.locator("[data-day-empty]")).to_have_count(1)
    expect(page.locator('[data-days-list] [data-still="loading"]')).to_have_count(0)


def _calendar_empty(page: Page) -> None:
    page.keyboard.press("c")
    # Two months back is before everything that retention has left.
    for _ in range(2):
        page.keyboard.press("PageUp")
        expect(page.locator("[data-calendar-grid] meter").first).to_be_attached()
    page.keyboard.press("Enter")
    expect(page.locator("[data-calendar-note]")).not_to_be_empty()


def _typed(page: Page) -> None:
    page.keyboard.press("g")
    page.locator("[data-clock-input]").fill("kemarin 14.00")
    expect(page.locator("[data-clock-meant]")).to_contain_text("14:00:00")


def _typed_wrong(page: Page) -> None:
    page.keyboard.press("g")
    page.locator("[data-clock-input]").fill("31/11 25.90")
    page.keyboard.press("Enter")
    expect(page.locator("[data-clock-problem]")).to_be_visible()
