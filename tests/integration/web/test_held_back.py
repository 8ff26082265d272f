"""Requests whose body is held back while their sender's rights change, or for ever."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from starlette.types import Message

from tests.support.direct_call import DirectAnswer, call, never, scope_of
from tests.support.recorded_site import Site
from vms.domain.user import Role, User
from web.http import routing

FORM = "application/x-www-form-urlencoded"


def post_held_back(
    site: Site, user: User, path: str, body: bytes, meanwhile: Callable[[], object]
) -> DirectAnswer:
    """Send headers, let something happen, and send the body then."""

    async def receive() -> Message:
        meanwhile()
        return {"type": "http.request", "body": body, "more_body": False}

    return call(site, scope_of(site, user, "POST", path, content_type=FORM), receive)


def test_choice_of_language_gives_nobody_back_what_was_taken_meanwhile(site: Site) -> None:
    camera = site.add_camera()
    site.add_user("admin", Role.ADMIN)
    user = site.add_user("penyidik", Role.OPERATOR, camera)
    taken = replace(user, role=Role.VIEWER, camera_ids=frozenset())
    answer = post_held_back(
        site, user, "/preferences", b"language=en&theme=dark", lambda: site.storage.users.edit(taken)
    )
    assert answer.status == 303
    assert site.storage.users.get(user.id) == replace(
        taken, language="en", theme="dark", last_seen_us=site.clock.now_us()
    )


def test_choice_of_somebody_switched_off_meanwhile_is_refused(site: Site) -> None:
    site.add_user("admin", Role.ADMIN)
    user = site.add_user("penyidik", Role.OPERATOR)
    answer = post_held_back(
        site,
        user,
        "/preferences",
        b"language=en",
        lambda: site.storage.users.edit(replace(user, is_enabled=False)),
    )
    found = site.storage.users.get(user.id)
    assert answer.status == 403
    assert (found.is_enabled, found.language) == (False, None)


def test_right_taken_while_the_body_comes_is_missing_when_it_is_there(site: Site) -> None:
    site.add_user("admin", Role.ADMIN)
    second = site.add_user("wakil", Role.ADMIN)
    body = b"full_name=Wakil&role=admin&is_enabled=1"
    answer = post_held_back(
        site,
        second,
        f"/users/{second.id}",
        body,
        lambda: site.storage.users.edit(replace(second, role=Role.VIEWER)),
    )
    assert answer.status == 403
    assert site.storage.users.get(second.id).role is Role.VIEWER


def test_body_that_does_not_come_ends_the_request_and_its_connection(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = site.add_user("admin", Role.ADMIN)
    monkeypatch.setattr(routing, "_LONGEST_BODY_SECONDS", 0.05)
    answer = call(site, scope_of(site, user, "POST", "/preferences", content_type=FORM), never)
    assert (answer.status, answer.headers["connection"]) == (408, "close")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/preferences", FORM),
        ("/cameras/import", 'multipart/form-data; boundary="x"'),
        ("/api/v1/bookmarks", "application/json"),
        ("/preferences", "text/plain"),
    ],
)
def test_body_without_a_length_and_without_an_end_is_refused_before_it_fills_anything(
    site: Site, path: str, kind: str
) -> None:
    user = site.add_user("admin", Role.ADMIN)
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    sent = 0

    async def receive() -> Message:
        nonlocal sent
        piece = head if sent == 0 and "multipart" in kind else b"a" * 65_536
        sent += len(piece)
        return {"type": "http.request", "body": piece, "more_body": True}

    answer = call(site, scope_of(site, user, "POST", path, content_type=kind), receive)
    assert (answer.status, answer.headers["connection"]) == (413, "close")
    assert sent < 1_200_000
