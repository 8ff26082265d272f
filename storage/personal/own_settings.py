"""What one person has that nobody else sees: preferences, favourite cameras, and where to resume footage."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.personal.owned_rows import lock_person, require_cameras
from storage.schema.personal import favourite, preference, watching
from storage.sql.database import Database, insert_missing, insert_or_update
from vms.domain.errors import Conflict
from vms.domain.preferences import Preferences, ReviewMode
from vms.domain.resume_point import MOST_RESUME_POINTS, ResumePoint, moved_on
from vms.domain.time import Clock, TimeRange

MOST_FAVOURITES = 64


class PreferenceStore:
    """Reads and sets people's preferences for the review page."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, user_id: int) -> Preferences:
        """Return a person's preferences, the defaults if they never set any."""
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
    """Adds, removes and lists people's favourite cameras."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, user_id: int, camera_id: int) -> None:
        """Make a camera a favourite of the person; adding it again changes nothing.

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
        """Remove a camera from the person's favourites; one that is none stays so."""
        matches = (favourite.c.user_id == user_id, favourite.c.camera_id == camera_id)
        with self._database.write() as connection:
            connection.execute(sa.delete(favourite).where(*matches))

    def list(self, user_id: int) -> list[int]:
        """Return the ids of a person's favourite cameras, oldest choice first, including cameras out of use."""
        statement = (
            sa.select(favourite.c.camera_id)
            .where(favourite.c.user_id == user_id)
            .order_by(favourite.c.added_us, favourite.c.camera_id)
        )
        with self._database.read() as connection:
            return list(connection.execute(statement).scalars())


class ResumePointStore:
    """Notes where people are in which footage, and lists where they were."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def note(
        self, user_id: int, camera_ids: tuple[int, ...], at_us: int, *, watched: TimeRange | None = None
    ) -> ResumePoint:
        """Note where a person is with these cameras and return that resume point; the oldest ones are dropped.

        Args:
            user_id: who. camera_ids: in page order; existence and rights are the caller's concern.
            at_us: the moment. watched: what they look at around it; None to let it grow from moment to moment.

        Raises:
            NotFound: there is no such person.
        """
        with self._database.write() as connection:
            lock_person(connection, user_id)
            known = {point.camera_ids: point for point in _resume_points(connection, user_id)}
            point = moved_on(known.get(camera_ids), at_us, self._clock.now_us(), camera_ids)
            time = point.watched if watched is None else watched
            row = {
                "user_id": user_id,
                "camera_ids": _id_list(camera_ids),
                "at_us": at_us,
                "start_us": time.start_us,
                "end_us": time.end_us,
                "seen_us": point.seen_us,
            }
            insert_or_update(connection, watching, [row])
            stored = _resume_points(connection, user_id)
            for old in stored[MOST_RESUME_POINTS:]:
                matches = (watching.c.user_id == user_id, watching.c.camera_ids == _id_list(old.camera_ids))
                connection.execute(sa.delete(watching).where(*matches))
            return next(point for point in stored if point.camera_ids == camera_ids)

    def list(self, user_id: int) -> list[ResumePoint]:
        """Return a person's resume points, newest first."""
        with self._database.read() as connection:
            return _resume_points(connection, user_id)


def _resume_points(connection: Connection, user_id: int) -> list[ResumePoint]:
    rows = connection.execute(
        sa.select(watching)
        .where(watching.c.user_id == user_id)
        .order_by(watching.c.seen_us.desc(), watching.c.camera_ids)
    )
    return [
        ResumePoint(
            camera_ids=tuple(int(number) for number in row.camera_ids.split(",")),
            at_us=row.at_us,
            watched=TimeRange(row.start_us, row.end_us),
            seen_us=row.seen_us,
        )
        for row in rows
    ]


def _id_list(camera_ids: tuple[int, ...]) -> str:
    return ",".join(str(camera_id) for camera_id in camera_ids)
