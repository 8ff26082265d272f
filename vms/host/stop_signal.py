"""SIGTERM and SIGINT, on_signal safely: the handler only drops a note, a thread of its own acts on it.

A handler runs in the main thread between any two instructions. Setting a `threading.Event` there can wait for a lock
that the very code it interrupted holds, for ever; `queue.SimpleQueue.put` is made for such places.
"""

import queue
import signal
import threading
from collections.abc import Callable


def call_on_stop_signal(act: Callable[[], None]) -> None:
    """From now on call `act`, in another thread, for each SIGTERM and SIGINT; main thread only."""
    notes: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda signal_number, _frame: notes.put(signal_number))

    def follow() -> None:
        while True:
            notes.get()
            act()

    threading.Thread(target=follow, name="stop signal", daemon=True).start()
