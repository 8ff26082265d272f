"""Finding a moment where there is little to find: no footage, footage that is gone, a right that was lost, a small screen."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from storage.open import Storage
from tests.browser.driving.complaints import Complaints
from tests.browser.driving.finding_page import FindingPage
from tests.browser.every_page.looks import WIDTHS
from tests.browser.sites.city import PASSWORD, City, local
from vms.domain.camera import Camera, CameraDraft
from vms.domain.camera_address import parse_stream_url
from vms.domain.time import DAY_US, MINUTE_US, TimeRange
from vms.domain.user import Role, User
from web.access.auth import Authority

pytestmark = pytest.mark.browser


def add_person(city: City, name: str, role: Role, *cameras: Camera) -> User:
    with city.opened() as services:
        return services.storage.users.add(
            name=name,
            full_name=name.title(),
            role=role,
            camera_ids=frozenset(camera.id for camera in cameras),
            password_hash=Authority(services.storage, services.clock).hash_password(PASSWORD),
        )


@pytest.fixture
def finding(city: City, admin: Page) -> Iterator[FindingPage]:
    """The administrator's playback page; a script error or a blocked resource fails the test."""
    complaints = Complaints(admin)
    yield FindingPage(admin, city.url)
    assert complaints.serious() == []


def nothing(finding: FindingPage) -> str:
    box = finding.page.locator("[data-search-nothing]")
    expect(box).to_be_visible()
    expect(finding.picks).to_have_count(0)
    return box.inner_text()


def test_a_range_before_everything_says_what_became_of_it(city: City, finding: FindingPage) -> None:
    pier = city.pier
    gone = TimeRange(pier.purged_until_us - 9 * DAY_US, pier.purged_until_us - 2 * DAY_US)
    finding.open(pier.camera.id, at_us=pier.arrival_us, marks=gone)
    finding.page.keyboard.press("q")
    words = nothing(finding)
    assert "Rekaman sudah dihapus" in words
    assert f"{local(pier.purged_until_us):%Y}" in words
    expect(finding.page.locator("[data-gap-cause]").last).to_contain_text("masa simpan")


def test_a_gap_without_any_footage_says_why(city: City, finding: FindingPage) -> None:
    gap = city.past.gap
    inside = TimeRange(gap.start_us + MINUTE_US // 2, gap.end_us - MINUTE_US // 2)
    finding.open(city.park.id, at_us=city.past.young.start_us, marks=inside)
    finding.page.keyboard.press("q")
    words = nothing(finding)
    assert "Tidak ada rekaman" in words
    assert "Kamera terputus" in words


def test_a_camera_that_never_recorded_says_so(city: City, finding: FindingPage) -> None:
    with city.opened() as services:
        empty = add_empty(services.storage)
    try:
        finding.open(empty.id, at_us=city.past.young.start_us)
        finding.page.keyboard.press("q")
        assert "Belum ada rekaman dari kamera ini" in nothing(finding)
        finding.page.keyboard.press("Escape")
        finding.page.keyboard.press("h")
        expect(finding.page.locator("[data-days-note]")).to_contain_text("Belum ada rekaman")
        finding.page.keyboard.press("Escape")
        finding.page.keyboard.press("c")
        title = finding.page.locator("[data-calendar-grid] button").first
        expect(title).to_have_attribute("title", "sebelum rekaman pertama")
    finally:
        with city.opened() as services:
            services.storage.cameras.remove(empty.id)


def add_empty(storage: Storage) -> Camera:
    nowhere = parse_stream_url("rtsp://127.0.0.1:9/none")[0]
    draft = CameraDraft(name="gudang", main_url=nowhere, purpose="test", retention_days=30, is_enabled=False)
    return storage.cameras.add(draft)


def test_a_right_that_was_lost_meanwhile_is_told(city: City, stranger: Page) -> None:
    pier = city.pier
    person = add_person(city, "peninjau", Role.OPERATOR, pier.camera, city.park)
    city.sign_in(stranger.context, "peninjau")
    finding = FindingPage(stranger, city.url)
    finding.open(pier.camera.id, at_us=pier.arrival_us, marks=pier.month)
    finding.page.keyboard.press("q")
    finding.shots()
    with city.opened() as services:
        services.storage.users.edit(replace(person, camera_ids=frozenset({city.park.id})))
    finding.picks.nth(4).click()
    assert "tidak tersedia lagi untuk Anda" in nothing(finding)
    finding.page.keyboard.press("Escape")
    finding.page.keyboard.press("h")
    expect(finding.page.locator("[data-days-note]")).to_contain_text("tidak tersedia lagi untuk Anda")


def test_with_several_cameras_one_is_searched_and_then_looked_at(city: City, finding: FindingPage) -> None:
    pier = city.pier
    finding.open(city.park.id, pier.camera.id, at_us=city.past.young.start_us, marks=pier.month)
    finding.page.locator('[data-command="quick-search"]').click()
    camera = finding.page.locator("[data-search-camera]")
    expect(camera).to_have_value(str(city.park.id))
    camera.select_option(str(pier.camera.id))
    shots = finding.shots()
    finding.remember_clock()
    finding.page.locator("[data-shot-play]").nth(5).click()
    expect(finding.page.locator("[data-player]")).to_have_attribute("data-camera", str(pier.camera.id))
    finding.wait_until_clock_showed(shots[5].clock)


@pytest.mark.parametrize("language", ["id", "en"])
def test_everything_is_found_with_a_thumb(city: City, chromium: Browser, language: str) -> None:
    pier = city.pier
    with chromium.new_context(
        locale="id-ID" if language == "id" else "en-GB",
        timezone_id="Asia/Makassar",
        viewport={"width": 390, "height": WIDTHS[390]},
        has_touch=True,
        is_mobile=True,
    ) as context:
        name = f"lurah-{language}"
        person = add_person(city, name, Role.OPERATOR, pier.camera)
        with city.opened() as services:
            services.storage.users.edit(replace(person, language=language))
        city.sign_in(context, name)
        finding = FindingPage(context.new_page(), city.url)
        finding.open(pier.camera.id, at_us=pier.month.start_us + 4 * DAY_US, marks=pier.month)
        finding.page.locator('[data-command="quick-search"]').tap()
        shots = finding.shots()
        boxes = [pick.bounding_box() for pick in finding.picks.all()[:3]]
        assert all(box is not None and box["width"] > 150 for box in boxes)
        finding.picks.nth(6).tap()
        expect(finding.trail).to_have_count(2)
        assert finding.shots()[0].at_us == shots[6].at_us
        play = finding.page.locator("[data-shot-play]").first
        size = play.bounding_box()
        assert size is not None
        assert min(size["width"], size["height"]) >= 44
        assert finding.page.evaluate("() => document.documentElement.scrollWidth") <= 390
        finding.search.locator("[data-close]").tap()
        finding.page.locator('[data-command="other-days"]').tap()
        expect(finding.day_picks).to_have_count(7)
        assert finding.page.evaluate("() => document.documentElement.scrollWidth") <= 390
        finding.day_picks.nth(4).tap()
        expect(finding.day_picks.nth(4)).to_have_attribute("aria-current", "date")
        finding.days.locator("[data-close]").tap()
        finding.page.locator("[data-day-open]").tap()
        expect(finding.calendar).to_be_in_viewport(ratio=0.98)
        finding.page.locator("[data-calendar-close]").tap()
        finding.page.locator("[data-clock]").tap()
        expect(finding.page.locator("[data-clock-typed]")).to_be_in_viewport(ratio=0.98)
