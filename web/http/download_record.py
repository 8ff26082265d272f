"""Which downloads are in the audit record already: a player's many ranges of one clip are one entry an hour (COC-21)."""

import threading
from collections.abc import Callable

from vms.domain.time import HOUR_US, Clock

Download = tuple[int, int, str, str]
"""Person, export, part of it ("clip", "manifest" or "cover") and address of the device."""


class DownloadRecord:
    """Lets the first request of each download be recorded, and again what goes on an hour later.

    It is kept in memory: a process that starts anew records once more, never less.
    """

    def __init__(self, clock: Clock) -> None:
        """Reckon hours by `clock`."""
        self._clock = clock
        self._lock = threading.Lock()
        self._until_us: dict[Download, int] = {}

    def once_an_hour(self, download: Download, record: Callable[[], object]) -> None:
        """Call `record` unless it was called for this download within an hour; what it raises goes to the caller."""
        if self._is_recorded(download):
            return
        with self._lock:
            # Two ranges may come at once: the second waits until the first one's entry is written.
            if self._is_recorded(download):
                return
            record()
            now_us = self._clock.monotonic_us()
            self._until_us = {
                known: until_us for known, until_us in self._until_us.items() if until_us > now_us
            }
            self._until_us[download] = now_us + HOUR_US

    def _is_recorded(self, download: Download) -> bool:
        return self._until_us.get(download, 0) > self._clock.monotonic_us()
