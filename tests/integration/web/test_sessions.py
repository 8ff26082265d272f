"""Signing in, staying signed in, and being slowed down."""

from dataclasses import replace

import pytest
from argon2 import extract_parameters

from tests.support.recorded_site import PASSWORD, Site, browser
from vms.domain.errors import InvalidInput, NotSignedIn, PermissionDenied, TooManyAttempts
from vms.domain.user import Role
from web.access.auth import ABSOLUTE_US, NOBODYS_DIGEST, Authority


@pytest.fixture
def authority(site: Site) -> Authority:
    return Authority(site.storage, site.clock)


def test_right_password_begins_a_session(site: Site, authority: Authority) -> None:
    user = site.add_user("walikota", Role.VIEWER)
    session = authority.sign_in(" WaliKota ", PASSWORD, address="10.1.2.3")
    resumed = authority.resume(session.token)
    assert resumed is not None
    assert resumed.user.id == user.id


def test_token_itself_is_not_in_the_database(site: Site, authority: Authority) -> None:
    site.add_user("walikota", Role.VIEWER)
    session = authority.sign_in("walikota", PASSWORD, address="")
    stored = (site.settings.data_dir / "siring.db").read_bytes()
    stored += (site.settings.data_dir / "siring.db-wal").read_bytes()
    assert session.token.encode() not in stored
    assert PASSWORD.encode() not in stored


def test_wrong_password_and_unknown_name_answer_alike(site: Site, authority: Authority) -> None:
    site.add_user("walikota", Role.VIEWER)
    told: list[str] = []
    for name in ("walikota", "nobody"):
        with pytest.raises(NotSignedIn) as caught:
            authority.sign_in(name, "salah salah salah", address="")
        told.append(str(caught.value))
    assert told[0] == told[1]


def test_unknown_name_costs_as_much_work_as_a_known_one(authority: Authority) -> None:
    assert extract_parameters(NOBODYS_DIGEST) == extract_parameters(authority.hash_password(PASSWORD))


def test_guessing_is_slowed_down_and_ends_by_itself(site: Site, authority: Authority) -> None:
    site.add_user("walikota", Role.VIEWER)
    for _ in range(5):
        with pytest.raises(NotSignedIn):
            authority.sign_in("walikota", "salah salah salah", address="10.9.9.9")
    with pytest.raises(TooManyAttempts) as caught:
        authority.sign_in("walikota", PASSWORD, address="10.9.9.9")
    site.clock.advance(caught.value.wait_seconds)
    assert authority.sign_in("walikota", PASSWORD, address="10.9.9.9").user.name == "walikota"


def test_idle_session_ends(site: Site, authority: Authority) -> None:
    site.add_user("walikota", Role.VIEWER)
    session = authority.sign_in("walikota", PASSWORD, address="")
    site.clock.advance(29 * 60)
    assert authority.resume(session.token) is not None
    site.clock.advance(29 * 60)
    assert authority.resume(session.token) is not None
    site.clock.advance(31 * 60)
    assert authority.resume(session.token) is None


def test_session_ends_after_half_a_day_of_use(site: Site, authority: Authority) -> None:
    site.add_user("walikota", Role.VIEWER)
    session = authority.sign_in("walikota", PASSWORD, address="")
    begun_us = site.clock.now_us()
    while site.clock.now_us() - begun_us < ABSOLUTE_US - 20 * 60_000_000:
        site.clock.advance(20 * 60)
        assert authority.resume(session.token) is not None
    site.clock.advance(20 * 60)
    assert authority.resume(session.token) is None


def test_switched_off_account_is_signed_out(site: Site, authority: Authority) -> None:
    site.add_user("admin", Role.ADMIN)
    user = site.add_user("walikota", Role.VIEWER)
    session = authority.sign_in("walikota", PASSWORD, address="")
    site.storage.users.edit(replace(user, is_enabled=False))
    assert authority.resume(session.token) is None
    with pytest.raises(NotSignedIn):
        authority.sign_in("walikota", PASSWORD, address="")


def test_changed_password_ends_other_sessions(site: Site, authority: Authority) -> None:
    user = site.add_user("walikota", Role.VIEWER)
    other, own = (authority.sign_in("walikota", PASSWORD, address="") for _ in range(2))
    resumed = authority.resume(own.token)
    assert resumed is not None
    authority.change_password(user.id, "jembatan merdeka 1953", keep=resumed.digest)
    assert authority.resume(own.token) is not None
    assert authority.resume(other.token) is None


def test_setup_code_makes_one_administrator(site: Site, authority: Authority) -> None:
    code = site.storage.meta.issue_setup_code()
    made = {"name": "admin", "full_name": "Admin", "password": PASSWORD, "address": ""}
    with pytest.raises(PermissionDenied):
        authority.set_up("AAAA-BBBB-CCCC-DDDD", **made)
    assert authority.set_up(code, **made).user.role is Role.ADMIN
    with pytest.raises(PermissionDenied):
        authority.set_up(code, **{**made, "name": "second"})
    assert not authority.needs_setup


@pytest.mark.parametrize(
    "password", ["short", "password1234", "aaaaaaaaaaaa", "abcabcabcabcabc", "walikota2024"]
)
def test_easy_passwords_are_refused(authority: Authority, site: Site, password: str) -> None:
    user = site.add_user("walikota", Role.VIEWER)
    with pytest.raises(InvalidInput):
        authority.change_password(user.id, password)


def test_post_without_the_pages_token_is_refused(site: Site) -> None:
    camera = site.add_camera()
    body = {"camera_ids": [camera.id], "from": "1", "to": "2"}
    with browser(site, site.add_user("penyidik", Role.OPERATOR, camera)) as client:
        token = client.headers.pop("X-CSRF-Token")
        without = client.post("/api/v1/exports/estimate", json=body)
        wrong = client.post("/api/v1/exports/estimate", json=body, headers={"X-CSRF-Token": token[::-1]})
        foreign = client.post(
            "/api/v1/exports/estimate",
            json=body,
            headers={"X-CSRF-Token": token, "Origin": "http://evil.test"},
        )
        right = client.post("/api/v1/exports/estimate", json=body, headers={"X-CSRF-Token": token})
    assert [answer.status_code for answer in (without, wrong, foreign, right)] == [403, 403, 403, 200]


def test_failed_sign_in_is_on_the_record(site: Site, authority: Authority) -> None:
    site.add_user("walikota", Role.VIEWER)
    with pytest.raises(NotSignedIn):
        authority.sign_in("walikota", "salah salah salah", address="10.9.9.9")
    entry = site.storage.audit.recent(1)[0]
    assert (entry.action, entry.actor, entry.address) == ("user.sign-in-failed", "walikota", "10.9.9.9")
