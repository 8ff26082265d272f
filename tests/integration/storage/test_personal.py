"""Saved views, resume points, favourites and preferences, on both databases."""

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from storage.open import Storage, open_storage
from storage.personal.own_settings import MOST_FAVOURITES
from storage.recovery.config_backup import back_up_config
from storage.schema.cameras import camera
from storage.schema.people import user_account
from storage.schema.personal import saved_view_camera
from tests.support.footage import NOON_US, SteppedClock, add_camera
from vms.domain.bookmark import BookmarkContent
from vms.domain.camera import Camera
from vms.domain.errors import Conflict, InvalidInput, NotFound
from vms.domain.preferences import Preferences, ReviewMode
from vms.domain.resume_point import MOST_RESUME_POINTS
from vms.domain.saved_view import MOST_VIEWS, Layout, ViewContent
from vms.domain.time import HOUR_US, MINUTE_US, TimeRange
from vms.domain.user import Role, User


def add_user(storage: Storage, name: str, *cameras: Camera, role: Role = Role.VIEWER) -> User:
    ids = frozenset(camera.id for camera in cameras)
    return storage.users.add(name=name, full_name=name.title(), role=role, camera_ids=ids)


def view(name: str, *cameras: Camera, is_shared: bool = False) -> ViewContent:
    return ViewContent(name, tuple(c.id for c in cameras), Layout.GRID, is_shared)


def test_view_comes_back_as_saved_and_is_deleted_with_its_list(storage: Storage) -> None:
    first, second = add_camera(storage), add_camera(storage)
    user = add_user(storage, "siti", first, second)
    saved = storage.saved_views.add(user.id, view(" Pusat kota ", second, first))
    assert saved.content == view("Pusat kota", second, first)
    assert storage.saved_views.list(user) == [saved] == [storage.saved_views.get(saved.id)]
    storage.saved_views.remove(saved.id)
    assert storage.saved_views.list(user) == []
    with storage.database.read() as connection:
        left = connection.execute(sa.select(sa.func.count()).select_from(saved_view_camera)).scalar_one()
    assert left == 0


def test_own_views_come_before_shared_ones_which_hold_only_own_cameras(storage: Storage) -> None:
    mine, common = add_camera(storage), add_camera(storage)
    user, other = add_user(storage, "siti", common), add_user(storage, "budi", mine, common)
    storage.saved_views.add(other.id, view("A bersama", mine, common, is_shared=True))
    storage.saved_views.add(other.id, view("B pribadi", common))
    storage.saved_views.add(other.id, view("C bersama", mine, is_shared=True))
    storage.saved_views.add(user.id, view("Taman", common))
    assert [(v.content.name, v.content.camera_ids) for v in storage.saved_views.list(user)] == [
        ("Taman", (common.id,)),
        ("A bersama", (common.id,)),
    ]


def test_name_of_a_view_is_taken_once_by_each_person(storage: Storage) -> None:
    known = add_camera(storage)
    user, other = add_user(storage, "siti", known), add_user(storage, "budi", known)
    storage.saved_views.add(user.id, view("Taman", known))
    storage.saved_views.add(other.id, view("Taman", known))
    with pytest.raises(Conflict, match="Taman"):
        storage.saved_views.add(user.id, view("Taman", known))
    for content in (
        view("", known),
        view("x" * 121, known),
        view("y"),
        replace(view("z"), camera_ids=(1, 1)),
    ):
        with pytest.raises(InvalidInput):
            storage.saved_views.add(user.id, content)
    with pytest.raises(NotFound):
        storage.saved_views.add(user.id, replace(view("Lain", known), camera_ids=(99,)))


def test_person_keeps_at_most_a_hundred_views(sqlite_storage: Storage) -> None:
    known = add_camera(sqlite_storage)
    user = add_user(sqlite_storage, "siti", known)
    for number in range(MOST_VIEWS):
        sqlite_storage.saved_views.add(user.id, view(f"Tampilan {number}", known))
    with pytest.raises(Conflict, match="100"):
        sqlite_storage.saved_views.add(user.id, view("Satu lagi", known))


def test_resume_point_grows_with_near_moments_and_begins_anew_far_away(storage: Storage) -> None:
    user = add_user(storage, "siti")

    def at(minutes: int) -> tuple[int, int, int]:
        point = storage.resume_points.note(user.id, (3, 1), NOON_US + minutes * MINUTE_US)
        times = (point.at_us, point.watched.start_us, point.watched.end_us)
        first, second, third = ((time - NOON_US) // MINUTE_US for time in times)
        return first, second, third

    assert at(0) == (0, 0, 0)
    assert at(10) == (10, 0, 10)
    assert at(5) == (5, 0, 10)
    assert at(-20) == (-20, -20, 10)
    assert at(500) == (500, 500, 500)
    [point] = storage.resume_points.list(user.id)
    assert point.camera_ids == (3, 1)


def test_resume_point_keeps_the_range_that_was_given(storage: Storage) -> None:
    user = add_user(storage, "siti")
    watched = TimeRange(NOON_US, NOON_US + HOUR_US)
    point = storage.resume_points.note(user.id, (1,), NOON_US + HOUR_US // 4, watched=watched)
    assert (point.watched, point.share) == (watched, 0.25)
    assert storage.resume_points.list(user.id) == [point]


def test_newest_eight_resume_points_of_each_person_are_kept(storage: Storage, clock: SteppedClock) -> None:
    user, other = add_user(storage, "siti"), add_user(storage, "budi")
    storage.resume_points.note(other.id, (1,), NOON_US)
    for number in range(MOST_RESUME_POINTS + 2):
        clock.advance(1)
        storage.resume_points.note(user.id, (number,), NOON_US)
    clock.advance(1)
    storage.resume_points.note(user.id, (5,), NOON_US)
    assert [point.camera_ids for point in storage.resume_points.list(user.id)] == [
        (5,), (9,), (8,), (7,), (6,), (4,), (3,), (2,),
    ]  # fmt: skip
    assert [point.camera_ids for point in storage.resume_points.list(other.id)] == [(1,)]
    with pytest.raises(NotFound):
        storage.resume_points.note(99, (1,), NOON_US)


def test_favourites_are_kept_in_the_order_chosen(storage: Storage, clock: SteppedClock) -> None:
    first, second = add_camera(storage), add_camera(storage)
    user, other = add_user(storage, "siti"), add_user(storage, "budi")
    for chosen in (second, first, second):
        storage.favourites.add(user.id, chosen.id)
        clock.advance(1)
    assert storage.favourites.list(user.id) == [second.id, first.id]
    assert storage.favourites.list(other.id) == []
    for _ in range(2):
        storage.favourites.remove(user.id, second.id)
    assert storage.favourites.list(user.id) == [first.id]
    with pytest.raises(NotFound):
        storage.favourites.add(user.id, 99)


def test_person_has_at_most_64_favourites(sqlite_storage: Storage) -> None:
    user = add_user(sqlite_storage, "siti")
    cameras = [add_camera(sqlite_storage) for _ in range(MOST_FAVOURITES + 1)]
    for known in cameras[:-1]:
        sqlite_storage.favourites.add(user.id, known.id)
    sqlite_storage.favourites.add(user.id, cameras[0].id)
    with pytest.raises(Conflict, match="64"):
        sqlite_storage.favourites.add(user.id, cameras[-1].id)


def test_preferences_are_the_usual_until_they_are_set(storage: Storage) -> None:
    user, other = add_user(storage, "siti"), add_user(storage, "budi")
    assert storage.preferences.get(user.id) == Preferences()
    for mode in (ReviewMode.FULL, None):
        wanted = Preferences(review_mode=mode, letter_keys=False, data_saver=True, skip_gaps=False)
        storage.preferences.set(user.id, wanted)
        assert storage.preferences.get(user.id) == wanted
    assert storage.preferences.get(other.id) == Preferences()
    with pytest.raises(NotFound):
        storage.preferences.set(99, Preferences())


def test_database_refuses_to_delete_whom_or_what_people_keep(storage: Storage) -> None:
    chosen, viewed = add_camera(storage), add_camera(storage)
    with_favourite, with_point, with_preference = (add_user(storage, name) for name in ("a", "b", "c"))
    storage.favourites.add(with_favourite.id, chosen.id)
    storage.saved_views.add(with_favourite.id, view("Taman", viewed))
    storage.resume_points.note(with_point.id, (chosen.id,), NOON_US)
    storage.preferences.set(with_preference.id, Preferences())
    people = (with_favourite, with_point, with_preference)
    deletions = [sa.delete(camera).where(camera.c.id == known.id) for known in (chosen, viewed)]
    deletions += [sa.delete(user_account).where(user_account.c.id == user.id) for user in people]
    for deletion in deletions:
        with pytest.raises(IntegrityError), storage.database.write() as connection:
            connection.execute(deletion)


def test_copy_of_the_configuration_holds_what_people_keep(
    storage: Storage, clock: SteppedClock, tmp_path: Path
) -> None:
    known = add_camera(storage)
    user = add_user(storage, "siti", known)
    content = BookmarkContent((known.id,), TimeRange(NOON_US, NOON_US), "Banjir")
    made = storage.bookmarks.add(user.id, content)
    saved = storage.saved_views.add(user.id, view("Taman", known))
    point = storage.resume_points.note(user.id, (known.id,), NOON_US)
    storage.favourites.add(user.id, known.id)
    storage.preferences.set(user.id, Preferences(review_mode=ReviewMode.FULL))
    file = back_up_config(storage.database, tmp_path / "copies", clock.now_us())
    copy = open_storage(f"sqlite:///{file}", clock, secret_key=None)
    try:
        assert copy.bookmarks.get(made.id) == made
        assert copy.saved_views.get(saved.id) == saved
        assert copy.resume_points.list(user.id) == [point]
        assert copy.favourites.list(user.id) == [known.id]
        assert copy.preferences.get(user.id).review_mode is ReviewMode.FULL
    finally:
        copy.close()
