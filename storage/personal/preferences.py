"""What people set for the review page; who set nothing has the usual."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.personal.owned_rows import lock_person, require_cameras
from storage.schema.personal import favourite, preference, watching
from storage.sql.database import Database, insert_missing, insert_or_update
from vms.domain.errors import Conflict
from vms.domain.preferences import Preferences, ReviewMode
from vms.domain.time import Clock, TimeRange
from vms.domain.watching import MOST_WATCHED, Watching, moved_on

MOST_FAVOURITES = 64


class PreferenceStore:
    """Keeps each person's preferences."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, user_id: int) -> Preferences:
        """Return a person's preferences, the usual ones for who set none."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(preference).where(preference.c.user_id == user_id)
            ).one_or_none()
        if row is None:
            return Preferences()
        return Preferences(
            review_mode=None if row.review_mode is None else ReviewMode(row.review_mode),
            letter_keys=row.letter_keys,
            data_saver=row.data_saver,
            skip_gaps=row.skip_gaps,
        )

    def set(self, user_id: int, preferences: Preferences) -> None:
        """Store a person's preferences.

        Raises:
            NotFound: there is no such person.
        """
        row = {
            "user_id": user_id,
            "review_mode": None if preferences.review_mode is None else preferences.review_mode.value,
            "letter_keys": preferences.letter_keys,
            "data_saver": preferences.data_saver,
            "skip_gaps": preferences.skip_gaps,
        }
        with self._database.write() as connection:
            lock_person(connection, user_id)
            insert_or_update(connection, preference, [row])


class FavouriteStore:
    """Adds, removes and lists favourites."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, user_id: int, camera_id: int) -> None:
        """Make a camera one of the person's favourites; one that is stays so.

        Raises:
            NotFound: the person or the camera does not exist.
            Conflict: the person has as many as one may have.
        """
        with self._database.write() as connection:
            lock_person(connection, user_id)
            require_cameras(connection, [camera_id])
            own = set(
                connection.execute(
                    sa.select(favourite.c.camera_id).where(favourite.c.user_id == user_id)
                ).scalars()
            )
            if len(own - {camera_id}) >= MOST_FAVOURITES:
                raise Conflict(f"you have {MOST_FAVOURITES} favourite cameras already: remove one first")
            row = {"user_id": user_id, "camera_id": camera_id, "added_us": self._clock.now_us()}
            insert_missing(connection, favourite, [row])

    def remove(self, user_id: int, camera_id: int) -> None:
        """Make a camera none of the person's favourites; one that is none stays so."""
        is_it = (favourite.c.user_id == user_id, favourite.c.camera_id == camera_id)
        with self._database.write() as connection:
            connection.execute(sa.delete(favourite).where(*is_it))

    def list(self, user_id: int) -> list[int]:
        """Return the numbers of a person's favourite cameras in the order chosen, also those of removed cameras."""
        statement = (
            sa.select(favourite.c.camera_id)
            .where(favourite.c.user_id == user_id)
            .order_by(favourite.c.added_us, favourite.c.camera_id)
        )
        with self._database.read() as connection:
            return list(connection.execute(statement).scalars())


class WatchingStore:
    """Notes and recalls places."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def note(
        self, user_id: int, camera_ids: tuple[int, ...], at_us: int, *, stretch: TimeRange | None = None
    ) -> Watching:
        """Note where a person is with these cameras and return it; older places make room.

        Args:
            user_id: who. camera_ids: in page order; existence and rights are the caller's concern.
            at_us: the moment. stretch: what they look at around it; None to let it grow from moment to moment.

        Raises:
            NotFound: there is no such person.
        """
        with self._database.write() as connection:
            lock_person(connection, user_id)
            known = {place.camera_ids: place for place in _select(connection, user_id)}
            place = moved_on(known.get(camera_ids), at_us, self._clock.now_us(), camera_ids)
            span = place.stretch if stretch is None else stretch
            row = {
                "user_id": user_id,
                "camera_ids": _text(camera_ids),
                "at_us": at_us,
                "start_us": span.start_us,
                "end_us": span.end_us,
                "seen_us": place.seen_us,
            }
            insert_or_update(connection, watching, [row])
            kept = _select(connection, user_id)
            for old in kept[MOST_WATCHED:]:
                is_old = (watching.c.user_id == user_id, watching.c.camera_ids == _text(old.camera_ids))
                connection.execute(sa.delete(watching).where(*is_old))
            return next(place for place in kept if place.camera_ids == camera_ids)

    def list(self, user_id: int) -> list[Watching]:
        """Return a person's places, the newest first."""
        with self._database.read() as connection:
            return _select(connection, user_id)


def _text(camera_ids: tuple[int, ...]) -> str:
    return ",".join(str(camera_id) for camera_id in camera_ids)


def _select(connection: Connection, user_id: int) -> list[Watching]:
    rows = connection.execute(
        sa.select(watching)
        .where(watching.c.user_id == user_id)
        .order_by(watching.c.seen_us.desc(), watching.c.camera_ids)
    )
    return [
        Watching(
            camera_ids=tuple(int(number) for number in row.camera_ids.split(",")),
            at_us=row.at_us,
            stretch=TimeRange(row.start_us, row.end_us),
            seen_us=row.seen_us,
        )
        for row in rows
    ]
