"""P4: the timeline panned and zoomed over months of many cameras, a picture in every refresh of the screen."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.bench.findings.measurement import Finding, Latencies, latency
from tests.bench.findings.results import Results
from tests.support.installation import installation
from vms.domain.time import HOUR_US, MINUTE_US
from vms.domain.user import Role
from web.access.auth import Authority, session_cookie_name
from web.http.static_files import static_url

pytestmark = pytest.mark.bench

_PROBE = Path(__file__).with_name("timeline_probe.js")
_FRAMES = 300
_PASSWORD = "kayuh baimbai 1526"
_REFRESH_MS = 1000 / 60


@pytest.fixture
def page(browser_context: BrowserContext, scratch: Path) -> Iterator[Page]:
    """A page of the portal, to which the timeline's scripts and styles belong."""
    with installation(scratch / "site", cameras=1) as site:
        with site.opened() as services:
            authority = Authority(services.storage, services.clock)
            digest = authority.hash_password(_PASSWORD)
            services.storage.users.add(
                name="peninjau", full_name="Peninjau", role=Role.ADMIN, password_hash=digest
            )
            token = authority.sign_in("peninjau", _PASSWORD, address="127.0.0.1").token
        with site.running("web") as web:
            web.wait_for_output("Uvicorn running", seconds=120)
            url = f"http://127.0.0.1:{site.settings.port}"
            browser_context.add_cookies(
                [{"name": session_cookie_name(site.settings), "value": token, "url": url}]
            )
            opened = browser_context.new_page()
            opened.goto(f"{url}/exports")
            opened.add_style_tag(url=static_url("css/timeline.css"))
            opened.evaluate(_PROBE.read_text(encoding="utf-8"))
            yield opened


def test_timeline_drawing(page: Page, results: Results) -> None:
    findings: list[Finding] = []
    for lanes, days, every_us, row_px in ((16, 30, 10 * MINUTE_US, 28), (64, 90, HOUR_US, 12)):
        gaps = page.evaluate(
            "(given) => timelineProbe.make(...given)",
            [static_url("js/timeline").rstrip("/"), lanes, days, every_us, row_px],
        )
        bare, drawn = (
            page.evaluate(f"(count) => timelineProbe.{name}(count)", _FRAMES) for name in ("bare", "drawn")
        )
        of_what = f"{lanes} cameras, {days} days, {gaps} gaps"
        findings += [
            latency(f"P4: script of a picture, {of_what}", _taken(drawn["took"]), p95_goal_ms=4),
            latency(
                f"P4: from one picture to the next, {of_what}",
                *(_taken(drawn["apart"]), _taken(bare["apart"])),
                p50_goal_ms=round(_REFRESH_MS + 0.3, 1),
            ),
        ]
    results.publish(
        "timeline-drawing",
        "Drawing of the timeline",
        "Chromium without a screen, its canvas drawn by the processor, 1240 pixels wide, every lane seen; from all of the "
        "time to an hour and back. Beside it a loop that only clears the same canvas. Footage is given gap by gap, which "
        "the interface does for narrow views alone.",
        findings,
    )


def _taken(milliseconds: list[float]) -> Latencies:
    return Latencies(tuple(each / 1000 for each in milliseconds))
