"""System calls on names below an open directory, none of which can leave it or follow a symbolic link."""

import ctypes
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Final

from vms.domain.errors import InvalidInput, StorageError, VolumeFull, VolumeUnavailable

_DIRECTORY: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_RENAME_NOREPLACE: Final = 1
_GONE: Final = frozenset(
    {
        errno.EIO,
        errno.EROFS,
        errno.ENODEV,
        errno.ENXIO,
        errno.ESTALE,
        errno.ENOTCONN,
        errno.ETIMEDOUT,
        errno.EUCLEAN,
        errno.ELOOP,
        errno.ENOTDIR,
        errno.EACCES,
        errno.EPERM,
    }
)


def split_name(name: str) -> tuple[str, ...]:
    """Return the components of a relative name such as rec/ab12/2025-11-25.

    Raises:
        InvalidInput: the name is absolute or empty, or a component is empty, ".", ".." or holds a NUL.
    """
    parts = tuple(name.split("/"))
    if any(part in {"", ".", ".."} or "\0" in part for part in parts):
        raise InvalidInput(f"{name!r} is not a plain name below a volume")
    return parts


def as_storage_error(error: OSError, where: str) -> StorageError | None:
    """Return what an operating system error means for a volume, or None if it concerns a single name.

    A missing file, or one that exists already, concerns the file alone. No room, and every sign that the
    filesystem is gone, broken or closed to us, concern the volume.

    Args:
        error: as the system call raised it.
        where: what to name in the message, such as the volume's path.
    """
    reason = os.strerror(error.errno) if error.errno else str(error)
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return VolumeFull(f"no room is left on {where}: {reason}")
    if error.errno in _GONE:
        return VolumeUnavailable(f"{where} does not work: {reason}")
    return None


@contextmanager
def parent_of(root_fd: int, name: str) -> Iterator[tuple[int, str]]:
    """Yield a descriptor of the directory that holds `name`, and the name within it.

    Raises:
        FileNotFoundError: a directory on the way is missing.
        OSError: ELOOP or ENOTDIR where a component is a symbolic link or a file.
    """
    *above, last = split_name(name)
    fd = root_fd
    try:
        for part in above:
            inner = os.open(part, _DIRECTORY, dir_fd=fd)
            if fd != root_fd:
                os.close(fd)
            fd = inner
        yield fd, last
    finally:
        if fd != root_fd:
            os.close(fd)


@contextmanager
def directory(root_fd: int, name: str) -> Iterator[int]:
    """Yield a new descriptor of the directory `name`, "" for the root itself; raises as `parent_of`."""
    if name:
        with parent_of(root_fd, name) as (fd, last):
            inner = os.open(last, _DIRECTORY, dir_fd=fd)
    else:
        inner = os.open(".", _DIRECTORY, dir_fd=root_fd)
    try:
        yield inner
    finally:
        os.close(inner)


def list_names(directory_fd: int) -> list[str]:
    """Return the names in an open directory, sorted."""
    with os.scandir(directory_fd) as entries:
        return sorted(entry.name for entry in entries)


def make_directories(root_fd: int, name: str) -> None:
    """Create the directory `name` and those above it, each below the one before, starting at the root.

    The root itself is never created: its descriptor proves that it is there.
    """
    fd = root_fd
    try:
        for part in split_name(name):
            with suppress(FileExistsError):
                os.mkdir(part, 0o755, dir_fd=fd)
            inner = os.open(part, _DIRECTORY, dir_fd=fd)
            if fd != root_fd:
                os.close(fd)
            fd = inner
    finally:
        if fd != root_fd:
            os.close(fd)


@cache
def _libc() -> ctypes.CDLL:
    """Return the C library, for the calls that Python does not wrap."""
    return ctypes.CDLL(None, use_errno=True)


def sync_filesystem(fd: int) -> None:
    """Write everything that the filesystem of `fd` has in memory to its device.

    syncfs(2) reports errors of earlier writes since Linux 5.8.

    Raises:
        OSError: a write has failed; what was written since the last success may be lost.
    """
    if _libc().syncfs(fd) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def rename_no_replace(source_fd: int, source: str, target_fd: int, target: str) -> None:
    """Rename within one filesystem, never over an existing file (renameat2 with RENAME_NOREPLACE).

    Raises:
        FileExistsError: the target exists.
        OSError: EINVAL where the filesystem cannot promise that.
    """
    done = _libc().renameat2(
        source_fd, os.fsencode(source), target_fd, os.fsencode(target), _RENAME_NOREPLACE
    )
    if done != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), source, None, target)
