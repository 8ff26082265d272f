"""Clips from asking to fetching, made from real footage by the real worker."""

import hashlib
import io
import json
import zipfile
from pathlib import Path

import av
import pytest
from starlette.testclient import TestClient

from playback.exports.export_folder import ExportFolder
from playback.exports.export_job import ExportJob
from storage.purge.purger import Purger
from tests.support.footage import NOON_US
from tests.support.recorded_site import Site, browser, main_stream
from vms.domain.camera import Camera
from vms.domain.export import ClipRequest, Export, ExportState
from vms.domain.segment import ClockTrust
from vms.domain.time import HOUR_US, SECOND_US, TimeRange
from vms.domain.user import Role


def body(*cameras: Camera, start: float = 2.52, end: float = 7.0) -> dict[str, object]:
    return {
        "camera_ids": [camera.id for camera in cameras],
        "from": str(NOON_US + int(start * SECOND_US)),
        "to": str(NOON_US + int(end * SECOND_US)),
        "name": "Tabrak lari Simpang Empat",
        "reason": "LP/B/117/XI/2025",
    }


def ask(client: TestClient, *cameras: Camera, start: float = 2.52, end: float = 7.0) -> int:
    answer = client.post("/api/v1/exports", json=body(*cameras, start=start, end=end))
    assert answer.status_code == 201
    return int(answer.json()["id"])


def shown_frames(data: bytes) -> int:
    with av.open(io.BytesIO(data), "r", format="mp4") as container:
        return sum(1 for _ in container.decode(video=0))


def queue(site: Site, camera: Camera, start: float = 2.52, end: float = 7.0) -> Export:
    time = TimeRange(NOON_US + int(start * SECOND_US), NOON_US + int(end * SECOND_US))
    return site.storage.exports.create(ClipRequest((camera.id,), time, "clip", "", None))


def test_clip_is_cut_to_the_frame_and_described(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    site.clock.advance(600)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        job = ask(client, camera)
        assert site.worker().run_next()
        status = client.get(f"/api/v1/exports/{job}").json()
        clip = client.get(f"/api/v1/exports/{job}/file")
        part = client.get(f"/api/v1/exports/{job}/file", headers={"Range": "bytes=10-19"})
        manifest = client.get(f"/api/v1/exports/{job}/manifest").json()
    assert status["state"] == "done"
    assert status["done_bytes"] == status["total_bytes"] > 0
    assert shown_frames(clip.content) == 112
    assert part.content == clip.content[10:20]
    assert hashlib.sha256(clip.content).hexdigest() == status["sha256"]
    assert clip.headers["content-disposition"].startswith("attachment")
    [described] = manifest["cameras"]
    [file] = described["files"]
    assert file["sha256"] == status["sha256"]
    assert file["frames"] == 112
    assert file["lead_in"]["frames"] == 13
    assert file["delivered"]["start"] == "2024-10-04T12:00:02.520000Z"
    assert described["is_gap_free"] is True
    assert manifest["requested"]["end"] == "2024-10-04T12:00:07.000000Z"
    segment = site.storage.segments.oldest(main_stream(camera).id)
    assert segment is not None
    assert [source["sha256"] for source in file["sources"]] == [segment.sha256.hex()]


def test_manifest_holds_no_address_and_no_path(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    site.clock.advance(600)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        job = ask(client, camera)
        site.worker().run_next()
        text = client.get(f"/api/v1/exports/{job}/manifest").text
    assert all(secret not in text for secret in ("rtsp", "10.0.0.12", str(site.root)))


def test_several_cameras_are_delivered_as_one_zip(site: Site, h264_run: Path, h265_run: Path) -> None:
    cameras = [site.add_camera("Balai Kota"), site.add_camera("Simpang Empat")]
    for camera, run in zip(cameras, (h264_run, h265_run), strict=True):
        site.record(camera, run)
    site.clock.advance(600)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, *cameras)) as client:
        job = ask(client, *cameras)
        site.worker().run_next()
        status = client.get(f"/api/v1/exports/{job}").json()
        data = client.get(f"/api/v1/exports/{job}/file").content
    assert status["file_name"] == f"Balai-Kota+1_20241004_200002-200007_WITA_{job}.zip"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        names = [file["name"] for camera in manifest["cameras"] for file in camera["files"]]
        assert sorted([*names, "cover.txt", "manifest.json"]) == sorted(archive.namelist())
        assert [shown_frames(archive.read(name)) for name in names] == [112, 112]


def test_clip_is_split_where_the_codec_changes_and_names_the_gap(
    site: Site, h264_run: Path, h265_run: Path
) -> None:
    """failure mode 12: the export splits at a change of codec"""
    camera = site.add_camera()
    site.record(camera, h264_run)
    site.record(camera, h265_run, start_us=NOON_US + 30 * SECOND_US)
    site.clock.advance(600)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        job = ask(client, camera, start=20, end=36)
        site.worker().run_next()
        manifest = client.get(f"/api/v1/exports/{job}/manifest").json()
    [described] = manifest["cameras"]
    assert [(file["codec"], file["frames"]) for file in described["files"]] == [("h264", 125), ("h265", 150)]
    assert [(gap["start"][17:19], gap["end"][17:19]) for gap in described["gaps"]] == [("25", "30")]


def test_clip_may_end_in_footage_that_is_being_written(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run, files=1, closed=False)
    site.clock.advance(26)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        job = ask(client, camera, start=8, end=22)
        site.worker().run_next()
        clip = client.get(f"/api/v1/exports/{job}/file")
        manifest = client.get(f"/api/v1/exports/{job}/manifest").json()
    assert shown_frames(clip.content) == 350
    digests = [source["sha256"] for source in manifest["cameras"][0]["files"][0]["sources"]]
    assert [digest is None for digest in digests] == [False, True, True]


def test_estimate_tells_size_gaps_and_whether_it_fits(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    site.clock.advance(600)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        answer = client.post("/api/v1/exports/estimate", json=body(camera, start=20, end=40)).json()
        job = ask(client, camera, start=20, end=40)
        site.worker().run_next()
        made = client.get(f"/api/v1/exports/{job}").json()
    assert answer["fits"] is True
    assert [(gap["start_us"], gap["end_us"]) for gap in answer["gaps"]] == [
        (NOON_US + 25 * SECOND_US, NOON_US + 40 * SECOND_US)
    ]
    assert abs(answer["bytes"] - made["file_bytes"]) < 0.05 * made["file_bytes"]


def test_estimate_tells_what_each_camera_contributes(site: Site, h264_run: Path, h265_run: Path) -> None:
    full, short, empty = (site.add_camera(name) for name in ("Balai Kota", "Simpang Empat", "Puskesmas"))
    site.record(full, h264_run)
    site.record(short, h265_run)
    site.clock.advance(600)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, full, short, empty)) as client:
        asked = body(full, short, empty, start=8, end=20)
        answer = client.post("/api/v1/exports/estimate", json=asked).json()
    told = {entry["camera_id"]: entry for entry in answer["cameras"]}
    assert sum(entry["bytes"] for entry in answer["cameras"]) == answer["bytes"]
    assert told[full.id]["covered_us"] == 12 * SECOND_US
    assert (told[full.id]["bytes"] > 0, told[short.id]["bytes"] > 0) == (True, True)
    assert (told[empty.id]["bytes"], told[empty.id]["files"]) == (0, 0)
    assert {gap["camera_id"] for gap in answer["gaps"]} == {short.id, empty.id}


def test_time_without_footage_fails_with_a_plain_sentence(site: Site) -> None:
    camera = site.add_camera()
    site.clock.advance(600)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        job = ask(client, camera)
        site.worker().run_next()
        status = client.get(f"/api/v1/exports/{job}").json()
    assert (status["state"], status["error"]) == ("failed", "there is no footage in the time asked for")


def test_cancelled_job_leaves_nothing(site: Site, h264_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    site.clock.advance(600)
    original = ExportJob.make
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        job = ask(client, camera)

        def cancel_and_make(self: ExportJob, *args: object) -> object:
            client.post(f"/api/v1/exports/{job}/cancel").raise_for_status()
            return original(self, *args)  # type: ignore[arg-type]  # passed on as they came

        monkeypatch.setattr(ExportJob, "make", cancel_and_make)
        site.worker().run_next()
        status = client.get(f"/api/v1/exports/{job}").json()
        file = client.get(f"/api/v1/exports/{job}/file")
    assert status["state"] == "cancelled"
    assert file.status_code == 404
    assert list((site.settings.data_dir / "exports").iterdir()) == []


def test_purge_cannot_take_footage_from_a_running_export(
    site: Site, h264_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """failure mode 36: the lease keeps due footage until the clip is made, and no longer"""
    camera = site.add_camera(retention_days=1)
    site.record(camera, h264_run)
    job = queue(site, camera)
    stream = main_stream(camera)
    purger = Purger(site.storage, site.clock, clock_trust=lambda: ClockTrust.SYNCED)
    purger.run_once()
    site.clock.advance(2 * 24 * 3600)
    kept: list[bool] = []
    original = ExportJob.make

    def purge_and_make(self: ExportJob, *args: object) -> object:
        purger.run_once()
        kept.append(site.storage.segments.oldest(stream.id) is not None)
        return original(self, *args)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(ExportJob, "make", purge_and_make)
    site.worker().run_next()
    purger.run_once()
    assert kept == [True]
    assert site.storage.exports.get(job.id).state is ExportState.DONE
    assert site.storage.segments.oldest(stream.id) is None


def test_job_of_a_worker_that_died_is_made_by_the_next(site: Site, h264_run: Path) -> None:
    """failure mode 36: claim and lease lapse after a crash, the partial folder goes"""
    camera = site.add_camera()
    site.record(camera, h264_run)
    site.clock.advance(600)
    job = queue(site, camera)
    dead = site.storage.exports.claim_next("worker-that-died", 60)
    assert dead is not None
    stray = site.settings.data_dir / "exports" / f"{job.token}.partial"
    stray.mkdir(parents=True)
    (stray / "half.mp4").write_bytes(b"half")
    assert not site.worker().run_next()
    site.clock.advance(61)
    assert site.worker().run_next()
    assert site.storage.exports.get(job.id).state is ExportState.DONE
    assert not stray.exists()


def test_strays_of_ended_jobs_are_removed(site: Site) -> None:
    stray = site.settings.data_dir / "exports" / "nobody.partial"
    stray.mkdir(parents=True)
    assert site.worker().remove_strays() == 1
    assert not stray.exists()


def test_delivered_clip_is_deleted_in_time_and_its_record_stays(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    site.clock.advance(600)
    worker = site.worker(keep_hours=1)
    user = site.add_user("penyidik", Role.OPERATOR, camera)
    with browser(site, user) as client:
        job = ask(client, camera)
        worker.run_next()
        site.clock.wall_us += HOUR_US
        assert worker.expire_due() == 1
    with browser(site, user) as client:
        status = client.get(f"/api/v1/exports/{job}").json()
        file = client.get(f"/api/v1/exports/{job}/file")
    assert status["state"] == "expired"
    assert file.status_code == 410
    assert list((site.settings.data_dir / "exports").iterdir()) == []


def test_clip_that_does_not_fit_is_not_begun(
    site: Site, h264_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    site.clock.advance(600)
    job = queue(site, camera)
    monkeypatch.setattr(ExportFolder, "free_bytes", lambda _: 1000)
    site.worker().run_next()
    failed = site.storage.exports.get(job.id)
    assert failed.state is ExportState.FAILED
    assert failed.error is not None
    assert "free" in failed.error


def test_viewer_cannot_export_what_they_may_see(site: Site) -> None:
    camera = site.add_camera()
    site.clock.advance(600)
    with browser(site, site.add_user("camat", Role.VIEWER, camera)) as client:
        answer = client.post("/api/v1/exports", json=body(camera))
    assert answer.status_code == 403


def test_nobody_exports_a_camera_that_is_not_theirs(site: Site) -> None:
    own, other = site.add_camera("Balai Kota"), site.add_camera("Puskesmas")
    site.clock.advance(600)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, own)) as client:
        answers = [
            client.post(f"/api/v1/exports{path}", json=body(own, other)).status_code
            for path in ("", "/estimate")
        ]
    assert answers == [404, 404]
    assert site.storage.exports.list() == []


def test_one_person_cannot_fill_the_queue(site: Site) -> None:
    camera = site.add_camera()
    site.clock.advance(600)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        codes = [client.post("/api/v1/exports", json=body(camera)).status_code for _ in range(6)]
    assert codes == [201] * 5 + [429]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"camera_ids": []}, "camera_ids"),
        ({"camera_ids": [True]}, "camera_ids"),
        ({"from": "yesterday"}, "from"),
        ({"to": "0"}, "to"),
        ({"name": 7}, "name"),
        ({"from": "0"}, "to"),
    ],
)
def test_senseless_request_names_the_field(site: Site, change: dict[str, object], field: str) -> None:
    camera = site.add_camera()
    site.clock.advance(600)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        answer = client.post("/api/v1/exports", json=body(camera) | change)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
