"""Holds over the interface: placed on several cameras at once, told with what is missing, released with a reason."""

from pathlib import Path

import pytest

from storage.purge.purger import Purger
from tests.support.footage import NOON_US
from tests.support.recorded_site import Site, browser, main_stream
from vms.domain.camera import Camera
from vms.domain.segment import ClockTrust
from vms.domain.time import DAY_US, MINUTE_US, SECOND_US
from vms.domain.user import Role

EARLIER = str(NOON_US - MINUTE_US)
LATER = str(NOON_US + MINUTE_US)


def body(*cameras: Camera, **changes: object) -> dict[str, object]:
    asked = {"camera_ids": [camera.id for camera in cameras], "from": EARLIER, "to": LATER}
    return {**asked, "reason": "LP/B/117/XI/2025", **changes}


def test_hold_says_of_each_camera_what_it_protects_and_what_is_missing(site: Site, h264_run: Path) -> None:
    recorded, empty = site.add_camera("Balai Kota"), site.add_camera("Pasar")
    site.record(recorded, h264_run)
    site.clock.advance(600)
    with browser(site, site.add_user("penyidik", Role.OPERATOR, recorded, empty)) as client:
        answer = client.post("/api/v1/holds", json=body(recorded, empty))
        listed = client.get("/api/v1/holds").json()
        window = f"from={EARLIER}&to={LATER}"
        drawn = client.get(f"/api/v1/timeline?cameras={recorded.id}&{window}").json()["holds"]
    assert answer.status_code == 201
    first, second = answer.json()
    footage = site.storage.many_streams.extents([main_stream(recorded).id])[main_stream(recorded).id].time
    assert first["camera_ids"] == [recorded.id]
    assert first["covered_us"] == footage.duration_us > 20 * SECOND_US
    assert first["gaps"] == [
        {"start_us": NOON_US - MINUTE_US, "end_us": NOON_US},
        {"start_us": footage.end_us, "end_us": NOON_US + MINUTE_US},
    ]
    assert (second["camera_ids"], second["covered_us"]) == ([empty.id], 0)
    assert second["gaps"] == [{"start_us": NOON_US - MINUTE_US, "end_us": NOON_US + MINUTE_US}]
    assert [hold["id"] for hold in listed] == [second["id"], first["id"]]
    assert (listed[1]["reason"], listed[1]["placed_by"]) == ("LP/B/117/XI/2025", "penyidik")
    assert listed[1]["is_active"] is True
    assert [hold["id"] for hold in drawn] == [first["id"]]


def test_held_footage_outlives_retention_until_it_is_released(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    site.clock.advance(600)

    def purged() -> int:
        return Purger(site.storage, site.clock, clock_trust=lambda: ClockTrust.SYNCED).run_once().segments

    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        [held] = client.post("/api/v1/holds", json=body(camera)).json()
        site.clock.advance(40 * 86_400)
        kept = purged()
    with browser(site, site.storage.users.by_name("penyidik")) as client:
        released = client.post(f"/api/v1/holds/{held['id']}/release", json={"reason": "perkara selesai"})
        again = client.post(f"/api/v1/holds/{held['id']}/release", json={"reason": "perkara selesai"})
        listed = client.get("/api/v1/holds").json()
        all_of_them = client.get("/api/v1/holds?all=1").json()
    gone = purged()
    assert kept == 0
    assert gone > 0
    assert released.json()["is_active"] is False
    assert released.json()["release_reason"] == "perkara selesai"
    assert again.status_code == 409
    assert listed == []
    assert [hold["released_by"] for hold in all_of_them] == ["penyidik"]


def test_hold_without_an_end_protects_what_is_yet_to_come(site: Site) -> None:
    camera = site.add_camera()
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        [placed] = client.post("/api/v1/holds", json=body(camera, to=None)).json()
        window = f"from={NOON_US + 300 * DAY_US}&to={NOON_US + 301 * DAY_US}"
        drawn = client.get(f"/api/v1/timeline?cameras={camera.id}&{window}").json()["holds"]
        one = client.get(f"/api/v1/cameras/{camera.id}/timeline?{window}").json()["holds"]
    assert placed["end_us"] is None
    assert [hold["end_us"] for hold in drawn + one] == [None, None]


def test_hold_lapses_where_that_was_asked_for(site: Site) -> None:
    camera = site.add_camera()
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        [placed] = client.post("/api/v1/holds", json=body(camera, expires=str(NOON_US + MINUTE_US))).json()
        before = client.get("/api/v1/holds").json()
        site.clock.advance(60)
        after = client.get("/api/v1/holds").json()
    assert placed["expires_us"] == NOON_US + MINUTE_US
    assert (len(before), after) == (1, [])


def test_right_is_needed_on_every_camera(site: Site) -> None:
    own, other = site.add_camera("Balai Kota"), site.add_camera("Pasar")
    with browser(site, site.add_user("penyidik", Role.OPERATOR, own)) as client:
        foreign = client.post("/api/v1/holds", json=body(own, other))
    with browser(site, site.add_user("camat", Role.VIEWER, own, other)) as client:
        viewer = client.post("/api/v1/holds", json=body(own))
    with browser(site) as client:
        anonymous = client.post("/api/v1/holds", json=body(own))
    assert (foreign.status_code, viewer.status_code, anonymous.status_code) == (404, 403, 401)
    assert site.storage.holds.list() == []


def test_release_needs_the_right_to_the_holds_camera(site: Site) -> None:
    own, other = site.add_camera("Balai Kota"), site.add_camera("Pasar")
    with browser(site, site.add_user("wali", Role.ADMIN)) as client:
        [held] = client.post("/api/v1/holds", json=body(own)).json()
    url, reason = f"/api/v1/holds/{held['id']}/release", {"reason": "selesai"}
    people = {
        "viewer": site.add_user("camat", Role.VIEWER, own),
        "stranger": site.add_user("lurah", Role.OPERATOR, other),
        "operator": site.add_user("penyidik", Role.OPERATOR, own),
    }
    answers: dict[str, int] = {}
    lists: dict[str, int] = {}
    for name, user in people.items():
        with browser(site, user) as client:
            lists[name] = len(client.get("/api/v1/holds").json())
            answers[name] = client.post(url, json=reason).status_code
    assert answers == {"viewer": 403, "stranger": 404, "operator": 200}
    assert lists == {"viewer": 1, "stranger": 0, "operator": 1}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"to": EARLIER}, "to"),
        ({"to": str(NOON_US + 401 * DAY_US)}, "to"),
        ({"from": ""}, "from"),
        ({"expires": EARLIER}, "expires"),
        ({"camera_ids": []}, "camera_ids"),
    ],
)
def test_unusable_hold_is_refused_and_its_field_named(
    site: Site, changes: dict[str, object], field: str
) -> None:
    camera = site.add_camera()
    with browser(site, site.add_user("wali", Role.ADMIN)) as client:
        answer = client.post("/api/v1/holds", json=body(camera, **changes))
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
    assert site.storage.holds.list() == []


def test_release_without_a_reason_is_refused(site: Site) -> None:
    camera = site.add_camera()
    with browser(site, site.add_user("wali", Role.ADMIN)) as client:
        [held] = client.post("/api/v1/holds", json=body(camera)).json()
        refused = client.post(f"/api/v1/holds/{held['id']}/release", json={"reason": ""})
        listed = client.get("/api/v1/holds").json()
    assert refused.json()["error"]["field"] == "reason"
    assert len(listed) == 1


def test_placing_and_releasing_are_recorded(site: Site) -> None:
    camera, other = site.add_camera("Balai Kota"), site.add_camera("Pasar")
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera, other)) as client:
        held = client.post("/api/v1/holds", json=body(camera, other)).json()
        client.post(f"/api/v1/holds/{held[0]['id']}/release", json={"reason": "selesai"})
    entries = [e for e in site.storage.audit.recent() if e.action.startswith("hold.")]
    assert [(e.actor, e.action, e.subject, e.detail) for e in reversed(entries)] == [
        ("penyidik", "hold.add", f"camera {camera.id}", "LP/B/117/XI/2025"),
        ("penyidik", "hold.add", f"camera {other.id}", "LP/B/117/XI/2025"),
        ("penyidik", "hold.release", f"hold {held[0]['id']}", "selesai"),
    ]
