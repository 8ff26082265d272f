"""Who may see what: every route, asked by people who may not."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.support.footage import NOON_US
from tests.support.recorded_site import Site, browser, main_stream
from vms.domain.camera import Camera
from vms.domain.export import ClipRequest, Export
from vms.domain.time import MINUTE_US, SECOND_US, TimeRange
from vms.domain.user import Right, Role, User
from web.access.permissions import Subject
from web.api import operations
from web.api.description import description
from web.app import create_app
from web.http.routing import GuardedEndpoint

QUERY = f"from={NOON_US}&to={NOON_US + MINUTE_US}&at={NOON_US}&month=2024-10"
PUBLIC = {"/healthz", "/metrics", "/sign-in", "/setup", "/sign-out", "/preferences"}
MORE_THAN_VIEWING: dict[Right, set[str]] = {
    Right.EXPORT: {
        "GET /api/v1/exports",
        "GET /api/v1/exports/{export_id:int}",
        "GET /api/v1/exports/{export_id:int}/file",
        "GET /api/v1/exports/{export_id:int}/manifest",
        "GET /api/v1/exports/{export_id:int}/cover",
        "GET /exports",
        "GET /exports/states",
        "POST /api/v1/exports",
        "POST /api/v1/exports/estimate",
        "POST /api/v1/exports/{export_id:int}/cancel",
        "POST /exports/{export_id:int}/again",
        "POST /exports/{export_id:int}/cancel",
    },
    Right.HOLD: {
        "GET /holds",
        "POST /api/v1/holds",
        "POST /api/v1/holds/estimate",
        "POST /api/v1/holds/{hold_id:int}/release",
        "POST /holds/release",
    },
    Right.MANAGE: {
        "GET /cameras/import",
        "GET /cameras/new",
        "GET /cameras/{camera_id:int}/edit",
        "GET /cameras/{camera_id:int}/remove",
        "GET /users",
        "GET /users/new",
        "GET /users/{user_id:int}",
        "POST /cameras/import",
        "POST /cameras/import/finish",
        "POST /cameras/new",
        "POST /cameras/{camera_id:int}/edit",
        "POST /cameras/{camera_id:int}/remove",
        "POST /cameras/{camera_id:int}/test",
        "POST /users/new",
        "POST /users/{user_id:int}",
    },
}
"""What is done by each right but that of viewing: a route that is to be open to more people is moved here first."""


def guarded_routes(site: Site) -> list[tuple[Route, GuardedEndpoint]]:
    """Every route of the application with its guard; static files are public and left out."""
    found: list[tuple[Route, GuardedEndpoint]] = []
    for route in create_app(site.services).routes:
        assert isinstance(route, Route)
        if route.path.startswith("/static/"):
            continue
        assert isinstance(route.endpoint, GuardedEndpoint)
        found.append((route, route.endpoint))
    return found


def filled(route: Route, **values: int) -> str:
    """The route's path with numbers in the place of its parameters; 1 for those not given."""
    return re.sub(r"{(\w+)(?::\w+)?}", lambda match: str(values.get(match[1], 1)), route.path)


def answers(client: TestClient, asked: list[str]) -> dict[str, int]:
    """The status of each answer to what is asked, such as "GET /help"."""
    return {line: client.request(*line.split(" ", 1), follow_redirects=False).status_code for line in asked}


def read_only(asked: list[str]) -> list[str]:
    return [line for line in asked if line.startswith(("GET ", "HEAD "))]


def test_viewer_of_one_camera_gets_nothing_of_another(site: Site, h264_run: Path) -> None:
    own, other = site.add_camera("Balai Kota"), site.add_camera("Puskesmas Kelayan")
    for camera in (own, other):
        site.record(camera, h264_run)
    stream = main_stream(other)
    run = site.storage.segments.oldest(stream.id)
    assert run is not None
    ids = {"camera_id": other.id, "stream_id": stream.id, "run_id": run.run_id, "seq": 0}
    asked = [
        f"{method} {filled(route, **ids)}?{QUERY}"
        for route, guard in guarded_routes(site)
        if guard.access.subject is Subject.CAMERA
        for method in route.methods or ()
    ]
    assert len(asked) >= 20
    with browser(site, site.add_user("camat", Role.OPERATOR, own)) as client:
        assert answers(client, asked) == dict.fromkeys(asked, 404)
    # All of it is there, for those who may see that camera.
    with browser(site, site.add_user("wali", Role.ADMIN)) as client:
        assert answers(client, read_only(asked)) == dict.fromkeys(read_only(asked), 200)


def test_stream_of_another_camera_does_not_pass_under_an_own_one(site: Site, h264_run: Path) -> None:
    own, other = site.add_camera("Balai Kota"), site.add_camera("Puskesmas Kelayan")
    run = site.record(other, h264_run)
    stream = main_stream(other)
    with browser(site, site.add_user("camat", Role.VIEWER, own)) as client:
        answer = client.get(f"/api/v1/cameras/{own.id}/media/{stream.id}/{run.id}-0-0.mp4")
    assert answer.status_code == 404


def test_init_segment_of_another_camera_does_not_pass_under_an_own_one(
    site: Site, h264_run: Path, h265_run: Path
) -> None:
    own, other = site.add_camera("Balai Kota"), site.add_camera("Puskesmas Kelayan")
    site.record(own, h264_run)
    site.record(other, h265_run)
    first = {camera.id: site.storage.segments.oldest(main_stream(camera).id) for camera in (own, other)}
    ids = {camera_id: segment.init_id for camera_id, segment in first.items() if segment is not None}
    with browser(site, site.add_user("camat", Role.VIEWER, own)) as client:
        base = f"/api/v1/cameras/{own.id}/init"
        answers = [client.get(f"{base}/{ids[camera.id]}.mp4") for camera in (own, other)]
        unknown = client.get(f"{base}/99.mp4")
    assert [answer.status_code for answer in answers] == [200, 404]
    assert answers[1].json() == {
        "error": {**unknown.json()["error"], "message": f"there is no initialisation segment {ids[other.id]}"}
    }


def test_run_of_another_camera_does_not_pass_under_an_own_stream(site: Site, h264_run: Path) -> None:
    own, other = site.add_camera("Balai Kota"), site.add_camera("Puskesmas Kelayan")
    indexed = site.record(other, h264_run)
    growing = site.record(other, h264_run, start_us=NOON_US + MINUTE_US, files=0, closed=False)
    with browser(site, site.add_user("camat", Role.VIEWER, own)) as client:
        base = f"/api/v1/cameras/{own.id}/media/{main_stream(own).id}"
        answers = [client.get(f"{base}/{run.id}-0-0.mp4").status_code for run in (indexed, growing)]
    assert answers == [410, 410]


def test_nothing_but_public_routes_answers_a_stranger(site: Site) -> None:
    site.add_camera()
    public: set[str] = set()
    with browser(site) as client:
        for route, guard in guarded_routes(site):
            if guard.access.is_public:
                public.add(route.path)
                continue
            for method in route.methods or ():
                answer = client.request(method, f"{filled(route)}?{QUERY}", follow_redirects=False)
                is_sent_to_sign_in = answer.headers.get("location", "").startswith("/sign-in")
                assert answer.status_code == 401 or is_sent_to_sign_in, f"{method} {route.path}"
    assert public == PUBLIC


def test_each_route_asks_for_the_right_that_its_work_needs(site: Site) -> None:
    asked: dict[Right, set[str]] = {right: set() for right in Right if right is not Right.VIEW}
    for route, guard in guarded_routes(site):
        if guard.access.right not in {None, Right.VIEW}:
            asked[guard.access.right] |= {f"{method} {route.path}" for method in route.methods or ()}
    reading = {
        right: {line for line in lines if not line.startswith("HEAD ")} for right, lines in asked.items()
    }
    assert reading == MORE_THAN_VIEWING


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_people_reach_only_what_their_role_allows(site: Site, h264_run: Path, role: Role) -> None:
    camera = site.add_camera()
    user = site.add_user("pegawai", role, camera)
    held = site.storage.holds.place(camera.id, TimeRange(NOON_US, NOON_US + 1), "laporan", "admin").hold
    # What is asked for is there and in sight: nothing but the right is missing.
    ids = {"camera_id": camera.id, "hold_id": held.id, "user_id": user.id}
    ids["export_id"] = finished_export(site, camera, user, h264_run).id
    asked = [
        f"{method} {filled(route, **ids)}?{QUERY}"
        for route, guard in guarded_routes(site)
        if guard.access.right is not None and not user.may(guard.access.right)
        for method in route.methods or ()
    ]
    assert len(asked) >= 15
    with browser(site, user) as client:
        assert client.patch("/api/v1/preferences", json={}).status_code == 200, "the token is right"
        assert answers(client, asked) == dict.fromkeys(asked, 403)
    with browser(site, site.add_user("wali", Role.ADMIN)) as client:
        assert answers(client, read_only(asked)) == dict.fromkeys(read_only(asked), 200)


def finished_export(site: Site, camera: Camera, owner: User, run: Path) -> Export:
    """Record the camera, and make a clip of it for somebody."""
    site.record(camera, run)
    site.clock.advance(600)
    time = TimeRange(NOON_US + SECOND_US, NOON_US + 4 * SECOND_US)
    job = site.storage.exports.create(ClipRequest((camera.id,), time, "simpang", "laporan", owner.id))
    assert site.worker().run_next()
    return job


def test_export_of_another_person_is_not_found(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    owner, other = (site.add_user(name, Role.OPERATOR, camera) for name in ("penyidik", "operator"))
    job = finished_export(site, camera, owner, h264_run)
    asked = [
        f"{method} {filled(route, export_id=job.id)}"
        for route, guard in guarded_routes(site)
        if guard.access.subject is Subject.EXPORT
        for method in route.methods or ()
    ]
    assert len(asked) >= 6
    with browser(site, other) as client:
        assert answers(client, asked) == dict.fromkeys(asked, 404)
    with browser(site, owner) as client:
        assert answers(client, read_only(asked)) == dict.fromkeys(read_only(asked), 200)


def test_export_stops_being_reachable_with_the_right_to_its_camera(site: Site) -> None:
    camera = site.add_camera()
    owner = site.add_user("penyidik", Role.OPERATOR, camera)
    time = TimeRange(NOON_US, NOON_US + MINUTE_US)
    job = site.storage.exports.create(ClipRequest((camera.id,), time, "simpang", "laporan", owner.id))
    with browser(site, owner) as client:
        before = client.get(f"/api/v1/exports/{job.id}").status_code
        site.storage.users.edit(_without_cameras(site, owner.id))
        after = client.get(f"/api/v1/exports/{job.id}").status_code
    assert (before, after) == (200, 404)


def test_rights_taken_away_end_media_at_the_next_request(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    run = site.record(camera, h264_run)
    user = site.add_user("camat", Role.VIEWER, camera)
    url = f"/api/v1/cameras/{camera.id}/media/{main_stream(camera).id}/{run.id}-0-0.mp4"
    with browser(site, user) as client:
        before = client.get(url).status_code
        site.storage.users.edit(_without_cameras(site, user.id))
        after = client.get(url).status_code
    assert (before, after) == (200, 404)


def _without_cameras(site: Site, user_id: int) -> User:
    return replace(site.storage.users.get(user_id), camera_ids=frozenset())


def test_camera_list_holds_only_own_cameras_and_no_address(site: Site) -> None:
    own = site.add_camera("Balai Kota")
    site.add_camera("Puskesmas Kelayan")
    with browser(site, site.add_user("camat", Role.VIEWER, own)) as client:
        answer = client.get("/api/v1/cameras")
    assert [camera["name"] for camera in answer.json()] == ["Balai Kota"]
    assert answer.json()[0]["rights"] == [Right.VIEW.value]
    assert "rtsp" not in answer.text
    assert "10.0.0.12" not in answer.text


def test_every_interface_route_is_described(site: Site) -> None:
    described = description(operations(), "1", cookie="siring-1")["paths"]
    assert isinstance(described, dict)
    served: dict[str, set[str]] = {}
    for route, _ in guarded_routes(site):
        if route.path.startswith("/api/"):
            path = re.sub(r":\w+}", "}", route.path)
            methods = {method.lower() for method in route.methods or ()} - {"head"}
            served[path] = served.get(path, set()) | methods
    assert {path: set(operations) - {"parameters"} for path, operations in described.items()} == served


def test_answers_carry_the_security_headers(site: Site) -> None:
    camera: Camera = site.add_camera()
    with browser(site, site.add_user("camat", Role.VIEWER, camera)) as client:
        answer = client.get("/api/v1/cameras")
    policy = answer.headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


def test_ended_session_is_told_to_scripts_as_401_and_leads_people_to_sign_in(site: Site) -> None:
    site.add_user("admin", Role.ADMIN)
    paths = ("/playback/cameras?cam=1", "/playback/parse-time?day=2025-11-25&text=14", "/overview/state")
    with browser(site) as client:
        for path in paths:
            script = client.get(path, headers={"Accept": "application/json"}, follow_redirects=False)
            person = client.get(path, headers={"Accept": "text/html,*/*;q=0.8"}, follow_redirects=False)
            assert (script.status_code, script.json()["error"]["code"]) == (401, "not-signed-in")
            assert person.status_code == 303


def test_unreachable_volume_is_told_without_its_path_and_logged_with_it(
    site: Site, h264_run: Path, caplog: pytest.LogCaptureFixture
) -> None:
    camera = site.add_camera()
    run = site.record(camera, h264_run)
    volume = Path(site.volume.path)
    volume.rename(volume.with_name("away"))
    with browser(site, site.add_user("camat", Role.VIEWER, camera)) as client:
        answer = client.get(f"/api/v1/cameras/{camera.id}/media/{main_stream(camera).id}/{run.id}-0-0.mp4")
    told = answer.json()["error"]
    assert answer.status_code == 503
    assert str(volume) not in answer.text
    [logged] = [record for record in caplog.records if getattr(record, "reference", "") == told["reference"]]
    assert str(volume) in str(vars(logged)["error"])
