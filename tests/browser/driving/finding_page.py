"""Quick search, other days and the calendar of the playback page, as a person uses them; pictures are read from their pixels."""

from dataclasses import dataclass
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, expect

from vms.domain.time import TimeRange, format_rfc3339

_PLAYER_RESTS = "() => ['paused', 'playing', 'gap', 'error'].includes(document.querySelector('[data-player]')?.dataset.state)"
_SHOTS = """() => [...document.querySelectorAll("[data-search-list] [data-shot]")].map((card) => {
  const image = card.querySelector("img");
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0, canvas.width = 1, canvas.height = 1);
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  pen.drawImage(image, 0, 0);
  const [red, green] = pen.getImageData(canvas.width / 2, canvas.height * 0.6, 1, 1).data;
  return {
    at_us: Number(card.dataset.atUs),
    clock: card.querySelector("[data-shot-clock]").textContent,
    date: card.querySelector("[data-shot-date]").textContent,
    boat: red > 1.8 * green,
  };
})"""

_REMEMBER_CLOCK = """() => {
  const clock = document.querySelector("[data-clock-time]");
  window.clocksSeen = [];
  const options = { childList: true, characterData: true, subtree: true };
  new MutationObserver(() => { clocksSeen.push(clock.textContent); }).observe(clock, options);
}"""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of quick search: its instant, what is printed under it, and whether the boat is in it."""

    at_us: int
    clock: str
    date: str
    boat: bool


class FindingPage:
    """Drives the page."""

    def __init__(self, page: Page, url: str) -> None:
        """Drive `page`, on the installation at `url`."""
        self.page = page
        self._url = url
        self.search = page.locator("[data-quick-search]")
        self.picks = page.locator("[data-search-list] [data-shot-pick]")
        self.trail = page.locator("[data-search-trail] li")
        self.days = page.locator("[data-other-days]")
        self.day_picks = page.locator("[data-days-list] [data-day-pick]")
        self.calendar = page.locator("[data-calendar]")
        self.clock_field = page.locator("[data-clock-input]")
        self.meant = page.locator("[data-clock-meant]")
        self.problem = page.locator("[data-clock-problem]")

    def open(self, *camera_ids: int, at_us: int, marks: TimeRange | None = None, mode: str = "full") -> None:
        """Open the page and wait until the player rests."""
        query = {"cam": ",".join(map(str, camera_ids)), "t": format_rfc3339(at_us), "mode": mode}
        if marks is not None:
            query |= {"in": format_rfc3339(marks.start_us), "out": format_rfc3339(marks.end_us)}
        self.page.goto(f"{self._url}/playback?{urlencode(query)}")
        self.page.wait_for_function(_PLAYER_RESTS)

    def shots(self, count: int = 12) -> list[Shot]:
        """Wait until the round's pictures are there, and return them."""
        loaded = self.page.locator('[data-search-list] [data-shot]:has([data-still="shown"])')
        expect(loaded).to_have_count(count)
        expect(self.picks).to_have_count(count)
        # A picture is painted a moment after its bytes came.
        self.page.wait_for_function(
            "() => [...document.querySelectorAll('[data-search-list] img')].every((image) => image.complete)"
        )
        return [Shot(**found) for found in self.page.evaluate(_SHOTS)]

    def remember_clock(self) -> None:
        """Keep every time of day that the large clock shows from now on: playing footage shows none for long."""
        self.page.evaluate(_REMEMBER_CLOCK)

    def wait_until_clock_showed(self, clock: str) -> None:
        """Wait until it has shown a time of day since it is remembered."""
        self.page.wait_for_function("(clock) => clocksSeen.includes(clock)", arg=clock)

    def day(self, day: str) -> Locator:
        """Return a day of the calendar, such as 2025-11-25."""
        return self.calendar.locator(f'[data-date="{day}"]')

    def focused(self, name: str) -> str:
        """Return what the focused element's dataset says under a name."""
        return str(
            self.page.evaluate(
                "(name) => document.activeElement.closest(`[data-${name}]`)?.dataset[name]", name
            )
        )

    def type(self, text: str) -> None:
        """Type a time into the clock, without going there."""
        if not self.clock_field.is_visible():
            self.page.locator("[data-clock]").click()
        self.clock_field.fill(text)
