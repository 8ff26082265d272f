"""People who sign in, and the cameras they may see."""

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row
from sqlalchemy.exc import IntegrityError

from storage.schema.cameras import camera
from storage.schema.people import session, user_account, user_camera
from storage.sql.database import Database, insert_missing
from vms.domain.errors import Conflict, InvalidInput, NotFound
from vms.domain.time import Clock
from vms.domain.user import Role, User

LONGEST_NAME = 100


class UserStore:
    """Adds, changes and finds people; nobody is ever deleted, as the audit record names them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(
        self,
        *,
        name: str,
        full_name: str,
        role: Role,
        camera_ids: frozenset[int] = frozenset(),
        password_hash: str | None = None,
    ) -> User:
        """Store a new account and return it; without a password hash nobody can sign in to it yet.

        Raises:
            InvalidInput: the name is empty, too long or holds a blank; or a camera does not exist.
            Conflict: somebody has that name.
        """
        name = _checked_name(name)
        values = {
            "name": name,
            "full_name": full_name.strip() or name,
            "role": role.value,
            "password_hash": password_hash,
            "created_us": self._clock.now_us(),
        }
        with self._database.write() as connection:
            try:
                added = connection.execute(
                    sa.insert(user_account).values(values).returning(user_account.c.id)
                )
            except IntegrityError as error:
                raise Conflict(f"somebody is called {name!r} already") from error
            user_id = added.scalar_one()
            _store_cameras(connection, user_id, camera_ids)
            return _get(connection, user_id)

    def edit(self, user: User) -> User:
        """Store everything about a person except name, times and password, and return them as stored.

        Somebody who is switched off is signed out everywhere.

        Raises:
            NotFound: there is no such person.
            InvalidInput: a camera does not exist.
            Conflict: this would leave no administrator who can sign in.
        """
        values = {
            "full_name": user.full_name.strip() or user.name,
            "role": user.role.value,
            "is_enabled": user.is_enabled,
            "language": user.language,
            "theme": user.theme,
        }
        with self._database.write() as connection:
            _get(connection, user.id)
            # Of two administrators who demote each other at once, one waits here and then sees what the other did.
            administrators = sa.select(user_account.c.id).where(user_account.c.role == Role.ADMIN.value)
            connection.execute(administrators.order_by(user_account.c.id).with_for_update(key_share=True))
            had_administrator = _has_administrator(connection)
            connection.execute(sa.update(user_account).where(user_account.c.id == user.id).values(values))
            if had_administrator and not _has_administrator(connection):
                raise Conflict("this would leave no administrator: make somebody else one first")
            connection.execute(sa.delete(user_camera).where(user_camera.c.user_id == user.id))
            _store_cameras(connection, user.id, user.camera_ids)
            if not user.is_enabled:
                connection.execute(sa.delete(session).where(session.c.user_id == user.id))
            return _get(connection, user.id)

    def set_language(self, user_id: int, language: str) -> None:
        """Store only the language that a person chose, so that what an administrator changes meanwhile stays.

        Raises:
            NotFound: there is no such person.
        """
        self._choose(user_id, language=language)

    def set_theme(self, user_id: int, theme: str | None) -> None:
        """Store only the theme that a person chose, None for their device's.

        Raises:
            NotFound: there is no such person.
        """
        self._choose(user_id, theme=theme)

    def set_password(self, user_id: int, password_hash: str) -> None:
        """Store the digest of a new password; ending the person's sessions is the caller's decision.

        Raises:
            NotFound: there is no such person.
        """
        with self._database.write() as connection:
            _get(connection, user_id)
            connection.execute(
                sa.update(user_account)
                .where(user_account.c.id == user_id)
                .values(password_hash=password_hash)
            )

    def password_hash(self, name: str) -> str | None:
        """Return the digest of a person's password, or None if there is no such person or no password."""
        statement = sa.select(user_account.c.password_hash).where(user_account.c.name == name.strip().lower())
        with self._database.read() as connection:
            return connection.execute(statement).scalar_one_or_none()

    def get(self, user_id: int) -> User:
        """Return a person by their id.

        Raises:
            NotFound: there is none with that id.
        """
        with self._database.read() as connection:
            return _get(connection, user_id)

    def by_name(self, name: str) -> User | None:
        """Return the person who signs in with that name, in whatever case, or None."""
        with self._database.read() as connection:
            found = _select(connection, user_account.c.name == name.strip().lower())
        return found[0] if found else None

    def _choose(self, user_id: int, **chosen: str | None) -> None:
        with self._database.write() as connection:
            _get(connection, user_id)
            connection.execute(sa.update(user_account).where(user_account.c.id == user_id).values(**chosen))

    def has_administrator(self) -> bool:
        """Tell whether somebody can sign in as an administrator."""
        with self._database.read() as connection:
            return _has_administrator(connection)

    def list(self) -> list[User]:
        """Return everybody, including those who are switched off, in order of name."""
        with self._database.read() as connection:
            return _select(connection)


def _checked_name(name: str) -> str:
    name = name.strip().lower()
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or " " in name:
        raise InvalidInput(f"a sign-in name has 1 to {LONGEST_NAME} characters and no blanks", field="name")
    return name


def _store_cameras(connection: Connection, user_id: int, camera_ids: frozenset[int]) -> None:
    known = set(connection.execute(sa.select(camera.c.id).where(camera.c.id.in_(camera_ids))).scalars())
    if camera_ids - known:
        missing = ", ".join(str(camera_id) for camera_id in sorted(camera_ids - known))
        raise InvalidInput(f"there is no camera {missing}", field="camera_ids")
    insert_missing(
        connection, user_camera, [{"user_id": user_id, "camera_id": c} for c in sorted(camera_ids)]
    )


def _has_administrator(connection: Connection) -> bool:
    admin = (user_account.c.role == Role.ADMIN.value, user_account.c.is_enabled)
    return bool(connection.execute(sa.select(sa.exists().where(*admin))).scalar_one())


def _get(connection: Connection, user_id: int) -> User:
    found = _select(connection, user_account.c.id == user_id)
    if not found:
        raise NotFound(f"there is no user {user_id}")
    return found[0]


def _select(connection: Connection, *conditions: sa.ColumnElement[bool]) -> list[User]:
    rows = connection.execute(sa.select(user_account).where(*conditions).order_by(user_account.c.name)).all()
    allowed = connection.execute(
        sa.select(user_camera.c.user_id, user_camera.c.camera_id)
        .join(user_account, user_account.c.id == user_camera.c.user_id)
        .where(*conditions)
    )
    cameras: defaultdict[int, set[int]] = defaultdict(set)
    for user_id, camera_id in allowed:
        cameras[user_id].add(camera_id)
    return [person_of(row, frozenset(cameras[row.id])) for row in rows]


def person_of(row: Row[Any], camera_ids: frozenset[int]) -> User:
    """Make a person from a row of their columns and the cameras that they may see."""
    return User(
        id=row.id,
        name=row.name,
        full_name=row.full_name,
        role=Role(row.role),
        camera_ids=camera_ids,
        is_enabled=row.is_enabled,
        language=row.language,
        theme=row.theme,
        created_us=row.created_us,
        last_seen_us=row.last_seen_us,
    )
