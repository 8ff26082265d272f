"""Bookmarks over the interface: who makes, sees, changes and deletes them."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from tests.support.footage import NOON_US
from tests.support.recorded_site import Site, browser
from vms.domain.camera import Camera
from vms.domain.time import MINUTE_US
from vms.domain.user import Role


def body(*cameras: Camera, **changes: object) -> dict[str, object]:
    start = {"camera_ids": [camera.id for camera in cameras], "from": str(NOON_US)}
    return {**start, "title": "Tabrak lari", **changes}


def make(client: TestClient, *cameras: Camera, **changes: object) -> int:
    answer = client.post("/api/v1/bookmarks", json=body(*cameras, **changes))
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def test_bookmark_is_made_listed_and_drawn_on_the_timeline(site: Site) -> None:
    camera, other = site.add_camera("Balai Kota"), site.add_camera("Pasar")
    user = site.add_user("penyidik", Role.VIEWER, camera, other)
    with browser(site, user) as client:
        made = client.post(
            "/api/v1/bookmarks",
            json=body(camera, to=str(NOON_US + MINUTE_US), note="Dari utara", tag="lalu lintas"),
        )
        listed = client.get("/api/v1/bookmarks").json()
        window = f"from={NOON_US - MINUTE_US}&to={NOON_US + MINUTE_US}"
        drawn = client.get(f"/api/v1/timeline?cameras={camera.id}&{window}").json()["bookmarks"]
        elsewhere = client.get(f"/api/v1/timeline?cameras={other.id}&{window}").json()["bookmarks"]
    assert made.status_code == 201
    assert made.headers["location"] == f"/api/v1/bookmarks/{made.json()['id']}"
    assert made.json() == {
        "id": made.json()["id"],
        "camera_ids": [camera.id],
        "start_us": NOON_US,
        "end_us": NOON_US + MINUTE_US,
        "title": "Tabrak lari",
        "note": "Dari utara",
        "tag": "lalu lintas",
        "is_shared": False,
        "is_mine": True,
        "may_change": True,
        "owner": "Penyidik",
        "created_us": NOON_US,
        "changed_us": NOON_US,
    }
    assert listed == drawn == [made.json()]
    assert elsewhere == []


def test_what_is_not_named_stays_when_a_bookmark_is_changed(site: Site) -> None:
    camera, other = site.add_camera("Balai Kota"), site.add_camera("Pasar")
    user = site.add_user("penyidik", Role.VIEWER, camera, other)
    with browser(site, user) as client:
        number = make(client, camera, to=str(NOON_US + MINUTE_US), note="Dari utara")
        url = f"/api/v1/bookmarks/{number}"
        titled = client.patch(url, json={"title": "Banjir", "is_shared": True}).json()
        moved = client.patch(url, json={"from": str(NOON_US - MINUTE_US), "camera_ids": [other.id]}).json()
        moment = client.patch(url, json={"to": None, "note": ""}).json()
        later = client.patch(url, json={"from": str(NOON_US + 5)}).json()
        refused = client.patch(url, json={"to": str(NOON_US)})
    assert (titled["title"], titled["note"], titled["is_shared"]) == ("Banjir", "Dari utara", True)
    assert titled["camera_ids"] == [camera.id]
    assert (moved["start_us"], moved["end_us"]) == (NOON_US - MINUTE_US, NOON_US + MINUTE_US)
    assert moved["camera_ids"] == [other.id]
    assert (moment["start_us"], moment["end_us"], moment["note"]) == (
        moved["start_us"],
        moved["start_us"],
        "",
    )
    assert (later["start_us"], later["end_us"]) == (NOON_US + 5, NOON_US + 5)
    assert refused.status_code == 422
    assert refused.json()["error"]["field"] == "to"


def test_only_owner_and_administrator_change_what_others_see(site: Site) -> None:
    camera, other = site.add_camera("Balai Kota"), site.add_camera("Pasar")
    owner = site.add_user("penyidik", Role.OPERATOR, camera, other)
    with browser(site, owner) as client:
        shared = make(client, camera, other, is_shared=True)
        private = make(client, camera, other)
    people = {
        "reader": site.add_user("camat", Role.VIEWER, other),
        "stranger": site.add_user("lurah", Role.OPERATOR, site.add_camera("Taman")),
        "admin": site.add_user("wali", Role.ADMIN),
    }
    seen: dict[str, list[tuple[int, list[int], bool]]] = {}
    answers: dict[str, list[int]] = {}
    for name, user in people.items():
        with browser(site, user) as client:
            listed = client.get("/api/v1/bookmarks").json()
            seen[name] = [(b["id"], b["camera_ids"], b["may_change"]) for b in listed]
            answers[name] = [
                client.request(method, f"/api/v1/bookmarks/{number}", json={"title": "x"}).status_code
                for number in (shared, private)
                for method in ("PATCH", "DELETE")
            ]
    assert seen == {
        "reader": [(shared, [other.id], False)],
        "stranger": [],
        "admin": [(shared, [camera.id, other.id], True)],
    }
    assert answers == {"reader": [403, 403, 404, 404], "stranger": [404] * 4, "admin": [200, 204, 404, 404]}
    with browser(site, owner) as client:
        left = [b["id"] for b in client.get("/api/v1/bookmarks").json()]
        gone = client.delete(f"/api/v1/bookmarks/{private}")
        again = client.delete(f"/api/v1/bookmarks/{private}")
    assert left == [private]
    assert (gone.status_code, again.status_code) == (204, 404)


def test_bookmark_on_a_camera_of_others_is_refused_as_if_there_were_none(site: Site) -> None:
    own, other = site.add_camera("Balai Kota"), site.add_camera("Pasar")
    with browser(site, site.add_user("camat", Role.VIEWER, own)) as client:
        foreign = client.post("/api/v1/bookmarks", json=body(own, other))
        number = make(client, own)
        moved = client.patch(f"/api/v1/bookmarks/{number}", json={"camera_ids": [other.id]})
        searched = client.get(f"/api/v1/bookmarks?cameras={other.id}").json()
        listed = client.get("/api/v1/bookmarks").json()
    assert (foreign.status_code, moved.status_code) == (404, 404)
    assert searched == []
    assert [b["camera_ids"] for b in listed] == [[own.id]]


def test_shared_bookmark_is_out_of_sight_with_the_right_to_its_camera(site: Site) -> None:
    camera = site.add_camera()
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        make(client, camera, is_shared=True)
    reader = site.add_user("camat", Role.VIEWER, camera)
    with browser(site, reader) as client:
        before = len(client.get("/api/v1/bookmarks").json())
        site.storage.users.edit(replace(reader, camera_ids=frozenset()))
        after = len(client.get("/api/v1/bookmarks").json())
    assert (before, after) == (1, 0)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"title": 5}, "title"),
        ({"note": "x" * 2001}, "note"),
        ({"tag": "x" * 41}, "tag"),
        ({"from": "kemarin"}, "from"),
        ({"to": str(NOON_US - 1)}, "to"),
        ({"to": str(NOON_US + 32 * 24 * 60 * MINUTE_US)}, "to"),
        ({"camera_ids": []}, "camera_ids"),
        ({"camera_ids": "1"}, "camera_ids"),
        ({"camera_ids": [True]}, "camera_ids"),
        ({"camera_ids": list(range(1, 18))}, "camera_ids"),
        ({"is_shared": "yes"}, "is_shared"),
    ],
)
def test_what_is_unusable_is_named(site: Site, changes: dict[str, object], field: str) -> None:
    camera = site.add_camera()
    with browser(site, site.add_user("wali", Role.ADMIN)) as client:
        answer = client.post("/api/v1/bookmarks", json=body(camera, **changes))
        listed = client.get("/api/v1/bookmarks").json()
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
    assert listed == []


def test_bookmarks_are_searched(site: Site) -> None:
    camera, other = site.add_camera("Balai Kota"), site.add_camera("Pasar")
    with browser(site, site.add_user("wali", Role.ADMIN)) as client:
        make(client, camera, title="Banjir")
        make(client, other, title="Pencurian", **{"from": str(NOON_US + MINUTE_US)})

        def titles(query: str) -> list[str]:
            return [b["title"] for b in client.get(f"/api/v1/bookmarks?{query}").json()]

        assert titles("") == ["Pencurian", "Banjir"]
        assert titles(f"from={NOON_US + 1}") == ["Pencurian"]
        assert titles(f"to={NOON_US + 1}") == ["Banjir"]
        assert titles(f"cameras={camera.id}") == titles("text=banjir") == ["Banjir"]
        assert titles("mine=1&before_id=2") == ["Banjir"]
        backwards = client.get(f"/api/v1/bookmarks?from={NOON_US}&to={NOON_US - 1}")
    assert backwards.status_code == 422


def test_every_change_is_recorded_before_it_is_made(site: Site) -> None:
    camera = site.add_camera()
    with browser(site, site.add_user("penyidik", Role.VIEWER, camera)) as client:
        number = make(client, camera)
        client.patch(f"/api/v1/bookmarks/{number}", json={"title": "Banjir"})
        client.delete(f"/api/v1/bookmarks/{number}")
    entries = [e for e in site.storage.audit.recent() if e.action.startswith("bookmark.")]
    assert [(e.actor, e.action, e.subject, e.detail) for e in reversed(entries)] == [
        ("penyidik", "bookmark.add", "bookmark", f"Tabrak lari (cameras {camera.id})"),
        ("penyidik", "bookmark.edit", f"bookmark {number}", f"Banjir (cameras {camera.id})"),
        ("penyidik", "bookmark.remove", f"bookmark {number}", f"Banjir (cameras {camera.id})"),
    ]


def test_nothing_kept_is_changed_without_the_token_of_our_page(site: Site) -> None:
    camera = site.add_camera()
    with browser(site, site.add_user("wali", Role.ADMIN)) as client:
        number = make(client, camera)
        del client.headers["X-CSRF-Token"]
        answers = [
            client.post("/api/v1/bookmarks", json=body(camera)),
            client.patch(f"/api/v1/bookmarks/{number}", json={"title": "x"}),
            client.delete(f"/api/v1/bookmarks/{number}"),
            client.post("/api/v1/holds", json={**body(camera), "reason": "x"}),
            client.post("/api/v1/views", json={"name": "x", "camera_ids": [camera.id]}),
            client.put("/api/v1/watching", json={"camera_ids": [camera.id], "at": str(NOON_US)}),
            client.put(f"/api/v1/favourites/{camera.id}"),
            client.delete(f"/api/v1/favourites/{camera.id}"),
            client.patch("/api/v1/preferences", json={"letter_keys": False}),
        ]
        listed = client.get("/api/v1/bookmarks").json()
    assert [answer.status_code for answer in answers] == [403] * len(answers)
    assert [b["title"] for b in listed] == ["Tabrak lari"]
