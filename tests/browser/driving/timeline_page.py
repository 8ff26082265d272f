"""The timeline as a person works with it; what it draws is read from its pixels, what it knows from its interface."""

from dataclasses import dataclass
from urllib.parse import urlencode

from playwright.sync_api import CDPSession, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.sites.archive import Archive
from vms.domain.time import SECOND_US, TimeRange, format_rfc3339

_VIEW = """() => {
  const { fromUs, toUs } = document.querySelector("[data-timeline]").dataset;
  return [Number(fromUs), Number(toUs)];
}"""
_COLUMN = """([x, y, height]) => {
  const canvas = document.querySelector("[data-canvas]");
  const ratio = canvas.width / canvas.clientWidth;
  const { data } = canvas.getContext("2d").getImageData(Math.round(x * ratio), Math.round(y * ratio), 1, Math.round(height * ratio));
  return Array.from({ length: data.length / 4 }, (_, i) => `#${[0, 1, 2].map((k) => data[4 * i + k].toString(16).padStart(2, "0")).join("")}`);
}"""
_FIRST_TRY_MS, _SECOND_TRY_MS = 20_000, 45_000
RULER_PX = 40
FOCUS_PX = 56
ROW_PX = 28
RECORDED = "#3e8bd8"


@dataclass(frozen=True, slots=True)
class Box:
    """Where the plot lies on the page, pixels."""

    x: float
    y: float
    width: float
    height: float


class TimelinePage:
    """Drives the timeline of a playback page."""

    def __init__(self, page: Page, archive: Archive) -> None:
        """Drive `page`, on the archive's portal."""
        self.page = page
        self.archive = archive
        self.plot = page.locator("[data-plot]")
        self.clock = page.locator("[data-clock-time]")
        self._session: CDPSession | None = None

    def open(self, count: int, at_us: int, seconds: float, clip: TimeRange | None = None) -> None:
        """Open the page for the first cameras at an instant, its timeline showing so many seconds, and wait for facts."""
        ids = ",".join(str(camera.id) for camera in self.archive.cameras[:count])
        query = {"cam": ids, "t": format_rfc3339(at_us), "z": str(seconds), "mode": "full"}
        if clip is not None:
            query |= {"in": format_rfc3339(clip.start_us), "out": format_rfc3339(clip.end_us)}
        address = f"{self.archive.url}/playback?{urlencode(query)}"
        try:
            self._go(address, _FIRST_TRY_MS)
        except PlaywrightTimeout:
            # Twice in a thousand openings, on a machine with ten things to do for each core, no request followed the
            # page. Why is not known; what the tests here are about is the timeline of a page that did open.
            self._go(address, _SECOND_TRY_MS)
        self.wait_for_recorded()

    def _go(self, address: str, patience_ms: float) -> None:
        with self.page.expect_response(
            lambda answer: "/api/v1/timeline?" in answer.url and answer.ok, timeout=patience_ms
        ):
            self.page.goto(address)

    def wait_for_recorded(self) -> None:
        """Wait until the focused lane shows footage."""
        self.page.wait_for_function(
            """(colour) => {
              const canvas = document.querySelector("[data-canvas]");
              if (!canvas.width) return false;
              const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
              const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
              for (let i = 0; i < data.length; i += 4) if (data[i] === r && data[i + 1] === g && data[i + 2] === b) return true;
              return false;
            }""",
            arg=RECORDED,
        )

    @property
    def box(self) -> Box:
        """Where the plot lies."""
        found = self.plot.bounding_box()
        assert found is not None
        return Box(**found)

    @property
    def view(self) -> TimeRange:
        """What is seen."""
        start_us, end_us = self.page.evaluate(_VIEW)
        return TimeRange(round(start_us), round(end_us))

    def wait_for_view(self, condition: str) -> TimeRange:
        """Wait until a JavaScript expression of `from` and `to`, in microseconds, is true; return the view."""
        self.page.wait_for_function(f"() => {{ const [from, to] = ({_VIEW})(); return {condition}; }}")
        return self.view

    def x_of(self, us: int) -> float:
        """Return the pixel of an instant, from the plot's left edge."""
        view = self.view
        return (us - view.start_us) / view.duration_us * self.box.width

    def us_at(self, x: float) -> int:
        """Return the instant under a pixel of the plot."""
        view = self.view
        return round(view.start_us + x / self.box.width * view.duration_us)

    def column(self, x: float, y: float, height: float) -> list[str]:
        """Return the colours of a column of the canvas, from above."""
        colours = self.page.evaluate(_COLUMN, [x, y, height])
        assert isinstance(colours, list)
        return [str(colour) for colour in colours]

    def is_gap(self, x: float, lane_y: float, height: float) -> bool:
        """Tell whether no pixel of a lane's column is footage."""
        return RECORDED not in self.column(x, lane_y + 2, height - 4)

    def point(self, x: float, y: float) -> None:
        """Move the pointer to a place of the plot."""
        self.page.mouse.move(self.box.x + x, self.box.y + y)

    def drag(self, x: float, y: float, to_x: float, to_y: float) -> None:
        """Drag with the mouse from one place of the page to another, by way of the middle."""
        mouse = self.page.mouse
        mouse.move(x, y)
        mouse.down()
        mouse.move((x + to_x) / 2, (y + to_y) / 2)
        mouse.move(to_x, to_y)
        mouse.up()

    def touch(self, kind: str, *points: tuple[float, float]) -> None:
        """Put fingers down at places of the plot, move them, or take them away."""
        box = self.box
        # One session for all of a touch: it remembers which fingers are down.
        self._session = self._session or self.page.context.new_cdp_session(self.page)
        places = [{"x": box.x + x, "y": box.y + y, "id": finger} for finger, (x, y) in enumerate(points)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    def clock_us_of(self, text: str, near_us: int) -> int:
        """Return the instant nearest to another one at which the city's clocks show a time such as 14:05:09."""
        hour, minute, second = (int(part) for part in text.split(":"))
        of_day = ((hour - 8) * 3600 + minute * 60 + second) * SECOND_US
        day_us = 86_400 * SECOND_US
        start_us = near_us - near_us % day_us
        return min(
            (start_us + of_day + offset * day_us for offset in (-1, 0, 1, 2)),
            key=lambda us: abs(us - near_us),
        )
