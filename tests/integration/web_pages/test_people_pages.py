"""The first administrator, and the accounts they make: roles, cameras, passwords, and nobody locked out for good."""

import pytest

from tests.support.page_forms import post, token
from tests.support.recorded_site import PASSWORD, Site, browser
from vms.domain.user import Role


def test_first_administrator_is_made_with_the_console_code_only_once(site: Site) -> None:
    code = site.storage.meta.issue_setup_code()
    with browser(site) as client:
        assert client.get("/sign-in", follow_redirects=False).headers["location"] == "/setup"
        fields = {"name": "admin", "full_name": "Nurul Aini", "password": PASSWORD}
        page = client.get("/setup").text
        status, _, text = post(client, "/setup", code="AAAA-AAAA", csrf_token=token(page), **fields)
        assert status == 422
        assert "Kode ini tidak berlaku" in text
        assert PASSWORD not in text
        site.clock.advance(60)
        status, location, _ = post(client, "/setup", code=code, csrf_token=token(text), **fields)
        assert (status, location) == (303, "/")
        assert client.get("/").status_code == 200
        assert client.get("/setup", follow_redirects=False).status_code == 303
    assert [user.role for user in site.storage.users.list()] == [Role.ADMIN]


def test_user_is_added_changed_and_signed_out_when_switched_off(site: Site) -> None:
    camera = site.add_camera()
    admin = site.add_user("admin", Role.ADMIN)
    with browser(site, admin) as client:
        csrf_token = token(client.get("/users/new").text)
        fields = {
            "full_name": "Siti Rahmah",
            "role": "viewer",
            "camera": str(camera.id),
            "csrf_token": csrf_token,
        }
        added = post(client, "/users/new", name="siti.rahmah", password=PASSWORD, is_enabled="1", **fields)
        assert added[0] == 303
        again = post(client, "/users/new", name="siti.rahmah", password=PASSWORD, is_enabled="1", **fields)
        assert again[0] == 422
        assert "sudah dipakai" in again[2]
        user = site.storage.users.by_name("siti.rahmah")
        assert user is not None
        assert user.camera_ids == {camera.id}
        with browser(site, user) as other:
            assert other.get("/").status_code == 200
            assert post(client, f"/users/{user.id}", **fields)[0] == 303
            assert other.get("/", follow_redirects=False).status_code == 303


def test_last_administrator_stays_one(site: Site) -> None:
    admin = site.add_user("admin", Role.ADMIN)
    with browser(site, admin) as client:
        csrf_token = token(client.get(f"/users/{admin.id}").text)
        status, _, page = post(
            client, f"/users/{admin.id}", role="viewer", is_enabled="1", full_name="A", csrf_token=csrf_token
        )
    assert status == 422
    assert "admin sistem terakhir" in page
    assert site.storage.users.get(admin.id).role is Role.ADMIN


@pytest.mark.parametrize("password", ["pendek", "aaaaaaaaaaaaaaaa", "siti.rahmah12"])
def test_weak_password_is_refused_and_not_repeated(site: Site, password: str) -> None:
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:
        csrf_token = token(client.get("/users/new").text)
        status, _, page = post(
            client, "/users/new", name="siti.rahmah", role="viewer", password=password, csrf_token=csrf_token
        )
    assert status == 422
    assert f'value="{password}"' not in page
    assert site.storage.users.by_name("siti.rahmah") is None
