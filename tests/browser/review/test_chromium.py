"""The Chromium that the other tests drive can play what cameras send."""

import pytest
from playwright.sync_api import BrowserContext

pytestmark = pytest.mark.browser


def test_chromium_plays_h264(browser_context: BrowserContext) -> None:
    page = browser_context.new_page()
    support = page.evaluate("MediaSource.isTypeSupported('video/mp4; codecs=\"avc1.64001f\"')")
    assert support is True
