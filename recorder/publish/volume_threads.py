"""Threads for file work, apart for each volume, so that one that hangs stalls nobody but its own streams."""

import asyncio
import enum
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class FileWork(enum.Enum):
    """Kinds of work on a volume; one kind never waits for another."""

    LOOK = "look"
    """At growing files."""
    FINISH = "finish"
    """Examining, hashing and publishing."""
    SYNC = "sync"
    """Writing all that is in memory to the device."""
    CHECK = "check"
    """Trial writes."""


_THREADS = {FileWork.LOOK: 1, FileWork.FINISH: 2, FileWork.SYNC: 1, FileWork.CHECK: 1}


class VolumeThreads:
    """At most five threads for each volume; a filesystem that never answers holds those and no more."""

    def __init__(self) -> None:
        self._pools: dict[tuple[int, FileWork], ThreadPoolExecutor] = {}

    async def run(
        self, volume_id: int, work: FileWork, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Return what the call returns, once a thread of that volume has made it; raises what it raises."""
        pool = self._pools.get((volume_id, work))
        if pool is None:
            pool = ThreadPoolExecutor(_THREADS[work], thread_name_prefix=f"volume-{volume_id}-{work.value}")
            self._pools[volume_id, work] = pool
        return await asyncio.get_running_loop().run_in_executor(pool, partial(call, *args, **kwargs))

    def close(self) -> None:
        """Let the threads end when they have done what they are doing."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        self._pools.clear()
