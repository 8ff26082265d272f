"""What an export says of who asked, why, what its files are called, and how far its times can be trusted."""

import threading
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from storage.schema.footage import run
from tests.support.footage import NOON_US
from tests.support.recorded_site import PASSWORD, Site, browser
from vms.domain.camera import Camera
from vms.domain.errors import NotSignedIn, TooManyAttempts
from vms.domain.segment import ClockTrust
from vms.domain.time import SECOND_US
from vms.domain.user import Role
from web.access.auth import Authority


def body(*cameras: Camera, **changes: object) -> dict[str, object]:
    return {
        "camera_ids": [camera.id for camera in cameras],
        "from": str(NOON_US + 2 * SECOND_US),
        "to": str(NOON_US + 7 * SECOND_US),
        "name": "Tabrak lari",
        "reason": "LP/B/117/XI/2025",
        **changes,
    }


def made(client: TestClient, site: Site, *cameras: Camera) -> int:
    job = int(client.post("/api/v1/exports", json=body(*cameras)).raise_for_status().json()["id"])
    assert site.worker().run_next()
    return job


def test_requester_is_told_by_name_login_and_number(site: Site, h264_run: Path) -> None:
    camera = site.add_camera("Balai Kota")
    site.record(camera, h264_run)
    site.clock.advance(600)
    user = site.add_user("penyidik", Role.OPERATOR, camera)
    with browser(site, user) as client:
        job = made(client, site, camera)
        facts = client.get(f"/api/v1/exports/{job}").json()
        manifest = client.get(f"/api/v1/exports/{job}/manifest").json()["export"]
        page = client.get("/exports").text
        cover = client.get(f"/api/v1/exports/{job}/cover").text
        # What they are called later changes nothing of what was.
        site.storage.users.edit(replace(site.storage.users.get(user.id), full_name="Inspektur"))
        later = client.get(f"/api/v1/exports/{job}").json()
    for told in (facts, manifest, later):
        assert (told["requested_by"], told["requested_by_login"], told["requested_by_id"]) == (
            "Penyidik",
            "penyidik",
            user.id,
        )
    assert f"Penyidik (penyidik, No. {user.id})" in page
    assert f"Penyidik (penyidik, No. {user.id})" in cover


@pytest.mark.parametrize("change", [{"reason": ""}, {"reason": "   "}, {"reason": None}])
def test_interface_wants_a_reason(site: Site, change: dict[str, object]) -> None:
    camera = site.add_camera("Balai Kota")
    site.clock.advance(600)
    asked = body(camera, **change)
    if asked["reason"] is None:
        del asked["reason"]
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        answer = client.post("/api/v1/exports", json=asked)
        estimate = client.post("/api/v1/exports/estimate", json=asked)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "reason")
    assert estimate.status_code == 200
    assert site.storage.exports.list() == []


def test_file_is_called_by_place_date_time_and_zone_and_never_as_another(site: Site, h264_run: Path) -> None:
    cameras = [site.add_camera("Balai Kota"), site.add_camera("Balai-Kota"), site.add_camera("街" * 60)]
    for camera in cameras:
        site.record(camera, h264_run)
    site.clock.advance(600)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, *cameras)) as client:
        first, second, packed = (
            made(client, site, *chosen) for chosen in (cameras[:1], cameras[:1], cameras)
        )
        names = [client.get(f"/api/v1/exports/{job}").json()["file_name"] for job in (first, second, packed)]
        manifest = client.get(f"/api/v1/exports/{first}/manifest").headers["content-disposition"]
        with zipfile.ZipFile(BytesIO(client.get(f"/api/v1/exports/{packed}/file").content)) as archive:
            inside = archive.namelist()
    assert names == [
        f"Balai-Kota_20241004_200002-200007_WITA_{first}.mp4",
        f"Balai-Kota_20241004_200002-200007_WITA_{second}.mp4",
        f"Balai-Kota+2_20241004_200002-200007_WITA_{packed}.zip",
    ]
    assert inside == [
        f"Balai-Kota_20241004_200002-200007_WITA_{packed}.mp4",
        f"Balai-Kota_20241004_200002-200007_WITA_{packed}_2.mp4",
        f"camera-{cameras[2].id}_20241004_200002-200007_WITA_{packed}.mp4",
        "manifest.json",
        "cover.txt",
    ]
    assert f'filename="Balai-Kota_20241004_200002-200007_WITA_{first}-manifest.json"' in manifest


@pytest.mark.parametrize(
    ("trust", "page_words", "cover_words"),
    [
        (ClockTrust.SYNCED, None, "The server's clock was synchronised"),
        (ClockTrust.UNSYNCED, "Jam server tidak tersinkron", "clock was NOT synchronised"),
        (
            ClockTrust.UNKNOWN,
            "Tidak diketahui apakah jam server",
            "it is not known whether the server's clock",
        ),
    ],
)
def test_doubtful_clock_is_told_in_words_on_page_and_cover(
    site: Site, h264_run: Path, trust: ClockTrust, page_words: str | None, cover_words: str
) -> None:
    camera = site.add_camera("Balai Kota")
    site.record(camera, h264_run)
    with site.storage.database.write() as connection:
        connection.execute(sa.update(run).values(trust=trust.value))
    site.clock.advance(600)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        job = made(client, site, camera)
        facts = client.get(f"/api/v1/exports/{job}").json()
        page = client.get("/exports").text
        cover = client.get(f"/api/v1/exports/{job}/cover")
    assert facts["clock"] == trust.value
    assert ("Jam server tidak tersinkron" in page or "Tidak diketahui apakah jam" in page) is bool(page_words)
    assert page_words is None or page_words in page
    indonesian, english = cover.text.split("COVER OF AN EXPORT")
    # In the first paragraph (EXP-12), in both languages.
    assert cover_words in english.strip().split("\n\n")[1]
    assert ("PERHATIAN: " in indonesian.split("\n\n")[1]) is bool(page_words)
    assert cover.headers["content-type"] == "text/plain; charset=utf-8"


def test_cover_names_gaps_files_and_digests_and_no_path(site: Site, h264_run: Path) -> None:
    camera = site.add_camera("Balai Kota")
    site.record(camera, h264_run)
    site.clock.advance(600)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        asked = body(camera, to=str(NOON_US + 40 * SECOND_US))
        job = int(client.post("/api/v1/exports", json=asked).json()["id"])
        site.worker().run_next()
        facts = client.get(f"/api/v1/exports/{job}").json()
        cover = client.get(f"/api/v1/exports/{job}/cover").text
    assert f"{facts['file_name']}  SHA-256 {facts['sha256']}" in cover
    assert "gap 04/10/2024 20:00:25 to 20:00:40 WITA" in cover
    assert "Each source file was read as a whole and is what was recorded." in cover
    assert all(secret not in cover for secret in ("rtsp", "10.0.0.12", str(site.root)))


def test_refused_request_is_on_the_record(site: Site) -> None:
    camera = site.add_camera("Balai Kota")
    site.clock.advance(600)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        codes = [client.post("/api/v1/exports", json=body(camera)).status_code for _ in range(6)]
    assert codes == [201] * 5 + [429]
    newest = site.storage.audit.recent(1)[0]
    assert (newest.action, newest.detail) == ("export.request-refused", "too many are waiting")


def test_wrong_passwords_at_once_are_no_way_around_the_wait(site: Site) -> None:
    """The same kind as exports: what is under way counts."""
    site.add_user("penyidik", Role.OPERATOR)
    authority = Authority(site.storage, site.clock)
    gate = threading.Barrier(20)
    came: list[type[Exception]] = []

    def guess(number: int) -> None:
        gate.wait(60)
        try:
            authority.sign_in("penyidik", f"salah {number}", address=f"10.0.0.{number}")
        except (NotSignedIn, TooManyAttempts) as error:
            came.append(type(error))

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (came.count(NotSignedIn), came.count(TooManyAttempts)) == (5, 15)
    site.clock.advance(31)
    assert authority.sign_in("penyidik", PASSWORD, address="10.0.0.99").user.name == "penyidik"
