"""Where people were in footage: one row for each set of cameras, the newest few of each person."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.personal.owned_rows import lock_person
from storage.schema.personal import watching
from storage.sql.database import Database
from storage.sql.upsert import insert_or_update
from vms.domain.time import Clock, TimeRange
from vms.domain.watching import MOST_WATCHED, Watching, moved_on


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
