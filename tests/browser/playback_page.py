"""The playback page as a person works with it; what it shows is read from the pixels."""

from dataclasses import dataclass
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page

from vms.domain.time import SECOND_US, format_rfc3339
from vms.simulator.frame_truth import FrameTruth

_SHOWS = """([at_us, within_us, states]) => {
  const shown = shownNow();
  return states.includes(shown.state) && shown.truth && Math.abs(shown.label_us - at_us) <= within_us ? shown : false;
}"""
_RESTING = ("paused", "playing")


@dataclass(frozen=True, slots=True)
class Shown:
    """What is on screen: the time that the page says, the frame that the picture is, and when it was looked at."""

    state: str
    label_us: int
    truth: FrameTruth
    now_us: int
    width: int


class PlaybackPage:
    """Drives the page."""

    def __init__(self, page: Page, url: str) -> None:
        """Drive `page`, on the installation at `url`."""
        self.page = page
        self._url = url
        self.player = page.locator("[data-player]")
        self.plot = page.locator("[data-plot]")

    def open(self, camera_id: int, at_us: int | None = None) -> None:
        """Open the page for a camera, at an instant or following the recording."""
        query = {"cam": str(camera_id)}
        if at_us is not None:
            query["t"] = format_rfc3339(at_us)
        self.page.goto(f"{self._url}/playback?{urlencode(query)}")

    def open_at(self, camera_id: int, at_us: int) -> Shown:
        """Open the page at an instant of which there is footage, and return its frame."""
        self.open(camera_id, at_us)
        return self.shown_near(at_us)

    def shown_near(
        self, at_us: int, *, within_us: int = 2 * SECOND_US, states: tuple[str, ...] = _RESTING
    ) -> Shown:
        """Wait until a frame whose label is near an instant is on screen."""
        handle = self.page.wait_for_function(_SHOWS, arg=[at_us, within_us, list(states)])
        return _shown(handle.json_value())

    def shown_after(self, at_us: int) -> Shown:
        """Wait until it plays a frame labelled later than an instant."""
        handle = self.page.wait_for_function(
            "(at_us) => { const s = shownNow(); return s.truth && s.state === 'playing' && s.label_us > at_us ? s : false; }",
            arg=at_us,
        )
        return _shown(handle.json_value())

    def shown_other_than(self, before: Shown) -> Shown:
        """Wait until picture and label are others than before, at rest."""
        handle = self.page.wait_for_function(
            """([frame, label_us]) => {
              const shown = shownNow();
              const isOther = shown.truth && shown.truth.frame !== frame && shown.label_us !== label_us;
              return shown.state === "paused" && isOther ? shown : false;
            }""",
            arg=[before.truth.frame, before.label_us],
        )
        return _shown(handle.json_value())

    def wait_for_state(self, state: str) -> None:
        """Wait until the player says so."""
        self.page.wait_for_function(
            "(state) => document.querySelector('[data-player]')?.dataset.state === state", arg=state
        )

    def act(self, action: str) -> None:
        """Press a button of the toolbar."""
        self.button(action).click()

    def button(self, action: str) -> Locator:
        """Return a button of the toolbar."""
        return self.page.locator(f'[data-act="{action}"]')

    def type_time(self, text: str) -> None:
        """Click the clock, type a time, and press Enter."""
        self.page.locator("[data-clock]").click()
        field = self.page.locator("[data-clock-input]")
        field.fill(text)
        field.press("Enter")

    def message(self) -> Locator:
        """Return what stands over the picture."""
        return self.page.locator("[data-message]")

    def mark_clip(self, start: str, end: str) -> None:
        """Type both ends of the clip."""
        for name, text in (("in", start), ("out", end)):
            field = self.page.locator(f"[data-clip-{name}]")
            field.fill(text)
            field.press("Tab")


def _shown(value: dict[str, object]) -> Shown:
    truth = value["truth"]
    assert isinstance(truth, dict)
    return Shown(
        state=str(value["state"]),
        label_us=_int(value["label_us"]),
        truth=FrameTruth(_int(truth["frame"]), _int(truth["time_us"]), _int(truth["camera"])),
        now_us=_int(value["now_us"]),
        width=_int(value["width"]),
    )


def _int(value: object) -> int:
    assert isinstance(value, int | float)
    return round(value)
