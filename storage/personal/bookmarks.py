"""Bookmarks: stored for their owners, found by time, camera and text, and only by people who may see them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from storage.personal.owned_rows import camera_lists, lock_person, store_camera_list
from storage.schema.people import user_account
from storage.schema.personal import bookmark, bookmark_camera
from storage.sql.database import Database
from vms.domain.bookmark import MOST_BOOKMARKS, Bookmark, BookmarkContent
from vms.domain.errors import Conflict, NotFound
from vms.domain.time import Clock, TimeRange
from vms.domain.user import Role, User


@dataclass(frozen=True, slots=True)
class BookmarkSearch:
    """What to look for; None or "" where it does not matter.

    Attributes:
        window: shares an instant with the bookmark. camera_ids: one of them is among its cameras.
        text: part of title, note or tag, in whatever case. is_mine: only the person's own.
        is_shared: only those that others see too.
        before_id: only bookmarks with smaller numbers, to go on from an earlier answer.
    """

    window: TimeRange | None = None
    camera_ids: Collection[int] | None = None
    text: str = ""
    is_mine: bool = False
    is_shared: bool = False
    before_id: int | None = None


class BookmarkStore:
    """Adds, changes, deletes and finds bookmarks."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, user_id: int, content: BookmarkContent) -> Bookmark:
        """Store a new bookmark of that person and return it.

        Raises:
            InvalidInput: the content is unusable; its field is named.
            NotFound: a camera or the person does not exist.
            Conflict: the person has as many as one may keep.
        """
        content = content.checked()
        now_us = self._clock.now_us()
        values = {**_values(content), "user_id": user_id, "created_us": now_us, "changed_us": now_us}
        with self._database.write() as connection:
            lock_person(connection, user_id)
            own = sa.select(sa.func.count()).select_from(bookmark).where(bookmark.c.user_id == user_id)
            if connection.execute(own).scalar_one() >= MOST_BOOKMARKS:
                raise Conflict(
                    f"you have {MOST_BOOKMARKS} bookmarks already: delete some that are not needed"
                )
            added = connection.execute(sa.insert(bookmark).values(values).returning(bookmark.c.id))
            bookmark_id = added.scalar_one()
            _store_cameras(connection, bookmark_id, content)
            return _get(connection, bookmark_id)

    def change(self, bookmark_id: int, content: BookmarkContent) -> Bookmark:
        """Replace the content of a bookmark and return it.

        Raises:
            InvalidInput: the content is unusable; its field is named.
            NotFound: the bookmark or a camera does not exist.
        """
        content = content.checked()
        values = {**_values(content), "changed_us": self._clock.now_us()}
        with self._database.write() as connection:
            _get(connection, bookmark_id)
            connection.execute(sa.update(bookmark).where(bookmark.c.id == bookmark_id).values(values))
            _store_cameras(connection, bookmark_id, content)
            return _get(connection, bookmark_id)

    def remove(self, bookmark_id: int) -> None:
        """Delete a bookmark; it may be gone already."""
        with self._database.write() as connection:
            connection.execute(sa.delete(bookmark).where(bookmark.c.id == bookmark_id))

    def get(self, bookmark_id: int) -> Bookmark:
        """Return a bookmark by its id with all its cameras, whoever may see it.

        Raises:
            NotFound: there is none with that number.
        """
        with self._database.read() as connection:
            return _get(connection, bookmark_id)

    def search(self, user: User, wanted: BookmarkSearch, *, limit: int) -> list[Bookmark]:
        """Return the newest bookmarks that the person may see, as they may see them."""
        conditions = [_is_seen_by(user)]
        if wanted.window is not None:
            conditions.append(_touches(wanted.window))
        if wanted.camera_ids is not None:
            conditions.append(_is_of(wanted.camera_ids))
        if wanted.text:
            conditions.append(
                sa.or_(
                    *(
                        column.icontains(wanted.text, autoescape=True)
                        for column in (bookmark.c.title, bookmark.c.note, bookmark.c.tag)
                    )
                )
            )
        if wanted.is_mine:
            conditions.append(bookmark.c.user_id == user.id)
        if wanted.is_shared:
            conditions.append(bookmark.c.is_shared)
        if wanted.before_id is not None:
            conditions.append(bookmark.c.id < wanted.before_id)
        return self._seen(user, _statement(*conditions).order_by(bookmark.c.id.desc()).limit(limit))

    def touching(
        self, user: User, camera_ids: Collection[int], window: TimeRange, *, limit: int
    ) -> list[Bookmark]:
        """Return the first bookmarks of these cameras that touch the window, in order of start."""
        statement = _statement(_is_seen_by(user), _is_of(camera_ids), _touches(window))
        return self._seen(user, statement.order_by(bookmark.c.start_us, bookmark.c.id).limit(limit))

    def _seen(self, user: User, statement: sa.Select[Any]) -> list[Bookmark]:
        with self._database.read() as connection:
            found = _select(connection, statement)
        return [seen for known in found if (seen := known.as_seen_by(user)) is not None]


def _is_seen_by(user: User) -> sa.ColumnElement[bool]:
    """Return `Bookmark.as_seen_by` as a SQL condition, so that a limit counts only what is seen."""
    shared: sa.ColumnElement[bool] = bookmark.c.is_shared
    if user.role is not Role.ADMIN:
        shared = sa.and_(shared, _is_of(user.camera_ids))
    return sa.or_(bookmark.c.user_id == user.id, shared)


def _is_of(camera_ids: Collection[int]) -> sa.ColumnElement[bool]:
    return bookmark.c.id.in_(
        sa.select(bookmark_camera.c.bookmark_id).where(bookmark_camera.c.camera_id.in_(sorted(camera_ids)))
    )


def _touches(window: TimeRange) -> sa.ColumnElement[bool]:
    reaches_in = sa.or_(bookmark.c.end_us > window.start_us, bookmark.c.start_us >= window.start_us)
    return sa.and_(bookmark.c.start_us < window.end_us, reaches_in)


def _values(content: BookmarkContent) -> dict[str, object]:
    return {
        "start_us": content.time.start_us,
        "end_us": content.time.end_us,
        "title": content.title,
        "note": content.note,
        "tag": content.tag,
        "is_shared": content.is_shared,
    }


def _store_cameras(connection: Connection, bookmark_id: int, content: BookmarkContent) -> None:
    store_camera_list(
        connection, bookmark_camera, bookmark_camera.c.bookmark_id, bookmark_id, content.camera_ids
    )


def _statement(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return (
        sa.select(*bookmark.c, user_account.c.full_name)
        .join(user_account, user_account.c.id == bookmark.c.user_id)
        .where(*conditions)
    )


def _get(connection: Connection, bookmark_id: int) -> Bookmark:
    found = _select(connection, _statement(bookmark.c.id == bookmark_id))
    if not found:
        raise NotFound(f"there is no bookmark {bookmark_id}")
    return found[0]


def _select(connection: Connection, statement: sa.Select[Any]) -> list[Bookmark]:
    rows = connection.execute(statement).all()
    cameras = camera_lists(
        connection, bookmark_camera, bookmark_camera.c.bookmark_id, [row.id for row in rows]
    )
    return [_bookmark(row, cameras.get(row.id, ())) for row in rows]


def _bookmark(row: Row[Any], camera_ids: tuple[int, ...]) -> Bookmark:
    return Bookmark(
        id=row.id,
        owner_id=row.user_id,
        owner=row.full_name,
        content=BookmarkContent(
            camera_ids, TimeRange(row.start_us, row.end_us), row.title, row.note, row.tag, row.is_shared
        ),
        created_us=row.created_us,
        changed_us=row.changed_us,
    )
