"""A thread for each volume's pass, waited for only so long: a volume that hangs keeps no other from being purged."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final, Generic, TypeVar

log: Final = logging.getLogger(__name__)

_LOOK_SECONDS: Final = 0.2
"""How soon a call that waits notices that it is to end."""

R = TypeVar("R")


class VolumePasses(Generic[R]):
    """Runs passes over volumes side by side; never two over one volume at a time.

    Args:
        wait_seconds: how long one call waits for the passes that it began.
    """

    def __init__(self, wait_seconds: float) -> None:
        self._wait_seconds = wait_seconds
        self._pools: dict[int, ThreadPoolExecutor] = {}
        self._late: dict[int, Future[R]] = {}
        self._closed = threading.Event()

    def run(self, passes: Mapping[int, Callable[[], R]]) -> dict[int, R]:
        """Make a pass over each volume whose last one has ended, and return what those did that end in time.

        Args:
            passes: what to do, by the volume's number. Those that are missing in the answer still run, or were not
                begun because an earlier one still does, or because this was closed.

        Raises:
            Exception: what the first pass that failed raised, after all others were waited for.
        """
        self._forget_ended()
        begun = {
            volume_id: self._pool(volume_id).submit(work)
            for volume_id, work in passes.items()
            if volume_id not in self._late and not self._closed.is_set()
        }
        late = self._waited_for(begun.values())
        self._late |= {volume_id: pass_ for volume_id, pass_ in begun.items() if pass_ in late}
        return {volume_id: pass_.result() for volume_id, pass_ in begun.items() if pass_ not in late}

    def close(self) -> None:
        """Let the threads end when they have done what they are doing; nobody waits for them any more."""
        self._closed.set()
        for pool in list(self._pools.values()):
            pool.shutdown(wait=False, cancel_futures=True)
        self._pools.clear()

    def _waited_for(self, begun: Iterable[Future[R]]) -> set[Future[R]]:
        """Wait, and return those that have not ended."""
        until = time.monotonic() + self._wait_seconds
        late = set(begun)
        while late and not self._closed.is_set() and (left := until - time.monotonic()) > 0:
            _, late = wait(late, timeout=min(left, _LOOK_SECONDS))
        return late

    def _forget_ended(self) -> None:
        for volume_id, late in list(self._late.items()):
            if late.done():
                del self._late[volume_id]
                if (error := late.exception()) is not None:
                    log.error("a late pass over a volume failed: %s", error, extra={"volume": volume_id})

    def _pool(self, volume_id: int) -> ThreadPoolExecutor:
        pool = self._pools.get(volume_id)
        if pool is None:
            pool = ThreadPoolExecutor(1, thread_name_prefix=f"purge-volume-{volume_id}")
            self._pools[volume_id] = pool
        return pool
