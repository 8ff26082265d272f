"""The administrator gives people accounts, roles and cameras."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.sites.city import PASSWORD, City

pytestmark = pytest.mark.browser


def test_a_viewer_is_added_with_one_camera_and_sees_that_one(
    city: City, admin: Page, chromium: Browser
) -> None:
    admin.goto(f"{city.url}/users")
    admin.get_by_role("link", name="Tambah pengguna").click()
    admin.get_by_label("Nama pengguna").fill("lurah")
    admin.get_by_label("Nama lengkap").fill("Lurah Pekauman")
    admin.get_by_label("Kata sandi").fill(PASSWORD)
    admin.locator('input[name="role"][value="viewer"]').check()
    admin.get_by_label(city.clinic.name).check()
    admin.get_by_role("button", name="Simpan").click()
    expect(admin).to_have_url(re.compile("/users"))
    expect(admin.get_by_role("row").filter(has_text="Lurah Pekauman")).to_contain_text("lurah")

    with chromium.new_context(locale="id-ID") as context:
        page = context.new_page()
        page.goto(f"{city.url}/cameras")
        page.get_by_label("Nama pengguna").fill("lurah")
        page.get_by_label("Kata sandi").fill(PASSWORD)
        page.get_by_role("button", name="Masuk").click()
        expect(page.locator("#camera-rows tr")).to_have_count(1)
        expect(page.locator("#camera-rows")).to_contain_text(city.clinic.name)
    admin.reload()
    expect(admin.get_by_role("row").filter(has_text="Lurah Pekauman")).to_contain_text("baru saja")


def test_an_easy_password_is_refused_beside_its_field(city: City, admin: Page) -> None:
    admin.goto(f"{city.url}/users/new")
    admin.get_by_label("Nama pengguna").fill("mudah")
    admin.get_by_label("Kata sandi").fill("password1234")
    admin.get_by_role("button", name="Simpan").click()
    expect(admin.locator("#password-problem")).to_be_visible()
    expect(admin.get_by_label("Kata sandi")).to_have_value("")


def test_the_last_administrator_cannot_be_locked_out(city: City, admin: Page) -> None:
    admin.goto(f"{city.url}/users")
    admin.get_by_role("row").filter(has_text="Nurul Aini").get_by_role("link", name="Ubah").click()
    admin.locator('input[name="role"][value="viewer"]').check()
    admin.get_by_role("button", name="Simpan").click()
    expect(admin.get_by_role("alert")).to_be_visible()
