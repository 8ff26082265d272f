"""Ends ffmpeg processes that a recorder left behind: two of them must never write for one stream."""

import contextlib
import logging
import os
import signal
from pathlib import Path

from storage.volumes.volume_pool import DATA_FOLDER, VolumePool, Work
from vms.host.clock import boot_id

log = logging.getLogger(__name__)

_START_TIME_FIELD = 19
"""Of /proc/PID/stat, counted from the field after the command's name (proc(5), field 22)."""


class ChildNotes:
    """One small file for each running child: its process id for a name, and what proves that it is still that one.

    The kernel ends children with their parent (see spawn_ffmpeg); this is for the case that it could not.
    """

    def __init__(self, folder: Path, pool: VolumePool) -> None:
        self._folder, self._threads = folder, pool.threads(DATA_FOLDER, Work.NOTE)

    def add(self, pid: int) -> None:
        """Note a child that was started; a data folder that takes no byte, or hangs, is no reason not to record."""
        # Now: by the time that the folder answers, the number may be another process's.
        if identity := _identity(pid):
            self._threads.submit(self._write, pid, identity)

    def remove(self, pid: int) -> None:
        """Forget a child that has ended; a note that stays tells of a process that is not there any more."""
        self._threads.submit(self._unlink, pid)

    def end_strays(self) -> int:
        """Kill every noted process that still runs, with its group; return how many there were.

        A number that another process got since is told apart by its start time and the boot.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        found = 0
        for note in self._folder.iterdir():
            if note.name.isdecimal() and note.read_text(encoding="ascii") == _identity(int(note.name)):
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(int(note.name), signal.SIGKILL)
                    found += 1
                    log.warning(
                        "an ffmpeg of an earlier recorder was still running", extra={"pid": note.name}
                    )
            note.unlink(missing_ok=True)
        return found

    def _write(self, pid: int, identity: str) -> None:
        try:
            (self._folder / str(pid)).write_text(identity, encoding="ascii")
        except OSError as error:
            log.warning("a child could not be noted: %s", error.strerror, extra={"pid": pid})
            self._unlink(pid)

    def _unlink(self, pid: int) -> None:
        with contextlib.suppress(OSError):
            (self._folder / str(pid)).unlink(missing_ok=True)


def _identity(pid: int) -> str:
    """Return what tells a process from every other that has had or will have its number; "" where there is none."""
    try:
        facts = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return f"{boot_id()} {facts.rpartition(')')[2].split()[_START_TIME_FIELD]}"
