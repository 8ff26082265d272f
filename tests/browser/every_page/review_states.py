"""The playback page's faces: both modes, one and several cameras, its dialogs, and what it says when something is missing."""

from playwright.sync_api import Page, expect

from tests.browser.every_page.site_page import PLAYER_RESTS, SitePage
from tests.browser.sites.city import City
from vms.domain.time import MINUTE_US, format_rfc3339


def review_states(city: City) -> list[SitePage]:
    """Return the states, each with the way there."""
    at = format_rfc3339(city.past.young.start_us + 4 * MINUTE_US)
    one = f"/playback?cam={city.park.id}&t={at}"
    four = f"/playback?cam={city.park.id},{city.tower.id},{city.clinic.id},{city.river.id}&t={at}&mode=full"
    return [
        SitePage("playback-simple", f"{one}&mode=simple", PLAYER_RESTS),
        SitePage("playback-simple-save", f"{one}&mode=simple", PLAYER_RESTS, prepare=_save_clip),
        SitePage("playback-simple-change", f"{one}&mode=simple", PLAYER_RESTS, prepare=_change_camera),
        SitePage("playback-full", f"{one}&mode=full", PLAYER_RESTS),
        SitePage("playback-four", four, PLAYER_RESTS),
        SitePage("playback-four-grid", f"{four}&l=grid", PLAYER_RESTS),
        SitePage("playback-cameras", four, PLAYER_RESTS, prepare=_choose_cameras),
        SitePage("playback-keys", one, PLAYER_RESTS, prepare=lambda page: page.keyboard.press("?")),
        SitePage("playback-some-unavailable", f"{one.replace('&t', ',999999&t')}&mode=full", PLAYER_RESTS),
    ]


def _save_clip(page: Page) -> None:
    page.locator(".save").click()
    expect(page.locator("[data-clip-sheet]")).to_be_visible()


def _change_camera(page: Page) -> None:
    page.locator('[data-command="change-camera"]').click()
    expect(page.locator("[data-camera-dialog]")).to_be_visible()


def _choose_cameras(page: Page) -> None:
    # On phones one row names the camera and changes it; elsewhere a button adds to the chips.
    page.locator('[data-command="cameras"]:visible, [data-command="change-camera"]:visible').first.click()
    expect(page.locator("[data-camera-dialog]")).to_be_visible()
