"""What a purge remembers between passes: the clock it last trusted, what it was refused, and what a person allowed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.purge.guards import ClockReading, TrustedReading
from storage.schema.database import meta
from storage.sql.database import Database, insert_or_update
from vms.domain.retention import PurgeReason, PurgeRemedy
from vms.domain.time import DAY_US, Clock

_CLOCK = "purge_clock:"
_ALLOWED = "purge_allowed:"
_REFUSED = "purge_refused:"
_ALLOWED_FOR_US = DAY_US
"""A person's agreement ends by itself, so that it cannot excuse a clock that goes wrong next year."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Footage that retention would delete and a guard protects until a person confirms.

    Attributes:
        stream_id: whose footage, None where it concerns the whole volume.
        remedy: what it waits for.
    """

    volume_id: int
    stream_id: int | None
    reason: PurgeReason
    why: str
    remedy: PurgeRemedy


class PurgeState:
    """What purges remember, as rows of the meta table."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def trusted_reading(self, volume_id: int) -> TrustedReading | None:
        """Return the clocks as the volume's last trusted pass read them, or None before the first."""
        with self._database.read() as connection:
            return TrustedReading.from_text(_value(connection, f"{_CLOCK}{volume_id}"))

    def trust_clock(self, volume_id: int, reading: ClockReading) -> None:
        """Remember this reading as the last one that was trusted."""
        trusted = TrustedReading(reading.wall_us, reading.monotonic_us, reading.boot, reading.last_run)
        with self._database.write() as connection:
            _store(connection, f"{_CLOCK}{volume_id}", trusted.to_text())

    def allow_clock(self) -> None:
        """Forget every trusted reading: a person says that the host's clock is right now."""
        with self._database.write() as connection:
            connection.execute(sa.delete(meta).where(meta.c.key.startswith(_CLOCK, autoescape=True)))

    def allow_stream(self, stream_id: int) -> None:
        """Allow an unusually large purge of a stream within the next day, as a person confirmed."""
        with self._database.write() as connection:
            _store(connection, f"{_ALLOWED}{stream_id}", str(self._clock.now_us() + _ALLOWED_FOR_US))

    def allowed_streams(self) -> frozenset[int]:
        """Return the streams that may have a large purge now."""
        now_us = self._clock.now_us()
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(meta.c.key, meta.c.value).where(meta.c.key.startswith(_ALLOWED, autoescape=True))
            ).all()
        return frozenset(
            int(key.removeprefix(_ALLOWED))
            for key, until in rows
            if now_us < int(until) <= now_us + _ALLOWED_FOR_US
        )

    def note_refusals(self, volume_id: int, refusals: Sequence[Refusal]) -> None:
        """Store what the latest pass over a volume was not allowed to delete."""
        values = [[r.stream_id, r.reason.value, r.why, r.remedy.value] for r in refusals]
        with self._database.write() as connection:
            _store(connection, f"{_REFUSED}{volume_id}", json.dumps(values))

    def refusals(self) -> list[Refusal]:
        """Return what the latest passes were not allowed to delete, for the pages to show."""
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(meta.c.key, meta.c.value)
                .where(meta.c.key.startswith(_REFUSED, autoescape=True))
                .order_by(meta.c.key)
            ).all()
        return [
            Refusal(int(key.removeprefix(_REFUSED)), stream_id, PurgeReason(reason), why, PurgeRemedy(remedy))
            for key, text in rows
            for stream_id, reason, why, remedy in json.loads(text)
        ]


def _value(connection: Connection, key: str) -> str | None:
    return connection.execute(sa.select(meta.c.value).where(meta.c.key == key)).scalar_one_or_none()


def _store(connection: Connection, key: str, value: str) -> None:
    insert_or_update(connection, meta, [{"key": key, "value": value}])
