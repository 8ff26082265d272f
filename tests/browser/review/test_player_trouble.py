"""What the player does where footage does not come: it waits, skips nothing unseen, says why, and takes up again."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.driving.playback_page import PlaybackPage
from tests.browser.sites.city import PASSWORD, PAST_FPS, City, typed
from tests.support.installation import main_stream
from tests.support.past_footage import PastRun, write_past_runs
from vms.domain.camera import Camera, CameraDraft
from vms.domain.camera_address import parse_stream_url
from vms.domain.time import HOUR_US, MINUTE_US, SECOND_US, TimeRange
from vms.domain.user import Role
from vms.simulator.camera_spec import CameraSpec, Codec
from web.access.auth import Authority

pytestmark = pytest.mark.browser

_TRIES = 4
_FAR_US = 10 * SECOND_US
_PATIENT = "AbortSignal.timeout = () => new AbortController().signal;"
"""No request of the page ends by itself."""
_SWALLOWED = """(() => {
  const { appendBuffer } = SourceBuffer.prototype;
  let first = null;
  SourceBuffer.prototype.appendBuffer = function (data) {
    first ??= this;
    if (this !== first) appendBuffer.call(this, data);
  };
})();"""
"""The browser takes in nothing of what is loaded first, and never says so."""


class Line:
    """A line that keeps requests back, or answers them as a server in trouble does."""

    def __init__(self, playback: PlaybackPage) -> None:
        """Stand between `playback` and the server."""
        self._page = playback.page
        self._held: list[Route] = []
        self._patterns: list[str] = []
        self.refused = 0

    def hold(self, pattern: str) -> None:
        """Keep requests without an answer."""
        self._patterns.append(pattern)
        self._page.route(pattern, lambda route: self._held.append(route))  # noqa: PLW0108  # Playwright marks its handlers

    def refuse(self, pattern: str, *, times: int | None = None) -> None:
        """Answer that the server cannot."""

        def answer(route: Route) -> None:
            self.refused += 1
            route.fulfill(status=503, json={"error": {"code": "unavailable", "message": ""}})

        self._patterns.append(pattern)
        self._page.route(pattern, answer, times=times)

    def release(self) -> None:
        """Let everything through, also what was kept back."""
        while self._held:
            self._held.pop().continue_()
        for pattern in self._patterns:
            self._page.unroute(pattern)


@pytest.fixture
def line(playback: PlaybackPage) -> Line:
    """The line of the administrator's page."""
    return Line(playback)


@pytest.fixture
def old_camera(city: City) -> Iterator[Camera]:
    """A switched-off camera without footage."""
    with city.opened() as services:
        cameras = services.storage.cameras
        nowhere = parse_stream_url("rtsp://127.0.0.1:9/none")[0]
        camera = cameras.add(
            CameraDraft(name="lama", main_url=nowhere, purpose="test", retention_days=30, is_enabled=False)
        )
        yield camera
        cameras.remove(camera.id)


def test_footage_that_stops_coming_without_a_word_is_loaded_anew(
    city: City, playback: PlaybackPage, at_us: int
) -> None:
    playback.page.add_init_script(_SWALLOWED)
    shown = playback.open_at(city.park.id, at_us)
    assert abs(shown.truth.time_us - at_us) < SECOND_US


def test_footage_that_cannot_be_opened_for_a_while_is_not_skipped(
    city: City, playback: PlaybackPage, line: Line
) -> None:
    at_us = city.past.together.start_us + MINUTE_US
    line.refuse("**/media.m3u8*")
    playback.open_several([city.park, city.square], at_us)
    playback.wait_for_state("error")
    expect(playback.message().first).to_contain_text("mencoba lagi sendiri")
    playback.act("play")
    before = line.refused
    # Both ask several times, longer and longer apart.
    while line.refused < before + 2 * _TRIES:
        with playback.page.expect_request("**/media.m3u8*"):
            pass
    line.release()
    first = playback.page.wait_for_function(
        """() => {
          const shown = tilesShown();
          return shown.every((one) => one.state === "playing" && one.truth) && shown.map((one) => one.truth.time_us);
        }"""
    ).json_value()
    # What ran on while nothing could be opened, through four pauses that double, would be further.
    assert max(first) - at_us < 10 * SECOND_US


def test_a_step_does_not_throw_away_a_jump_that_is_still_loading(
    city: City, playback: PlaybackPage, line: Line
) -> None:
    playback.open_at(city.park.id, city.past.young.start_us + MINUTE_US)
    far_us = city.past.old.start_us + 5 * MINUTE_US
    line.hold("**/media.m3u8*")
    playback.type_time(typed(far_us))
    playback.wait_for_state("loading")
    playback.act("frame-after")
    line.release()
    playback.shown_near(far_us, within_us=SECOND_US)


def test_a_frame_that_comes_late_does_not_take_the_picture_under_the_pointer_away(
    city: City, playback: PlaybackPage, line: Line
) -> None:
    page = playback.page
    at_us = city.past.together.start_us + 2 * MINUTE_US
    playback.open_several([city.park], at_us)
    playback.tiles_near(at_us)
    late_us = city.past.together.start_us + 4 * MINUTE_US
    line.hold("**/media/**")
    playback.type_time(typed(late_us))
    playback.wait_for_state("loading")
    box = playback.plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 64)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.45, box["y"] + 64)
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 64)
    # The picture that covers the wait gives way to one of where the pointer is.
    page.wait_for_function(
        "([us, far_us]) => Math.abs(shownNow().label_us - us) > far_us", arg=[late_us, _FAR_US]
    )
    line.release()
    page.wait_for_function(
        """(us) => {
          const truth = frameTruth(document.querySelector("[data-player] video:not(.keyframes)"));
          return truth && Math.abs(truth.time_us - us) < 1e6;
        }""",
        arg=late_us,
    )
    stand_in = playback.tile(city.park).locator("[data-poster]:visible, .keyframes.shown")
    expect(stand_in).to_have_count(1)
    label_us = int(playback.tile(city.park).get_attribute("data-wall-us") or "0")
    assert abs(label_us - late_us) > _FAR_US
    page.mouse.up()
    expect(stand_in).to_have_count(0)


def test_a_jump_out_of_a_gap_needs_no_answer_about_the_gap(
    city: City, playback: PlaybackPage, line: Line
) -> None:
    young = city.past.young
    playback.page.add_init_script(_PATIENT)
    playback.open_at(city.park.id, young.start_us + 2 * SECOND_US)
    line.hold("**/nearest*")
    playback.page.locator("[data-speed]").select_option("-2")
    with playback.page.expect_request("**/nearest*"):
        playback.act("play")
    far_us = young.start_us + 5 * MINUTE_US
    playback.type_time(typed(far_us))
    playback.page.wait_for_function(
        "([from, to]) => shownNow().state === 'playing' && shownNow().label_us > from && shownNow().label_us < to",
        arg=[far_us - MINUTE_US, far_us - 2 * SECOND_US],
    )
    line.release()


def test_a_gap_that_the_server_tells_nothing_of_offers_the_footage_next_to_it(
    city: City, playback: PlaybackPage, line: Line
) -> None:
    playback.open_at(city.park.id, city.past.young.start_us + 2 * SECOND_US)
    line.refuse("**/nearest*", times=1)
    playback.page.locator("[data-speed]").select_option("-2")
    playback.act("play")
    expect(playback.page.locator("#toast")).to_contain_text("Server tidak menjawab")
    expect(playback.button("play")).to_contain_text("Putar")
    message = playback.message()
    expect(message.get_by_role("button", name="Sebelumnya")).to_be_visible()
    expect(message.get_by_role("button", name="Berikutnya")).to_be_visible()


def test_a_part_that_cannot_be_played_is_forgotten_elsewhere(
    city: City, playback: PlaybackPage, old_camera: Camera
) -> None:
    young = city.past.young
    newer = TimeRange(young.start_us, young.start_us + MINUTE_US)
    older = TimeRange(newer.start_us - 3 * HOUR_US, newer.end_us - 3 * HOUR_US)
    spec = CameraSpec("Lama", "lama", 6, 320, 180, fps=PAST_FPS)
    with city.opened() as services:
        stream = main_stream(old_camera)
        runs = [
            PastRun(stream, spec, older, PAST_FPS),
            PastRun(stream, replace(spec, codec=Codec.H265), newer, PAST_FPS),
        ]
        write_past_runs(services.storage, runs)
    playback.open(old_camera.id, newer.start_us + 10 * SECOND_US)
    playback.wait_for_state("unsupported")
    at_us = older.start_us + 20 * SECOND_US
    playback.type_time(typed(at_us))
    playback.shown_near(at_us, within_us=SECOND_US)
    playback.type_time(typed(newer.start_us + 10 * SECOND_US))
    playback.wait_for_state("unsupported")


def test_a_camera_that_was_taken_from_the_person_says_so(city: City, chromium: Browser) -> None:
    with city.opened() as services:
        authority = Authority(services.storage, services.clock)
        users = services.storage.users
        person = users.add(
            name="sementara",
            full_name="Sementara",
            role=Role.VIEWER,
            camera_ids=frozenset({city.park.id}),
            password_hash=authority.hash_password(PASSWORD),
        )
        with chromium.new_context(locale="id-ID") as context:
            city.sign_in(context, "sementara")
            page = PlaybackPage(context.new_page(), city.url)
            page.open(city.park.id, city.past.young.start_us + MINUTE_US)
            page.wait_for_state("paused")
            users.edit(replace(person, camera_ids=frozenset({city.clinic.id})))
            page.type_time(typed(city.past.old.start_us + 5 * MINUTE_US))
            expect(page.message()).to_contain_text("Kamera ini tidak tersedia lagi untuk Anda")
