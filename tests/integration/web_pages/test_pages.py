"""Every page, for every role, in both languages."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.footage import NOON_US
from tests.support.page_forms import post, token
from tests.support.recorded_site import PASSWORD, Site, browser
from vms.domain.export import ClipRequest, ExportState
from vms.domain.time import SECOND_US, TimeRange, format_rfc3339
from vms.domain.user import Role
from web.access.auth import browser_cookie_name, session_cookie_name
from web.http import csrf
from web.i18n.catalogue import LANGUAGES
from web.pages.frame.presenters import DASH

PAGES: Mapping[str, frozenset[Role]] = {
    "/": frozenset(Role),
    "/playback": frozenset(Role),
    "/cameras": frozenset(Role),
    "/cameras/1": frozenset(Role),
    "/help": frozenset(Role),
    "/bookmarks": frozenset(Role),
    "/exports": frozenset({Role.OPERATOR, Role.ADMIN}),
    "/holds": frozenset({Role.OPERATOR, Role.ADMIN}),
    "/cameras/new": frozenset({Role.ADMIN}),
    "/cameras/import": frozenset({Role.ADMIN}),
    "/cameras/1/edit": frozenset({Role.ADMIN}),
    "/cameras/1/remove": frozenset({Role.ADMIN}),
    "/users": frozenset({Role.ADMIN}),
    "/users/new": frozenset({Role.ADMIN}),
    "/users/1": frozenset({Role.ADMIN}),
}


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


def test_refused_form_says_why(site: Site) -> None:
    """A proxy that drops the port, a browser without cookies, and a page of an earlier session are three things."""
    with browser(site) as client:
        form = {"language": "en", "csrf_token": token(client.get("/sign-in").text)}
        proxied = client.post("/preferences", data=form, headers={"Origin": "http://siring.test:8443"}).text
        client.cookies.clear()
        client.cookies.set(browser_cookie_name(site.settings), csrf.new_browser_secret())
        old = client.post("/preferences", data=form).text
        client.cookies.clear()
        without = client.post("/preferences", data=form).text
    assert "siring.test:8443" in proxied
    assert "“siring.test”" in proxied
    assert "terlalu lama" in old
    assert "kuki" in without


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


def test_finder_takes_any_form_of_time_to_the_moment(site: Site) -> None:
    camera = site.add_camera()
    with browser(site, site.add_user("lurah", Role.VIEWER, camera)) as client:
        answer = client.get(
            f"/playback/find?cam={camera.id}&day=2024-10-01&time=14.05", follow_redirects=False
        )
        assert answer.status_code == 303
        moment = "2024-10-01T06%3A05%3A00.000000Z"
        assert answer.headers["location"] == f"/playback?cam={camera.id}&t={moment}&play=1"
        refused = client.get(f"/playback/find?cam={camera.id}&day=2024-10-01&time=25.90")
    assert refused.status_code == 422
    assert "25.90" in refused.text
    assert "14:05" in refused.text


def test_typed_times_are_read_by_the_server(site: Site) -> None:
    camera = site.add_camera()
    with browser(site, site.add_user("lurah", Role.VIEWER, camera)) as client:
        good = client.get("/playback/parse-time?text=14.05&day=2024-10-01").json()
        step = client.get("/playback/parse-time?text=-30&day=2024-10-01&at=2024-10-01T06:05:00Z").json()
        bad = client.get("/playback/parse-time?text=25.90&day=2024-10-01")
        no_day = client.get("/playback/parse-time?text=14.05&day=yesterday")
    assert format_rfc3339(good["at_us"]) == "2024-10-01T06:05:00.000000Z"
    assert good["now_us"] == site.clock.now_us()
    assert format_rfc3339(step["at_us"]) == "2024-10-01T06:04:30.000000Z"
    assert (bad.status_code, bad.json()["error"]["code"]) == (422, "time-no-such-time")
    assert no_day.status_code == 422


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


def test_exports_page_finds_by_name_reason_and_camera(site: Site) -> None:
    town_hall, tower = site.add_camera("Balai Kota"), site.add_camera("Menara Pandang")
    user = site.add_user("penyelidik", Role.OPERATOR, town_hall, tower)
    time = TimeRange(NOON_US, NOON_US + SECOND_US)
    for name, reason, cameras in (
        ("Tas tertinggal", "LP/482", (town_hall,)),
        ("Tabrak lari", "LP/117", (town_hall, tower)),
    ):
        ids = tuple(camera.id for camera in cameras)
        site.storage.exports.create(ClipRequest(ids, time, name, reason, user.id))
    with browser(site, user) as client:
        for search, is_found in {
            "tertinggal": (True, False),
            "lp/117": (False, True),
            "menara": (False, True),
            "balai": (True, True),
            "gunung": (False, False),
        }.items():
            page = client.get("/exports", params={"q": search}).text
            assert ("Tas tertinggal" in page, "Tabrak lari" in page) == is_found, search
        assert "2 kamera: Balai Kota, Menara Pandang" in client.get("/exports").text
        assert "gunung" in client.get("/exports?q=gunung").text


def test_many_exports_are_shown_page_by_page(site: Site) -> None:
    camera = site.add_camera()
    user = site.add_user("penyelidik", Role.OPERATOR, camera)
    time = TimeRange(NOON_US, NOON_US + SECOND_US)
    for number in range(30):
        site.storage.exports.create(ClipRequest((camera.id,), time, f"Klip ke-{number:02}", "y", user.id))
    with browser(site, user) as client:
        first, second = (client.get(f"/exports{query}").text for query in ("", "?page=2"))
        beyond = client.get("/exports?page=99").text
    assert ("Klip ke-29" in first, "Klip ke-04" in first) == (True, False)
    assert ("Klip ke-29" in second, "Klip ke-04" in second) == (False, True)
    assert f"26{DASH}30 dari 30" in second
    assert "Klip ke-04" in beyond


def test_export_is_asked_for_again_from_the_page(site: Site) -> None:
    camera = site.add_camera()
    user = site.add_user("penyelidik", Role.OPERATOR, camera)
    time = TimeRange(NOON_US, NOON_US + SECOND_US)
    export = site.storage.exports.create(ClipRequest((camera.id,), time, "Tas", "LP/482", user.id))
    site.storage.exports.request_cancel(export.id)
    with browser(site, user) as client:
        csrf_token = token(client.get("/exports").text)
        status, location, _ = post(client, f"/exports/{export.id}/again", csrf_token=csrf_token)
    again = site.storage.exports.list(user.id)[0]
    assert (status, location) == (303, f"/exports#export-{again.id}")
    assert again.id != export.id
    assert again.request == export.request
    assert again.state is ExportState.QUEUED
    assert site.storage.audit.recent(1)[0].action == "export.request"
    with browser(site, site.add_user("orang.lain", Role.OPERATOR, camera)) as client:
        csrf_token = token(client.get("/exports").text)
        assert post(client, f"/exports/{export.id}/again", csrf_token=csrf_token)[0] == 404


def test_page_that_comes_back_is_told_what_is_not_finished(site: Site) -> None:
    camera = site.add_camera()
    user, admin = site.add_user("penyelidik", Role.OPERATOR, camera), site.add_user("admin", Role.ADMIN)
    time = TimeRange(NOON_US, NOON_US + SECOND_US)
    waiting, over = (
        site.storage.exports.create(ClipRequest((camera.id,), time, name, "y", user.id))
        for name in ("menunggu", "batal")
    )
    site.storage.exports.request_cancel(over.id)
    with browser(site, user) as client:
        states = client.get("/exports/states?unfinished=1").json()["exports"]
    with browser(site, admin) as client:
        others = client.get("/exports/states?unfinished=1").json()["exports"]
    assert [(e["id"], e["state_id"], e["done_bytes"]) for e in states] == [(waiting.id, "queued", 0)]
    assert others == []


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


def test_signing_out_ends_the_session(site: Site) -> None:
    user = site.add_user("lurah", Role.VIEWER)
    with browser(site, user) as client:
        kept = client.cookies[session_cookie_name(site.settings)]
        assert post(client, "/sign-out", csrf_token=token(client.get("/help").text))[1] == "/sign-in"
        client.cookies.set(session_cookie_name(site.settings), kept)
        assert client.get("/", follow_redirects=False).status_code == 303


def test_nobody_is_sent_to_themselves_for_cameras(site: Site) -> None:
    told = {}
    for name, role in (("admin", Role.ADMIN), ("camat", Role.VIEWER)):
        with browser(site, site.add_user(name, role)) as client:
            told[name] = client.get("/playback").text
    assert 'href="/cameras/new"' in told["admin"]
    assert "Admin menentukan" not in told["admin"]
    assert "Admin menentukan" in told["camat"]
    assert 'href="/cameras/new"' not in told["camat"]


def test_unit_of_the_retention_is_said_once(site: Site) -> None:
    camera = site.add_camera(retention_days=30)
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:
        page = client.get(f"/cameras/{camera.id}").text
    assert "<dt>Masa simpan</dt><dd>30 hari</dd>" in page


def test_set_up_names_the_command_that_makes_a_code(site: Site) -> None:
    with browser(site) as client:
        page = client.get("/setup").text
    assert "vms user setup-code" in page
    assert "Mulai ulang" not in page
