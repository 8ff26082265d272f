"""Values that nobody types: answered as mistakes of the caller, never as ours, and kept out of other people's pages."""

import json

import pytest

from tests.support.footage import NOON_US
from tests.support.recorded_site import Site, browser
from vms.domain.time import MINUTE_US
from vms.domain.user import Role
from web.api.values import Instant

LATE = ("9999-12-31T20:00:00Z", "9999-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00")


@pytest.mark.parametrize("moment", LATE)
def test_bookmark_at_a_time_that_no_clock_here_shows_is_refused(site: Site, moment: str) -> None:
    camera = site.add_camera()
    body = {"camera_ids": [camera.id], "from": moment, "at": moment, "title": "x", "is_shared": True}
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        answer = client.post("/api/v1/bookmarks", json=body)
        page = client.get("/bookmarks")
    assert answer.status_code == 422
    assert "1970" in answer.json()["error"]["message"]
    assert page.status_code == 200


def test_hold_and_clip_of_such_times_are_refused(site: Site) -> None:
    camera = site.add_camera()
    span = {"camera_ids": [camera.id], "from": "9999-12-31T19:00:00Z", "to": "9999-12-31T20:00:00Z"}
    expiring = {**span, "from": str(NOON_US), "to": str(NOON_US + MINUTE_US), "expires": LATE[0]}
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        answers = [
            client.post(path, json={**body, "reason": "laporan", "name": "x"}).status_code
            for path, body in (
                ("/api/v1/holds", span),
                ("/api/v1/holds", expiring),
                ("/api/v1/exports", span),
            )
        ]
    assert answers == [422, 422, 422]


HUGE = 2**63
ADDRESSES = (
    "/api/v1/cameras/{camera}/days?month=9999-12",
    "/api/v1/cameras/{camera}/days?month=0001-01",
    f"/api/v1/cameras/{HUGE}",
    f"/api/v1/cameras/{{camera}}/init/{HUGE}.mp4",
    f"/api/v1/cameras/{{camera}}/media/{{stream}}/{HUGE}-0-0.mp4",
    f"/api/v1/cameras/{{camera}}/media/{{stream}}/1-{HUGE}-0.mp4",
    f"/api/v1/cameras/{{camera}}/init/{'9' * 5000}.mp4",
    f"/users/{HUGE}",
    f"/exports/{HUGE}/file",
    "/?cam=²",
    f"/?cam={'9' * 400}",
    "/find?cam=²&time=14.05",
    "/playback/find?cam=²&time=14.05",
    "/cameras?done=added&camera=²",
    f"/cameras?done=added&camera={HUGE}",
    "/users?done=added&user=²",
    f"/users?done=added&user={HUGE}",
    "/exports/states?ids=²",
    "/exports?page=²",
    "/bookmarks?q=%00",
    "/holds?before=²",
    "/bookmarks?from=9999-12-31&to=9999-12-31",
    "/playback?cam={camera}&t=9999-12-31T23:59:59Z",
    "/playback?cam={camera}&in=9999-12-31T23:59:59Z&out=9999-12-31T23:59:58Z",
    "/playback/parse-time?text=31/12/9999+23.59&day=9999-12-31",
    "/playback/find?cam={camera}&day=9999-12-31&time=23.59",
    "/playback/find?cam={camera}&day=0001-01-01&time=00.00",
    "/static/a%00b",
    "/a%00b",
)


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address[:60])
def test_address_of_nonsense_is_no_error_of_ours(site: Site, address: str) -> None:
    camera = site.add_camera()
    url = address.format(camera=camera.id, stream=camera.streams[0].id)
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:
        answer = client.get(url)
        assert answer.status_code < 500, answer.text[:300]
        assert client.get("/").status_code == 200


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_text_that_cannot_be_kept_is_refused_wherever_it_stands(site: Site, text: str) -> None:
    camera = site.add_camera()
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        body = {"camera_ids": [camera.id], "from": str(NOON_US), "at": str(NOON_US), "title": text}
        sent = json.dumps(body).encode()
        answer = client.post("/api/v1/bookmarks", content=sent, headers={"Content-Type": "application/json"})
        nested = client.post(
            "/api/v1/bookmarks",
            content=json.dumps({"a": [{"b": text}]}).encode(),
            headers={"Content-Type": "application/json"},
        )
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "title")
    assert nested.status_code == 422


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title": 5}, "title: expected a text, got a whole number"),
        ({"title": " "}, "title: expected a text of length >= 1"),
        ({"camera_ids": [1, True]}, "camera_ids: expected a whole number, got true or false"),
        ({"camera_ids": []}, "camera_ids: expected a list of length >= 1"),
        ({"from": 5}, f"from: expected {Instant.MEANING}"),
        ({"from": "kemarin - at `$.title`"}, f"from: expected {Instant.MEANING}"),
    ],
)
def test_refusal_names_the_field_and_says_what_belongs_there(
    site: Site, changes: dict[str, object], message: str
) -> None:
    camera = site.add_camera()
    body = {"camera_ids": [camera.id], "from": str(NOON_US), "title": "x", **changes}
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        told = client.post("/api/v1/bookmarks", json=body).json()["error"]
    assert told == {"code": "invalid-input", "field": message.partition(":")[0], "message": message}


@pytest.mark.parametrize(
    ("query", "field"),
    [("", "at"), ("at=0&role=third", "role"), ("at=0&exact=yes", "exact"), ("at=0&width=wide", "width")],
)
def test_refused_parameter_is_named(site: Site, query: str, field: str) -> None:
    camera = site.add_camera()
    with browser(site, site.add_user("camat", Role.VIEWER, camera)) as client:
        answer = client.get(f"/api/v1/cameras/{camera.id}/picture?{query}")
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)


def test_nul_in_a_form_is_refused(site: Site) -> None:
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:
        answer = client.post("/users/new", data={"name": "siti", "full_name": "a\0b"})
    assert answer.status_code == 422
    assert site.storage.users.by_name("siti") is None
