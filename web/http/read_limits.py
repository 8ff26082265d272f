"""How many reads of one volume run at once, so that sending files of one that hangs leaves every other thread free."""

import threading
from typing import Final

from anyio import CapacityLimiter

MOST_READS: Final = 16


class ReadLimits:
    """A limit for each volume, made when it is first asked for; safe to share between threads."""

    def __init__(self) -> None:
        """Know no volume yet."""
        self._limits: dict[int, CapacityLimiter] = {}
        self._lock = threading.Lock()

    def of(self, volume_id: int) -> CapacityLimiter:
        """Return the limit of a volume."""
        with self._lock:
            return self._limits.setdefault(volume_id, CapacityLimiter(MOST_READS))
