from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from storage.open import Storage
from storage.personal.bookmarks import BookmarkSearch
from storage.schema.cameras import camera
from storage.schema.people import user_account
from storage.schema.personal import bookmark, bookmark_camera
from tests.support.footage import NOON_US, SteppedClock, add_camera
from vms.domain.bookmark import LONGEST_BOOKMARK_US, MOST_BOOKMARKS, Bookmark, BookmarkContent
from vms.domain.camera import Camera
from vms.domain.errors import Conflict, InvalidInput, NotFound
from vms.domain.time import HOUR_US, MINUTE_US, TimeRange
from vms.domain.user import Role, User

EVERYTHING = BookmarkSearch()


def add_user(storage: Storage, name: str, *cameras: Camera, role: Role = Role.VIEWER) -> User:
    ids = frozenset(camera.id for camera in cameras)
    return storage.users.add(name=name, full_name=name.title(), role=role, camera_ids=ids)


def content(
    *cameras: Camera, minute: int = 0, minutes: int = 0, title: str = "Tabrak lari", **more: object
) -> BookmarkContent:
    start_us = NOON_US + minute * MINUTE_US
    time = TimeRange(start_us, start_us + minutes * MINUTE_US)
    return BookmarkContent(tuple(c.id for c in cameras), time, title, **more)  # type: ignore[arg-type]  # real fields


def seen(storage: Storage, user: User, wanted: BookmarkSearch = EVERYTHING) -> list[Bookmark]:
    return storage.bookmarks.search(user, wanted, limit=200)


def test_bookmark_comes_back_as_made_with_its_cameras_in_order(storage: Storage) -> None:
    first, second = add_camera(storage), add_camera(storage)
    user = add_user(storage, "siti", first, second)
    wanted = content(second, first, minutes=3, note="Dari utara", tag="lalu lintas", is_shared=True)
    made = storage.bookmarks.add(user.id, replace(wanted, title="  Tabrak lari "))
    assert made.content == wanted
    assert (made.owner_id, made.owner, made.created_us) == (user.id, "Siti", NOON_US)
    assert storage.bookmarks.get(made.id) == made
    assert seen(storage, user) == [made]


def test_bookmark_is_changed_and_deleted(storage: Storage, clock: SteppedClock) -> None:
    first, second = add_camera(storage), add_camera(storage)
    user = add_user(storage, "siti", first, second)
    made = storage.bookmarks.add(user.id, content(first))
    clock.advance(60)
    changed = storage.bookmarks.change(made.id, content(second, minute=5, title="Lain"))
    assert changed.content == content(second, minute=5, title="Lain")
    assert (changed.created_us, changed.changed_us) == (NOON_US, NOON_US + MINUTE_US)
    for _ in range(2):
        storage.bookmarks.remove(made.id)
    assert seen(storage, user) == []
    with pytest.raises(NotFound):
        storage.bookmarks.change(made.id, content(first))
    with storage.database.read() as connection:
        left = connection.execute(sa.select(sa.func.count()).select_from(bookmark_camera)).scalar_one()
    assert left == 0


def test_shared_bookmark_is_seen_by_others_with_their_cameras_only(storage: Storage) -> None:
    mine, common = add_camera(storage), add_camera(storage)
    owner = add_user(storage, "siti", mine, common)
    neighbour, stranger = add_user(storage, "budi", common), add_user(storage, "wayan", add_camera(storage))
    admin = add_user(storage, "wali", role=Role.ADMIN)
    storage.bookmarks.add(owner.id, content(mine, common, title="pribadi"))
    storage.bookmarks.add(owner.id, content(mine, common, title="bersama", is_shared=True))
    assert [b.content.title for b in seen(storage, owner)] == ["bersama", "pribadi"]
    assert [(b.content.title, b.content.camera_ids) for b in seen(storage, neighbour)] == [
        ("bersama", (common.id,))
    ]
    assert seen(storage, stranger) == []
    assert [(b.content.title, b.content.camera_ids) for b in seen(storage, admin)] == [
        ("bersama", (mine.id, common.id))
    ]


def test_owner_who_lost_a_camera_keeps_the_bookmark_without_it(storage: Storage) -> None:
    mine, common = add_camera(storage), add_camera(storage)
    owner = add_user(storage, "siti", mine, common)
    storage.bookmarks.add(owner.id, content(mine, common))
    fewer = storage.users.edit(replace(owner, camera_ids=frozenset({common.id})))
    assert [b.content.camera_ids for b in seen(storage, fewer)] == [(common.id,)]
    none = storage.users.edit(replace(owner, camera_ids=frozenset()))
    assert [b.content.camera_ids for b in seen(storage, none)] == [()]


def test_search_is_by_time_camera_text_and_owner_newest_first(storage: Storage) -> None:
    first, second = add_camera(storage), add_camera(storage)
    user, other = add_user(storage, "siti", first, second), add_user(storage, "budi", first, second)
    storage.bookmarks.add(user.id, content(first, minute=0, title="Sepeda 100% hilang", tag="curi"))
    storage.bookmarks.add(user.id, content(second, minute=10, minutes=10, title="Banjir", note="Air NAIK"))
    storage.bookmarks.add(other.id, content(first, second, minute=30, title="Pasar", is_shared=True))

    def titles(**wanted: object) -> list[str]:
        search = BookmarkSearch(**wanted)  # type: ignore[arg-type]  # real fields
        return [found.content.title for found in seen(storage, user, search)]

    def window(start: int, end: int) -> TimeRange:
        return TimeRange(NOON_US + start * MINUTE_US, NOON_US + end * MINUTE_US)

    assert titles() == ["Pasar", "Banjir", "Sepeda 100% hilang"]
    assert titles(window=window(0, 5)) == ["Sepeda 100% hilang"]
    assert titles(window=window(15, 30)) == ["Banjir"]
    assert titles(window=window(20, 30)) == []
    assert titles(window=window(30, 31)) == ["Pasar"]
    assert titles(camera_ids=[second.id]) == ["Pasar", "Banjir"]
    assert titles(camera_ids=[]) == []
    assert titles(text="naik") == ["Banjir"]
    assert titles(text="CURI") == titles(text="100%") == ["Sepeda 100% hilang"]
    assert titles(text="10_%") == []
    assert titles(is_mine=True) == ["Banjir", "Sepeda 100% hilang"]
    newest = seen(storage, user)[0]
    assert titles(before_id=newest.id) == ["Banjir", "Sepeda 100% hilang"]
    assert len(storage.bookmarks.search(user, EVERYTHING, limit=1)) == 1


def test_timeline_gets_what_touches_its_window_in_order_of_start(storage: Storage) -> None:
    first, second = add_camera(storage), add_camera(storage)
    user = add_user(storage, "siti", first, second)
    for minute, minutes in ((9, 0), (5, 2), (0, 5), (-3, 4), (10, 1)):
        storage.bookmarks.add(user.id, content(first, minute=minute, minutes=minutes, title=f"{minute}"))
    storage.bookmarks.add(user.id, content(second, minute=6, title="lain"))
    window = TimeRange(NOON_US, NOON_US + 10 * MINUTE_US)
    found = storage.bookmarks.touching(user, [first.id], window, limit=10)
    assert [b.content.title for b in found] == ["-3", "0", "5", "9"]
    assert len(storage.bookmarks.touching(user, [first.id, second.id], window, limit=2)) == 2
    assert storage.bookmarks.touching(user, [], window, limit=10) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"note": "x" * 2001}, "note"),
        ({"tag": "x" * 41}, "tag"),
        ({"camera_ids": ()}, "camera_ids"),
        ({"camera_ids": tuple(range(1, 18))}, "camera_ids"),
        ({"time": TimeRange(NOON_US, NOON_US + LONGEST_BOOKMARK_US + 1)}, "to"),
    ],
)
def test_content_that_is_too_much_is_refused(
    sqlite_storage: Storage, changes: dict[str, object], field: str
) -> None:
    known = add_camera(sqlite_storage)
    user = add_user(sqlite_storage, "siti", known)
    wanted = replace(content(known), **changes)  # type: ignore[arg-type]  # real fields
    with pytest.raises(InvalidInput) as refused:
        sqlite_storage.bookmarks.add(user.id, wanted)
    assert refused.value.field == field


def test_person_keeps_at_most_a_thousand(sqlite_storage: Storage) -> None:
    storage = sqlite_storage
    known = add_camera(storage)
    user, other = add_user(storage, "siti", known), add_user(storage, "budi", known)
    values = {"user_id": user.id, "start_us": 0, "end_us": 0, "title": "x", "created_us": 0, "changed_us": 0}
    with storage.database.write() as connection:
        connection.execute(sa.insert(bookmark), [values] * (MOST_BOOKMARKS - 1))
    last = storage.bookmarks.add(user.id, content(known))
    with pytest.raises(Conflict, match="1000"):
        storage.bookmarks.add(user.id, content(known))
    storage.bookmarks.add(other.id, content(known))
    storage.bookmarks.remove(last.id)
    storage.bookmarks.add(user.id, content(known))


def test_bookmark_of_nobody_or_nothing_is_refused(storage: Storage) -> None:
    known = add_camera(storage)
    user = add_user(storage, "siti", known)
    with pytest.raises(NotFound):
        storage.bookmarks.add(99, content(known))
    with pytest.raises(NotFound):
        storage.bookmarks.add(user.id, replace(content(known), camera_ids=(known.id, 99)))
    assert seen(storage, user) == []


def test_bookmark_outlives_camera_and_owner_in_use(storage: Storage) -> None:
    """Removing a camera keeps its footage, and who leaves is switched off: what was shared stays of use."""
    known = add_camera(storage)
    owner, reader = add_user(storage, "siti", known), add_user(storage, "budi", known)
    made = storage.bookmarks.add(owner.id, content(known, is_shared=True))
    storage.cameras.remove(known.id)
    storage.users.edit(replace(owner, is_enabled=False))
    assert seen(storage, reader) == [made]


def test_database_refuses_to_delete_whom_or_what_a_bookmark_names(storage: Storage) -> None:
    known = add_camera(storage)
    owner = add_user(storage, "siti")
    made = storage.bookmarks.add(owner.id, content(known))
    for table, row_id in ((camera, known.id), (user_account, owner.id)):
        with pytest.raises(IntegrityError), storage.database.write() as connection:
            connection.execute(sa.delete(table).where(table.c.id == row_id))
    assert storage.bookmarks.get(made.id) == made
    assert made.content.time.duration_us < HOUR_US
