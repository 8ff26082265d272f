"""What a hold would keep is told before it is placed."""

from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from tests.support.footage import NOON_US
from tests.support.recorded_site import Site, browser, main_stream
from vms.domain.camera import Camera
from vms.domain.time import DAY_US, SECOND_US
from vms.domain.user import Role


def estimate(client: TestClient, *cameras: Camera, start: float, end: float) -> dict[str, Any]:
    asked = {
        "camera_ids": [camera.id for camera in cameras],
        "from": str(NOON_US + int(start * SECOND_US)),
        "to": str(NOON_US + int(end * SECOND_US)),
    }
    answer = client.post("/api/v1/holds/estimate", json=asked)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_each_camera_tells_what_is_kept_and_what_is_missing(site: Site, h264_run: Path) -> None:
    full, empty = site.add_camera("Balai Kota"), site.add_camera("Puskesmas")
    site.record(full, h264_run)
    site.clock.advance(600)
    stored = site.storage.segments.stream_bytes(main_stream(full).id)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, full, empty)) as client:
        whole = estimate(client, full, empty, start=0, end=40)
        half = estimate(client, full, start=0, end=12.5)
    gap = {"start_us": NOON_US + 25 * SECOND_US, "end_us": NOON_US + 40 * SECOND_US}
    assert whole == {
        "bytes": stored,
        "cameras": [
            {
                "camera_id": full.id,
                "bytes": stored,
                "covered_us": 25 * SECOND_US,
                "missing_us": 15 * SECOND_US,
                "gaps": [gap],
            },
            {
                "camera_id": empty.id,
                "bytes": 0,
                "covered_us": 0,
                "missing_us": 40 * SECOND_US,
                "gaps": [{"start_us": NOON_US, "end_us": NOON_US + 40 * SECOND_US}],
            },
        ],
    }
    assert half["bytes"] == stored // 2


def test_what_is_not_recorded_yet_is_not_missing(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    site.clock.advance(26)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        found = estimate(client, camera, start=0, end=DAY_US / SECOND_US)
    [told] = found["cameras"]
    assert (told["missing_us"], told["covered_us"]) == (0, 25 * SECOND_US)


def test_estimate_needs_the_right_to_hold_and_a_camera_of_ones_own(site: Site) -> None:
    own, other = site.add_camera("Balai Kota"), site.add_camera("Puskesmas")
    site.clock.advance(600)
    asked = {"camera_ids": [own.id, other.id], "from": str(NOON_US), "to": str(NOON_US + SECOND_US)}
    with browser(site, site.add_user("penyidik", Role.OPERATOR, own)) as client:
        assert client.post("/api/v1/holds/estimate", json=asked).status_code == 404
    with browser(site, site.add_user("camat", Role.VIEWER, own, other)) as client:
        assert client.post("/api/v1/holds/estimate", json=asked).status_code == 403
