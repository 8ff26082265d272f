"""The review page with sixteen cameras: how fast all are there, and how far apart they are while they play."""

import time

import pytest
from playwright.sync_api import BrowserContext

from tests.bench.findings.measurement import Finding, latency, number
from tests.bench.findings.results import Results
from tests.bench.findings.scale import Scale
from tests.bench.review_page import ReviewPage
from tests.bench.sites.review_site import CAMERAS, FRAME_US, ReviewSite
from vms.domain.time import SECOND_US

pytestmark = pytest.mark.bench

_LOOKS = 30


def test_sixteen_cameras(
    review: ReviewSite, scale: Scale, results: Results, browser_context: BrowserContext
) -> None:
    review.sign_in(browser_context)
    page = ReviewPage(review.open(browser_context, CAMERAS, review.middle_us, "&l=grid"), review)
    page.zoom_to_minutes()
    pictures, clicks = page.scrubs(_LOOKS), page.clicks(_LOOKS)
    spreads, missing = _spreads(page, scale.together_seconds)
    p95_us = sorted(spreads)[max(0, round(len(spreads) * 0.95) - 1)]
    results.publish(
        "review-sixteen",
        "Sixteen cameras in step on the review page",
        "Chromium without a screen beside the portal, on the same machine; sixteen streams of 640x360 at 15 frames a "
        "second, decoded by the processor. Instants are read from the pixels of all tiles at once.",
        [
            latency(
                "P5: pointer moved while scrubbing, to the last of sixteen pictures",
                pictures,
                p95_goal_ms=150,
            ),
            latency("P6: click on the timeline to the last of sixteen frames", clicks, p50_goal_ms=300),
            Finding(
                f"P6: spread of the sixteen, played for {scale.together_seconds:g} s, p95",
                f"{number(p95_us / 1000)} ms (n={len(spreads)})",
                f"{number(FRAME_US / 1000)} ms a frame",
                p95_us / FRAME_US,
                "≤ 67 ms",
                p95_us <= FRAME_US + 1,
            ),
            Finding("looks at which a tile showed no frame", f"{missing}", f"{len(spreads) + missing} looks"),
        ],
    )


def _spreads(page: ReviewPage, seconds: float) -> tuple[list[int], int]:
    """Play from the start at 1x; return how far apart the tiles' instants are, looked at again and again."""
    page.type_time((page.site.time.start_us // SECOND_US + 5) * SECOND_US)
    page.wait("reviewProbe.settledAll()")
    page.act("play")
    page.wait(
        "(us) => (reviewProbe.instants() ?? [0]).every((at) => at > us)",
        page.site.time.start_us + 8 * SECOND_US,
    )
    spreads: list[int] = []
    missing = 0
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        page.page.wait_for_timeout(300)
        instants = page.page.evaluate("reviewProbe.instants()")
        if instants is None:
            missing += 1
        else:
            spreads.append(max(instants) - min(instants))
    return spreads, missing
