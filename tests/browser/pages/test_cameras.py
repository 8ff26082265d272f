"""Looking after cameras: adding one by its address, testing it, changing it, removing it; and who may."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sites.city import GAP_CAUSE, City
from tests.support.installation import CANARY

pytestmark = pytest.mark.browser


def save(page: Page) -> None:
    page.get_by_role("button", name="Simpan").click()


def add_through_the_form(page: Page, city: City, name: str) -> None:
    """Add the simulated camera that nobody added yet."""
    page.goto(f"{city.url}/cameras")
    page.get_by_role("link", name="Tambah kamera").click()
    for field, text in (
        ("main_url", city.unknown_url),
        ("username", "kamera"),
        ("password", CANARY),
        ("name", name),
        ("purpose", "Keamanan tepi sungai"),
        ("retention_days", "14"),
    ):
        page.locator(f'input[name="{field}"]').fill(text)
    save(page)
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def test_a_camera_is_added_by_its_address_tested_changed_and_removed(city: City, admin: Page) -> None:
    add_through_the_form(admin, city, "Siring Tendean")
    assert CANARY not in admin.content()
    admin.get_by_role("button", name=re.compile("Uji")).click()
    verdict = admin.locator("[data-test-result] .verdict li")
    expect(verdict.first).to_be_visible()
    assert verdict.count() >= 3
    expect(admin.locator("[data-test-result]")).to_contain_text("H.264")
    # It is recorded without anything else being done.
    expect(admin.locator("[data-camera-state]")).to_contain_text("Merekam")

    admin.get_by_role("link", name="Ubah").click()
    expect(admin.locator('input[name="password"]')).to_have_value("")
    admin.locator('input[name="place"]').fill("Jalan Piere Tendean")
    save(admin)
    expect(admin.locator("main")).to_contain_text("Jalan Piere Tendean")

    admin.get_by_role("link", name=re.compile("Hapus")).click()
    expect(admin.locator("main")).to_contain_text("14 hari")
    expect(admin.locator("main")).to_contain_text(re.compile("tetap", re.IGNORECASE))
    admin.get_by_role("button", name=re.compile("Hapus")).click()
    expect(admin).to_have_url(re.compile("/cameras"))
    expect(admin.locator("#camera-rows")).not_to_contain_text("Siring Tendean")


def test_a_camera_s_page_lists_its_latest_gaps(city: City, admin: Page) -> None:
    admin.goto(f"{city.url}/cameras/{city.park.id}")
    gaps = admin.get_by_role("region", name="Celah rekaman").get_by_role("listitem")
    expect(gaps.filter(has_text=GAP_CAUSE)).to_contain_text("4 mnt")


def test_a_mistake_in_the_form_is_told_beside_its_field(city: City, admin: Page) -> None:
    admin.goto(f"{city.url}/cameras/new")
    admin.get_by_label("Alamat aliran utama").fill("http://127.0.0.1/not-rtsp")
    admin.get_by_label("Nama kamera").fill("Salah")
    save(admin)
    expect(admin.get_by_role("alert")).to_contain_text("Belum ada yang disimpan.")
    field = admin.get_by_label("Alamat aliran utama")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("http://127.0.0.1/not-rtsp")
    expect(admin.locator("#main_url-problem")).to_be_visible()


def test_a_viewer_sees_only_their_cameras_and_changes_nothing(city: City, viewer: Page) -> None:
    viewer.goto(f"{city.url}/cameras")
    expect(viewer.locator("#camera-rows tr")).to_have_count(1)
    expect(viewer.locator("#camera-rows")).to_contain_text(city.park.name)
    assert city.clinic.name not in viewer.content()
    expect(viewer.get_by_role("link", name="Tambah kamera")).to_have_count(0)
    expect(viewer.get_by_role("link", name="Ubah")).to_have_count(0)
    expect(viewer.locator(".rail")).not_to_contain_text("Pengguna")
    viewer.goto(f"{city.url}/playback?cam={city.park.id}&mode=full")
    expect(viewer.locator("[data-chip-camera]")).to_have_count(1)
    expect(viewer.locator("[data-clip-form]")).to_have_count(0)
    expect(viewer.locator("[data-clip-hint]")).to_be_visible()


@pytest.mark.parametrize("path", ["/cameras/new", "/users", "/users/new"])
def test_a_page_without_permission_says_so_and_leads_home(city: City, viewer: Page, path: str) -> None:
    answer = viewer.goto(f"{city.url}{path}")
    assert answer is not None
    assert answer.status == 403
    expect(viewer.get_by_role("heading", level=1)).to_contain_text("tidak berhak", ignore_case=True)
    viewer.locator("main").get_by_role("link").first.click()
    expect(viewer).to_have_url(f"{city.url}/")


def test_another_camera_s_footage_does_not_exist_for_a_viewer(city: City, viewer: Page) -> None:
    answer = viewer.goto(f"{city.url}/playback?cam={city.clinic.id}")
    assert answer is not None
    assert answer.status == 404
    assert city.clinic.name not in viewer.content()
