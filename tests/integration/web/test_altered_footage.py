"""Exports of footage that is not what was recorded: refused by name, or delivered with the mismatch named."""

import hashlib
import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from storage.schema.footage import init
from tests.support.footage import NOON_US
from tests.support.recorded_site import Site, browser, main_stream
from vms.domain.camera import Camera
from vms.domain.time import SECOND_US, TimeRange
from vms.domain.user import Role

EVER = TimeRange(0, 4_000_000_000_000_000)
Damage = Callable[[Path, Path], None]


def alter_first_byte_of_media(file: Path, _other: Path) -> None:
    """Alter one byte inside the pictures of a file's first fragment."""
    data = bytearray(file.read_bytes())
    data[data.index(b"mdat") + 40] ^= 1
    file.write_bytes(data)


def alter_last_byte(file: Path, _other: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)


def truncate(file: Path, _other: Path) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2])


def replace(file: Path, other: Path) -> None:
    """Put another recording in place of the file, padded to its very length."""
    data, length = other.read_bytes(), file.stat().st_size
    file.unlink()
    file.write_bytes((data + bytes(length))[:length])


def remove(file: Path, _other: Path) -> None:
    file.unlink()


def ask(client: TestClient, *cameras: Camera, end: float = 24.0, **more: object) -> int:
    body = {
        "camera_ids": [camera.id for camera in cameras],
        "from": str(NOON_US + 2 * SECOND_US),
        "to": str(NOON_US + int(end * SECOND_US)),
        "name": "Tabrak lari",
        "reason": "LP/B/117/XI/2025",
        **more,
    }
    answer = client.post("/api/v1/exports", json=body)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


@pytest.mark.parametrize(
    ("damage", "problem", "words"),
    [
        (alter_first_byte_of_media, "altered", "was altered"),
        (alter_last_byte, "altered", "was altered"),
        (truncate, "shortened", "was cut off"),
        (replace, "unreadable", "is no video any more"),
        (remove, "missing", "is gone"),
    ],
)
def test_export_of_altered_footage_fails_and_names_camera_and_time(
    site: Site, h264_run: Path, h265_run: Path, damage: Damage, problem: str, words: str
) -> None:
    camera = site.add_camera("Balai Kota")
    site.record(camera, h264_run)
    site.clock.advance(600)
    damage(site.segment_file(camera, 1), next(iter(sorted(h265_run.glob("*.mp4")))))
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        for _ in range(2):
            job = ask(client, camera)
            site.worker().run_next()
            facts = client.get(f"/api/v1/exports/{job}").json()
            assert (facts["state"], facts["error"]) == (
                "failed",
                f"footage is not what was recorded: Balai Kota, 2024-10-04 20:00:10 to 20:00:20 WITA {words}",
            )
            assert facts["mismatches"] == [
                {
                    "camera_id": camera.id,
                    "start_us": NOON_US + 10 * SECOND_US,
                    "end_us": NOON_US + 20 * SECOND_US,
                    "problem": problem,
                }
            ]
            assert client.get(f"/api/v1/exports/{job}/file").status_code == 404
    assert list((site.settings.data_dir / "exports").glob("*")) == []


def test_byte_outside_the_cut_counts_as_well(site: Site, h264_run: Path) -> None:
    """The digest is that of a whole file, of which a clip may need a second."""
    camera = site.add_camera("Balai Kota")
    site.record(camera, h264_run)
    site.clock.advance(600)
    alter_last_byte(site.segment_file(camera, 0), h264_run)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        job = ask(client, camera, end=4)
        site.worker().run_next()
        assert client.get(f"/api/v1/exports/{job}").json()["state"] == "failed"


@pytest.mark.parametrize(
    ("damage", "problem", "frames", "seconds_missing"),
    [
        (alter_first_byte_of_media, "altered", 550, 0),
        (truncate, "shortened", None, None),
        (replace, "unreadable", 300, 10),
        (remove, "missing", 300, 10),
    ],
)
def test_who_chooses_so_gets_what_is_there_and_the_mismatch_in_the_manifest(
    site: Site,
    h264_run: Path,
    h265_run: Path,
    damage: Damage,
    problem: str,
    frames: int | None,
    seconds_missing: int | None,
) -> None:
    camera = site.add_camera("Balai Kota")
    site.record(camera, h264_run)
    site.clock.advance(600)
    recorded = hashlib.sha256(site.segment_file(camera, 1).read_bytes()).hexdigest()
    damage(site.segment_file(camera, 1), next(iter(sorted(h265_run.glob("*.mp4")))))
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        job = ask(client, camera, takes_altered=True)
        site.worker().run_next()
        facts = client.get(f"/api/v1/exports/{job}").json()
        manifest = client.get(f"/api/v1/exports/{job}/manifest").json()
        page = client.get("/exports").text
    assert facts["state"] == "done", facts
    [described] = manifest["cameras"]
    assert described["is_as_recorded"] is False
    assert described["mismatches"] == [
        {"start": "2024-10-04T12:00:10.000000Z", "end": "2024-10-04T12:00:20.000000Z", "problem": problem}
    ]
    sources = [source for file in described["files"] for source in file["sources"]]
    untouched = [source for source in sources if source["sha256"] != recorded]
    assert [source["is_as_recorded"] for source in untouched] == [True, True]
    assert [source["read_sha256"] == source["sha256"] for source in untouched] == [True, True]
    for source in sources:
        if source["sha256"] == recorded:
            assert source["is_as_recorded"] is False
            assert (
                source["read_sha256"] == hashlib.sha256(site.segment_file(camera, 1).read_bytes()).hexdigest()
            )
    if frames is not None:
        assert sum(file["frames"] for file in described["files"]) == frames
    assert bool(described["gaps"]) is (seconds_missing != 0)
    assert "Balai Kota" in page
    assert "tidak sama dengan yang direkam" in page


def test_sound_footage_is_certified_by_what_was_read(site: Site, h264_run: Path) -> None:
    camera = site.add_camera("Balai Kota")
    site.record(camera, h264_run)
    site.clock.advance(600)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        job = ask(client, camera)
        site.worker().run_next()
        manifest = client.get(f"/api/v1/exports/{job}/manifest").json()
    [described] = manifest["cameras"]
    assert (described["is_as_recorded"], described["mismatches"]) == (True, [])
    digests = [source["read_sha256"] for file in described["files"] for source in file["sources"]]
    assert digests == [
        hashlib.sha256(site.segment_file(camera, number).read_bytes()).hexdigest() for number in range(3)
    ]


def test_zip_of_several_cameras_names_the_altered_one(site: Site, h264_run: Path) -> None:
    cameras = [site.add_camera("Balai Kota"), site.add_camera("Simpang Empat")]
    for camera in cameras:
        site.record(camera, h264_run)
    site.clock.advance(600)
    alter_last_byte(site.segment_file(cameras[1], 0), h264_run)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, *cameras)) as client:
        refused, taken = ask(client, *cameras), ask(client, *cameras, takes_altered=True)
        site.worker().run_next()
        site.worker().run_next()
        facts = client.get(f"/api/v1/exports/{refused}").json()
        data = client.get(f"/api/v1/exports/{taken}/file").content
    assert facts["state"] == "failed"
    assert [mismatch["camera_id"] for mismatch in facts["mismatches"]] == [cameras[1].id]
    assert "Simpang Empat" in facts["error"]
    assert "Balai Kota" not in facts["error"]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert [(one["name"], one["is_as_recorded"]) for one in manifest["cameras"]] == [
        ("Balai Kota", True),
        ("Simpang Empat", False),
    ]


def test_page_offers_to_go_on_over_the_mismatch(site: Site, h264_run: Path) -> None:
    camera = site.add_camera("Balai Kota")
    site.record(camera, h264_run)
    site.clock.advance(600)
    alter_last_byte(site.segment_file(camera, 0), h264_run)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        job = ask(client, camera)
        site.worker().run_next()
        page = client.get("/exports").text
        answer = client.post(f"/exports/{job}/again", data={"takes_altered": "1"}, follow_redirects=False)
        site.worker().run_next()
        newest = client.get("/api/v1/exports").json()[0]
    assert re.search(r"Balai Kota, 4 Okt 2024 20:00:00.20:00:10 WITA: isinya berubah", page)
    assert 'name="takes_altered" value="1"' in page
    assert answer.status_code == 303
    assert (newest["state"], newest["takes_altered"], len(newest["mismatches"])) == ("done", True, 1)


def test_unreadable_footage_alone_is_no_clip(site: Site, h264_run: Path, h265_run: Path) -> None:
    camera = site.add_camera("Balai Kota")
    site.record(camera, h264_run, files=1)
    site.clock.advance(600)
    shutil.copyfile(next(iter(sorted(h265_run.glob("*.mp4")))), site.segment_file(camera, 0))
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        job = ask(client, camera, end=9, takes_altered=True)
        site.worker().run_next()
        facts = client.get(f"/api/v1/exports/{job}").json()
    assert facts["state"] == "failed"
    assert "can be read" in facts["error"] or "no footage" in facts["error"]


def media_url(site: Site, camera: Camera, number: int) -> str:
    segment = site.storage.segments.covering(main_stream(camera).id, EVER)[number]
    return f"/api/v1/cameras/{camera.id}/media/{segment.stream_id}/{segment.run_id}-{segment.seq}-0.mp4"


@pytest.mark.parametrize("damage", [alter_last_byte, truncate, replace])
def test_changed_file_is_not_served_under_the_etag_of_the_recorded_one(
    site: Site, h264_run: Path, h265_run: Path, damage: Damage
) -> None:
    camera = site.add_camera("Balai Kota")
    site.record(camera, h264_run)
    url = media_url(site, camera, 1)
    with browser(site, site.add_user("walikota", Role.VIEWER, camera)) as client:
        recorded = client.get(url)
        damage(site.segment_file(camera, 1), next(iter(sorted(h265_run.glob("*.mp4")))))
        answers = [client.get(url) for _ in range(3)]
        again = client.get(url, headers={"If-None-Match": recorded.headers["etag"]})
        part = client.get(url, headers={"If-Range": recorded.headers["etag"], "Range": "bytes=0-9"})
    served = [answer for answer in answers if answer.status_code == 200]
    assert served
    assert {answer.content == recorded.content for answer in served} == {False}
    assert recorded.headers["etag"] not in {answer.headers["etag"] for answer in served}
    # Neither "you have it already" nor a part to be joined with parts of what was there before.
    assert (again.status_code, part.status_code) == (200, 200)


def test_file_of_another_length_is_not_kept_by_browsers(site: Site, h264_run: Path) -> None:
    camera = site.add_camera("Balai Kota")
    site.record(camera, h264_run)
    truncate(site.segment_file(camera, 1), h264_run)
    with browser(site, site.add_user("walikota", Role.VIEWER, camera)) as client:
        answers = [client.get(media_url(site, camera, 1)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [410, 200]
    assert answers[1].headers["cache-control"] == "no-store"


def test_etag_of_an_init_segment_is_that_of_its_bytes(site: Site, h264_run: Path) -> None:
    camera = site.add_camera("Balai Kota")
    site.record(camera, h264_run)
    init_id = site.storage.segments.covering(main_stream(camera).id, EVER)[0].init_id
    url = f"/api/v1/cameras/{camera.id}/init/{init_id}.mp4"
    with browser(site, site.add_user("walikota", Role.VIEWER, camera)) as client:
        recorded = client.get(url)
        with site.storage.database.write() as connection:
            altered = recorded.content[:-1] + b"?"
            connection.execute(sa.update(init).where(init.c.id == init_id).values(data=altered))
        served = client.get(url)
    assert served.content == altered
    assert served.headers["etag"] != recorded.headers["etag"]


def test_delivered_clip_that_changed_on_disk_is_told_apart(site: Site, h264_run: Path) -> None:
    camera = site.add_camera("Balai Kota")
    site.record(camera, h264_run)
    site.clock.advance(600)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        job = ask(client, camera)
        site.worker().run_next()
        url = f"/api/v1/exports/{job}/file"
        delivered = client.get(url)
        [file] = (site.settings.data_dir / "exports").glob("*/*.mp4")
        alter_last_byte(file, file)
        altered = client.get(url)
        truncate(file, file)
        cut = client.get(url)
    assert altered.headers["etag"] != delivered.headers["etag"]
    assert (cut.status_code, cut.json()["error"]["code"]) == (410, "damaged")
