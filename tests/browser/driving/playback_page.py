"""The playback page as a person works with it; what it shows is read from the pixels."""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from playwright.sync_api import Locator, Page

from vms.domain.camera import Camera
from vms.domain.time import SECOND_US, format_rfc3339
from vms.simulator.picture.frame_truth import FrameTruth

_SHOWS = """([at_us, within_us, states]) => {
  const shown = shownNow();
  return states.includes(shown.state) && shown.truth && Math.abs(shown.label_us - at_us) <= within_us ? shown : false;
}"""
_CLOCK = """() => ["time", "tenth"].map((part) => document.querySelector(`[data-clock-${part}]`).textContent).join(" ")"""
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

    def open_several(self, cameras: list[Camera], at_us: int, layout: str = "grid") -> None:
        """Open the page for some cameras at an instant, in full mode, ten minutes around it on the timeline."""
        ids = ",".join(str(camera.id) for camera in cameras)
        query = {"cam": ids, "t": format_rfc3339(at_us), "l": layout, "mode": "full", "z": "600"}
        self.page.goto(f"{self._url}/playback?{urlencode(query)}")

    def tile(self, camera: Camera) -> Locator:
        """Return the tile of a camera."""
        return self.page.locator(f'[data-tile][data-camera="{camera.id}"]')

    def shown_in(self, camera: Camera) -> Shown:
        """Wait until a camera's tile shows a frame, and return it."""
        handle = self.page.wait_for_function(
            "(id) => tilesShown().find((shown) => shown.camera_id === id && shown.truth) ?? false",
            arg=camera.id,
        )
        return _shown(handle.json_value())

    def tiles_near(self, at_us: int, *, within_us: int = SECOND_US) -> list[Shown]:
        """Wait until every tile rests on a frame whose label is near an instant."""
        handle = self.page.wait_for_function(
            """([at_us, within_us]) => {
              const shown = tilesShown();
              const rests = (one) => one.truth && one.state === "paused" && Math.abs(one.label_us - at_us) <= within_us
                && Math.abs(one.label_us - one.truth.time_us) < 5000;
              return shown.length > 0 && shown.every(rests) ? shown : false;
            }""",
            arg=[at_us, within_us],
        )
        return [_shown(value) for value in handle.json_value()]

    def all_after(self, at_us: int) -> None:
        """Wait until every tile plays a frame made after an instant."""
        self.page.wait_for_function(
            "(us) => tilesShown().every((one) => one.state === 'playing' && one.truth && one.truth.time_us > us)",
            arg=at_us,
        )

    def wait_until_in_step(self, within_us: int) -> None:
        """Wait until the frames on screen were made at most so far apart for half a second, while others follow."""
        self.page.evaluate("() => { window.inStep = []; }")
        self.page.wait_for_function(
            """([within_us, looks]) => {
              const instants = tilesShown().map((one) => one.truth?.time_us ?? NaN);
              const [first, last] = [Math.min(...instants), Math.max(...instants)];
              if (last - first <= within_us) window.inStep.push(last);
              else window.inStep = [];
              return window.inStep.length >= looks && window.inStep[0] < last;
            }""",
            arg=[within_us, 30],
        )

    def clock_us(self) -> int:
        """Return the time of day that the large clock shows, to a tenth of a second."""
        hours, minutes, seconds, tenths = map(int, re.findall(r"\d+", self.page.evaluate(_CLOCK)))
        return (((hours * 60 + minutes) * 60 + seconds) * 10 + tenths) * SECOND_US // 10

    def jump_about(self, count: int) -> None:
        """Press the keys of many jumps, near and far, faster than any of them can be shown."""
        self.page.evaluate(
            """async (count) => {
              const keys = ["PageDown", "ArrowLeft", "PageUp", "PageUp", "ArrowRight", "PageDown", "ArrowRight"];
              for (let n = 0; n < count; n += 1) {
                const key = keys[(n * 5) % keys.length];
                document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, shiftKey: n % 2 === 1 && key.startsWith("Arrow") }));
                if (n % 5 === 0) await new Promise((resolve) => requestAnimationFrame(resolve));
              }
            }""",
            count,
        )

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
        return self.page.locator(f'[data-command="{action}"]')

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
