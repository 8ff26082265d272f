"""What people have kept in the demonstration: bookmarks of its past, and a view of the riverside."""

from dataclasses import dataclass

from storage.open import Storage
from vms.domain.bookmark import BookmarkContent
from vms.domain.saved_view import Layout, ViewContent
from vms.domain.time import MINUTE_US, SECOND_US, TimeRange


@dataclass(frozen=True, slots=True)
class _Kept:
    """A bookmark; how long before the present recording it begins, and how long it lasts, zero for a moment."""

    cameras: tuple[str, ...]
    before_us: int
    lasts_us: int
    title: str
    note: str
    tag: str


_BOOKMARKS = (
    _Kept(
        ("Balai Kota halaman depan",),
        52 * MINUTE_US + 20 * SECOND_US,
        3 * MINUTE_US,
        "Apel pagi",
        "Peserta berkumpul di halaman depan.",
        "kegiatan",
    ),
    _Kept(
        ("Siring Tendean", "Menara Pandang"),
        27 * MINUTE_US,
        90 * SECOND_US,
        "Kerumunan di tepi sungai",
        "Terlihat dari dua kamera.",
        "ketertiban",
    ),
    _Kept(
        ("Pasar Terapung",), 14 * MINUTE_US + 8 * SECOND_US, 0, "Perahu merapat di dermaga", "", "kegiatan"
    ),
)
_VIEW = ("Tepi sungai", ("Siring Tendean", "Menara Pandang", "Pasar Terapung", "Balai Kota halaman depan"))


def keep_bookmarks(storage: Storage, user_id: int, present_us: int) -> None:
    """Store bookmarks and a view, shared by a person, of the past that ended when the present recording began.

    Args:
        storage: with the demonstration's cameras.
        user_id: whose they are.
        present_us: where that recording begins, in UTC microseconds.
    """
    numbers = {camera.name: camera.id for camera in storage.cameras.list()}
    for kept in _BOOKMARKS:
        start_us = present_us - kept.before_us
        storage.bookmarks.add(
            user_id,
            BookmarkContent(
                camera_ids=tuple(numbers[name] for name in kept.cameras),
                time=TimeRange(start_us, start_us + kept.lasts_us),
                title=kept.title,
                note=kept.note,
                tag=kept.tag,
                is_shared=True,
            ),
        )
    name, cameras = _VIEW
    view = ViewContent(name, tuple(numbers[camera] for camera in cameras), Layout.GRID, is_shared=True)
    storage.saved_views.add(user_id, view)
