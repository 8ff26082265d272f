"""Copying of sample bytes from recorded files into a clip, inside the kernel where it can."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from typing import Final

from vms.domain.errors import MalformedMedia

Progress = Callable[[int, int], None]
"""`progress(bytes done, bytes total)`; an exception it raises ends the copy."""

_STEP: Final = 8 * 1024 * 1024
"""Longest copy between two calls of the progress function."""

_BUFFER: Final = 1024 * 1024
_NOT_SUPPORTED: Final = frozenset({errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP})
"""What `copy_file_range(2)` says when the kernel or the filesystems cannot do it."""


class ClipTarget:
    """The clip file under construction: appends bytes, counts them, digests them if asked."""

    __slots__ = ("_descriptor", "_digest", "_in_kernel", "_last_told", "_progress", "_total", "written")

    def __init__(self, descriptor: int, total: int, progress: Progress | None, *, digest: bool) -> None:
        """Write from the file's current position, which must be its start."""
        self._descriptor = descriptor
        self._total = total
        self._progress = progress
        self._digest = hashlib.sha256() if digest else None
        self._in_kernel = not digest
        self._last_told = 0
        self.written = 0

    def write(self, data: bytes | memoryview) -> None:
        """Append bytes."""
        if self._digest is not None:
            self._digest.update(data)
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        self._advance(len(data))

    def copy(self, source: int, offset: int, size: int) -> None:
        """Append `size` bytes that begin at `offset` of the file `source`.

        Raises:
            MalformedMedia: the source ends before that.
            OSError: reading or writing failed.
        """
        while size:
            done = self._copy_step(source, offset, min(size, _STEP))
            if done == 0:
                raise MalformedMedia(f"recorded file ends at byte {offset}, {size} bytes too early")
            offset += done
            size -= done

    def sha256(self) -> bytes | None:
        """Return the digest of everything written, or None when it was not asked for."""
        return None if self._digest is None else self._digest.digest()

    def _copy_step(self, source: int, offset: int, size: int) -> int:
        """Copy up to `size` bytes; return how many."""
        if self._in_kernel:
            try:
                done = os.copy_file_range(source, self._descriptor, size, offset)
            except OSError as error:
                if error.errno not in _NOT_SUPPORTED:
                    raise
                self._in_kernel = False
            else:
                self._advance(done)
                return done
        data = os.pread(source, min(size, _BUFFER), offset)
        if data:
            self.write(data)
        return len(data)

    def _advance(self, size: int) -> None:
        """Count bytes written and tell about them from time to time."""
        self.written += size
        due = self.written - self._last_told >= _STEP // 2 or self.written == self._total
        if self._progress is not None and due:
            self._last_told = self.written
            self._progress(self.written, self._total)
