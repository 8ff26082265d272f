"""In a browser, on the running system: footage plays, a typed time is the frame's own time, a clip is exact."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.support.deadline import wait_until
from tests.support.installation import (
    Installation,
    installation,
    main_stream,
    truths_of,
)
from tests.support.portal import PASSWORD, Portal, signed_in_portal
from tests.support.recordings import packets
from vms.cli.demo_history import write_past
from vms.domain.camera import Camera, CameraDraft, Credentials, Secret, parse_stream_url
from vms.domain.time import HOUR_US, MINUTE_US, SECOND_US, to_datetime
from vms.domain.user import Role
from vms.simulator.demo_cameras import demo_cameras
from web.auth import Authority

pytestmark = pytest.mark.browser

PAST_FRAME_US = 200_000
LIVE_FRAME_US = 100_000
DATED_LATE_US = 40_000
"""By so much the recorder may date a frame late (docs/design/time.md)."""


@dataclass(frozen=True, slots=True)
class City:
    """A running installation with one simulated camera that has an hour of past."""

    site: Installation
    camera: Camera

    @property
    def base(self) -> str:
        """Address of the portal."""
        return f"http://127.0.0.1:{self.site.settings.port}"

    def now_us(self) -> int:
        """Return this host's time."""
        return time.time_ns() // 1000


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    spec = demo_cameras()[0]
    with installation(tmp_path_factory.mktemp("city"), cameras=1) as site, site.opened() as services:
        storage = services.storage
        camera = storage.cameras.add(
            CameraDraft(
                name=spec.name,
                main_url=parse_stream_url(site.urls[spec.path])[0],
                credentials=Credentials("kamera", Secret("kn4ry-7Qz")),
                purpose="test",
                retention_days=30,
            )
        )
        authority = Authority(storage, services.clock)
        hashed = authority.hash_password(PASSWORD)
        storage.users.add(name="admin", full_name="Nurul Aini", role=Role.ADMIN, password_hash=hashed)
        storage.users.add(name="kosong", full_name="Tanpa Kamera", role=Role.VIEWER, password_hash=hashed)
        with site.running("up"):
            site.wait_until_recording(storage)
            write_past(storage, [spec])
            yield City(site, camera)


@pytest.fixture(scope="module")
def shared_context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(
        locale="id-ID",
        timezone_id="America/New_York",  # the browser's own zone must never matter
        viewport={"width": 1440, "height": 900},
        accept_downloads=True,
    )
    yield context
    context.close()


@pytest.fixture(scope="module")
def portal(city: City, shared_context: BrowserContext) -> Portal:
    return signed_in_portal(shared_context, city.base, "admin")


def wita(at_us: int) -> str:
    """Return a time as people type it in the first city."""
    local = to_datetime(at_us + 8 * HOUR_US)
    return f"{local:%d/%m/%Y %H:%M:%S}.{local.microsecond // 1000:03d}"


@pytest.mark.parametrize("back_us", [40 * MINUTE_US + 123_456, 7 * MINUTE_US + 765_432])
def test_a_typed_time_shows_the_frame_of_that_time(city: City, portal: Portal, back_us: int) -> None:
    portal.open_playback(city.camera.id, city.now_us() - HOUR_US)
    portal.wait_for_frame(0, city.now_us())
    portal.pause()
    asked = (city.now_us() - back_us) // 1000 * 1000
    portal.type_time(wita(asked))
    portal.wait_for_frame(asked - PAST_FRAME_US, asked + 1)
    wait_until(
        lambda: abs(portal.wall_us() - asked) <= PAST_FRAME_US, seconds=5, what="the clock at the frame"
    )


def test_a_typed_time_in_the_live_recording_shows_its_frame(city: City, portal: Portal) -> None:
    with city.site.opened() as services:
        (run,) = services.storage.segments.open_runs()
    wait_until(lambda: city.now_us() - run.start_us > 25 * SECOND_US, seconds=40, what="25 s of live footage")
    portal.open_playback(city.camera.id)
    portal.wait_for_frame(run.start_us, city.now_us() + MINUTE_US)
    portal.pause()
    asked = (city.now_us() - 12 * SECOND_US) // 1000 * 1000 + 37_000
    portal.type_time(wita(asked))
    portal.wait_for_frame(asked - LIVE_FRAME_US - DATED_LATE_US, asked + 1)


def test_a_moment_without_footage_says_so_and_leads_to_the_nearest(city: City, portal: Portal) -> None:
    portal.open_playback(city.camera.id, city.now_us() - 5 * HOUR_US)
    wait_until(lambda: portal.state() == "gap", seconds=15, what="the gap")
    message = portal.page.locator("[data-message]")
    expect(message).to_contain_text("Tidak ada rekaman")
    message.locator("button").last.click()
    portal.wait_for_frame(city.now_us() - 2 * HOUR_US, city.now_us())


def test_a_marked_range_downloads_as_an_exact_clip(city: City, portal: Portal, tmp_path: Path) -> None:
    start = (city.now_us() - 20 * MINUTE_US) // 1000 * 1000 + 321_000
    end = start + 20 * SECOND_US
    portal.open_playback(city.camera.id, start)
    portal.wait_for_frame(0, city.now_us())
    page = portal.page
    page.locator("[data-clip-in]").fill(wita(start))
    page.locator("[data-clip-in]").press("Enter")
    page.locator("[data-clip-out]").fill(wita(end))
    page.locator("[data-clip-out]").press("Enter")
    page.locator("[data-clip-reason]").fill("Laporan 12/2026")
    expect(page.locator('[data-fact="size"]')).to_contain_text("B")
    page.locator("[data-clip-start]").click()
    link = page.locator("[data-clip-jobs] a[download]").first
    link.wait_for(timeout=60_000)
    with page.expect_download() as downloading:
        link.click()
    clip = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(clip)
    assert clip.suffix == ".mp4"
    truths = truths_of(clip)
    assert start <= truths[0].time_us < start + PAST_FRAME_US
    assert end - PAST_FRAME_US <= truths[-1].time_us < end
    assert [t.frame for t in truths] == list(range(truths[0].frame, truths[-1].frame + 1))
    stream = main_stream(city.camera)
    recorded = [packet for file in city.site.files(stream) for packet in packets(file)]
    cut = packets(clip)
    first = recorded.index(cut[0])
    assert recorded[first : first + len(cut)] == cut


def test_nobody_sees_what_is_not_theirs(city: City, browser_context: BrowserContext) -> None:
    stranger = signed_in_portal(browser_context, city.base, "kosong")
    assert city.camera.name not in stranger.page.content()
    answer = stranger.page.goto(f"{city.base}/playback?cam={city.camera.id}")
    assert answer is not None
    assert city.camera.name not in stranger.page.content()
    answer = stranger.page.goto(f"{city.base}/cameras/new")
    assert answer is not None
    assert answer.status == 403


def test_pages_made_no_trouble(portal: Portal) -> None:
    assert portal.trouble == []
