"""Every page, in both languages and themes, on a desk and on a phone: no error, no sideways scroll, open to everyone."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.city import City
from tests.browser.complaints import Complaints
from tests.browser.looks import CROSSED_LOOKS, Look, looking
from tests.browser.site_pages import site_pages
from tests.support.source_files import PROJECT

pytestmark = pytest.mark.browser

_AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
_RUN_AXE = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations
    .filter((rule) => ["serious", "critical"].includes(rule.impact))
    .map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.target.join(" ")).join(", ")}`);
}"""
_OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
_UNTRANSLATED = r"""() => [...document.body.innerText.matchAll(/\b(?:[a-z_]+\.){1,2}[a-z_]{3,}\b/g)].map(([key]) => key)"""


@pytest.mark.parametrize("look", CROSSED_LOOKS, ids=lambda look: look.name)
def test_every_page_loads_without_an_error_fits_and_is_accessible(
    city: City, chromium: Browser, look: Look
) -> None:
    trouble: dict[str, list[str]] = {}
    for is_signed_in in (False, True):
        with looking(chromium, city, look, signed_in=is_signed_in) as context:
            page = context.new_page()
            complaints = Complaints(page)
            for shown in site_pages(city):
                if shown.signed_in is not is_signed_in:
                    continue
                before = len(complaints.all())
                shown.show(page, city.url)
                found = complaints.all()[before:]
                # That there is no picture or playlist of a moment without footage is an answer, not a fault.
                found = [text for text in found if "/picture?" not in text and "/media.m3u8?" not in text]
                if shown.status != 200:
                    found = [text for text in found if shown.path not in text]
                if page.evaluate(_OVERFLOW) > 0:
                    found.append("scrolls sideways")
                if page.locator("html").get_attribute("lang") != look.language:
                    found.append("is in another language")
                found += violations(page)
                trouble |= {shown.name: found} if found else {}
    assert trouble == {}


def violations(page: Page) -> list[str]:
    """Return what axe-core finds serious or critical: the rule and the elements."""
    # Evaluated by the debugger, not by a script element: the page's content security policy stays on.
    page.evaluate(Path(_AXE).read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(_RUN_AXE)
    return found
