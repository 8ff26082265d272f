"""Begins to put a growing file on its device while it is still being written, so that its final sync has little left.

A gigabyte of unwritten pages would wait for the sync at the end, and would make the recorder's own syncs wait with it.
"""

import os
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

_EVERY: Final = 64 * 1024 * 1024


class WriteBack:
    """Syncs one file from a thread of its own, again and again, never twice at once; to be closed."""

    def __init__(self, descriptor: int) -> None:
        """Watch over the file of `descriptor`, which stays the caller's."""
        self._descriptor = descriptor
        self._begun = 0
        self._running: Future[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="write back")

    def written(self, size: int) -> None:
        """Tell how long the file is by now.

        Raises:
            OSError: the device refused what was written before.
        """
        if size - self._begun < _EVERY or (self._running is not None and not self._running.done()):
            return
        if self._running is not None:
            self._running.result()
        self._begun = size
        self._running = self._thread.submit(os.fdatasync, self._descriptor)

    def close(self) -> None:
        """Wait for the sync that runs and end the thread; what it met is met again by the file's own sync."""
        self._thread.shutdown()
