"""Which of a camera's two streams is played: the small one on phones, until a person wants the large one."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.driving.playback_page import PlaybackPage
from tests.browser.sites.city import City
from vms.domain.time import MINUTE_US

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("usual_preferences")]

_SMALL, _LARGE = 320, 640
_FRAME_TRUTH = Path(__file__).parents[1] / "driving" / "frame_truth.js"


def shows(page: Page, width: int) -> None:
    """Wait until the stream of this width is on screen."""
    page.wait_for_function("(width) => shownNow().truth && shownNow().width === width", arg=width)


def test_a_phone_plays_the_small_stream_until_the_person_wants_the_large_one(
    city: City, chromium: Browser
) -> None:
    at_us = city.past.together.start_us + MINUTE_US
    with chromium.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="id-ID"
    ) as context:
        context.add_init_script(path=_FRAME_TRUTH)
        city.sign_in(context, "admin")
        phone = PlaybackPage(context.new_page(), city.url)
        phone.open(city.square.id, at_us)
        shows(phone.page, _SMALL)
        phone.page.locator('[data-command="help"]:visible').tap()
        phone.page.get_by_role("checkbox", name=re.compile("hemat data")).uncheck()
        shows(phone.page, _LARGE)
        phone.open(city.square.id, at_us)
        shows(phone.page, _LARGE)


def test_a_desk_plays_the_large_stream_of_one_camera(city: City, playback: PlaybackPage) -> None:
    playback.open(city.square.id, city.past.together.start_us + MINUTE_US)
    shows(playback.page, _LARGE)
