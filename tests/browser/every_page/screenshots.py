"""A picture of every page in every look, to be looked at by people: `make screenshots` puts them in .cache/screenshots."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.every_page.looks import LOOKS, Look, looking
from tests.browser.every_page.site_pages import site_pages
from tests.browser.sites.city import City
from tests.browser.sites.silent_site import HOME_STATES, silent_site
from tests.support.source_files import PROJECT

FOLDER = PROJECT / ".cache" / "screenshots"


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_screenshots(city: City, chromium: Browser, look: Look) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for is_signed_in in (False, True):
        with looking(chromium, city, look, signed_in=is_signed_in) as context:
            page = context.new_page()
            for shown in site_pages(city):
                if shown.signed_in is is_signed_in:
                    shown.show(page, city.url)
                    # Pages are as tall as their window but for long forms and lists, which are shown whole.
                    page.screenshot(
                        path=FOLDER / f"{shown.name}-{look.name}.png",
                        full_page=not shown.name.startswith("playback"),
                    )


def test_screenshots_without_a_recorder(tmp_path: Path, chromium: Browser) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with silent_site(tmp_path / "site") as silent:
        for state in HOME_STATES:
            state.prepare(silent)
            for look in LOOKS:
                with silent.looking(chromium, state.person, look) as page:
                    state.show(page, silent)
                    page.screenshot(path=FOLDER / f"{state.name}-{look.name}.png", full_page=True)
