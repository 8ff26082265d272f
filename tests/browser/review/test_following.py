"""Following the recording: through silence of a camera, from before its first footage, and after the device slept."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.driving.playback_page import PlaybackPage
from tests.browser.sites.city import City
from tests.support.installation import CANARY
from vms.domain.camera import Camera, CameraDraft
from vms.domain.camera_address import Credentials, Secret, parse_stream_url
from vms.domain.time import SECOND_US

pytestmark = pytest.mark.browser

_SILENT_MS = 45_000
"""Footage may be late by 20 s before the page calls it missing."""
_SLEPT = """async () => {
  const page = document.querySelector('script[src*="js/review/"]').src;
  const { learnNow, nowUs } = await import(new URL("../page/site_time.js", page));
  // A device that slept for forty minutes still believes in the time of before.
  learnNow(nowUs() - 40 * 60e6, 0);
  document.dispatchEvent(new Event("visibilitychange"));
}"""
_REMEMBER_MARKS = """() => {
  const tile = document.querySelector("[data-tile]");
  const live = tile.querySelector("[data-live-mark]");
  const age = tile.querySelector("[data-age-mark]");
  window.marksSeen = [];
  new MutationObserver(() => marksSeen.push({
    state: tile.dataset.state, stale: tile.hasAttribute("data-stale"), live: !live.hidden, age: age.textContent,
  })).observe(tile, { attributes: true });
}"""


def switch(city: City, camera: Camera, is_on: bool) -> int:
    """Let the recorder record a camera or not, and return when that was asked for."""
    with city.opened() as services:
        services.storage.cameras.set_enabled(camera.id, is_on)
        return services.clock.now_us()


@pytest.fixture
def newcomer(city: City) -> Iterator[Camera]:
    """A camera that has not recorded yet."""
    with city.opened() as services:
        cameras = services.storage.cameras
        camera = cameras.add(
            CameraDraft(
                name="siring-tendean-baru",
                main_url=parse_stream_url(city.unknown_url)[0],
                credentials=Credentials("kamera", Secret(CANARY)),
                purpose="test",
                retention_days=30,
                is_enabled=False,
            )
        )
        yield camera
        cameras.remove(camera.id)


@pytest.mark.long
def test_following_goes_on_when_a_camera_records_again(
    city: City, playback: PlaybackPage, newcomer: Camera
) -> None:
    page, tile = playback.page, playback.tile(newcomer)
    playback.open(newcomer.id)
    expect(tile).to_have_attribute("data-state", "gap")
    began_us = switch(city, newcomer, is_on=True)
    # From before its first footage on.
    playback.shown_after(began_us)
    expect(tile.locator("[data-live-mark]")).to_be_visible()
    page.evaluate(_REMEMBER_MARKS)
    switch(city, newcomer, is_on=False)
    expect(tile).to_have_attribute("data-state", "gap", timeout=_SILENT_MS)
    expect(tile.locator("[data-message]")).to_contain_text("sejak")
    # Before the footage was called missing its last picture was grey, said its age, and was not called live.
    marks = [mark for mark in page.evaluate("marksSeen") if mark["state"] != "gap" and mark["stale"]]
    assert marks
    assert all(re.fullmatch(r"\d+ dtk lalu", mark["age"]) and not mark["live"] for mark in marks)
    expect(playback.button("live")).to_have_attribute("aria-pressed", "true")
    again_us = switch(city, newcomer, is_on=True)
    page.wait_for_function(
        "(us) => shownNow().state === 'playing' && shownNow().label_us > us", arg=again_us, timeout=_SILENT_MS
    )
    expect(playback.button("live")).to_have_attribute("aria-pressed", "true")
    expect(tile).not_to_have_attribute("data-stale", "")


def test_a_camera_without_footage_joins_others_that_are_followed(
    city: City, playback: PlaybackPage, newcomer: Camera
) -> None:
    page = playback.page
    page.goto(f"{city.url}/playback?cam={city.park.id},{newcomer.id}&l=grid&mode=full")
    playback.act("live")
    expect(playback.tile(newcomer)).to_have_attribute("data-state", "gap")
    expect(playback.tile(city.park)).to_have_attribute("data-state", "playing")
    began_us = switch(city, newcomer, is_on=True)
    page.wait_for_function(
        "(us) => tilesShown().every((one) => one.state === 'playing' && one.label_us > us)",
        arg=began_us + SECOND_US,
        timeout=_SILENT_MS,
    )


def test_a_device_that_slept_follows_the_present_and_not_the_time_of_before(
    city: City, playback: PlaybackPage
) -> None:
    playback.open(city.park.id)
    awake = playback.shown_after(city.past.small.end_us)
    playback.page.evaluate(_SLEPT)
    # A frame that was not made yet.
    playback.shown_after(awake.now_us)
