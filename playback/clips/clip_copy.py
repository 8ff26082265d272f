"""Copying of sample bytes from recorded files into a clip.

Through a few reused buffers, on purpose: at the odd offsets of samples `copy_file_range(2)` and
`sendfile(2)` go page by page through a pipe and took 1.5 times as long (ext4, warm cache).

A finished file is read once, from its first byte to its last, digested as a whole, and what the clip needs is written
out of the same buffers: what is certified is what was copied. Bytes that the clip does not need cost a read and a
digest, which are at most those of the two files in which a part begins and ends (docs/design/media.md).
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

from vms.domain.errors import MalformedMedia

_EVERY: Final = 64 * 1024 * 1024
Progress = Callable[[int, int], None]
"""`progress(bytes done, bytes total)`; an exception it raises ends the copy."""
_BUFFER: Final = 512 * 1024
_BUFFERS: Final = 3
_REPORT_EVERY: Final = 4 * 1024 * 1024


class WriteBack:
    """Syncs one file from a thread of its own, again and again, never twice at once; to be closed."""

    def __init__(self, descriptor: int) -> None:
        """Watch over the file of `descriptor`, which stays the caller's."""
        self._descriptor = descriptor
        self._begun = 0
        self._running: Future[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="write back")

    def written(self, size: int) -> None:
        """Tell how long the file is by now.

        Raises:
            OSError: the device refused what was written before.
        """
        if size - self._begun < _EVERY or (self._running is not None and not self._running.done()):
            return
        if self._running is not None:
            self._running.result()
        self._begun = size
        self._running = self._thread.submit(os.fdatasync, self._descriptor)

    def close(self) -> None:
        """Wait for the sync that runs and end the thread; what it met is met again by the file's own sync."""
        self._thread.shutdown()


class ClipTarget:
    """The clip file under construction: appends bytes, counts them, digests them if asked; to be closed."""

    __slots__ = (
        "_buffers",
        "_descriptor",
        "_digest",
        "_last_reported",
        "_progress",
        "_read",
        "_source_thread",
        "_total",
        "_turn",
        "_write_back",
        "written",
    )

    def __init__(
        self,
        descriptor: int,
        total: int,
        progress: Progress | None,
        *,
        digest: bool,
        checksum: bool = False,
    ) -> None:
        """Write from the file's current position, which must be its start.

        Args:
            descriptor: of the clip. total, progress: see `Progress`.
            digest: take the SHA-256 of what is written. checksum: with it, also the CRC-32 that a ZIP needs.
        """
        self._descriptor = descriptor
        self._total = total
        self._progress = progress
        self._digest = _Digest(takes_crc32=checksum) if digest else None
        self._write_back = WriteBack(descriptor)
        self._buffers = [memoryview(bytearray(_BUFFER)) for _ in range(_BUFFERS)]
        self._read: list[list[Future[None]]] = [[] for _ in range(_BUFFERS)]
        self._source_thread = ThreadPoolExecutor(1, thread_name_prefix="source digest")
        self._turn = 0
        self._last_reported = 0
        self.written = 0

    def close(self) -> None:
        """Let go of the threads that digest and sync."""
        self._write_back.close()
        self._source_thread.shutdown()
        if self._digest is not None:
            self._digest.close()

    def write(self, data: bytes | memoryview) -> None:
        """Append bytes."""
        digested = self._digest.add(data) if self._digest is not None else None
        self._append(data)
        if digested is not None:
            digested.result()

    def announce(self, source: int, start: int, end: int) -> None:
        """Let the kernel fetch bytes [start, end) of the file `source` while the first of them are copied."""
        os.posix_fadvise(source, start, end - start, os.POSIX_FADV_WILLNEED)

    def copy(self, source: int, offset: int, size: int) -> None:
        """Append `size` bytes that begin at `offset` of the file `source`.

        Raises:
            MalformedMedia: the source ends before that.
            OSError: reading or writing failed.
        """
        while size:
            window = self._fill(source, offset, size)
            if not window:
                raise MalformedMedia(f"recorded file ends at byte {offset}, {size} bytes too early")
            self._append_window(window)
            offset += len(window)
            size -= len(window)

    def copy_of_whole(self, source: int, parts: Sequence[tuple[int, int]]) -> bytes:
        """Append parts of the file `source` and return the SHA-256 of all of it, read once from front to back.

        Args:
            source: the file. parts: offset and size of each, in order of offset and not overlapping.

        Raises:
            MalformedMedia: the parts are in another order, or the source ends before they do.
            OSError: reading or writing failed.
        """
        whole = hashlib.sha256()
        position = number = 0
        done = 0
        while window := self._fill(source, position, _BUFFER):
            self._read[self._turn].append(self._source_thread.submit(whole.update, window))
            end = position + len(window)
            while number < len(parts) and parts[number][0] + done < end:
                offset, size = parts[number][0] + done, parts[number][1] - done
                if offset < position:
                    raise MalformedMedia(f"samples of a recorded file are out of order at byte {offset}")
                piece = window[offset - position : offset - position + size]
                self._append_window(piece)
                done += len(piece)
                if done < parts[number][1]:
                    break
                number, done = number + 1, 0
            position = end
        if number < len(parts):
            raise MalformedMedia(f"recorded file ends at byte {position}, before its samples do")
        return self._source_thread.submit(whole.digest).result()

    def _fill(self, source: int, offset: int, size: int) -> memoryview:
        """Read into the next buffer, once nobody needs what is in it, and return what came; empty at the file's end."""
        turn = self._turn = (self._turn + 1) % _BUFFERS
        for digested in self._read[turn]:
            digested.result()
        self._read[turn].clear()
        window = self._buffers[turn][: min(size, _BUFFER)]
        return window[: os.preadv(source, [window], offset)]

    def _append_window(self, window: memoryview) -> None:
        """Append bytes of the buffer that was filled last; it is digested while it is written and the next is filled."""
        if self._digest is not None:
            self._read[self._turn].append(self._digest.add(window))
        self._append(window)

    def _append(self, data: bytes | memoryview) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]
        self._advance(len(data))

    def sha256(self) -> bytes | None:
        """Return the digest of everything written, or None when it was not asked for."""
        return None if self._digest is None else self._digest.value()

    def crc32(self) -> int | None:
        """Return the checksum of everything written, or None when it was not asked for."""
        return None if self._digest is None else self._digest.crc32()

    def _advance(self, size: int) -> None:
        """Count bytes written and tell about them from time to time."""
        self.written += size
        self._write_back.written(self.written)
        due = self.written - self._last_reported >= _REPORT_EVERY or self.written == self._total
        if self._progress is not None and due:
            self._last_reported = self.written
            self._progress(self.written, self._total)


class _Digest:
    """SHA-256 of bytes in the order given, taken in a thread of its own: hashlib and zlib let others work meanwhile."""

    def __init__(self, *, takes_crc32: bool) -> None:
        self._hash = hashlib.sha256()
        self._crc32 = 0 if takes_crc32 else None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="clip digest")

    def add(self, data: bytes | memoryview) -> Future[None]:
        """Digest the bytes, which must not change until the answer is there."""
        return self._thread.submit(self._update, data)

    def _update(self, data: bytes | memoryview) -> None:
        self._hash.update(data)
        if self._crc32 is not None:
            self._crc32 = zlib.crc32(data, self._crc32)

    def value(self) -> bytes:
        """Return the digest of all that was added."""
        return self._thread.submit(self._hash.digest).result()

    def crc32(self) -> int | None:
        """Return the CRC-32 of all that was added, None where it is not taken."""
        return self._thread.submit(lambda: self._crc32).result()

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown()
