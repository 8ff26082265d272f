"""Every page a person can meet, by name, with what to wait for before looking at it."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.city import City
from vms.domain.time import MINUTE_US, format_rfc3339

# Functions, not expressions: those would need eval(), which the pages' content security policy forbids.
_PLAYER_RESTS = (
    "() => document.fonts.status === 'loaded'"
    " && ['paused', 'playing', 'gap', 'unsupported'].includes(document.querySelector('[data-player]')?.dataset.state)"
)
_LOADED = "() => document.fonts.status === 'loaded'"


@dataclass(frozen=True, slots=True)
class SitePage:
    """One page in one state.

    Attributes:
        path: from the root. ready: a JavaScript condition. signed_in: whether the administrator looks at it.
        status: of the answer. prepare: what to do once it is ready, to reach the state.
    """

    name: str
    path: str
    ready: str = _LOADED
    signed_in: bool = True
    status: int = 200
    prepare: Callable[[Page], None] | None = None

    def show(self, page: Page, url: str) -> None:
        """Go there and wait until nothing moves any more."""
        answer = page.goto(f"{url}{self.path}")
        assert answer is not None
        assert answer.status == self.status
        page.wait_for_function(self.ready)
        if self.prepare is not None:
            self.prepare(page)


def site_pages(city: City) -> list[SitePage]:
    """Return every page of the portal but /setup, which is gone once somebody has an account."""
    park, past = city.park.id, city.past

    def playback(camera_id: int, at_us: int, more: str = "") -> str:
        return f"/playback?cam={camera_id}&t={format_rfc3339(at_us)}{more}"

    at_us = past.young.start_us + 4 * MINUTE_US
    marks = f"&in={format_rfc3339(at_us - MINUTE_US)}&out={format_rfc3339(at_us + 2 * MINUTE_US)}"
    return [
        SitePage("sign-in", "/sign-in", signed_in=False),
        SitePage("sign-in-again", "/sign-in?next=/cameras", signed_in=False),
        SitePage("home", "/"),
        SitePage("playback", playback(park, at_us), _PLAYER_RESTS),
        SitePage("playback-clip", playback(park, at_us, marks), _PLAYER_RESTS),
        SitePage("playback-gap", playback(park, past.gap.start_us + MINUTE_US), _PLAYER_RESTS),
        SitePage("playback-h265", f"/playback?cam={city.river.id}", _PLAYER_RESTS),
        SitePage(
            "playback-bookmark",
            playback(park, at_us, f"{marks}&mode=full"),
            _PLAYER_RESTS,
            prepare=lambda page: page.keyboard.press("b"),
        ),
        SitePage(
            "playback-hold",
            playback(park, at_us, f"{marks}&mode=full"),
            _PLAYER_RESTS,
            prepare=lambda page: page.keyboard.press("x"),
        ),
        SitePage(
            "playback-calendar",
            playback(park, at_us),
            _PLAYER_RESTS,
            prepare=lambda page: page.locator("[data-day-open]").click(),
        ),
        SitePage("cameras", "/cameras"),
        SitePage("camera", f"/cameras/{park}"),
        SitePage("camera-new", "/cameras/new"),
        SitePage("camera-edit", f"/cameras/{park}/edit"),
        SitePage("camera-remove", f"/cameras/{city.clinic.id}/remove"),
        SitePage("exports", "/exports"),
        SitePage("exports-not-found", "/exports?q=tidak+ada"),
        SitePage("bookmarks", "/bookmarks"),
        SitePage("bookmarks-not-found", "/bookmarks?q=tidak+ada"),
        SitePage("holds", "/holds"),
        SitePage("holds-all", "/holds?state=all"),
        SitePage("users", "/users"),
        SitePage("user-new", "/users/new"),
        SitePage("user-edit", "/users/1"),
        SitePage("help", "/help"),
        SitePage("not-found", "/nowhere", status=404),
    ]
