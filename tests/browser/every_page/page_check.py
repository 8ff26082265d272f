"""What may be wrong with a page in one look: errors, sideways scroll, words of another language, and what axe-core finds."""

from collections.abc import Iterable

from playwright.sync_api import Browser, Error, Page

from tests.browser.driving.complaints import Complaints
from tests.browser.every_page.looks import WIDTHS, Look, looking
from tests.browser.every_page.site_page import SitePage
from tests.browser.sites.city import City
from tests.support.source_files import PROJECT

_AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
_RUN_AXE = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations
    .filter((rule) => ["serious", "critical"].includes(rule.impact))
    .map((rule) => `${rule.id}: ${rule.nodes.map((node) => node.target.join(" ")).join(", ")}`);
}"""
_OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

_NARROW_PX, _SMALLEST_PX = 600, 320

_QUESTIONS = ("/picture?", "/media.m3u8?", "/parse-time?")
"""That there is no picture or playlist of a moment, or that a text is no time, is an answer, not a fault."""


def faults(chromium: Browser, city: City, look: Look, pages: Iterable[SitePage]) -> dict[str, list[str]]:
    """Show each page in this look, and return what is wrong by the names of pages."""
    found: dict[str, list[str]] = {}
    shown = list(pages)
    for is_signed_in in {page.signed_in for page in shown}:
        with looking(chromium, city, look, signed_in=is_signed_in) as context:
            page = context.new_page()
            complaints = Complaints(page)
            for one in shown:
                if one.signed_in is is_signed_in and (wrong := _faults_of(page, complaints, city, look, one)):
                    found[one.name] = wrong
    return found


def violations(page: Page) -> list[str]:
    """Return what axe-core finds serious or critical: the rule and the elements."""
    # Evaluated by the debugger, not by a script element: the page's content security policy stays on.
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(_RUN_AXE)
    return found


def _faults_of(page: Page, complaints: Complaints, city: City, look: Look, shown: SitePage) -> list[str]:
    before = len(complaints.all())
    try:
        shown.show(page, city.url)
    except (Error, AssertionError) as error:
        # The pages after it are looked at all the same.
        return [f"is not reached: {error}", *complaints.all()[before:]]
    found = complaints.all()[before:]
    found = [text for text in found if not any(question in text for question in _QUESTIONS)]
    if shown.status != 200:
        found = [text for text in found if shown.path not in text]
    if page.evaluate(_OVERFLOW) > 0:
        found.append("scrolls sideways")
    if page.locator("html").get_attribute("lang") != look.language:
        found.append("is in another language")
    found += violations(page)
    if look.width < _NARROW_PX:
        found += _faults_on_the_smallest(page, look)
    return found


def _faults_on_the_smallest(page: Page, look: Look) -> list[str]:
    """Return what is wrong on the narrowest phone, and give the page its width back."""
    page.set_viewport_size({"width": _SMALLEST_PX, "height": WIDTHS[look.width]})
    try:
        return ["scrolls sideways on the smallest phone"] if page.evaluate(_OVERFLOW) > 0 else []
    finally:
        page.set_viewport_size({"width": look.width, "height": WIDTHS[look.width]})
