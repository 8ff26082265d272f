"""The first page: footage found in four taps, ways back, favourites, figures that are never older than they look."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from storage.open import Storage
from tests.browser.driving.complaints import Complaints
from tests.browser.driving.playback_page import PlaybackPage
from tests.browser.every_page.looks import CROSSED_LOOKS, Look
from tests.browser.every_page.page_check import violations
from tests.browser.sites.city import City, typed
from tests.browser.sites.silent_site import HOME_STATES, HomeState, SilentSite, silent_site
from tests.support.deadline import wait_until
from vms.domain.camera import StreamState
from vms.domain.saved_view import Layout, ViewContent
from vms.domain.time import MINUTE_US, SECOND_US, TimeRange, parse_rfc3339
from web.i18n.catalogue import catalogue

pytestmark = pytest.mark.browser

DESK = Look("id", "light", 1440)
PHONE = Look("id", "light", 390)
_LIGHT_LOOKS = [look for look in CROSSED_LOOKS if look.theme == "light"]


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SilentSite]:
    """A portal without a recorder."""
    with silent_site(tmp_path_factory.mktemp("silent") / "site") as made:
        yield made


def stop_clock(page: Page) -> None:
    """Let the page's own time, and so its timers, move only when it is told to; what it fetches takes real time."""
    page.clock.install(time=0)
    page.clock.pause_at(1)


def user_id(storage: Storage, name: str) -> int:
    person = storage.users.by_name(name)
    assert person is not None
    return person.id


def forget_everything(city: City) -> None:
    """Leave the administrator without favourites and resume points."""
    with city.opened() as services, services.storage.database.write() as connection:
        for table in ("favourite", "watching"):
            connection.exec_driver_sql(f"DELETE FROM {table}")


def test_footage_of_a_named_camera_at_a_date_and_time_takes_four_taps(city: City, admin: Page) -> None:
    """H1: place, its name, the time, Play; and it plays. How long that takes, tests/bench/test_home.py measures."""
    complaints = Complaints(admin)
    at_us = city.past.young.start_us + 5 * MINUTE_US
    admin.goto(city.url)
    admin.get_by_role("combobox", name="Lokasi").click()
    admin.get_by_role("option", name=city.park.name).click()
    admin.get_by_role("textbox", name="Jam").click()
    admin.keyboard.type(typed(at_us))
    admin.get_by_role("button", name="Putar").click()
    playing = PlaybackPage(admin, city.url).shown_after(at_us)
    assert abs(playing.truth.time_us - playing.label_us) < SECOND_US
    assert playing.truth.time_us - at_us < 20 * SECOND_US
    assert complaints.serious() == []


def test_place_is_found_and_sent_by_keyboard_alone(city: City, admin: Page) -> None:
    admin.goto(city.url)
    admin.keyboard.press("/")
    place = admin.get_by_role("combobox", name="Lokasi")
    expect(place).to_be_focused()
    expect(place).to_have_attribute("aria-expanded", "false")
    place.press("ArrowDown")
    expect(place).to_have_attribute("aria-expanded", "true")
    place.fill("pekau")
    options = admin.get_by_role("option")
    expect(options).to_have_count(1)
    active = place.get_attribute("aria-activedescendant")
    assert active == options.first.get_attribute("id")
    place.press("Enter")
    expect(place).to_have_value(re.compile(city.clinic.name))
    expect(admin).to_have_url(f"{city.url}/")
    place.press("Enter")
    expect(admin).to_have_url(re.compile(rf"/playback\?cam={city.clinic.id}&"))


def test_words_that_match_no_place_are_told_and_taken_back(city: City, admin: Page) -> None:
    admin.goto(city.url)
    place = admin.get_by_role("combobox", name="Lokasi")
    before = place.input_value()
    place.click()
    place.press_sequentially("zzz")
    expect(admin.get_by_text("Tidak ada lokasi yang cocok")).to_be_visible()
    place.press("Enter")
    expect(admin).to_have_url(f"{city.url}/")
    place.press("Escape")
    expect(place).to_have_value(before)
    expect(place).to_have_attribute("aria-expanded", "false")


def test_arrows_go_round_the_places_and_leaving_the_field_takes_the_only_match(
    city: City, admin: Page
) -> None:
    admin.goto(city.url)
    place = admin.get_by_role("combobox", name="Lokasi")
    place.click()
    count = admin.get_by_role("option").count()
    first = place.get_attribute("aria-activedescendant")
    for _ in range(count):
        place.press("ArrowDown")
    assert place.get_attribute("aria-activedescendant") == first
    place.press("ArrowUp")
    assert place.get_attribute("aria-activedescendant") != first
    place.fill("pekauman")
    place.press("Tab")
    expect(place).to_have_value(re.compile(city.clinic.name))


def test_time_that_is_none_is_told_beside_the_field(city: City, admin: Page) -> None:
    admin.goto(city.url)
    admin.get_by_role("textbox", name="Jam").fill("25.90")
    admin.get_by_role("button", name="Putar").click()
    field = admin.get_by_role("textbox", name="Jam")
    expect(field).to_have_value("25.90")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(admin.locator("#time-problem")).to_be_visible()


def test_quick_time_goes_to_the_chosen_place(city: City, admin: Page) -> None:
    admin.goto(f"{city.url}/?cam={city.clinic.id}")
    admin.get_by_role("button", name="Kemarin 14:00").click()
    expect(admin).to_have_url(re.compile(rf"/playback\?cam={city.clinic.id}&"))


def test_page_leads_back_to_the_moment_where_a_person_stopped(city: City, admin: Page) -> None:
    forget_everything(city)
    at_us = city.past.young.start_us + 6 * MINUTE_US
    playback = PlaybackPage(admin, city.url)
    playback.open_at(city.park.id, at_us)
    playback.act("play")
    playback.shown_after(at_us)
    playback.act("play")
    playback.wait_for_state("paused")
    with city.opened() as services:
        wait_until(
            lambda: services.storage.resume_points.list(user_id(services.storage, "admin")),
            seconds=20,
            what="the place where the person is",
        )
    stopped_us = int(playback.player.get_attribute("data-wall-us") or 0)
    admin.goto(city.url)
    card = admin.locator("[data-watching]")
    expect(card).to_have_count(1)
    expect(card).to_contain_text(city.park.name)
    card.click()
    query = parse_qs(urlsplit(admin.url).query)
    assert query["cam"] == [str(city.park.id)]
    assert abs(parse_rfc3339(query["t"][0]) - stopped_us) < SECOND_US
    assert playback.shown_after(stopped_us).truth.time_us - stopped_us < 20 * SECOND_US


def test_pictures_of_resume_points_are_of_their_moments(city: City, admin: Page) -> None:
    forget_everything(city)
    with city.opened() as services:
        points, owner = services.storage.resume_points, user_id(services.storage, "admin")
        start_us = city.past.young.start_us
        watched = TimeRange(start_us, start_us + 8 * MINUTE_US)
        points.note(owner, (city.park.id, city.clinic.id), start_us + 2 * MINUTE_US, watched=watched)
    admin.goto(city.url)
    card = admin.locator("[data-watching]")
    expect(card).to_contain_text("+1 kamera")
    picture = card.locator("img")
    wait_until(lambda: picture.evaluate("(img) => img.naturalWidth") == 320, seconds=20, what="the picture")
    expect(card.locator(".waits")).to_have_count(0)
    assert card.locator("progress").get_attribute("value") == "25"


def test_star_keeps_a_camera_at_hand_and_the_focus_where_it_was(city: City, admin: Page) -> None:
    forget_everything(city)
    admin.goto(city.url)
    expect(admin.get_by_role("heading", name="Kamera", exact=True)).to_be_visible()
    star = admin.get_by_role("button", name=f"Favorit: {city.clinic.name}")
    star.focus()
    admin.keyboard.press("Enter")
    expect(admin.get_by_role("heading", name="Kamera favorit")).to_be_visible()
    expect(admin.locator("[data-camera-card]")).to_have_count(1)
    expect(star).to_have_attribute("aria-pressed", "true")
    expect(star).to_be_focused()
    admin.reload()
    expect(admin.locator("[data-camera-card]")).to_have_count(1)
    admin.get_by_text("Pilih favorit").click()
    admin.locator("[data-choose]").get_by_role("button", name=re.compile(city.park.name)).click()
    expect(admin.locator("[data-camera-card]")).to_have_count(2)
    expect(admin.locator("[data-choose][open]")).to_have_count(1)
    star.click()
    expect(admin.locator("[data-camera-card]")).to_have_count(1)
    with city.opened() as services:
        owner = user_id(services.storage, "admin")
        assert services.storage.favourites.list(owner) == [city.park.id]


def test_favourite_that_could_not_be_kept_is_told(city: City, admin: Page) -> None:
    forget_everything(city)
    admin.goto(city.url)
    admin.route("**/api/v1/favourites/*", lambda route: route.abort())
    admin.get_by_role("button", name=f"Favorit: {city.clinic.name}").click()
    expect(admin.get_by_text("Favorit belum tersimpan")).to_be_visible()


def test_saved_view_opens_all_its_cameras(city: City, admin: Page) -> None:
    with city.opened() as services:
        owner = user_id(services.storage, "admin")
        content = ViewContent("Uji beranda", (city.clinic.id, city.park.id), Layout.GRID)
        view = services.storage.saved_views.add(owner, content)
    try:
        admin.goto(city.url)
        admin.get_by_role("link", name=re.compile("Uji beranda")).click()
        expect(admin.locator("[data-tile]")).to_have_count(2)
    finally:
        with city.opened() as services:
            services.storage.saved_views.remove(view.id)


def test_page_works_without_scripts(city: City, chromium: Browser) -> None:
    forget_everything(city)
    with chromium.new_context(locale="id-ID", java_script_enabled=False) as context:
        city.sign_in(context, "admin")
        page = context.new_page()
        page.goto(city.url)
        page.get_by_role("button", name=f"Favorit: {city.clinic.name}").click()
        expect(page.get_by_role("heading", name="Kamera favorit")).to_be_visible()
        page.get_by_label("Lokasi").select_option(str(city.park.id))
        page.get_by_role("textbox", name="Jam").fill("kemarin 14.05")
        page.get_by_role("button", name="Putar").click()
        expect(page).to_have_url(re.compile(rf"/playback\?cam={city.park.id}&t=.*06%3A05%3A00"))


def test_figures_follow_the_cameras_without_loading_anew(silent: SilentSite, chromium: Browser) -> None:
    """H2: never older than ten seconds."""
    hall, clinic = silent.cameras
    silent.said({hall: StreamState.RECORDING, clinic: StreamState.RECORDING})
    with silent.looking(chromium, "wali", DESK) as page:
        complaints = Complaints(page)
        stop_clock(page)
        page.goto(silent.url)
        expect(page.locator("[data-count-connected]")).to_have_text("2")
        silent.said({clinic: StreamState.BACKOFF})
        page.clock.run_for(10_000)
        expect(page.locator("[data-count-connected]")).to_have_text("1")
        expect(page.get_by_text("1 masalah perlu diperiksa")).to_be_visible()
        expect(page.locator("[data-part=state] .rows")).to_contain_text("Puskesmas Pekauman")
        silent.said({hall: StreamState.RECORDING, clinic: StreamState.RECORDING}, ago_us=5 * MINUTE_US)
        page.clock.run_for(10_000)
        expect(page.get_by_role("alert").filter(has_text="Perekaman berhenti sejak")).to_be_visible()
        assert complaints.serious() == []


def test_figures_that_are_old_look_old_while_the_server_does_not_answer(
    silent: SilentSite, chromium: Browser
) -> None:
    """H2: or visibly stale."""
    hall, clinic = silent.cameras
    silent.said({hall: StreamState.RECORDING, clinic: StreamState.RECORDING})
    gone: list[Route] = []

    def is_gone(route: Route) -> None:
        gone.append(route)
        route.abort()

    with silent.looking(chromium, "wali", DESK) as page:
        stop_clock(page)
        page.goto(silent.url)
        for path in ("**/api/v1/time", "**/overview/state", "**/cameras/states"):
            page.route(path, is_gone)
        age = page.locator("[data-age]")
        page.clock.run_for(11_000)
        expect(page.locator(".home.stale")).to_have_count(1)
        expect(age).to_have_text("data 11 dtk lalu")
        expect(page.locator("#offline")).to_be_visible()
        assert gone
        page.unroute_all()
        page.clock.run_for(8_000)
        expect(page.locator(".home.stale")).to_have_count(0)
        expect(age).to_have_text("data baru saja")


@pytest.mark.parametrize("look", CROSSED_LOOKS, ids=lambda look: look.name)
@pytest.mark.parametrize("state", HOME_STATES, ids=lambda state: state.name)
def test_every_state_says_what_it_means_fits_and_is_open_to_everyone(
    silent: SilentSite, chromium: Browser, state: HomeState, look: Look
) -> None:
    known = catalogue(look.language)
    state.prepare(silent)
    with silent.looking(chromium, state.person, look) as page:
        complaints = Complaints(page)
        state.show(page, silent)
        text = page.locator("main").inner_text()
        for key in state.words:
            assert known.text(key) in text
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        assert violations(page) == []
        assert complaints.serious() == []


@pytest.mark.parametrize("look", _LIGHT_LOOKS, ids=lambda look: look.name)
def test_controls_are_large_enough_for_fingers_on_a_phone(
    silent: SilentSite, chromium: Browser, look: Look
) -> None:
    least = 44 if look.width < 600 else 24
    HOME_STATES[2].prepare(silent)
    with silent.looking(chromium, "wali", look) as page:
        page.goto(silent.url)
        sizes = page.evaluate(
            """() => [...document.querySelectorAll("main button, main .btn, main select, main input:not([type=hidden]), main summary, main .pill")]
              .filter((element) => element.checkVisibility())
              .map((element) => [element.outerHTML.slice(0, 80), (element.closest(".inp") ?? element).getBoundingClientRect()])
              .map(([name, box]) => [name, box.width, box.height])"""
        )
    assert len(sizes) > 5
    assert [size for size in sizes if min(size[1:]) < least - 0.5] == []


def test_two_installations_on_one_host_leave_each_other_signed_in(
    silent: SilentSite, city: City, chromium: Browser
) -> None:
    with silent.looking(chromium, "wali", DESK) as page:
        city.sign_in(page.context, "admin")
        for url in (silent.url, city.url, silent.url, city.url):
            page.goto(url)
            expect(page.locator("html")).to_have_attribute("lang", "id")
            assert urlsplit(page.url).path == "/"


def test_search_comes_first_on_a_phone(silent: SilentSite, chromium: Browser) -> None:
    with silent.looking(chromium, "baru", PHONE) as page:
        page.goto(silent.url)
        tops = [
            page.locator(selector).bounding_box()
            for selector in (".finder", "#watching", "#cameras", "[data-part=state]")
        ]
    assert all(box is not None for box in tops)
    heights = [box["y"] for box in tops if box is not None]
    assert heights == sorted(heights)


def test_stranger_has_to_sign_in_first(city: City, stranger: Page, browser_context: BrowserContext) -> None:
    for path in ("/", "/overview/state", "/overview/cameras"):
        stranger.goto(f"{city.url}{path}")
        expect(stranger).to_have_url(re.compile("/sign-in"))
    assert browser_context.cookies()
