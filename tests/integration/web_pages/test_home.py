"""The first page: what leads back to footage, and how the cameras do, for each person as they may see it."""

import re
from pathlib import Path

import pytest

from storage.footage.index_writer import IndexBatch
from storage.recovery.nightly_backup import NightlyBackup, note_nightly_backup
from tests.support.footage import NOON_US
from tests.support.page_forms import post, token
from tests.support.recorded_site import Site, browser, main_stream
from vms.domain.camera import Camera, StreamState, StreamStatus
from vms.domain.export import ClipRequest
from vms.domain.saved_view import Layout, ViewContent
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US, TimeRange
from vms.domain.user import Role
from web.i18n.catalogue import LANGUAGES, catalogue
from web.pages.frame.presenters import DASH


def says(site: Site, camera: Camera, state: StreamState, *, ago_us: int = 0, since_us: int = NOON_US) -> None:
    """The recorder says something about a camera."""
    now_us = site.clock.now_us()
    status = StreamStatus(
        main_stream(camera).id, state, since_us, now_us - ago_us, last_media_us=now_us - ago_us
    )
    site.storage.index_writer.commit(IndexBatch(statuses=(status,)))


def words(page: str) -> str:
    """The page's text, without its elements."""
    return " ".join(re.sub(r"<template.*?</template>|<[^>]+>", " ", page, flags=re.DOTALL).split())


def part(page: str, name: str) -> str:
    """The text from one marked element on."""
    return words(page[page.index(f'data-part="{name}"') :].partition(">")[2])


def test_person_without_cameras_is_told_whom_to_ask(site: Site) -> None:
    site.add_camera("Balai Kota")
    with browser(site, site.add_user("lurah", Role.VIEWER)) as client:
        page = client.get("/").text
    assert "Belum ada kamera untuk akun Anda" in page
    assert "Balai Kota" not in page
    with browser(site, site.add_user("wali", Role.ADMIN)) as client:
        site.storage.cameras.remove(1)
        assert 'href="/cameras/new"' in client.get("/").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_new_person_sees_what_will_be_where(site: Site, language: str) -> None:
    camera = site.add_camera("Balai Kota")
    known = catalogue(language)
    with browser(site, site.add_user("lurah", Role.VIEWER, camera)) as client:
        client.cookies.set("siring_language", language)
        page = words(client.get("/").text)
    for key in ("home.nothing_watched", "home.no_favourites", "home.find", "home.time_forms"):
        assert known.text(key) in page


def test_resume_cards_lead_back_to_the_moment_with_the_cameras_that_are_still_theirs(site: Site) -> None:
    own, lost, gone = (site.add_camera(name) for name in ("Balai Kota", "Pasar", "Taman"))
    user = site.add_user("camat", Role.VIEWER, own, gone)
    points = site.storage.resume_points
    points.note(user.id, (lost.id,), NOON_US)
    site.clock.advance(1)
    points.note(user.id, (own.id, lost.id, gone.id), NOON_US - DAY_US)
    points.note(user.id, (own.id, lost.id, gone.id), NOON_US - DAY_US + 25 * MINUTE_US)
    site.clock.advance(1)
    points.note(user.id, (gone.id,), NOON_US - 3 * DAY_US)
    site.storage.cameras.remove(gone.id)
    with browser(site, user) as client:
        page = client.get("/").text
    cards = re.findall(r'<a class="card pic" href="([^"]+)" data-watching>(.*?)</a>', page, re.DOTALL)
    first, second = ((url.replace("&amp;", "&"), words(text)) for url, text in cards)
    assert first == (
        f"/playback?cam={gone.id}&t=2024-10-01T12%3A00%3A00.000000Z&play=1",
        "Gambar saat itu tidak ada 20:00:00 Taman Sel, 1 Okt 20:00",
    )
    assert second[0] == f"/playback?cam={own.id},{gone.id}&t=2024-10-03T12%3A25%3A00.000000Z&play=1"
    assert f"Balai Kota +1 kamera Kemarin 20:00{DASH}20:25" in second[1]
    assert "Pasar" not in page


def test_three_resume_cards_are_shown_and_the_others_on_demand(site: Site) -> None:
    cameras = [site.add_camera(f"Kamera {number}") for number in range(5)]
    user = site.add_user("camat", Role.VIEWER, *cameras)
    for camera in cameras:
        site.clock.advance(1)
        site.storage.resume_points.note(user.id, (camera.id,), NOON_US)
    with browser(site, user) as client:
        few, everything = client.get("/").text, client.get("/?watched=all").text
    assert (few.count("data-watching"), everything.count("data-watching")) == (3, 5)
    assert 'href="/?watched=all#watching"' in few
    assert 'href="/?watched=all#watching"' not in everything


def test_favourites_come_first_and_are_chosen_without_a_script(site: Site) -> None:
    first, second, foreign = (site.add_camera(name) for name in ("Balai Kota", "Pasar", "Taman"))
    user = site.add_user("camat", Role.VIEWER, first, second)
    with browser(site, user) as client:
        before = client.get("/").text
        del client.headers["X-CSRF-Token"]
        without_token = post(client, f"/favourites/{first.id}", on="1")
        chosen = post(client, f"/favourites/{second.id}", on="1", csrf_token=token(before))
        refused = post(client, f"/favourites/{foreign.id}", on="1", csrf_token=token(before))
        page = client.get("/").text
        fragment = client.get("/overview/cameras").text
        dropped = post(client, f"/favourites/{second.id}", on="0", csrf_token=token(before))
        after = client.get("/").text

    def cards(text: str) -> list[str]:
        return re.findall(r'data-camera-card="(\d+)"', text)

    assert cards(before) == cards(after) == [str(first.id), str(second.id)]
    assert (chosen[:2], dropped[:2]) == ((303, "/#cameras"), (303, "/#cameras"))
    assert (refused[0], without_token[0]) == (404, 403)
    assert cards(page) == cards(fragment) == [str(second.id)]
    assert "Kamera favorit" in words(page)


def test_saved_views_open_all_their_cameras(site: Site) -> None:
    first, second = site.add_camera("Balai Kota"), site.add_camera("Pasar")
    user = site.add_user("camat", Role.VIEWER, first, second)
    other = site.add_user("lurah", Role.VIEWER, first, second)
    views = site.storage.saved_views
    views.add(user.id, ViewContent("Pusat", (second.id, first.id), Layout.GRID))
    views.add(other.id, ViewContent("Bersama", (first.id,), Layout.ONE, is_shared=True))
    with browser(site, user) as client:
        page = client.get("/").text
    links = re.findall(r'<a class="pill" href="([^"]+)"', page)
    assert [link.replace("&amp;", "&") for link in links] == [
        f"/playback?cam={second.id},{first.id}&l=grid",
        f"/playback?cam={first.id}&l=one",
    ]
    assert "Dibagikan oleh Lurah" in page


def test_places_are_grouped_by_the_office_that_owns_them(site: Site) -> None:
    for name, agency in (("Pasar", "Dinas Perdagangan"), ("Balai Kota", ""), ("Kios", "Dinas Perdagangan")):
        site.add_camera(name, agency=agency)
    with browser(site, site.add_user("wali", Role.ADMIN)) as client:
        page = client.get("/").text
    groups = re.findall(r'<optgroup label="([^"]+)">(.*?)</optgroup>', page, re.DOTALL)
    assert [(label, re.findall(r'data-name="([^"]+)"', inside)) for label, inside in groups] == [
        ("Dinas Perdagangan", ["Kios", "Pasar"]),
        ("Tanpa perangkat daerah", ["Balai Kota"]),
    ]


def test_state_counts_and_names_problems_with_since_when_and_one_action(site: Site, h264_run: Path) -> None:
    well, lost, refused, off = (site.add_camera(name) for name in ("Balai Kota", "Pasar", "Taman", "Gudang"))
    site.storage.cameras.set_enabled(off.id, is_enabled=False)
    site.record(well, h264_run)
    site.clock.advance(25)
    says(site, well, StreamState.RECORDING)
    says(site, refused, StreamState.AUTH, since_us=NOON_US)
    says(site, lost, StreamState.BACKOFF, since_us=NOON_US)
    with browser(site, site.add_user("wali", Role.ADMIN)) as client:
        page = client.get("/").text
        state = part(page, "state")
        fragment = part(client.get("/overview/state").text, "state")
    assert "2 masalah perlu diperiksa" in state
    assert "Kamera tersambung 1 dari 4 1 dimatikan" in state
    assert (
        "Taman Kamera menolak kata sandi atau alamatnya. Rekaman sebelumnya aman. Sejak 20:00 WITA." in state
    )
    assert "Pasar Terputus sejak 20:00 WITA. Rekaman sebelumnya aman." in state
    assert "Gudang" not in state
    assert f'href="/cameras/{lost.id}"' in page
    assert fragment == state[: len(fragment)]


def test_completeness_is_that_of_the_last_day_and_the_lowest_are_drawn(site: Site, h264_run: Path) -> None:
    whole, broken = site.add_camera("Balai Kota"), site.add_camera("Pasar")
    site.record(whole, h264_run, start_us=NOON_US)
    site.record(broken, h264_run, start_us=NOON_US)
    site.record(whole, h264_run, start_us=NOON_US + 25 * SECOND_US)
    site.record(broken, h264_run, start_us=NOON_US + 75 * SECOND_US)
    site.clock.advance(100)
    says(site, whole, StreamState.BACKOFF)
    says(site, broken, StreamState.RECORDING)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, whole, broken)) as client:
        page = client.get("/").text
    shares = re.findall(r'role="rowheader">([^<]+)</span>.*?role="cell">([\d,]+) %', page, re.DOTALL)
    assert [name for name, _ in shares] == ["Balai Kota", "Pasar"]
    assert [share for _, share in shares] == ["50", "50"]
    assert "Hilang 50 dtk dalam 1 celah" in words(page)


def test_leader_reads_calm_words_without_strips(site: Site, h264_run: Path) -> None:
    camera = site.add_camera("Balai Kota")
    site.record(camera, h264_run)
    site.clock.advance(HOUR_US // SECOND_US)
    says(site, camera, StreamState.STALLED)
    with browser(site, site.add_user("walikota", Role.VIEWER, camera)) as client:
        page = client.get("/").text
    state = part(page, "state")
    assert "Kelengkapan" not in state
    assert "Terendah" not in state
    assert "1 masalah perlu diperiksa" in state
    assert f'href="/playback?cam={camera.id}"' in page
    assert f'href="/cameras/{camera.id}"' not in page


def test_everything_well_is_said_in_one_sentence(site: Site) -> None:
    camera = site.add_camera("Balai Kota")
    says(site, camera, StreamState.RECORDING)
    with browser(site, site.add_user("walikota", Role.VIEWER, camera)) as client:
        state = part(client.get("/").text, "state")
    assert "Semua berjalan baik" in state
    assert "Kamera tersambung 1 dari 1 semua merekam" in state


@pytest.mark.parametrize(
    ("made_us", "said"),
    [
        (NOON_US - 3 * HOUR_US, "Cadangan basis data terakhir: 17:00 WITA."),
        (NOON_US - 2 * DAY_US, "1 masalah perlu diperiksa"),
        (None, "Basis data belum pernah dicadangkan."),
    ],
)
def test_administrators_see_how_old_the_newest_backup_is(site: Site, made_us: int | None, said: str) -> None:
    camera = site.add_camera("Balai Kota")
    says(site, camera, StreamState.RECORDING)
    note_nightly_backup(site.storage.database, NightlyBackup(made_us))
    with browser(site, site.add_user("wali", Role.ADMIN)) as client:
        state = part(client.get("/").text, "state")
    with browser(site, site.add_user("camat", Role.OPERATOR, camera)) as client:
        others = part(client.get("/").text, "state")
    assert said in state
    assert ("Semua berjalan baik" in state) is (made_us == NOON_US - 3 * HOUR_US)
    assert "Cadangan" not in others
    assert "Semua berjalan baik" in others


@pytest.mark.parametrize("role", list(Role))
def test_recorder_that_is_down_is_told_first_with_since_when_and_what_to_do(site: Site, role: Role) -> None:
    cameras = [site.add_camera(name) for name in ("Balai Kota", "Pasar")]
    for camera in cameras:
        says(site, camera, StreamState.RECORDING)
    site.clock.advance(90)
    with browser(site, site.add_user("pegawai", role, *cameras)) as client:
        page = client.get("/").text
        fragment = client.get("/overview/state").text
    for text in (page, fragment):
        assert "Perekaman berhenti sejak 20:00 WITA." in words(text)
        assert "Rekaman sebelumnya aman" in words(text)
        assert ("vms up" in text) is (role is Role.ADMIN)
    # One cause, one message: not one for each camera.
    assert "Program perekam tidak menjawab" not in part(page, "state")


def test_exports_that_run_show_how_far_they_are_to_those_who_export(site: Site) -> None:
    camera = site.add_camera("Balai Kota")
    user = site.add_user("penyidik", Role.OPERATOR, camera)
    time = TimeRange(NOON_US, NOON_US + MINUTE_US)
    job = site.storage.exports.create(ClipRequest((camera.id,), time, "Tabrak lari", "LP", user.id))
    site.storage.exports.claim_next("worker", 60)
    site.storage.exports.progress(job.id, "worker", done_bytes=42, total_bytes=100, seconds=60)
    with browser(site, user) as client:
        own = words(client.get("/overview/state").text)
    with browser(site, site.add_user("lain", Role.OPERATOR, camera)) as client:
        others = words(client.get("/overview/state").text)
    assert "Ekspor berjalan · Tabrak lari 42 %" in own
    assert "Tabrak lari" not in others


def test_footage_that_is_deleted_too_early_is_a_problem(site: Site, h264_run: Path) -> None:
    camera = site.add_camera("Puskesmas")
    run = site.record(camera, h264_run)
    site.clock.advance(5 * DAY_US // SECOND_US)
    says(site, camera, StreamState.RECORDING)
    user = site.add_user("wali", Role.ADMIN)
    with browser(site, user) as client:
        before = part(client.get("/").text, "state")
        with site.storage.database.write() as connection:
            connection.exec_driver_sql(f"DELETE FROM segment WHERE run_id = {run.id} AND seq = 0")
            connection.exec_driver_sql("UPDATE span SET start_us = start_us + 10000000")
        after = part(client.get("/").text, "state")
    assert "target" not in before
    assert "Puskesmas Tersimpan 4 hari, target 30 hari." in after


def test_nothing_of_others_cameras_is_in_any_piece_of_the_page(site: Site) -> None:
    own, other = site.add_camera("Balai Kota"), site.add_camera("Pekauman")
    says(site, other, StreamState.BACKOFF)
    with browser(site, site.add_user("camat", Role.OPERATOR, own)) as client:
        for path in ("/", "/overview/state", "/overview/cameras"):
            answer = client.get(path)
            assert answer.status_code == 200
            assert "Pekauman" not in answer.text
            assert "dari 2" not in answer.text
