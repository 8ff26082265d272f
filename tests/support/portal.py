"""The portal in a browser: signing in, moving the player, and reading from the pixels which frame is shown."""

import base64
from dataclasses import dataclass

import numpy as np
from playwright.sync_api import BrowserContext, Page

from tests.support.deadline import wait_until
from vms.domain.time import format_rfc3339
from vms.simulator.frame_truth import FrameTruth, read_truth

PASSWORD = "a long enough password"

_GRAB = """
() => {
  const video = document.querySelector("[data-player] video");
  if (!video || !video.videoWidth) return null;
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const grey = new Uint8Array(data.length / 4);
  for (let i = 0; i < grey.length; i += 1) grey[i] = data[4 * i + 1];
  let text = "";
  for (let i = 0; i < grey.length; i += 8192) text += String.fromCharCode(...grey.subarray(i, i + 8192));
  return [canvas.width, canvas.height, btoa(text)];
}
"""


@dataclass(frozen=True, slots=True)
class Portal:
    """A browser signed in to a running portal."""

    page: Page
    base: str
    trouble: list[str]
    """Errors of the console and of the pages' code, as they came."""

    def open_playback(self, camera_id: int, at_us: int | None = None) -> None:
        """Open a camera's playback, at a moment or at the newest footage."""
        at = f"&t={format_rfc3339(at_us)}" if at_us is not None else ""
        self.page.goto(f"{self.base}/playback?cam={camera_id}{at}")

    def state(self) -> str:
        """Return what the player says it is doing."""
        return self.page.locator("[data-player]").get_attribute("data-state") or ""

    def wall_us(self) -> int:
        """Return the wall time that the page gives for the frame it shows."""
        return int(self.page.locator("[data-player]").get_attribute("data-wall-us") or 0)

    def shown(self) -> FrameTruth | None:
        """Return what the pixels of the frame on screen say, None where there is none."""
        grabbed = self.page.evaluate(_GRAB)
        if grabbed is None:
            return None
        width, height, text = grabbed
        luma = np.frombuffer(base64.b64decode(text), np.uint8).reshape(height, width)
        return read_truth(luma)

    def pause(self) -> None:
        """Pause, and wait until the picture rests."""
        if self.state() == "playing":
            self.page.locator('[data-act="play"]').click()
        wait_until(lambda: self.state() == "paused", seconds=15, what="a picture at rest")

    def type_time(self, text: str) -> None:
        """Type a time into the clock and go there."""
        self.page.locator("[data-clock]").click()
        self.page.locator("[data-clock-input]").fill(text)
        self.page.locator("[data-clock-input]").press("Enter")

    def wait_for_frame(self, first_us: int, end_us: int) -> FrameTruth:
        """Wait for a frame made in [first, end) on screen and return it."""

        def is_shown() -> FrameTruth | None:
            truth = self.shown()
            return truth if truth is not None and first_us <= truth.time_us < end_us else None

        found = wait_until(is_shown, seconds=20, what=f"a frame of {format_rfc3339(first_us)} on screen")
        assert found is not None
        return found


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    """Fill in the sign-in form that is open, and send it."""
    page.locator('input[name="name"]').fill(name)
    page.locator('input[type="password"]').fill(password)
    page.locator("form button.primary").click()


def signed_in_portal(context: BrowserContext, base: str, name: str) -> Portal:
    """Return a portal with that person signed in, and its troubles listened to."""
    page = context.new_page()
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on(
        "console",
        lambda message: (
            trouble.append(message.text)
            # A status that the page itself handles is logged by the browser all the same.
            if message.type == "error" and "Failed to load resource" not in message.text
            else None
        ),
    )
    page.goto(f"{base}/sign-in")
    sign_in(page, name)
    page.wait_for_url(f"{base}/")
    return Portal(page, base, trouble)
