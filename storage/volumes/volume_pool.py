"""Threads for file work, a few for each volume: a filesystem that never answers holds those and no more.

Whoever asks waits in line for a thread, and then for the answer, only so long. A call that nobody waits for any more is
late: it keeps its thread until the volume answers, and what it then returns is let go of.
"""

import asyncio
import contextlib
import enum
import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Generic, TypeVar, TypeVarTuple

from vms.domain.errors import VolumeUnavailable

R = TypeVar("R")
Ts = TypeVarTuple("Ts")

log: Final = logging.getLogger(__name__)

DATA_FOLDER: Final = 0
"""Stands in the place of a volume's number for the data folder and the database; rows of volumes begin at 1."""
ANSWER_SECONDS: Final = 30.0
"""A volume may take so long to answer: disks that sleep need a while."""


class Work(enum.Enum):
    """Kinds of work; one kind never waits for another.

    Attributes:
        threads: how many calls of it run on one volume at once.
        patience_seconds: how long who waits in line for a thread lets pass without anybody's turn coming.
    """

    # The recorder, on volumes.
    SAMPLE = ("look at growing files", 1)
    FINISH = ("examine, hash and publish", 2)
    SYNC = ("sync", 1)
    CHECK = ("open and try", 1)
    FETCH = ("read rows back", 1, 0.0)
    MOVE = ("move to the right time", 1, 0.0)
    # The recorder, in the data folder.
    COMMIT = ("commit", 1)
    CONFIGURATION = ("read cameras", 1)
    VOLUMES = ("read volumes", 1, 0.0)
    CLAIM = ("claim", 1)
    NOTE = ("note children", 1)
    # Everybody else.
    RECOVER = ("recover", 1)
    PURGE = ("purge", 1, 0.0)
    PICTURE = ("make pictures", 1, 0.0)
    READ = ("read", 6, 2.0)
    SEND = ("send", 16)

    def __init__(self, label: str, threads: int, patience_seconds: float = math.inf) -> None:
        self.label, self.threads, self.patience_seconds = label, threads, patience_seconds


@dataclass(eq=False, slots=True)
class _Call(Generic[R]):
    """A call on a volume, late once nobody waits for it."""

    make: Callable[[], R]
    if_late: Callable[[R], object] | None = None
    is_late: bool = False
    answer: Future[R] = field(default_factory=Future)


class VolumeThreads:
    """The threads of one volume for one kind of work, and who waits in line for them; none keeps a process from ending."""

    def __init__(self, volume_id: int, work: Work) -> None:
        self._volume_id, self._work = volume_id, work
        self._changed = threading.Condition()
        self._threads: set[threading.Thread] = set()
        self._line: deque[_Call[Any]] = deque()
        self._ready: deque[_Call[Any]] = deque()
        self._running: set[_Call[Any]] = set()
        self._last_begun = 0.0
        self._is_closed = False

    def submit(self, call: Callable[[*Ts], object], *args: *Ts) -> None:
        """Have a call made that nobody waits for; where there is one thread, in the order in which calls came."""
        self.begin(_Call(partial(call, *args), is_late=True))

    def call(
        self,
        call: Callable[[*Ts], R],
        *args: *Ts,
        seconds: float = ANSWER_SECONDS,
        if_late: Callable[[R], object] | None = None,
    ) -> R:
        """Return what the call returns; not for event loops. One that is made within another is made at once.

        Args:
            call: what to do. args: its arguments.
            seconds: how long to wait for it.
            if_late: given what a late call returns; closes it.

        Raises:
            VolumeUnavailable: no thread got free, or the call did not return, in time.
        """
        if threading.current_thread() in self._threads:
            return call(*args)
        made = self.begin(_Call(partial(call, *args), if_late))
        return self._answer(made, time.monotonic() + seconds)

    async def run(
        self,
        call: Callable[[*Ts], R],
        *args: *Ts,
        seconds: float = math.inf,
        if_late: Callable[[R], object] | None = None,
    ) -> R:
        """Return what the call returns, as `call` does, while the event loop goes on; once cancelled, the call is late."""
        until, loop, answered = time.monotonic() + seconds, asyncio.get_running_loop(), asyncio.Event()
        made = _Call(partial(call, *args), if_late)
        made.answer.add_done_callback(lambda _answer: loop.call_soon_threadsafe(answered.set))
        self.begin(made)
        try:
            while not answered.is_set() and (left := self._seconds_left(made, until)) > 0:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(left if left < math.inf else None):
                        await answered.wait()
        except asyncio.CancelledError:
            if self.is_answered(made, 0) and if_late is not None and made.answer.exception() is None:
                self.submit(if_late, made.answer.result())
            raise
        return self._answer(made)

    def close(self) -> None:
        """Let whoever waits go, and the threads end when they have done what they are doing."""
        with self._changed:
            self._is_closed = True
            for call in (*self._line, *self._running):
                self._give_up(call)
            self._changed.notify_all()

    def begin(self, call: _Call[R]) -> _Call[R]:
        """Let a call wait in line for a thread, and return it."""
        with self._changed:
            self._line.append(call)
            if self._is_closed:
                self._give_up(call)
            self._advance()
        return call

    def _seconds_left(self, call: _Call[Any], until: float) -> float:
        """Return how much longer a call is to be waited for."""
        with self._changed:
            if call in self._line:
                until = min(until, self._last_begun + self._work.patience_seconds)
        return until - time.monotonic()

    def is_answered(self, call: _Call[Any], until: float) -> bool:
        """Wait for an answer as long as it is to be waited for; tell whether it came. If not, the call is late."""
        while not call.answer.done() and (left := self._seconds_left(call, until)) > 0:
            with contextlib.suppress(TimeoutError, CancelledError):
                call.answer.exception(left)
        with self._changed:
            if not call.answer.done():
                self._give_up(call)
            return not call.is_late

    def _answer(self, call: _Call[R], until: float = 0) -> R:
        if self.is_answered(call, until):
            return call.answer.result()
        what = f"volume {self._volume_id}" if self._volume_id else "the data folder"
        raise VolumeUnavailable(f"{what} does not answer")

    def _give_up(self, call: _Call[Any]) -> None:
        call.is_late = True
        call.answer.cancel()
        if call in self._line:
            self._line.remove(call)

    def _advance(self) -> None:
        """Give who is first in line a thread, as long as there are any."""
        while self._line and len(self._running) < self._work.threads:
            call = self._line.popleft()
            self._running.add(call)
            self._ready.append(call)
            self._last_begun = time.monotonic()
            if len(self._threads) < len(self._running):
                name = f"volume {self._volume_id}: {self._work.label}"
                thread = threading.Thread(target=self._serve, name=name, daemon=True)
                self._threads.add(thread)
                thread.start()
            self._changed.notify()

    def _serve(self) -> None:
        while self._serve_next():
            pass

    def _serve_next(self) -> bool:
        """Make the next call, of which nothing stays in this thread; tell whether there may be more."""
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self._is_closed)
            if not self._ready:
                return False
            call = self._ready.popleft()
        found, error = None, None
        try:
            found = call.make()
        except BaseException as raised:  # noqa: BLE001  # as executors do: whoever waits must hear of it
            error = raised
        with self._changed:
            # Both at once: who has the answer may come again, and must find the thread free.
            self._running.discard(call)
            self._advance()
            if not call.is_late and error is not None:
                call.answer.set_exception(error)
            elif not call.is_late:
                call.answer.set_result(found)
        if call.is_late and error is not None:
            log.error("a late call on a volume failed: %s", error, extra={"volume": self._volume_id})
        elif call.is_late and call.if_late is not None:
            with contextlib.suppress(OSError):
                call.if_late(found)
        return True


class VolumePool:
    """The threads of all volumes, made when they are first asked for; safe to share between threads, to be closed once."""

    def __init__(self) -> None:
        self._threads: dict[tuple[int, Work], VolumeThreads] = {}
        self._lock = threading.Lock()
        self._is_closed = False

    def threads(self, volume_id: int, work: Work) -> VolumeThreads:
        """Return those of a volume (or DATA_FOLDER) for one kind of work."""
        with self._lock:
            threads = self._threads.setdefault((volume_id, work), VolumeThreads(volume_id, work))
            if self._is_closed:
                threads.close()
            return threads

    def call_each(self, work: Work, calls: Mapping[int, Callable[[], R]], *, seconds: float) -> dict[int, R]:
        """Make calls on several volumes side by side, and return the answers of those that came in time, by volume.

        Raises:
            Exception: what the first call that failed raised, after all others were waited for.
        """
        until = time.monotonic() + seconds
        begun = {v: self.threads(v, work).begin(_Call(call)) for v, call in calls.items()}
        late = {v for v, call in begun.items() if not self.threads(v, work).is_answered(call, until)}
        return {v: call.answer.result() for v, call in begun.items() if v not in late}

    def close(self) -> None:
        """Let whoever waits go, and the threads end when they have done what they are doing."""
        with self._lock:
            self._is_closed = True
            for threads in self._threads.values():
                threads.close()
