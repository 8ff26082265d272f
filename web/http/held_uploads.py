"""Files that people uploaded to see what would come of them: kept in memory for minutes, each for its session alone."""

import secrets
import threading
from dataclasses import dataclass, field

from vms.domain.time import MINUTE_US, Clock

_KEPT_US = 15 * MINUTE_US
_MOST_KEPT = 8


@dataclass(frozen=True, slots=True)
class _Held:
    token: str
    data: bytes = field(repr=False)
    until_us: int


class HeldUploads:
    """Holds the latest file of each session until it is taken or lapses; never on disk, as it may hold passwords."""

    def __init__(self, clock: Clock) -> None:
        """Reckon minutes by `clock`."""
        self._clock = clock
        self._lock = threading.Lock()
        self._held: dict[bytes, _Held] = {}

    def keep(self, session_digest: bytes, data: bytes) -> str:
        """Hold a file in place of the session's one before, and return the word that it is taken with."""
        now_us = self._clock.monotonic_us()
        kept = _Held(secrets.token_urlsafe(16), data, now_us + _KEPT_US)
        with self._lock:
            others = {
                digest: one
                for digest, one in self._held.items()
                if digest != session_digest and one.until_us > now_us
            }
            newest = list(others.items())[1 - _MOST_KEPT :]
            self._held = {**dict(newest), session_digest: kept}
        return kept.token

    def take(self, session_digest: bytes, token: str) -> bytes | None:
        """Return the session's file and hold it no more; None where it lapsed, or another one came after it."""
        with self._lock:
            one = self._held.get(session_digest)
            if one is None or not secrets.compare_digest(one.token.encode(), token.encode()):
                return None
            del self._held[session_digest]
        return one.data if one.until_us > self._clock.monotonic_us() else None
