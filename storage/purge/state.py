"""What a purge remembers between passes: the clock it last trusted, what it was refused, and what a person allowed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from storage.installation.meta import drop_meta_by_prefix, get_meta, get_meta_by_prefix, put_meta
from storage.purge.guards import ClockReading, TrustedReading
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
            return TrustedReading.from_text(get_meta(connection, f"{_CLOCK}{volume_id}"))

    def trust_clock(self, volume_id: int, reading: ClockReading) -> None:
        """Remember this reading as the last one that was trusted."""
        trusted = TrustedReading(reading.wall_us, reading.monotonic_us, reading.boot, reading.last_run)
        with self._database.write() as connection:
            put_meta(connection, f"{_CLOCK}{volume_id}", trusted.to_text())

    def allow_clock(self) -> None:
        """Forget every trusted reading: a person says that the host's clock is right now."""
        with self._database.write() as connection:
            drop_meta_by_prefix(connection, _CLOCK)

    def allow_stream(self, stream_id: int) -> None:
        """Allow an unusually large purge of a stream within the next day, as a person confirmed."""
        with self._database.write() as connection:
            put_meta(connection, f"{_ALLOWED}{stream_id}", str(self._clock.now_us() + _ALLOWED_FOR_US))

    def allowed_streams(self) -> frozenset[int]:
        """Return the streams that may have a large purge now."""
        now_us = self._clock.now_us()
        with self._database.read() as connection:
            allowed = get_meta_by_prefix(connection, _ALLOWED)
        return frozenset(
            int(stream_id)
            for stream_id, until in allowed.items()
            if now_us < int(until) <= now_us + _ALLOWED_FOR_US
        )

    def note_refusals(self, volume_id: int, refusals: Sequence[Refusal]) -> None:
        """Store what the latest pass over a volume was not allowed to delete."""
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
