"""A process that does storage work and is killed at a chosen step: run as `python -m tests.support.killed_child`.

Arguments: the work, the database's URL, the wall time in microseconds, the step, and how many times it is let pass.
"""

import os
import signal
import sys

from storage.open import open_storage
from storage.purge import Purger
from storage.reconcile import reconcile
from tests.support.footage import SteppedClock


class KillAt:
    """Ends this process at the named step, the hard way."""

    def __init__(self, step: str, passes: int) -> None:
        self._step = step
        self._left = passes

    def __call__(self, step: str) -> None:
        if step == self._step:
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            self._left -= 1


def main() -> None:
    work, database_url, wall_us, step, passes = sys.argv[1:]
    clock = SteppedClock(wall_us=int(wall_us))
    storage = open_storage(database_url, clock, secret_key=None)
    kill_at = KillAt(step, int(passes))
    if work == "purge":
        Purger(storage, clock, on_step=kill_at).run_once()
    else:
        reconcile(storage, clock, on_step=kill_at)


if __name__ == "__main__":
    main()
