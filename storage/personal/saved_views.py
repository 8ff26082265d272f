"""Saved views: stored for their owners, and seen by others if they are shared."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.personal.owned_rows import camera_lists, lock_person, store_camera_list
from storage.schema.people import user_account
from storage.schema.personal import saved_view, saved_view_camera
from storage.sql.database import Database
from vms.domain.errors import Conflict, NotFound
from vms.domain.saved_view import MOST_VIEWS, Layout, SavedView, ViewContent
from vms.domain.time import Clock
from vms.domain.user import User

_MOST_SHOWN = 500


class SavedViewStore:
    """Adds, deletes and finds views."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, user_id: int, content: ViewContent) -> SavedView:
        """Store a new view of that person and return it.

        Raises:
            InvalidInput: the content is unusable; its field is named.
            NotFound: a camera or the person does not exist.
            Conflict: the person has a view of that name, or as many as one may keep.
        """
        content = content.checked()
        values = {
            "user_id": user_id,
            "name": content.name,
            "layout": content.layout.value,
            "is_shared": content.is_shared,
            "created_us": self._clock.now_us(),
        }
        with self._database.write() as connection:
            lock_person(connection, user_id)
            own = sa.select(saved_view.c.name).where(saved_view.c.user_id == user_id)
            names = set(connection.execute(own).scalars())
            if content.name in names:
                raise Conflict(f"you have a view called {content.name!r} already")
            if len(names) >= MOST_VIEWS:
                raise Conflict(f"you have {MOST_VIEWS} views already: delete some that are not needed")
            added = connection.execute(sa.insert(saved_view).values(values).returning(saved_view.c.id))
            view_id = added.scalar_one()
            store_camera_list(
                connection, saved_view_camera, saved_view_camera.c.view_id, view_id, content.camera_ids
            )
            return _get(connection, view_id)

    def remove(self, view_id: int) -> None:
        """Delete a view; it may be gone already."""
        with self._database.write() as connection:
            connection.execute(sa.delete(saved_view).where(saved_view.c.id == view_id))

    def get(self, view_id: int) -> SavedView:
        """Return a view by its id with all its cameras, whoever may see it.

        Raises:
            NotFound: there is none with that number.
        """
        with self._database.read() as connection:
            return _get(connection, view_id)

    def list(self, user: User) -> list[SavedView]:
        """Return the person's own views, then those that others share with them, each in order of name."""
        is_own = saved_view.c.user_id == user.id
        statement = (
            _statement(sa.or_(is_own, saved_view.c.is_shared))
            .order_by(sa.case((is_own, 0), else_=1), saved_view.c.name, saved_view.c.id)
            .limit(_MOST_SHOWN)
        )
        with self._database.read() as connection:
            found = _select(connection, statement)
        return [seen for known in found if (seen := known.as_seen_by(user)) is not None]


def _statement(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return (
        sa.select(*saved_view.c, user_account.c.full_name)
        .join(user_account, user_account.c.id == saved_view.c.user_id)
        .where(*conditions)
    )


def _get(connection: Connection, view_id: int) -> SavedView:
    found = _select(connection, _statement(saved_view.c.id == view_id))
    if not found:
        raise NotFound(f"there is no view {view_id}")
    return found[0]


def _select(connection: Connection, statement: sa.Select[Any]) -> list[SavedView]:
    rows = connection.execute(statement).all()
    cameras = camera_lists(
        connection, saved_view_camera, saved_view_camera.c.view_id, [row.id for row in rows]
    )
    return [
        SavedView(
            id=row.id,
            owner_id=row.user_id,
            owner=row.full_name,
            content=ViewContent(row.name, cameras.get(row.id, ()), Layout(row.layout), row.is_shared),
            created_us=row.created_us,
        )
        for row in rows
    ]
