"""Copying of sample bytes from recorded files into a clip.

Through one reused buffer, on purpose: at the odd offsets of samples `copy_file_range(2)` and
`sendfile(2)` go page by page through a pipe and took 1.5 times as long (ext4, warm cache).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from typing import Final

from vms.domain.errors import MalformedMedia

Progress = Callable[[int, int], None]
"""`progress(bytes done, bytes total)`; an exception it raises ends the copy."""

_BUFFER: Final = 512 * 1024
_TOLD_EVERY: Final = 4 * 1024 * 1024


class ClipTarget:
    """The clip file under construction: appends bytes, counts them, digests them if asked."""

    __slots__ = ("_buffer", "_descriptor", "_digest", "_last_told", "_progress", "_total", "written")

    def __init__(self, descriptor: int, total: int, progress: Progress | None, *, digest: bool) -> None:
        """Write from the file's current position, which must be its start."""
        self._descriptor = descriptor
        self._total = total
        self._progress = progress
        self._digest = hashlib.sha256() if digest else None
        self._buffer = memoryview(bytearray(_BUFFER))
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
            window = self._buffer[: min(size, _BUFFER)]
            done = os.preadv(source, [window], offset)
            if done == 0:
                raise MalformedMedia(f"recorded file ends at byte {offset}, {size} bytes too early")
            self.write(window[:done])
            offset += done
            size -= done

    def sha256(self) -> bytes | None:
        """Return the digest of everything written, or None when it was not asked for."""
        return None if self._digest is None else self._digest.digest()

    def _advance(self, size: int) -> None:
        """Count bytes written and tell about them from time to time."""
        self.written += size
        due = self.written - self._last_told >= _TOLD_EVERY or self.written == self._total
        if self._progress is not None and due:
            self._last_told = self.written
            self._progress(self.written, self._total)
