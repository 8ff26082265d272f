"""Getting in and out: the form, deep links, the first administrator, sessions that end."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.sites.city import PASSWORD, City
from tests.support.deadline import wait_until
from tests.support.installation import Installation, installation
from vms.domain.user import Role

pytestmark = pytest.mark.browser


def sign_in(page: Page, name: str, password: str) -> None:
    """Fill in the form and send it."""
    page.get_by_label("Nama pengguna").fill(name)
    page.get_by_label("Kata sandi").fill(password)
    page.get_by_role("button", name="Masuk").click()


def test_a_wrong_password_says_so_and_keeps_the_name(city: City, stranger: Page) -> None:
    stranger.goto(f"{city.url}/sign-in")
    sign_in(stranger, "admin", "not the password")
    expect(stranger.get_by_role("alert")).to_contain_text("Nama pengguna atau kata sandi salah.")
    expect(stranger.get_by_label("Nama pengguna")).to_have_value("admin")
    expect(stranger.get_by_label("Kata sandi")).to_have_value("")


def test_the_right_password_leads_to_the_page_that_was_asked_for(city: City, stranger: Page) -> None:
    wanted = f"{city.url}/playback?cam={city.park.id}&t=2026-01-02T03:04:05%2B08:00"
    stranger.goto(wanted)
    expect(stranger).to_have_url(re.compile("/sign-in"))
    sign_in(stranger, "admin", PASSWORD)
    expect(stranger).to_have_url(re.compile(rf"/playback\?cam={city.park.id}&t=2026-01-02T03"))
    expect(stranger.locator("[data-clock-time]")).to_have_text("03:04:05")


def test_a_password_can_be_looked_at_while_typing(city: City, stranger: Page) -> None:
    stranger.goto(f"{city.url}/sign-in")
    field = stranger.locator("input[name=password]")
    field.fill("rahasia")
    stranger.get_by_role("button", name="Lihat").click()
    expect(field).to_have_attribute("type", "text")
    stranger.get_by_role("button", name="Tutup").click()
    expect(field).to_have_attribute("type", "password")


def test_signing_out_ends_the_session(city: City, admin: Page) -> None:
    admin.goto(city.url)
    admin.locator(".head summary").click()
    admin.locator(".head").get_by_role("button", name="Keluar").click()
    expect(admin).to_have_url(re.compile("/sign-in"))
    admin.goto(f"{city.url}/cameras")
    expect(admin).to_have_url(re.compile("/sign-in"))


def test_a_session_that_ended_returns_to_the_same_page_after_signing_in(city: City, admin: Page) -> None:
    admin.goto(f"{city.url}/cameras/{city.park.id}")
    with city.opened() as services:
        person = services.storage.users.by_name("admin")
        assert person is not None
        services.storage.sessions.end_all(person.id)
    admin.get_by_role("link", name="Ubah").click()
    expect(admin.get_by_text("Sesi berakhir.")).to_be_visible()
    sign_in(admin, "admin", PASSWORD)
    expect(admin).to_have_url(f"{city.url}/cameras/{city.park.id}/edit")


@pytest.mark.parametrize("path", ["/", "/exports?q=taman"])
def test_open_page_says_that_the_session_ended_and_leads_back_to_itself(
    city: City, admin: Page, path: str
) -> None:
    admin.goto(f"{city.url}{path}")
    expect(admin.locator("#session-ended")).to_be_hidden()
    with city.opened() as services:
        person = services.storage.users.by_name("admin")
        assert person is not None
        services.storage.sessions.end_all(person.id)
    ended = admin.get_by_role("alert").filter(has_text="Sesi Anda berakhir.")
    expect(ended).to_be_visible()
    expect(admin.locator("#offline")).to_be_hidden()
    ended.get_by_role("link", name="Masuk lagi").click()
    sign_in(admin, "admin", PASSWORD)
    expect(admin).to_have_url(f"{city.url}{path}")


def test_language_and_theme_are_chosen_in_the_page_and_stay(city: City, viewer: Page) -> None:
    viewer.goto(f"{city.url}/help")
    viewer.locator(".head summary").click()
    viewer.locator(".head").get_by_role("button", name="English").click()
    expect(viewer.locator("html")).to_have_attribute("lang", "en")
    viewer.locator(".head summary").click()
    viewer.locator(".head").get_by_role("button", name="Dark").click()
    expect(viewer.locator("html")).to_have_attribute("data-theme", "dark")
    viewer.goto(f"{city.url}/cameras")
    expect(viewer.locator("html")).to_have_attribute("data-theme", "dark")
    viewer.locator(".head summary").click()
    viewer.locator(".head").get_by_role("button", name="Indonesia").click()
    expect(viewer.locator("html")).to_have_attribute("lang", "id")


@pytest.fixture
def empty_site(tmp_path: Path) -> Iterator[Installation]:
    """An installation that nobody has an account on."""
    with installation(tmp_path / "site", cameras=1) as site, site.running("web") as web:
        web.wait_for_output("running on", seconds=30)
        yield site


def test_the_first_administrator_is_made_once_with_the_code_from_the_console(
    empty_site: Installation, browser_context: BrowserContext
) -> None:
    with empty_site.opened() as services:
        code = services.storage.meta.issue_setup_code()
    url = f"http://127.0.0.1:{empty_site.settings.port}"
    page = browser_context.new_page()
    page.goto(url)
    expect(page).to_have_url(f"{url}/setup")

    def fill(typed_code: str) -> None:
        page.get_by_label("Kode dari konsol").fill(typed_code)
        page.get_by_label("Nama pengguna").fill("nurul")
        page.get_by_label("Nama lengkap").fill("Nurul Aini")
        page.get_by_label("Kata sandi").fill(PASSWORD)
        page.get_by_role("button", name="Buat akun dan masuk").click()

    fill("WRONG-CODE")
    expect(page.get_by_text("Kode ini tidak berlaku.")).to_be_visible()
    fill(code)
    expect(page).to_have_url(f"{url}/")
    expect(page.get_by_role("link", name="Tambah kamera").first).to_be_visible()
    with empty_site.opened() as services:
        found = wait_until(lambda: services.storage.users.by_name("nurul"), seconds=30, what="the account")
        assert found is not None
        assert found.role is Role.ADMIN
    browser_context.clear_cookies()
    page.goto(f"{url}/setup")
    expect(page).to_have_url(f"{url}/sign-in")
