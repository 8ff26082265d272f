"""Adding, changing and removing a camera: what is refused, what is kept, and a password that never comes back."""

import re
from pathlib import Path

import pytest

from tests.support.page_forms import post, token
from tests.support.recorded_site import Site, browser
from vms.domain.camera_address import Credentials, Secret
from vms.domain.user import Role

CANARY = "k4nari-rahasia"


def test_camera_is_added_with_a_password_that_no_page_shows_again(site: Site) -> None:
    admin = site.add_user("admin", Role.ADMIN)
    with browser(site, admin) as client:
        csrf_token = token(client.get("/cameras/new").text)
        status, location, _ = post(
            client,
            "/cameras/new",
            csrf_token=csrf_token,
            main_url=f"rtsp://admin:{CANARY}@10.0.0.12:554/stream1",
            name="Balai Kota",
            place="Halaman depan",
            purpose="Keamanan",
            retention_days="30",
            is_enabled="1",
        )
        assert status == 303
        camera = site.storage.cameras.find("Balai Kota")
        assert location.startswith(f"/cameras/{camera.id}")
        assert site.storage.cameras.credentials(camera.id) == Credentials("admin", Secret(CANARY))
        pages = [client.get(path).text for path in (location, f"/cameras/{camera.id}/edit", "/cameras")]
        assert all(CANARY not in page for page in pages)
        status, _, _ = post(
            client,
            f"/cameras/{camera.id}/edit",
            csrf_token=csrf_token,
            main_url="rtsp://10.0.0.12:554/stream2",
            username="admin",
            name="Balai Kota",
            purpose="Keamanan",
            retention_days="31",
        )
    assert status == 303
    changed = site.storage.cameras.get(camera.id)
    assert (changed.retention_days, changed.is_enabled) == (31, False)
    assert site.storage.cameras.credentials(camera.id) == Credentials("admin", Secret(CANARY))
    assert all(CANARY not in entry.detail for entry in site.storage.audit.recent())


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("main_url", "http://10.0.0.12/", "rtsp://"),
        ("main_url", "rtsp://169.254.169.254/x", "jaringan kamera"),
        ("main_url", "", "wajib"),
        ("name", "", "wajib"),
        ("retention_days", "selamanya", "angka"),
        ("retention_days", "0", "antara"),
        ("min_days", "31", "masa simpan"),
        ("latitude", "-3.3", "bujur"),
        ("sub_url", "rtsp://10.0.0.12/a", "sama"),
    ],
)
def test_unusable_camera_field_is_named_and_nothing_is_saved(
    site: Site, field: str, value: str, words: str
) -> None:
    admin = site.add_user("admin", Role.ADMIN)
    fields = {"main_url": "rtsp://10.0.0.12/a", "name": "Balai Kota", "retention_days": "30", "purpose": "x"}
    with browser(site, admin) as client:
        csrf_token = token(client.get("/cameras/new").text)
        status, _, page = post(client, "/cameras/new", **(fields | {field: value, "csrf_token": csrf_token}))
    assert status == 422
    problem = re.search(rf'id="{field}-problem">.*?</span>', page, re.DOTALL)
    assert problem is not None
    assert words in problem[0]
    assert site.storage.cameras.list() == []


def test_address_that_cannot_be_read_is_not_repeated_with_its_password(site: Site) -> None:
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:
        csrf_token = token(client.get("/cameras/new").text)
        _, _, page = post(
            client,
            "/cameras/new",
            csrf_token=csrf_token,
            name="x",
            main_url=f"rtsp://admin:{CANARY}@ 10.0.0.1/",
        )
    assert CANARY not in page


def test_login_in_the_query_is_sealed_and_shown_as_places(site: Site) -> None:
    admin = site.add_user("admin", Role.ADMIN)
    typed = {
        "main_url": f"rtsp://10.0.0.12/user=admin&password={CANARY}&channel=1",
        "sub_url": f"rtsp://10.0.0.12/user=admin&password={CANARY}&channel=2",
        "name": "Balai Kota",
        "purpose": "Keamanan",
        "retention_days": "30",
        "is_enabled": "1",
    }
    with browser(site, admin) as client:
        csrf_token = token(client.get("/cameras/new").text)
        assert post(client, "/cameras/new", csrf_token=csrf_token, **typed)[0] == 303
        camera = site.storage.cameras.find("Balai Kota")
        form = f"/cameras/{camera.id}/edit"
        pages = [client.get(path).text for path in (f"/cameras/{camera.id}", form)]
        shown = {
            **typed,
            "main_url": "rtsp://10.0.0.12/user={user}&password={password}&channel=1",
            "sub_url": "",
            "username": "admin",
        }
        assert shown["main_url"].replace("&", "&amp;") in pages[1]
        assert post(client, form, csrf_token=csrf_token, **shown)[0] == 303
    assert all(CANARY not in page for page in pages)
    url = site.storage.cameras.get(camera.id).streams[0].url
    credentials = site.storage.cameras.credentials(camera.id)
    assert url.with_credentials(credentials).value == (
        f"rtsp://10.0.0.12:554/user=admin&password={CANARY}&channel=1"
    )
    database = site.settings.data_dir
    assert all(CANARY.encode() not in path.read_bytes() for path in database.glob("siring.db*"))


def test_address_with_two_logins_is_refused_and_not_repeated(site: Site) -> None:
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:
        status, _, page = post(
            client,
            "/cameras/new",
            csrf_token=token(client.get("/cameras/new").text),
            main_url=f"rtsp://10.0.0.12/?password={CANARY}&pwd={CANARY}",
            name="Balai Kota",
        )
    assert status == 422
    assert "lebih dari satu" in page
    assert "{user}" in page
    assert CANARY not in page


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_address_is_shown_only_to_those_who_manage_the_camera(site: Site, role: Role) -> None:
    camera = site.add_camera()
    with browser(site, site.add_user("pegawai", role, camera)) as client:
        page = client.get(f"/cameras/{camera.id}").text
    assert "rtsp://" not in page
    assert "10.0.0.12" not in page
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:
        assert "rtsp://10.0.0.12/main" in client.get(f"/cameras/{camera.id}").text


def test_how_long_footage_is_kept_is_told_in_days_and_of_a_young_camera_in_less(
    site: Site, h264_run: Path
) -> None:
    site.record(site.add_camera("Balai Kota"), h264_run)
    admin = site.add_user("admin", Role.ADMIN)
    kept: list[str] = []
    for seconds in (50 * 60, 3 * 86_400):
        site.clock.advance(seconds)
        with browser(site, admin) as client:
            kept += re.findall(r'data-label="Tersimpan">([^<]*)<', client.get("/cameras").text)
    assert kept[0].endswith(" mnt")
    assert kept[1] == "3 hari"


def test_removed_camera_keeps_its_footage_and_page(site: Site, h264_run: Path) -> None:
    camera = site.add_camera("Balai Kota")
    site.record(camera, h264_run)
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:
        explained = client.get(f"/cameras/{camera.id}/remove").text
        assert "tidak dihapus" in explained
        status, location, _ = post(client, f"/cameras/{camera.id}/remove", csrf_token=token(explained))
        assert status == 303
        assert "Balai Kota dihapus" in client.get(location).text
        assert "masa simpannya berakhir" in client.get(f"/cameras/{camera.id}").text
        playback = client.get(f"/playback?cam={camera.id}")
    assert playback.status_code == 200
    assert "Balai Kota" in playback.text
