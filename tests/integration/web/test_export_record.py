"""What the audit record says of clips: asked for, and fetched in whatever way (COC-21)."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.support.footage import NOON_US
from tests.support.recorded_site import Site, browser
from vms.domain.time import SECOND_US
from vms.domain.user import Role


@contextmanager
def fetching(site: Site, run: Path) -> Iterator[tuple[TestClient, int]]:
    """A browser of somebody whose clip is done, and the number of its export."""
    camera = site.add_camera()
    site.record(camera, run)
    site.clock.advance(600)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        asked = {
            "camera_ids": [camera.id],
            "from": str(NOON_US + 2 * SECOND_US),
            "to": str(NOON_US + 7 * SECOND_US),
            "name": "Tabrak lari Simpang Empat",
            "reason": "LP/B/117/XI/2025",
        }
        job = int(client.post("/api/v1/exports", json=asked).raise_for_status().json()["id"])
        assert site.worker().run_next()
        yield client, job


def downloads(site: Site) -> list[str]:
    """What the audit record says was fetched."""
    return [
        f"{entry.subject}: {entry.detail.partition(';')[0]}"
        for entry in site.storage.audit.recent(100)
        if entry.action == "export.download"
    ]


@pytest.mark.parametrize(
    "asked",
    ["bytes= 0-", "bytes=00-", "bytes=-99999999999", "foo", "bytes=1-", "bytes=0-1,2-", "bytes=-1", None],
)
def test_clip_is_on_the_record_however_it_is_asked_for(site: Site, h264_run: Path, asked: str | None) -> None:
    with fetching(site, h264_run) as (client, job):
        headers = {} if asked is None else {"Range": asked}
        answer = client.get(f"/api/v1/exports/{job}/file", headers=headers)
        assert answer.status_code in {200, 206}
    assert downloads(site) == [f"export {job}: clip"]


def test_manifest_is_on_the_record(site: Site, h264_run: Path) -> None:
    with fetching(site, h264_run) as (client, job):
        assert client.get(f"/api/v1/exports/{job}/manifest").status_code == 200
    assert downloads(site) == [f"export {job}: manifest"]


def test_answers_without_bytes_are_not_on_the_record(site: Site, h264_run: Path) -> None:
    with fetching(site, h264_run) as (client, job):
        url = f"/api/v1/exports/{job}/file"
        etag = client.head(url).headers["etag"]
        assert client.get(url, headers={"Range": "bytes=99999999999-"}).status_code == 416
        assert client.get(url, headers={"If-None-Match": etag}).status_code == 304
    assert downloads(site) == []


def test_ranges_of_one_download_are_one_entry_an_hour(site: Site, h264_run: Path) -> None:
    with fetching(site, h264_run) as (client, job):
        url = f"/api/v1/exports/{job}/file"
        for start in range(0, 5000, 500):
            client.get(url, headers={"Range": f"bytes={start}-{start + 499}"}).raise_for_status()
        within = len(downloads(site))
        site.clock.advance(1500)
        client.get(url).raise_for_status()
        site.clock.advance(1500)
        client.get(url).raise_for_status()
        site.clock.advance(1500)
        client.get(url).raise_for_status()
    assert (within, len(downloads(site))) == (1, 2)


def test_asking_and_fetching_are_on_the_record(site: Site, h264_run: Path) -> None:
    with fetching(site, h264_run) as (client, job):
        client.get(f"/api/v1/exports/{job}/file").raise_for_status()
    recorded = [(entry.actor, entry.action) for entry in site.storage.audit.recent(2)]
    assert recorded == [("penyidik", "export.download"), ("penyidik", "export.request")]
