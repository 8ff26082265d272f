"""Views, places, favourites and preferences over the interface: everybody's own, and nothing of others' cameras."""

from dataclasses import replace

import pytest

from tests.support.footage import NOON_US
from tests.support.recorded_site import Site, browser
from vms.domain.time import DAY_US, MINUTE_US
from vms.domain.user import Role


def test_view_is_saved_listed_and_deleted_by_its_owner(site: Site) -> None:
    first, second = site.add_camera("Balai Kota"), site.add_camera("Pasar")
    with browser(site, site.add_user("camat", Role.VIEWER, first, second)) as client:
        body = {"name": "Pusat kota", "camera_ids": [second.id, first.id], "layout": "grid"}
        made = client.post("/api/v1/views", json=body)
        again = client.post("/api/v1/views", json=body)
        listed = client.get("/api/v1/views").json()
        gone = client.delete(f"/api/v1/views/{made.json()['id']}")
        left = client.get("/api/v1/views").json()
    assert (made.status_code, again.status_code, gone.status_code) == (201, 409, 204)
    assert listed == [made.json()]
    assert {name: listed[0][name] for name in body} == body
    assert left == []
    actions = [e.action for e in site.storage.audit.recent() if e.action.startswith("view.")]
    assert actions == ["view.remove", "view.add", "view.add"]


def test_shared_view_is_seen_by_others_and_deleted_by_owner_or_administrator(site: Site) -> None:
    own, other = site.add_camera("Balai Kota"), site.add_camera("Pasar")
    with browser(site, site.add_user("penyidik", Role.OPERATOR, own, other)) as client:
        asked = {"camera_ids": [own.id, other.id], "is_shared": True}
        shared = client.post("/api/v1/views", json={"name": "Bersama", **asked}).json()["id"]
        private = client.post("/api/v1/views", json={"name": "Pribadi", "camera_ids": [other.id]}).json()[
            "id"
        ]
    with browser(site, site.add_user("camat", Role.VIEWER, other)) as client:
        seen = client.get("/api/v1/views").json()
        refused = [client.delete(f"/api/v1/views/{n}").status_code for n in (shared, private)]
        foreign = client.post("/api/v1/views", json={"name": "x", "camera_ids": [own.id]})
    with browser(site, site.add_user("wali", Role.ADMIN)) as client:
        by_admin = [client.delete(f"/api/v1/views/{n}").status_code for n in (shared, private)]
    assert [(v["id"], v["camera_ids"], v["may_change"]) for v in seen] == [(shared, [other.id], False)]
    assert refused == [403, 404]
    assert foreign.status_code == 404
    assert by_admin == [204, 404]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"layout": "spiral"}, "layout"),
        ({"camera_ids": list(range(1, 18))}, "camera_ids"),
    ],
)
def test_unusable_view_is_refused_and_its_field_named(
    site: Site, changes: dict[str, object], field: str
) -> None:
    camera = site.add_camera()
    with browser(site, site.add_user("wali", Role.ADMIN)) as client:
        answer = client.post("/api/v1/views", json={"name": "Taman", "camera_ids": [camera.id], **changes})
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)


def test_place_is_noted_and_shown_without_cameras_of_others(site: Site) -> None:
    own, lost = site.add_camera("Balai Kota"), site.add_camera("Pasar")
    user = site.add_user("camat", Role.VIEWER, own, lost)
    with browser(site, user) as client:
        first = client.put("/api/v1/watching", json={"camera_ids": [own.id, lost.id], "at": str(NOON_US)})
        client.put(
            "/api/v1/watching",
            json={
                "camera_ids": [lost.id],
                "at": str(NOON_US + 5),
                "from": str(NOON_US),
                "to": str(NOON_US + MINUTE_US),
            },
        )
        both = client.get("/api/v1/watching").json()
        site.storage.users.edit(replace(user, camera_ids=frozenset({own.id})))
        after = client.get("/api/v1/watching").json()
        foreign = client.put("/api/v1/watching", json={"camera_ids": [lost.id], "at": str(NOON_US)})
    assert first.json()["at_us"] == NOON_US
    assert {(tuple(p["camera_ids"]), p["from_us"], p["to_us"]) for p in both} == {
        ((own.id, lost.id), NOON_US, NOON_US),
        ((lost.id,), NOON_US, NOON_US + MINUTE_US),
    }
    assert [p["camera_ids"] for p in after] == [[own.id]]
    assert foreign.status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"at": "nanti"}, "at"),
        ({"from": str(NOON_US + 1), "to": str(NOON_US + 2)}, "at"),
        ({"from": str(NOON_US)}, "to"),
        ({"from": str(NOON_US), "to": str(NOON_US + 2 * DAY_US)}, "to"),
        ({"camera_ids": [99]}, "camera_ids"),
        ({"camera_ids": [1, "2"]}, "camera_ids"),
    ],
)
def test_unusable_place_is_refused_and_its_field_named(
    site: Site, changes: dict[str, object], field: str
) -> None:
    camera = site.add_camera()
    asked = {"camera_ids": [camera.id], "at": str(NOON_US), **changes}
    with browser(site, site.add_user("wali", Role.ADMIN)) as client:
        answer = client.put("/api/v1/watching", json=asked)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
    assert site.storage.resume_points.list(1) == []


def test_favourites_are_chosen_and_dropped(site: Site) -> None:
    own, other = site.add_camera("Balai Kota"), site.add_camera("Pasar")
    user = site.add_user("camat", Role.VIEWER, own)
    with browser(site, user) as client:
        statuses = [client.put(f"/api/v1/favourites/{n}").status_code for n in (own.id, other.id, 99)]
        chosen = site.storage.favourites.list(user.id)
        dropped = client.delete(f"/api/v1/favourites/{own.id}").status_code
    assert statuses == [204, 404, 404]
    assert chosen == [own.id]
    assert (dropped, site.storage.favourites.list(user.id)) == (204, [])


def test_preferences_change_only_where_named_and_only_ones_own(site: Site) -> None:
    user, other = site.add_user("camat", Role.VIEWER), site.add_user("lurah", Role.VIEWER)
    usual = {"review_mode": None, "letter_keys": True, "data_saver": False, "skip_gaps": True}
    with browser(site, user) as client:
        first = client.get("/api/v1/preferences").json()
        changed = client.patch("/api/v1/preferences", json={"review_mode": "full", "letter_keys": False})
        cleared = client.patch("/api/v1/preferences", json={"review_mode": None}).json()
        wrong = client.patch("/api/v1/preferences", json={"review_mode": "huge"})
        no_flag = client.patch("/api/v1/preferences", json={"data_saver": 1})
    with browser(site, other) as client:
        of_other = client.get("/api/v1/preferences").json()
    assert first == of_other == usual
    assert changed.json() == {**usual, "review_mode": "full", "letter_keys": False}
    assert cleared == {**usual, "letter_keys": False}
    assert (wrong.json()["error"]["field"], no_flag.json()["error"]["field"]) == ("review_mode", "data_saver")


def test_nobody_keeps_anything_without_signing_in(site: Site) -> None:
    camera = site.add_camera()
    with browser(site) as client:
        answers = [
            client.request(method, f"/api/v1/{path}").status_code
            for path, methods in {
                "bookmarks": ("GET", "POST"),
                "bookmarks/1": ("PATCH", "DELETE"),
                "holds": ("GET", "POST"),
                "holds/1/release": ("POST",),
                "views": ("GET", "POST"),
                "views/1": ("DELETE",),
                "watching": ("GET", "PUT"),
                f"favourites/{camera.id}": ("PUT", "DELETE"),
                "preferences": ("GET", "PATCH"),
            }.items()
            for method in methods
        ]
    assert answers == [401] * 16
