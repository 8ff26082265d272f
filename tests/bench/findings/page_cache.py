"""Makes reads cold: drops files from the kernel's page cache, which needs no privileges."""

import os
from collections.abc import Iterable
from pathlib import Path


def forget(files: Iterable[Path]) -> None:
    """Write back and drop what the page cache holds of the files; a server may have deleted some meanwhile."""
    for file in files:
        try:
            descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        try:
            # Only clean pages can be dropped.
            os.fdatasync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def files_below(folder: Path) -> list[Path]:
    """Return every regular file below a folder."""
    return [entry for entry in folder.rglob("*") if entry.is_file()]
