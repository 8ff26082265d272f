"""One process per service and data folder: the kernel holds the lock, so a crash never leaves it behind."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from vms.domain.errors import AlreadyRunning


@contextmanager
def service_lock(data_dir: Path, service: str) -> Iterator[None]:
    """Hold the lock of a service, such as "recorder", for as long as the block runs.

    Raises:
        AlreadyRunning: another process holds it; says which.
    """
    fd = open_lock_file(data_dir, service)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(fd, 32, 0).decode(errors="replace").strip() or "unknown"
            raise AlreadyRunning(f"a {service} (process {holder}) already works on {data_dir}") from None
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(fd)


def open_lock_file(data_dir: Path, name: str) -> int:
    """Return the descriptor of a lock's file in the data folder, which is made if it is not there.

    What root makes belongs to the folder's owner: else the services, which are not root, could not open it.
    """
    folder = data_dir / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    fd = os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if os.geteuid() == 0:
        owner = data_dir.stat()
        # A file server may let nobody give files away; it makes root somebody else, too.
        with suppress(PermissionError):
            os.chown(folder, owner.st_uid, owner.st_gid)
            os.fchown(fd, owner.st_uid, owner.st_gid)
    return fd
