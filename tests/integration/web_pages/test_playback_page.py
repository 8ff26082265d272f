"""What the playback page tells its scripts: whose cameras, which moment, what the person chose and may do."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.support.footage import NOON_US, draft
from tests.support.recorded_site import Site, browser
from tests.support.statements import Statement, sent_statements
from vms.domain.camera import Camera, StreamRole
from vms.domain.preferences import Preferences, ReviewMode
from vms.domain.time import SECOND_US
from vms.domain.user import Role

_DATA = re.compile(r'<template id="page-data">(.*?)</template>', re.DOTALL)


def facts_of(page: str) -> dict[str, Any]:
    """Return what the page's scripts are told."""
    found = _DATA.search(page)
    assert found is not None
    told: dict[str, Any] = json.loads(found[1])["playback"]
    return told


def opened(site: Site, role: Role, address: str, *seen: Camera) -> dict[str, Any]:
    """Open the page as somebody of that role who may see these cameras."""
    with browser(site, site.add_user(f"{role}.{address[-8:]}", role, *seen)) as client:
        answer = client.get(f"/playback{address}")
    assert answer.status_code == 200
    return facts_of(answer.text)


def test_cameras_come_in_the_order_of_the_address_and_are_numbered(site: Site) -> None:
    first, second, third = (site.add_camera(name) for name in ("Alun-alun", "Balai Kota", "Pasar"))
    facts = opened(site, Role.OPERATOR, f"?cam={third.id},{first.id}", first, second, third)
    assert [(camera["id"], camera["number"]) for camera in facts["cameras"]] == [(third.id, 1), (first.id, 2)]
    assert facts["focused_id"] == third.id
    assert facts["layout"] == "focus"
    assert not facts["some_unavailable"]
    assert {choice["id"] for choice in facts["all_cameras"]} == {first.id, second.id, third.id}


def test_others_cameras_leave_no_trace_but_a_sentence(site: Site) -> None:
    own, other = site.add_camera("Balai Kota"), site.add_camera("Puskesmas Pekauman")
    with browser(site, site.add_user("camat", Role.OPERATOR, own)) as client:
        page = client.get(f"/playback?cam={other.id},{own.id},4711&f={other.id}").text
        assert client.get(f"/playback?cam={other.id},4711").status_code == 404
        assert client.get(f"/playback/cameras?cam={other.id},{own.id}").json()["cameras"][0]["id"] == own.id
        assert len(client.get(f"/playback/cameras?cam={other.id},{own.id}").json()["cameras"]) == 1
    facts = facts_of(page)
    assert "Pekauman" not in page
    assert [camera["id"] for camera in facts["cameras"]] == [own.id]
    assert facts["some_unavailable"]
    assert "Sebagian kamera tidak tersedia untuk Anda." in page


def test_a_moment_that_cannot_be_read_is_told_of_and_any_other_is_not(site: Site) -> None:
    camera = site.add_camera("Balai Kota")
    with browser(site, site.add_user("camat", Role.OPERATOR, camera)) as client:
        told = [
            ">Waktu pada tautan ini tidak terbaca." in client.get(f"/playback?cam={camera.id}{moment}").text
            for moment in ("", "&t=2025-11-25T14:05:09%2B08:00", "&t=kemarin")
        ]
    assert told == [False, False, True]


def test_removed_camera_is_shown_with_its_footage_and_offered_only_with_footage(
    site: Site, h264_run: Path
) -> None:
    kept, empty = site.add_camera("Dermaga lama"), site.add_camera("Tanpa rekaman")
    site.record(kept, h264_run)
    site.storage.cameras.remove(kept.id)
    site.storage.cameras.remove(empty.id)
    facts = opened(site, Role.ADMIN, f"?cam={kept.id}")
    assert facts["cameras"][0]["removed_us"] is not None
    assert facts["cameras"][0]["oldest_us"] == NOON_US
    assert [(choice["id"], choice["is_removed"]) for choice in facts["all_cameras"]] == [(kept.id, True)]


def test_facts_say_codec_purge_and_that_there_is_no_small_stream(site: Site, h264_run: Path) -> None:
    camera = site.add_camera()
    site.record(camera, h264_run)
    with site.storage.database.write() as connection:
        connection.execute(sa.text("UPDATE stream SET purged_until_us = :at"), {"at": NOON_US - SECOND_US})
    facts = opened(site, Role.OPERATOR, "", camera)["cameras"][0]
    assert (facts["codec"], facts["has_sub"], facts["purged_until_us"], facts["may_export"]) == (
        "h264",
        False,
        NOON_US - SECOND_US,
        True,
    )


def test_small_stream_that_never_recorded_does_not_count(site: Site) -> None:
    camera = site.storage.cameras.add(draft("Dua aliran"))
    assert camera.stream(StreamRole.SUB) is not None
    assert not opened(site, Role.ADMIN, f"?cam={camera.id}")["cameras"][0]["has_sub"]


@pytest.mark.parametrize(
    ("role", "address", "wish", "mode", "is_chosen"),
    [
        (Role.VIEWER, "", None, "simple", False),
        (Role.OPERATOR, "", None, "full", False),
        (Role.VIEWER, "?mode=full", None, "full", True),
        (Role.VIEWER, "", ReviewMode.FULL, "full", True),
        (Role.OPERATOR, "?mode=full", ReviewMode.SIMPLE, "full", True),
        (Role.OPERATOR, "?mode=huge", None, "full", False),
    ],
)
def test_mode_is_the_links_before_the_persons_before_the_roles(
    site: Site, role: Role, address: str, wish: ReviewMode | None, mode: str, is_chosen: bool
) -> None:
    user = site.add_user("siti", role, site.add_camera())
    site.storage.preferences.set(user.id, Preferences(review_mode=wish, letter_keys=False, data_saver=True))
    with browser(site, user) as client:
        facts = facts_of(client.get(f"/playback{address}").text)
    assert (facts["mode"], facts["is_mode_chosen"]) == (mode, is_chosen)
    assert (facts["letter_keys"], facts["data_saver"], facts["skip_gaps"]) == (False, True, True)


def test_every_camera_that_is_put_on_the_page_is_on_record(site: Site) -> None:
    first, second = site.add_camera("Alun-alun"), site.add_camera("Balai Kota")
    with browser(site, site.add_user("siti", Role.OPERATOR, first, second)) as client:
        client.get(f"/playback?cam={first.id},{second.id}")
        client.get(f"/playback/cameras?cam={second.id}")
        assert client.get("/playback/cameras").status_code == 422
    opens = [entry.subject for entry in site.storage.audit.recent() if entry.action == "playback.open"]
    assert sorted(opens) == [f"camera {first.id}, camera {second.id}", f"camera {second.id}"]


def test_page_of_sixteen_cameras_asks_the_database_no_more_often_than_of_one(site: Site) -> None:
    cameras = [site.add_camera(f"Kamera {number}") for number in range(16)]
    user = site.add_user("siti", Role.OPERATOR, *cameras)
    with browser(site, user) as client:
        client.get("/playback")
        with sent_statements() as one:
            client.get(f"/playback?cam={cameras[0].id}")
        with sent_statements() as many:
            client.get(f"/playback?cam={','.join(str(camera.id) for camera in cameras)}")
    assert len(one) > 5
    assert without_values(one) == without_values(many)


def without_values(sent: list[Statement]) -> list[str]:
    """Return the statements as far as they do not depend on how many there are to ask about."""
    return [statement.text.split(" IN ", maxsplit=1)[0] for statement in sent]
