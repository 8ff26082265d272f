"""What cannot be recorded is not done (COC-07), and what is recorded says what was done."""

from collections.abc import Mapping

import pytest
import sqlalchemy as sa

from storage.schema.people import session
from tests.support.footage import NOON_US
from tests.support.page_forms import post, token
from tests.support.recorded_site import PASSWORD, Site, browser
from vms.domain.export import ClipRequest
from vms.domain.time import MINUTE_US, TimeRange
from vms.domain.user import Role

CAMERA = {
    "name": "Balai Kota",
    "main_url": "rtsp://10.0.0.13/a",
    "purpose": "lalu lintas",
    "retention_days": "30",
}
PERSON = {"full_name": "Siti", "role": "viewer", "is_enabled": "1"}
ACTS: Mapping[str, dict[str, str]] = {
    "/users/new": {**PERSON, "name": "siti", "password": PASSWORD},
    "/users/2": {**PERSON, "role": "operator", "password": "jembatan merdeka 1953"},
    "/cameras/new": CAMERA,
    "/cameras/1/edit": CAMERA,
    "/cameras/1/remove": {},
    "/exports/1/cancel": {},
    "/api/v1/exports/1/cancel": {},
    "/sign-out": {},
}


def _sessions(site: Site) -> int:
    with site.storage.database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(session)).scalar_one()


def state(site: Site) -> object:
    """Everything that these acts change."""
    storage = site.storage
    return (
        storage.users.list(),
        storage.users.password_hash("budi"),
        storage.cameras.list(include_removed=True),
        [export.cancel_requested for export in storage.exports.list()],
        _sessions(site),
    )


@pytest.mark.parametrize("path", ACTS)
def test_without_an_entry_nothing_is_done(site: Site, path: str) -> None:
    camera = site.add_camera()
    admin = site.add_user("admin", Role.ADMIN)
    site.add_user("budi", Role.VIEWER)
    time = TimeRange(NOON_US, NOON_US + MINUTE_US)
    site.storage.exports.create(ClipRequest((camera.id,), time, "klip", "laporan", admin.id))
    with browser(site, admin) as client:
        csrf_token = token(client.get("/help").text)
        before = state(site)
        with site.storage.database.write() as connection:
            connection.exec_driver_sql(
                "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END"
            )
        status, _, _ = post(client, path, csrf_token=csrf_token, **ACTS[path])
        assert (status, state(site)) == (500, before)
        with site.storage.database.write() as connection:
            connection.exec_driver_sql("DROP TRIGGER full")
        status, _, _ = post(client, path, csrf_token=csrf_token, **ACTS[path])
        assert status in {200, 303}
        assert state(site) != before


def test_entry_of_an_account_says_that_its_password_was_changed(site: Site) -> None:
    admin = site.add_user("admin", Role.ADMIN)
    user = site.add_user("budi", Role.VIEWER)
    with browser(site, admin) as client:
        csrf_token = token(client.get("/help").text)
        post(client, f"/users/{user.id}", csrf_token=csrf_token, **PERSON)
        without = site.storage.audit.recent(1)[0]
        post(client, f"/users/{user.id}", csrf_token=csrf_token, password="jembatan merdeka 1953", **PERSON)
        changed = site.storage.audit.recent(1)[0]
    assert "password" not in without.detail
    assert "password=changed" in changed.detail
    assert "jembatan" not in changed.detail


def test_refused_change_is_recorded_as_refused(site: Site) -> None:
    site.add_camera("Balai Kota")
    admin = site.add_user("admin", Role.ADMIN)
    with browser(site, admin) as client:
        csrf_token = token(client.get("/help").text)
        post(client, "/cameras/new", csrf_token=csrf_token, **CAMERA)
        post(client, f"/users/{admin.id}", csrf_token=csrf_token, **PERSON)
        post(client, "/users/new", csrf_token=csrf_token, name="admin", password=PASSWORD, **PERSON)
    assert [entry.action for entry in reversed(site.storage.audit.recent(6))] == [
        "camera.add",
        "camera.add-refused",
        "user.edit",
        "user.edit-refused",
        "user.add",
        "user.add-refused",
    ]


def test_signing_out_is_recorded(site: Site) -> None:
    with browser(site, site.add_user("budi", Role.VIEWER)) as client:
        post(client, "/sign-out", csrf_token=token(client.get("/help").text))
    entry = site.storage.audit.recent(1)[0]
    assert (entry.actor, entry.action, entry.subject) == ("budi", "user.sign-out", "user budi")
