"""Finding a moment, in each of its states and looks: no error, no sideways scroll, open to everyone."""

import pytest
from playwright.sync_api import Browser

from tests.browser.every_page.finding_states import finding_states
from tests.browser.every_page.looks import CROSSED_LOOKS, Look
from tests.browser.every_page.page_check import faults
from tests.browser.sites.city import City

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("look", CROSSED_LOOKS, ids=lambda look: look.name)
def test_every_state_of_finding_loads_without_an_error_fits_and_is_accessible(
    city: City, chromium: Browser, look: Look
) -> None:
    assert faults(chromium, city, look, finding_states(city)) == {}
