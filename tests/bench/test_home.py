"""From the first page to playing footage of a named camera at a date and time, as a script does it (bar H1)."""

import time

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.bench.findings.measurement import Finding, Latencies, latency
from tests.bench.findings.results import Results
from tests.bench.review_page import ReviewPage
from tests.bench.sites.review_site import ReviewSite
from vms.domain.time import SECOND_US

pytestmark = pytest.mark.bench

_RUNS = 30
_MOST_TAPS = 4
_GOAL_MS = 20_000


def test_first_page_to_playing(review: ReviewSite, results: Results, browser_context: BrowserContext) -> None:
    review.sign_in(browser_context)
    page = ReviewPage(browser_context.new_page(), review)
    taken: list[float] = []
    taps = 0
    for number in range(_RUNS):
        at_us = page.instant() // SECOND_US * SECOND_US
        camera = review.cameras[number % len(review.cameras)]
        page.page.goto(review.url)
        began = time.monotonic()
        touched = _find(
            page.page, camera.name, str(page.page.evaluate("(us) => reviewProbe.typed(us)", at_us))
        )
        taps = max(taps, touched)
        page.wait(
            "([id, us]) => { const s = reviewProbe.seen(); const tile = document.querySelector('[data-player]');"
            " return s && tile.dataset.camera === String(id) && tile.dataset.state === 'playing'"
            " && s.truth_us > us && s.truth_us < us + 20_000_000 ? s : null; }",
            [camera.id, at_us],
        )
        taken.append(time.monotonic() - began)
    results.publish(
        "home",
        "From the first page to footage",
        "A script touches the place, its name, the time (which it types with its date) and Play, without a person's pauses; "
        "then footage of that camera plays, read from the pixels.",
        [
            latency(
                "H1: place, time, Play, to playing footage", Latencies(tuple(taken)), p95_goal_ms=_GOAL_MS
            ),
            Finding("H1: taps", f"{taps}", "", None, f"≤ {_MOST_TAPS}", taps <= _MOST_TAPS),
        ],
    )


def _find(page: Page, name: str, typed: str) -> int:
    """Ask for a camera at a time and return how many taps that took."""
    taps = (
        page.get_by_role("combobox"),
        page.get_by_role("option", name=name),
        page.locator('input[name="time"]'),
    )
    for target in taps:
        target.click()
    page.keyboard.type(typed)
    page.locator(".finder button.primary").click()
    page.wait_for_selector("[data-player]")
    return len(taps) + 1
