"""What people set for the review page; who set nothing has the usual."""

import sqlalchemy as sa

from storage.personal.owned_rows import lock_person
from storage.schema.personal import preference
from storage.sql.database import Database
from storage.sql.upsert import insert_or_update
from vms.domain.preferences import Preferences, ReviewMode


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
