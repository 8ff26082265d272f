"""Who uses an installation: all share one lock, and whoever replaces something under the others must be alone.

The lock covers every service and command of one data folder. A SQLite database is also asked for the locks of SQLite
itself, which every connection holds, of whatever program and from whatever data folder.
"""

import errno
import fcntl
import os
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from vms.domain.errors import AlreadyRunning
from vms.host.service_lock import open_lock_file

_NAME: Final = "installation"
_PAUSE_SECONDS: Final = 0.1
_FLOCK: Final = "hhqqi4x"
"""`struct flock` of Linux: type, whence, start, length, process."""
_SQLITE_LOCKS: Final = (("", 0x4000_0000, 512), ("-shm", 120, 9))
"""Where SQLite locks: bytes of the database that it never writes, and of the index of its log."""


@contextmanager
def shared(data_dir: Path) -> Iterator[None]:
    """Use an installation for as long as the block runs.

    Raises:
        AlreadyRunning: somebody is replacing what it consists of; says which process.
    """
    fd = open_lock_file(data_dir, _NAME)
    try:
        if not _is_locked(fd, fcntl.LOCK_SH):
            raise AlreadyRunning(
                f"{_named(_holders([fd]))} is changing {data_dir} and must be alone: wait for its end"
            )
        yield
    finally:
        os.close(fd)


@contextmanager
def alone(data_dir: Path, database: Path | None, *, wait_seconds: float = 0) -> Iterator[None]:
    """Keep everybody else out of an installation for as long as the block runs.

    This process must have no connection to the database: looking for the locks of others would let go of its own.

    Args:
        data_dir: of the installation. database: its SQLite file, None on PostgreSQL.
        wait_seconds: how long the others may take to end.

    Raises:
        AlreadyRunning: others use it; says which processes.
    """
    fd = open_lock_file(data_dir, _NAME)
    try:
        until = time.monotonic() + wait_seconds
        while not _is_locked(fd, fcntl.LOCK_EX) or _uses(database):
            if time.monotonic() >= until:
                users = sorted({*_holders([fd]), *_uses(database)} - {os.getpid()})
                raise AlreadyRunning(f"{data_dir} is in use by {_named(users)}: stop that first")
            time.sleep(_PAUSE_SECONDS)
        yield
    finally:
        os.close(fd)


def _is_locked(fd: int, kind: int) -> bool:
    """Take the lock if it is free; tell whether it is held now."""
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _uses(database: Path | None) -> set[int]:
    """Return the processes that hold a lock of SQLite on a database; 0 stands for one that this process cannot see."""
    found: set[int] = set()
    for suffix, start, length in _SQLITE_LOCKS if database is not None else ():
        try:
            fd = os.open(f"{database}{suffix}", os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            if error.errno not in {errno.ENOENT, errno.ENOTDIR}:
                raise
            continue
        try:
            asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, start, length, 0)
            kind, _, _, _, pid = struct.unpack(_FLOCK, fcntl.fcntl(fd, fcntl.F_GETLK, asked))
            if kind != fcntl.F_UNLCK:
                found |= {pid, *_holders([fd])}
        finally:
            os.close(fd)
    return found


def _holders(fds: Iterable[int]) -> set[int]:
    """Return the processes that hold locks on open files, as far as the kernel tells."""
    files = {os.fstat(fd).st_ino for fd in fds}
    found: set[int] = set()
    with suppress(OSError):
        for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
            # "1: FLOCK  ADVISORY  READ 4711 08:01:1234 0 EOF"; the device is another one on some filesystems.
            fields = line.split()
            if len(fields) >= 6 and fields[1] != "->" and int(fields[5].rpartition(":")[2]) in files:
                found.add(int(fields[4]))
    return found


def _named(pids: Iterable[int]) -> str:
    """Return processes for people: which command of ours, or which program, and its number."""
    names = [f"{_name(pid)} (process {pid})" for pid in sorted(pids) if pid > 0]
    return ", ".join(names) or "another process"


def _name(pid: int) -> str:
    """Return what a process runs: of our own commands the first word, for the others may be secret."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        for at, word in enumerate(words[:-1]):
            if word == "vms" or word.endswith(("/vms", "/vms/__main__.py")):
                return f"vms {words[at + 1]}".strip()
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return "a program"
