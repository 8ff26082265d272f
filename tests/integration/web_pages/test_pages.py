"""Every page, for every role, in both languages."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.support.footage import NOON_US
from tests.support.recorded_site import PASSWORD, Site, browser
from vms.domain.camera import Credentials, Secret
from vms.domain.export import ClipRequest, ExportState
from vms.domain.time import SECOND_US, TimeRange, format_rfc3339
from vms.domain.user import Role
from web import csrf
from web.auth import browser_cookie_name, session_cookie_name
from web.i18n.catalogue import LANGUAGES

CANARY = "k4nari-rahasia"
PAGES: Mapping[str, frozenset[Role]] = {
    "/": frozenset(Role),
    "/playback": frozenset(Role),
    "/cameras": frozenset(Role),
    "/cameras/1": frozenset(Role),
    "/help": frozenset(Role),
    "/exports": frozenset({Role.OPERATOR, Role.ADMIN}),
    "/cameras/new": frozenset({Role.ADMIN}),
    "/cameras/1/edit": frozenset({Role.ADMIN}),
    "/cameras/1/remove": frozenset({Role.ADMIN}),
    "/users": frozenset({Role.ADMIN}),
    "/users/new": frozenset({Role.ADMIN}),
    "/users/1": frozenset({Role.ADMIN}),
}


def token(page: str) -> str:
    found = re.search(r'name="csrf-token" content="(\w+)"', page)
    assert found is not None
    return found[1]


def post(client: TestClient, url: str, **fields: str) -> tuple[int, str, str]:
    """Send a form as a browser does; return status, where to, and the page."""
    answer = client.post(url, data=fields, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", ""), answer.text


@pytest.mark.parametrize("role", list(Role))
def test_each_page_is_shown_to_those_who_may_see_it(site: Site, role: Role) -> None:
    camera = site.add_camera()
    user = site.add_user("siti.rahmah", role, camera)
    with browser(site, user) as client:
        for path, roles in PAGES.items():
            for language in LANGUAGES:
                client.cookies.set("siring_language", language)
                answer = client.get(path)
                assert answer.status_code == (200 if role in roles else 403), path
                assert f'<html lang="{language}"' in answer.text
                assert "{{" not in answer.text


def test_stranger_is_led_to_sign_in_and_back_to_the_moment(site: Site) -> None:
    camera = site.add_camera()
    site.add_user("siti.rahmah", Role.ADMIN)
    with browser(site) as client:
        answer = client.get(
            f"/playback?cam={camera.id}&t=2025-11-25T14:05:09.200%2B08:00", follow_redirects=False
        )
        assert answer.status_code == 303
        page = client.get(answer.headers["location"])
        wanted = re.search(r'action="/sign-in">.*?name="next" value="([^"]+)"', page.text, re.DOTALL)
        assert wanted is not None
        status, location, _ = post(
            client,
            "/sign-in",
            name="siti.rahmah",
            password=PASSWORD,
            next=wanted[1].replace("&amp;", "&"),
            csrf_token=token(page.text),
        )
    assert status == 303
    assert location == f"/playback?cam={camera.id}&t=2025-11-25T14:05:09.200%2B08:00"


def test_wrong_password_and_unknown_name_read_the_same(site: Site) -> None:
    site.add_user("siti.rahmah", Role.ADMIN)
    pages: list[str] = []
    with browser(site) as client:
        for name in ("siti.rahmah", "nobody"):
            page = client.get("/sign-in").text
            status, _, text = post(
                client, "/sign-in", name=name, password="salah sekali", csrf_token=token(page)
            )
            assert status == 401
            assert "salah sekali" not in text
            pages.append(text.replace(name, "NAME"))
    assert pages[0] == pages[1]


def test_form_without_token_changes_nothing(site: Site) -> None:
    with browser(site) as client:
        client.cookies.set(browser_cookie_name(site.settings), csrf.new_browser_secret())
        answer = client.post("/preferences", data={"language": "en"})
    assert answer.status_code == 403
    assert "siring_language" not in answer.cookies


def test_sign_in_leads_to_no_other_site(site: Site) -> None:
    site.add_user("siti.rahmah", Role.ADMIN)
    with browser(site) as client:
        page = client.get("/sign-in").text
        fields = {
            "name": "siti.rahmah",
            "password": PASSWORD,
            "next": "//evil.example",
            "csrf_token": token(page),
        }
        assert post(client, "/sign-in", **fields)[:2] == (303, "/")


def test_first_administrator_is_made_with_the_console_code_only_once(site: Site) -> None:
    code = site.storage.meta.issue_setup_code()
    with browser(site) as client:
        assert client.get("/sign-in", follow_redirects=False).headers["location"] == "/setup"
        fields = {"name": "admin", "full_name": "Nurul Aini", "password": PASSWORD}
        page = client.get("/setup").text
        status, _, text = post(client, "/setup", code="AAAA-AAAA", csrf_token=token(page), **fields)
        assert status == 422
        assert "Kode ini tidak berlaku" in text
        assert PASSWORD not in text
        site.clock.advance(60)
        status, location, _ = post(client, "/setup", code=code, csrf_token=token(text), **fields)
        assert (status, location) == (303, "/")
        assert client.get("/").status_code == 200
        assert client.get("/setup", follow_redirects=False).status_code == 303
    assert [user.role for user in site.storage.users.list()] == [Role.ADMIN]


def test_viewer_of_one_camera_finds_no_trace_of_another(site: Site) -> None:
    own, other = site.add_camera("Balai Kota"), site.add_camera("Puskesmas Pekauman")
    with browser(site, site.add_user("camat", Role.OPERATOR, own)) as client:
        for path in ("/", "/cameras", "/playback", "/cameras/states", "/exports"):
            assert "Pekauman" not in client.get(path).text
        for path in (
            f"/playback?cam={other.id}",
            f"/cameras/{other.id}",
            f"/playback/find?cam={other.id}&time=14.05",
        ):
            answer = client.get(path)
            assert answer.status_code == 404
            assert "Pekauman" not in answer.text


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


def test_finder_takes_any_form_of_time_to_the_moment(site: Site) -> None:
    camera = site.add_camera()
    with browser(site, site.add_user("lurah", Role.VIEWER, camera)) as client:
        answer = client.get(
            f"/playback/find?cam={camera.id}&day=2024-10-01&time=14.05", follow_redirects=False
        )
        assert answer.status_code == 303
        assert answer.headers["location"] == f"/playback?cam={camera.id}&t=2024-10-01T06%3A05%3A00.000000Z"
        refused = client.get(f"/playback/find?cam={camera.id}&day=2024-10-01&time=25.90")
    assert refused.status_code == 422
    assert "25.90" in refused.text
    assert "14:05" in refused.text


def test_typed_times_are_read_by_the_server(site: Site) -> None:
    camera = site.add_camera()
    with browser(site, site.add_user("lurah", Role.VIEWER, camera)) as client:
        good = client.get("/playback/parse-time?text=14.05&day=2024-10-01").json()
        bad = client.get("/playback/parse-time?text=25.90&day=2024-10-01")
    assert format_rfc3339(good["at_us"]) == "2024-10-01T06:05:00.000000Z"
    assert bad.status_code == 422


def test_playback_page_tells_its_scripts_the_moment_and_the_zone(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    site.clock.advance(3_600)
    with browser(site, site.add_user("lurah", Role.VIEWER, camera)) as client:
        newest = client.get("/playback").text
        asked = client.get(f"/playback?cam={camera.id}&t={format_rfc3339(NOON_US + 5 * SECOND_US)}").text
    assert f'"oldest_us": {NOON_US}' in newest
    assert '"is_live": false' in newest
    assert '"zone": "Asia/Makassar"' in newest
    assert '"may_export": false' in newest
    assert f'"at_us": {NOON_US + 5 * SECOND_US}' in asked
    assert [entry.action for entry in site.storage.audit.recent()].count("playback.open") == 2


def test_exports_page_shows_state_reason_and_downloads(site: Site, h264_run: Path) -> None:
    camera = site.add_camera("Balai Kota")
    site.record(camera, h264_run)
    site.clock.advance(60)
    user = site.add_user("penyelidik", Role.OPERATOR, camera)
    time = TimeRange(NOON_US + SECOND_US, NOON_US + 4 * SECOND_US)
    waiting = site.storage.exports.create(
        ClipRequest((camera.id,), time, "Tas tertinggal", "LP/482", user.id)
    )
    with browser(site, user) as client:
        page = client.get("/exports").text
        assert "Antre" in page
        assert "LP/482" in page
        assert site.worker().run_next()
        states = client.get(f"/exports/states?ids={waiting.id},999").json()["exports"]
        assert [(e["state_id"], e["is_ready"]) for e in states] == [(ExportState.DONE.value, True)]
        page = client.get("/exports?state=done").text
        assert f"/api/v1/exports/{waiting.id}/file" in page
        assert client.get(states[0]["file_url"]).status_code == 200
    with browser(site, site.add_user("orang.lain", Role.OPERATOR, camera)) as client:
        assert "Tas tertinggal" not in client.get("/exports").text
        assert client.get(f"/exports/states?ids={waiting.id}").json() == {"exports": []}


def test_waiting_export_is_cancelled_from_the_page(site: Site) -> None:
    camera = site.add_camera()
    user = site.add_user("penyelidik", Role.OPERATOR, camera)
    time = TimeRange(NOON_US, NOON_US + SECOND_US)
    export = site.storage.exports.create(ClipRequest((camera.id,), time, "x", "y", user.id))
    with browser(site, user) as client:
        csrf_token = token(client.get("/exports").text)
        status, _, _ = post(client, f"/exports/{export.id}/cancel", csrf_token=csrf_token)
    assert status == 303
    assert site.storage.exports.get(export.id).state is ExportState.CANCELLED


def test_user_is_added_changed_and_signed_out_when_switched_off(site: Site) -> None:
    camera = site.add_camera()
    admin = site.add_user("admin", Role.ADMIN)
    with browser(site, admin) as client:
        csrf_token = token(client.get("/users/new").text)
        fields = {
            "full_name": "Siti Rahmah",
            "role": "viewer",
            "camera": str(camera.id),
            "csrf_token": csrf_token,
        }
        added = post(client, "/users/new", name="siti.rahmah", password=PASSWORD, is_enabled="1", **fields)
        assert added[0] == 303
        again = post(client, "/users/new", name="siti.rahmah", password=PASSWORD, is_enabled="1", **fields)
        assert again[0] == 422
        assert "sudah dipakai" in again[2]
        user = site.storage.users.by_name("siti.rahmah")
        assert user is not None
        assert user.camera_ids == {camera.id}
        with browser(site, user) as other:
            assert other.get("/").status_code == 200
            assert post(client, f"/users/{user.id}", **fields)[0] == 303
            assert other.get("/", follow_redirects=False).status_code == 303


def test_last_administrator_stays_one(site: Site) -> None:
    admin = site.add_user("admin", Role.ADMIN)
    with browser(site, admin) as client:
        csrf_token = token(client.get(f"/users/{admin.id}").text)
        status, _, page = post(
            client, f"/users/{admin.id}", role="viewer", is_enabled="1", full_name="A", csrf_token=csrf_token
        )
    assert status == 422
    assert "admin sistem terakhir" in page
    assert site.storage.users.get(admin.id).role is Role.ADMIN


@pytest.mark.parametrize("password", ["pendek", "aaaaaaaaaaaaaaaa", "siti.rahmah12"])
def test_weak_password_is_refused_and_not_repeated(site: Site, password: str) -> None:
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:
        csrf_token = token(client.get("/users/new").text)
        status, _, page = post(
            client, "/users/new", name="siti.rahmah", role="viewer", password=password, csrf_token=csrf_token
        )
    assert status == 422
    assert f'value="{password}"' not in page
    assert site.storage.users.by_name("siti.rahmah") is None


def test_language_and_theme_are_kept_in_the_account(site: Site) -> None:
    user = site.add_user("lurah", Role.VIEWER)
    with browser(site, user) as client:
        csrf_token = token(client.get("/help").text)
        assert post(client, "/preferences", language="en", next="/help", csrf_token=csrf_token)[1] == "/help"
        post(client, "/preferences", theme="dark", next="/", csrf_token=csrf_token)
        client.cookies.delete("siring_language")
        client.cookies.delete("siring_theme")
        page = client.get("/help").text
    assert '<html lang="en" data-theme="dark">' in page
    assert 'media="(prefers-color-scheme: dark)"' not in page


def test_missing_page_is_told_in_the_readers_language_with_a_way_back(site: Site) -> None:
    with browser(site, site.add_user("lurah", Role.VIEWER)) as client:
        answer = client.get("/tidak-ada")
    assert answer.status_code == 404
    assert "Halaman tidak ditemukan" in answer.text
    assert 'href="/"' in answer.text


def test_new_person_without_cameras_is_told_what_that_means(site: Site) -> None:
    site.add_camera("Balai Kota")
    with browser(site, site.add_user("lurah", Role.VIEWER)) as client:
        for path in ("/", "/cameras", "/playback"):
            page = client.get(path)
            assert page.status_code == 200
            assert "Belum ada kamera untuk akun Anda" in page.text
            assert "Balai Kota" not in page.text


def test_static_files_are_kept_for_ever_under_their_version(site: Site) -> None:
    with browser(site) as client:
        page = client.get("/help", follow_redirects=True).text
        urls = set(re.findall(r'(?:href|src)="(/static/[^"#]+\.(?:css|js|svg))', page))
        assert len(urls) >= 6
        for url in urls:
            answer = client.get(url)
            assert answer.status_code == 200
            assert "immutable" in answer.headers["cache-control"]
        old = re.sub(r"/static/\w+/", "/static/old/", next(iter(urls)))
        assert client.get(old).headers["cache-control"] == "no-cache"


def test_signing_out_ends_the_session(site: Site) -> None:
    user = site.add_user("lurah", Role.VIEWER)
    with browser(site, user) as client:
        kept = client.cookies[session_cookie_name(site.settings)]
        assert post(client, "/sign-out", csrf_token=token(client.get("/help").text))[1] == "/sign-in"
        client.cookies.set(session_cookie_name(site.settings), kept)
        assert client.get("/", follow_redirects=False).status_code == 303
