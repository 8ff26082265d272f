"""What a purge remembers between passes: the clock it last trusted, what it was refused, and what a person allowed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from storage.installation.meta import drop_meta_by_prefix, get_meta, get_meta_by_prefix, put_meta
from storage.purge.guards import ClockReading, ClockTrust
from storage.sql.database import Database
from vms.domain.retention import PurgeReason, PurgeRemedy
from vms.domain.time import DAY_US, Clock

_CLOCK = "purge_clock:"
_ALLOWED = "purge_allowed:"
_REFUSED = "purge_refused:"
_ALLOWED_FOR_US = DAY_US
"""A person's agreement ends by itself, so that it cannot excuse a clock that goes wrong next year."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that retention would delete and a guard did not let it; for people to confirm.

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
    """Keeps the purge's memory in the meta table."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def clock_trust(self, volume_id: int) -> ClockTrust | None:
        """Return the clock as it was at the volume's last trusted pass, or None before the first."""
        with self._database.read() as connection:
            return ClockTrust.from_text(get_meta(connection, f"{_CLOCK}{volume_id}"))

    def trust_clock(self, volume_id: int, reading: ClockReading) -> None:
        """Remember that the clock was trusted at this reading."""
        trusted = ClockTrust(reading.wall_us, reading.monotonic_us, reading.boot, reading.last_run)
        with self._database.write() as connection:
            put_meta(connection, f"{_CLOCK}{volume_id}", trusted.to_text())

    def allow_clock(self) -> None:
        """Note that a person says the host's clock is right now: every volume starts afresh from here."""
        with self._database.write() as connection:
            drop_meta_by_prefix(connection, _CLOCK)

    def allow_stream(self, stream_id: int) -> None:
        """Note that a person agrees to an unusually large purge of a stream within the next day."""
        with self._database.write() as connection:
            put_meta(connection, f"{_ALLOWED}{stream_id}", str(self._clock.now_us() + _ALLOWED_FOR_US))

    def allowed_streams(self) -> frozenset[int]:
        """Return the streams of which a large purge is allowed now."""
        now_us = self._clock.now_us()
        with self._database.read() as connection:
            allowed = get_meta_by_prefix(connection, _ALLOWED)
        return frozenset(
            int(stream_id)
            for stream_id, until in allowed.items()
            if now_us < int(until) <= now_us + _ALLOWED_FOR_US
        )

    def note_refusals(self, volume_id: int, refusals: Sequence[Refusal]) -> None:
        """Remember what the latest pass over a volume was not allowed to delete."""
        values = [[r.stream_id, r.reason.value, r.why, r.remedy.value] for r in refusals]
        with self._database.write() as connection:
            put_meta(connection, f"{_REFUSED}{volume_id}", json.dumps(values))

    def refusals(self) -> list[Refusal]:
        """Return what the latest passes were not allowed to delete, for the pages to show."""
        with self._database.read() as connection:
            refused = get_meta_by_prefix(connection, _REFUSED)
        return [
            Refusal(int(volume_id), stream_id, PurgeReason(reason), why, PurgeRemedy(remedy))
            for volume_id, text in refused.items()
            for stream_id, reason, why, remedy in json.loads(text)
        ]
