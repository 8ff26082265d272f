"""Favourite cameras: those that a person wants at hand."""

import sqlalchemy as sa

from storage.personal.owned_rows import lock_person, require_cameras
from storage.schema.personal import favourite
from storage.sql.database import Database
from storage.sql.upsert import insert_missing
from vms.domain.errors import Conflict
from vms.domain.time import Clock

MOST_FAVOURITES = 64


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
