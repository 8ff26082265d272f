"""A process that does storage work and is killed at a chosen step: run as `python -m tests.support.killed_child`.

Arguments: the work, the database's URL, the wall time in microseconds, the step, and how many times it is let pass.
"""

import os
import signal
import sys
from pathlib import Path

from storage.open import open_storage
from storage.purge.purger import Purger
from storage.recovery.database_backup import restore
from storage.recovery.reconcile import reconcile
from storage.recovery.replace_index import rebuild_footage, replace_index
from storage.sql.database import parse_url
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


def copies_beside(database_url: str) -> Path:
    """Return the folder of the configuration's copies of a SQLite database in a test's folder."""
    return Path(str(parse_url(database_url).database)).parent / "backup"


def main() -> None:
    work, database_url, wall_us, step, passes = sys.argv[1:]
    clock = SteppedClock(wall_us=int(wall_us))
    kill_at = KillAt(step, int(passes))
    if work == "replace-index":
        replace_index(database_url, clock, "a test", copies=copies_beside(database_url), on_step=kill_at)
        return
    if work == "restore":
        restore(database_url, copies_beside(database_url) / "backup.db", on_step=kill_at)
        return
    storage = open_storage(database_url, clock, secret_key=None)
    if work == "purge":
        Purger(storage, clock, on_step=kill_at).run_once()
    elif work == "rebuild":
        storage.meta.note_rebuild_due()
        rebuild_footage(storage, clock, (), progress=lambda _done, _all: kill_at("indexed"))
    else:
        reconcile(storage, clock, on_step=kill_at)


if __name__ == "__main__":
    main()
