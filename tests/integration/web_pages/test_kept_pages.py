"""The pages of bookmarks and holds: found, changed and released without scripts, by those who may."""

from pathlib import Path

import pytest

from storage.purge.purger import Purger
from tests.support.footage import NOON_US
from tests.support.page_forms import post, token
from tests.support.recorded_site import Site, browser
from vms.domain.bookmark import Bookmark, BookmarkContent
from vms.domain.camera import Camera
from vms.domain.segment import ClockTrust
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US, TimeRange
from vms.domain.user import Role, User

MOMENT = TimeRange(NOON_US, NOON_US)
RANGE = TimeRange(NOON_US, NOON_US + 12 * SECOND_US)


def keep(
    site: Site,
    user: User,
    title: str,
    *cameras: Camera,
    time: TimeRange = MOMENT,
    tag: str = "",
    is_shared: bool = False,
) -> Bookmark:
    ids = tuple(camera.id for camera in cameras)
    content = BookmarkContent(ids, time, title, tag=tag, is_shared=is_shared)
    return site.storage.bookmarks.add(user.id, content)


def test_bookmarks_are_found_by_text_camera_owner_and_day(site: Site) -> None:
    hall, tower = site.add_camera("Balai Kota"), site.add_camera("Menara Pandang")
    me = site.add_user("penyelidik", Role.OPERATOR, hall, tower)
    other = site.add_user("orang.lain", Role.OPERATOR, hall, tower)
    keep(site, me, "Truk sampah", hall, tag="LP/482")
    keep(site, other, "Rombongan tiba", tower, is_shared=True)
    keep(site, me, "Tas ditinggalkan", tower, time=TimeRange(NOON_US + DAY_US, NOON_US + DAY_US))
    titles = ("Truk sampah", "Rombongan tiba", "Tas ditinggalkan")
    with browser(site, me) as client:
        for query, is_found in {
            "": (True, True, True),
            "q=lp/482": (True, False, False),
            f"cam={tower.id}": (False, True, True),
            "whose=mine": (True, False, True),
            "whose=shared": (False, True, False),
            "from=2024-10-05": (False, False, True),
            "to=2024-10-04": (True, True, False),
            "q=tiada": (False, False, False),
            "cam=99": (False, False, False),
            "from=kemarin&to=9999-12-31&before=x": (True, True, True),
        }.items():
            page = client.get(f"/bookmarks?{query}").text
            assert tuple(title in page for title in titles) == is_found, query


def test_bookmark_leads_to_its_moment_or_marks_its_range(site: Site) -> None:
    hall, tower = site.add_camera("Balai Kota"), site.add_camera("Menara Pandang")
    me = site.add_user("lurah", Role.VIEWER, hall, tower)
    keep(site, me, "Saat", hall)
    keep(site, me, "Rentang", hall, tower, time=RANGE)
    with browser(site, me) as client:
        page = client.get("/bookmarks").text.replace("&amp;", "&")
    at = "2024-10-04T12:00:00.000000Z"
    assert f'href="/playback?cam={hall.id}&t={at}"' in page
    out = "2024-10-04T12:00:12.000000Z"
    assert f'href="/playback?cam={hall.id},{tower.id}&t={at}&in={at}&out={out}"' in page
    assert "12 dtk" in page


def test_bookmark_is_changed_and_deleted_without_scripts_and_the_list_stays_as_it_was(site: Site) -> None:
    camera = site.add_camera()
    me = site.add_user("lurah", Role.VIEWER, camera)
    kept = keep(site, me, "Lama", camera)
    with browser(site, me) as client:
        page = client.get("/bookmarks?q=lama&whose=mine")
        status, location, _ = post(
            client,
            f"/bookmarks/{kept.id}",
            title="Baru",
            note="dua orang",
            tag="12/2026",
            is_shared="1",
            back="/bookmarks?q=lama&whose=mine",
            csrf_token=token(page.text),
        )
        content = site.storage.bookmarks.get(kept.id).content
        removed = post(client, f"/bookmarks/{kept.id}/remove", back="/bookmarks", csrf_token=token(page.text))
        after = client.get(removed[1]).text
    assert (status, location) == (303, "/bookmarks?q=lama&whose=mine&done=changed")
    assert (content.title, content.note, content.tag, content.is_shared) == (
        *("Baru", "dua orang", "12/2026"),
        True,
    )
    assert content.time == MOMENT
    assert "Penanda dihapus" in after
    assert "Belum ada penanda" in after
    assert [entry.action for entry in site.storage.audit.recent(2)] == ["bookmark.remove", "bookmark.edit"]


def test_bookmark_of_somebody_else_is_changed_by_an_administrator_only(site: Site) -> None:
    camera = site.add_camera()
    owner, other = (site.add_user(name, Role.OPERATOR, camera) for name in ("pemilik", "orang.lain"))
    kept = keep(site, owner, "Dibagikan", camera, is_shared=True)
    secret = keep(site, owner, "Rahasia", camera)
    with browser(site, other) as client:
        page = client.get("/bookmarks").text
        assert ("Dibagikan" in page, "Rahasia" in page) == (True, False)
        assert f"/bookmarks/{kept.id}/remove" not in page
        codes = [
            post(client, f"/bookmarks/{one.id}/remove", csrf_token=token(page))[0] for one in (kept, secret)
        ]
    assert codes == [403, 404]
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:
        page = client.get("/bookmarks").text
        assert post(client, f"/bookmarks/{kept.id}/remove", csrf_token=token(page))[0] == 303


@pytest.mark.parametrize("back", ["https://evil.example/bookmarks?q=x", "//evil.example", ""])
def test_going_back_stays_on_the_list(site: Site, back: str) -> None:
    camera = site.add_camera()
    me = site.add_user("lurah", Role.VIEWER, camera)
    kept = keep(site, me, "Lama", camera)
    with browser(site, me) as client:
        csrf_token = token(client.get("/bookmarks").text)
        location = post(client, f"/bookmarks/{kept.id}/remove", back=back, csrf_token=csrf_token)[1]
    assert location.startswith("/bookmarks?")
    assert "evil" not in location


def test_older_bookmarks_follow_on_further_pages(site: Site) -> None:
    camera = site.add_camera()
    me = site.add_user("lurah", Role.VIEWER, camera)
    for number in range(60):
        keep(site, me, f"Nomor {number:02}", camera)
    with browser(site, me) as client:
        first = client.get("/bookmarks").text
        wanted = next(
            part.split('"')[0] for part in first.split('href="') if part.startswith("/bookmarks?before=")
        )
        second = client.get(wanted).text
    assert ("Nomor 59" in first, "Nomor 09" in first) == (True, False)
    assert ("Nomor 59" in second, "Nomor 09" in second) == (False, True)


def hold(site: Site, reason: str, *cameras: Camera, by: str = "penyelidik") -> list[int]:
    time = TimeRange(NOON_US - MINUTE_US, NOON_US + MINUTE_US)
    return [site.storage.holds.place(camera.id, time, reason, by).hold.id for camera in cameras]


def test_holds_tell_who_when_why_and_how_much(site: Site, h264_run: Path) -> None:
    hall, tower = site.add_camera("Balai Kota"), site.add_camera("Menara Pandang")
    site.record(hall, h264_run)
    site.clock.advance(600)
    user = site.add_user("penyelidik", Role.OPERATOR, hall, tower)
    ids = hold(site, "LP/B/117/XI/2025", hall, tower)
    with browser(site, user) as client:
        page = client.get("/holds").text
    assert f'data-hold="{ids[0]} {ids[1]}"' in page
    assert "Balai Kota, Menara Pandang" in page
    assert "dikunci oleh Penyelidik, 4 Okt 2024" in page
    assert "LP/B/117/XI/2025" in page
    assert "± " in page
    # 1 min 35 s of the first camera's two minutes, and all of the second's.
    assert "tidak ada rekaman sepanjang 3 mnt 35 dtk" in page


def test_held_footage_stays_until_its_hold_is_released_with_a_reason(site: Site, h264_run: Path) -> None:
    hall, tower = site.add_camera("Balai Kota"), site.add_camera("Menara Pandang")
    site.record(hall, h264_run)
    site.clock.advance(600)
    user = site.add_user("penyelidik", Role.OPERATOR, hall, tower)
    ids = hold(site, "LP/B/117/XI/2025", hall, tower)
    site.clock.advance(40 * 86_400)

    def purged() -> int:
        return Purger(site.storage, site.clock, clock_trust=lambda: ClockTrust.SYNCED).run_once().segments

    kept = purged()
    with browser(site, user) as client:
        csrf_token = token(client.get("/holds").text)
        fields = {"hold": [str(hold_id) for hold_id in ids], "csrf_token": csrf_token}
        silent = client.post("/holds/release", data={**fields, "reason": " "}, follow_redirects=False)
        told = client.post(
            "/holds/release", data={**fields, "reason": "perkara selesai"}, follow_redirects=False
        )
        active = client.get("/holds").text
        everything = client.get("/holds?state=all").text
    assert (kept, silent.status_code, told.status_code) == (0, 422, 303)
    assert purged() > 0
    assert "LP/B/117/XI/2025" not in active
    assert "dilepas oleh Penyelidik" in everything
    assert "perkara selesai" in everything
    assert [entry.action for entry in site.storage.audit.recent(2)] == ["hold.release", "hold.release"]


def test_nobody_sees_or_releases_a_hold_of_a_camera_that_is_not_theirs(site: Site) -> None:
    own, other = site.add_camera("Balai Kota"), site.add_camera("Puskesmas Pekauman")
    [foreign] = hold(site, "Rahasia dinas", other)
    with browser(site, site.add_user("orang.lain", Role.OPERATOR, own)) as client:
        page = client.get("/holds?state=all").text
        code = post(client, "/holds/release", hold=str(foreign), reason="iseng", csrf_token=token(page))[0]
    assert "Rahasia dinas" not in page
    assert "Pekauman" not in page
    assert code == 404
    assert site.storage.holds.get(foreign).released_us is None


def test_hold_that_lapsed_is_told_so(site: Site) -> None:
    camera = site.add_camera()
    time = TimeRange(NOON_US, NOON_US + SECOND_US)
    user = site.add_user("penyelidik", Role.OPERATOR, camera)
    site.storage.holds.place(camera.id, time, "sementara", "cli:root", expires_us=NOON_US + HOUR_US)
    with browser(site, user) as client:
        before = client.get("/holds").text
    site.clock.advance(2 * 3600)
    with browser(site, user) as client:
        after = client.get("/holds?state=all").text
    assert "sampai 21:00 WITA" in before
    assert "berakhir sendiri" in after
    assert "dikunci oleh cli:root" in after
