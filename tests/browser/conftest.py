"""One running installation for the whole suite, and pages of people who are signed in to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.driving.complaints import Complaints
from tests.browser.driving.playback_page import PlaybackPage
from tests.browser.driving.timeline_page import TimelinePage
from tests.browser.sites.archive import Archive, running_archive
from tests.browser.sites.city import City, running_city
from vms.domain.time import MINUTE_US

_PATIENCE_MS = 45_000
"""Of a machine that does much else; waiting costs a test that passes nothing."""
_FRAME_TRUTH = Path(__file__).parent / "driving" / "frame_truth.js"


@pytest.fixture(scope="session", autouse=True)
def _patience() -> None:
    expect.set_options(timeout=_PATIENCE_MS)


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """A city whose cameras record while the suite lasts."""
    with running_city(tmp_path_factory.mktemp("city") / "site") as made:
        yield made


@pytest.fixture
def stranger(browser_context: BrowserContext) -> Page:  # the portal must run
    """A page of somebody who has not signed in."""
    browser_context.set_default_timeout(_PATIENCE_MS)
    browser_context.add_init_script(path=_FRAME_TRUTH)
    return browser_context.new_page()


@pytest.fixture
def admin(city: City, browser_context: BrowserContext, stranger: Page) -> Page:
    """A page of the administrator's."""
    city.sign_in(browser_context, "admin")
    return stranger


@pytest.fixture
def viewer(city: City, browser_context: BrowserContext, stranger: Page) -> Page:
    """A page of a person who may see the park only, and change nothing."""
    city.sign_in(browser_context, "pengamat")
    return stranger


@pytest.fixture
def playback(city: City, admin: Page) -> Iterator[PlaybackPage]:
    """The administrator's playback page; a script error or a blocked resource fails the test."""
    complaints = Complaints(admin)
    yield PlaybackPage(admin, city.url)
    assert complaints.serious() == []


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Months of footage that only the index knows."""
    with running_archive(tmp_path_factory.mktemp("archive") / "site") as made:
        yield made


@pytest.fixture
def timeline(archive: Archive, browser_context: BrowserContext) -> TimelinePage:
    """The timeline of the archive's investigator."""
    browser_context.set_default_timeout(_PATIENCE_MS)
    archive.sign_in(browser_context)
    return TimelinePage(browser_context.new_page(), archive)


@pytest.fixture
def at_us(city: City) -> int:
    """A moment of which the park has footage on both sides."""
    return city.past.young.start_us + 5 * MINUTE_US


@pytest.fixture
def usual_preferences(city: City) -> Iterator[None]:
    """What one test chose is not the next one's."""
    yield
    with city.opened() as services:
        for user in services.storage.users.list():
            services.storage.preferences.set(user.id, type(services.storage.preferences.get(user.id))())
