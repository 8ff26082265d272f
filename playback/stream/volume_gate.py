"""Bounds how many threads look at one volume, so that one that hangs takes a few of a process's threads and not all.

A look-up takes milliseconds. Where a volume lets all that are inside wait for long, whoever else comes is told at once
that it is unavailable, until the first of them comes out again.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from vms.domain.errors import VolumeUnavailable

MOST_INSIDE: Final = 6
PATIENCE_SECONDS: Final = 2.0


class VolumeGate:
    """Counts who looks at which volume; safe to share between threads."""

    def __init__(
        self,
        *,
        most: int = MOST_INSIDE,
        patience_seconds: float = PATIENCE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Let at most `most` threads look at a volume at once, and others wait for them as long as is said."""
        self._most = most
        self._patience = patience_seconds
        self._monotonic = monotonic
        self._inside: defaultdict[int, dict[int, float]] = defaultdict(dict)
        self._changed = threading.Condition()

    @contextmanager
    def inside(self, volume_id: int) -> Iterator[None]:
        """Hold a place at the volume; whoever holds one already goes on with it.

        Raises:
            VolumeUnavailable: all places are taken, and nobody leaves.
        """
        me = threading.get_ident()
        with self._changed:
            within = self._inside[volume_id]
            is_nested = me in within
            if not is_nested:
                self._wait(within)
                within[me] = self._monotonic()
        try:
            yield
        finally:
            if not is_nested:
                with self._changed:
                    del within[me]
                    self._changed.notify_all()

    def _wait(self, within: dict[int, float]) -> None:
        """Wait until a place is free, no longer than those inside may take."""
        while len(within) >= self._most:
            # All are as slow as the last one that came.
            left = max(within.values()) + self._patience - self._monotonic()
            if left <= 0:
                raise VolumeUnavailable("the volume does not answer: whoever looks at it waits")
            self._changed.wait(left)
