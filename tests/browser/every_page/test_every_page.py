"""Every page but the playback page, in both languages and themes, on a desk and on a phone: no error, no sideways scroll, open to everyone."""

import pytest
from playwright.sync_api import Browser

from tests.browser.every_page.looks import CROSSED_LOOKS, Look
from tests.browser.every_page.page_check import faults
from tests.browser.every_page.site_pages import office_pages
from tests.browser.sites.city import City

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("look", CROSSED_LOOKS, ids=lambda look: look.name)
def test_every_page_loads_without_an_error_fits_and_is_accessible(
    city: City, chromium: Browser, look: Look
) -> None:
    assert faults(chromium, city, look, office_pages(city)) == {}
