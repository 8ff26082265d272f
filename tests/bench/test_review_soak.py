"""The review page used for an hour as investigators use it: what it keeps of memory and listeners, and its complaints."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, CDPSession

from tests.bench.findings.measurement import Finding, number
from tests.bench.findings.results import Results
from tests.bench.findings.scale import Scale
from tests.bench.review_page import ReviewPage
from tests.bench.sites.review_site import ReviewSite
from tests.browser.driving.complaints import Complaints

pytestmark = pytest.mark.bench

_TILES = 4
_WARM_ROUNDS = 12
"""Rounds of use before the first weighing: buffers and caches have filled by then."""
_HEAP_GOAL_MB = 100


@dataclass(frozen=True, slots=True)
class Weight:
    """What the page holds after rubbish was collected."""

    heap_mb: float
    listeners: int
    nodes: int


def test_an_hour_of_mixed_use(
    review: ReviewSite, scale: Scale, results: Results, browser_context: BrowserContext
) -> None:
    review.sign_in(browser_context)
    page = ReviewPage(review.open(browser_context, _TILES, review.middle_us), review)
    complaints = Complaints(page.page)
    page.zoom_to_minutes()
    session = browser_context.new_cdp_session(page.page)
    session.send("Performance.enable")
    source = random.Random(17)
    for _ in range(_WARM_ROUNDS):
        _use(page, source)
    before = _weigh(page, session)
    began, rounds = time.monotonic(), 0
    while time.monotonic() - began < scale.soak_minutes * 60:
        _use(page, source)
        rounds += 1
    after = _weigh(page, session)
    grown = after.heap_mb - before.heap_mb
    results.publish(
        "review-soak",
        f"{scale.soak_minutes:g} minutes of mixed use",
        f"Four cameras; {rounds} rounds of clicking, scrubbing, playing at several speeds, stepping, zooming, changing "
        "layout, focus and day, and typing times. Weighed after collecting rubbish, before and after.",
        [
            Finding(
                "P13: growth of the heap",
                f"{number(grown)} MB",
                f"{number(before.heap_mb)} MB before",
                after.heap_mb / before.heap_mb,
                f"< {_HEAP_GOAL_MB} MB",
                grown < _HEAP_GOAL_MB,
            ),
            Finding(
                "P13: listeners",
                f"{after.listeners}",
                f"{before.listeners} before",
                after.listeners / before.listeners,
                "stable",
                after.listeners <= before.listeners * 1.1 + 20,
            ),
            Finding(
                "P13: nodes", f"{after.nodes}", f"{before.nodes} before", after.nodes / before.nodes, "", None
            ),
            Finding(
                "P13: complaints of the browser",
                f"{len(complaints.serious())}",
                "",
                None,
                "none",
                not complaints.serious(),
                "; ".join(sorted(set(complaints.serious()))[:3]),
            ),
        ],
    )


def _weigh(page: ReviewPage, session: CDPSession) -> Weight:
    """Stop, come to rest, collect rubbish, and read the browser's own counts."""
    page.type_time(page.site.middle_us // 100_000 * 100_000)
    page.wait("reviewProbe.settledAll()")
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    found = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
    return Weight(found["JSHeapUsedSize"] / 1e6, int(found["JSEventListeners"]), int(found["Nodes"]))


def _use(page: ReviewPage, source: random.Random) -> None:
    """Do one thing that a person does, play on for a moment, and come to rest."""
    deeds: list[Callable[[], object]] = [
        lambda: page.page.mouse.click(*page.place()),
        lambda: _scrub(page, source),
        lambda: page.type_time(page.instant()),
        lambda: page.act(source.choice(["frame-before", "frame-after", "back", "forward"])),
        lambda: page.page.locator("[data-speed]").select_option(source.choice(["1", "2", "8", "-2", "0.5"])),
        lambda: page.act(source.choice(["layout-one", "layout-grid", "layout-focus"])),
        lambda: page.page.keyboard.press(source.choice(["1", "2", "3", "4"])),
        lambda: _press(page, "zoom-out", "zoom-in"),
        lambda: _mark_and_clear(page),
    ]
    source.choice(deeds)()
    page.act("play")
    page.page.wait_for_timeout(source.uniform(500, 2500))
    page.act("play")
    page.page.locator("[data-speed]").select_option("1")
    page.type_time(page.instant())
    page.wait("reviewProbe.settledAll()")


def _scrub(page: ReviewPage, source: random.Random) -> None:
    mouse = page.page.mouse
    mouse.move(*page.place())
    mouse.down()
    for _ in range(5):
        mouse.move(*page.place())
        page.page.wait_for_timeout(source.uniform(20, 400))
    mouse.up()


def _mark_and_clear(page: ReviewPage) -> None:
    _press(page, "in", "forward", "out")
    page.page.locator("[data-clip-clear]").click()


def _press(page: ReviewPage, *names: str) -> None:
    for name in names:
        page.act(name)
