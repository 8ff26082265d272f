"""One page of the portal in one state, and how a browser reaches it."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

# Functions, not expressions: those would need eval(), which the pages' content security policy forbids.
PLAYER_RESTS = (
    "() => document.fonts.status === 'loaded'"
    " && ['paused', 'playing', 'gap', 'unsupported'].includes(document.querySelector('[data-player]')?.dataset.state)"
)
LOADED = "() => document.fonts.status === 'loaded'"


@dataclass(frozen=True, slots=True)
class SitePage:
    """One page in one state.

    Attributes:
        path: from the root. ready: a JavaScript condition. signed_in: whether the administrator looks at it.
        status: of the answer. prepare: what to do once it is ready, to reach the state.
    """

    name: str
    path: str
    ready: str = LOADED
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
