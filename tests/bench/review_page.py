"""The review page as a benchmark drives it: pointer, keys and typed times; what it shows is read from the pixels."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Page

from tests.bench.findings.measurement import Latencies
from tests.bench.sites.review_site import ReviewSite
from tests.support.deadline import wait_until
from vms.domain.time import SECOND_US

_SHOWN_SECONDS = 120
"""How much time the timeline shows while it is clicked at."""
_ON_LANE_PX = 60
_EDGE = 1 / 6
"""Share of the timeline on each side that is not pointed at: near an edge it would move by itself."""
_ANOTHER_US = SECOND_US
"""A frame that stands on the screen already would be taken for the outcome of a jump to less than this away."""
_APART_SECONDS = 12
"""Two pictures of a pack are ten seconds apart: this far from one place, another picture is shown."""


@dataclass(slots=True)
class ReviewPage:
    """A page at rest, its timeline showing some minutes around the playhead."""

    page: Page
    site: ReviewSite
    source: random.Random = field(default_factory=lambda: random.Random(7))

    def act(self, name: str) -> None:
        """Press a button."""
        self.page.locator(f'[data-command="{name}"]:visible').first.click()

    def zoom_to_minutes(self) -> None:
        """Narrow the timeline, so that what it shows around the playhead is footage."""
        plot = self.page.locator("[data-plot]")
        plot.focus()
        for _ in range(20):
            if self._shown_seconds() <= _SHOWN_SECONDS:
                return
            self.act("zoom-in")
        raise AssertionError(f"the timeline still shows {self._shown_seconds()} s")

    def _shown_seconds(self) -> float:
        return float(self.page.evaluate("reviewProbe.shown_s()"))

    def place(self, away_from_x: float | None = None) -> tuple[float, float]:
        """Return a random point of the focused lane that shows footage, one that has another picture if asked for."""
        box = self.page.locator("[data-plot]").bounding_box()
        assert box is not None
        footage = (self.site.time.start_us + 5 * SECOND_US, self.site.time.end_us - 5 * SECOND_US)
        left, right = (float(self.page.evaluate("(us) => reviewProbe.x(us)", us)) for us in footage)
        edge = box["width"] * _EDGE
        left, right = max(edge, left), min(box["width"] - edge, right)
        apart = min(box["width"] * _APART_SECONDS / self._shown_seconds(), (right - left) / 3)
        while True:
            at = box["x"] + self.source.uniform(left, right)
            if away_from_x is None or abs(at - away_from_x) > apart:
                return at, box["y"] + _ON_LANE_PX

    def instant(self, *, away_from_us: float = 0) -> int:
        """Return a random instant of the footage, to the tenth of a second; another one than what is shown, if asked for."""
        time = self.site.time
        while True:
            at_us = self.source.randrange(time.start_us + 5 * SECOND_US, time.end_us - 5 * SECOND_US)
            if abs(at_us - away_from_us) > _ANOTHER_US:
                return at_us // 100_000 * 100_000

    def type_time(self, at_us: int) -> None:
        """Go to an instant by typing it."""
        self.page.locator("[data-clock]").click()
        entry = self.page.locator("[data-clock-input]")
        entry.fill(self.page.evaluate("(us) => reviewProbe.typed(us)", at_us))
        entry.press("Enter")

    def wait(self, script: str, arg: object = None, *, seconds: float = 30) -> object:
        """Return what a function of the probe gives once it gives something."""
        found: list[object] = []

        def is_there() -> bool:
            value = self.page.evaluate(script, arg)
            if value is None or value is False:
                return False
            found.append(value)
            return True

        wait_until(is_there, seconds=seconds, what=f"{script} {arg}")
        return found[0]

    def milliseconds(self, script: str, arg: object = None) -> float:
        """Return what a function of the probe gives once it gives a number."""
        value = self.wait(script, arg)
        assert isinstance(value, int | float)
        return float(value)

    def clicks(self, count: int) -> Latencies:
        """Click at random places; return the times from release to the last tile's frame of the new instant."""

        def click() -> float:
            self.page.mouse.click(*self.place())
            return self.milliseconds("reviewProbe.settledAll()")

        return _latencies(count, click)

    def scrubs(self, count: int) -> Latencies:
        """Hold the pointer down and move it from place to place; return the times from a move to the last picture."""
        at = self.place()
        self.page.mouse.move(*at)
        self.page.mouse.down()

        def move() -> float:
            nonlocal at
            at = self.place(away_from_x=at[0])
            self.page.mouse.move(*at)
            return self.milliseconds("reviewProbe.pictured()")

        move()

        found = _latencies(count, move)
        self.page.mouse.up()
        self.wait("reviewProbe.settledAll()")
        return found

    def bare_jumps(self, count: int) -> Latencies:
        """Return the times of jumps within what the browser has buffered: decoding and painting alone."""
        return _latencies(
            count, lambda: self.milliseconds("(share) => reviewProbe.bareJump(share)", self.source.random())
        )

    def bare_pictures(self, count: int) -> Latencies:
        """Return the times of fetching and decoding a packed picture, and nothing else."""
        camera = self.site.cameras[0].id

        def fetch() -> float:
            address = f"/api/v1/cameras/{camera}/picture?width=320&at={self.instant()}"
            return self.milliseconds("(address) => reviewProbe.barePicture(address)", address)

        return _latencies(count, fetch)


def _latencies(count: int, once_ms: Callable[[], float]) -> Latencies:
    return Latencies(tuple(once_ms() / 1000 for _ in range(count)))
