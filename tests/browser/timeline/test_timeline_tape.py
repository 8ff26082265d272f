"""The timeline on a phone: a tape that fingers move under a playhead that stands still."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.driving.timeline_page import TimelinePage
from tests.browser.sites.archive import Archive
from vms.domain.time import DAY_US, SECOND_US

pytestmark = pytest.mark.browser

_PATIENCE_MS = 20_000


@pytest.fixture
def phone(archive: Archive, chromium: Browser) -> Iterator[TimelinePage]:
    """The same on a phone."""
    with chromium.new_context(
        locale="id-ID", viewport={"width": 390, "height": 844}, has_touch=True
    ) as context:
        context.set_default_timeout(_PATIENCE_MS)
        archive.sign_in(context)
        yield TimelinePage(context.new_page(), archive)


def test_the_phones_tape_moves_under_a_playhead_that_stands_still(phone: TimelinePage) -> None:
    at_us = phone.archive.end_us - 10 * DAY_US
    phone.open(1, at_us, 1800)
    view = phone.view
    assert abs((view.start_us + view.end_us) // 2 - at_us) <= 2 * SECOND_US
    box = phone.box
    assert box.height == 104
    phone.drag(box.x + 250, box.y + 60, box.x + 130, box.y + 60)
    moved_us = round(120 / box.width * view.duration_us)
    after = phone.wait_for_view(f"Math.abs((from + to) / 2 - {at_us + moved_us}) < 15e6")
    assert after.duration_us == view.duration_us
    shown = phone.clock_us_of(phone.clock.inner_text(), at_us)
    assert abs(shown - (at_us + moved_us)) <= 15 * SECOND_US
    playhead = phone.column(box.width / 2, 30, 60)
    assert set(playhead) == {"#ffffff"}


def test_two_fingers_zoom_the_tape(phone: TimelinePage) -> None:
    phone.open(1, phone.archive.end_us - 10 * DAY_US, 1800)
    before = phone.view
    phone.touch("touchStart", (150, 60), (240, 60))
    phone.touch("touchMove", (110, 60), (290, 60))
    phone.touch("touchEnd")
    after = phone.wait_for_view(f"to - from < {before.duration_us * 0.6}")
    assert after.duration_us == pytest.approx(before.duration_us / 2, rel=0.02)
    assert abs(sum((after.start_us, after.end_us)) - sum((before.start_us, before.end_us))) < 2 * SECOND_US


def test_a_long_press_asks_for_a_bookmark(phone: TimelinePage) -> None:
    phone.open(1, phone.archive.end_us - 10 * DAY_US, 1800)
    dialog = phone.page.locator("[data-bookmark-dialog]")
    expect(dialog).to_be_hidden()
    phone.touch("touchStart", (200, 60))
    expect(dialog).to_be_visible()
    phone.touch("touchEnd")
    expect(dialog).to_be_visible()
