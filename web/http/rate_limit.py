"""Keeps one person from asking for more than their share of expensive work (SEC-25)."""

import threading
from collections import OrderedDict

from vms.domain.errors import TooManyAttempts
from vms.domain.time import SECOND_US, Clock

_MOST_KEYS = 10_000


class RateLimit:
    """A bucket of permits for each key, filled at a steady rate; safe to share between threads."""

    def __init__(self, clock: Clock, *, per_second: float, burst: int) -> None:
        """Give each key `per_second` permits, and at most `burst` at once."""
        self._clock = clock
        self._per_second = per_second
        self._burst = burst
        self._levels: OrderedDict[int, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: int) -> None:
        """Use up one permit.

        Raises:
            TooManyAttempts: none is left; carries when the next one is there.
        """
        now_us = self._clock.monotonic_us()
        with self._lock:
            level, at_us = self._levels.get(key, (float(self._burst), now_us))
            level = min(self._burst, level + (now_us - at_us) / SECOND_US * self._per_second)
            if level < 1:
                raise TooManyAttempts("too many requests: wait a moment", wait_seconds=1)
            self._levels[key] = (level - 1, now_us)
            self._levels.move_to_end(key)
            if len(self._levels) > _MOST_KEYS:
                self._levels.popitem(last=False)
