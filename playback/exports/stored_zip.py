"""A ZIP of files as they are, written from front to back in one pass, so that its digest is known with its last byte.

The standard library's writer goes back to fill in sizes and checksums, so its file had to be read again to be
digested. Here both are known before an entry begins, and every reader finds them where it looks first.
"""

import hashlib
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final

from vms.domain.errors import MalformedMedia

_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_END: Final = struct.Struct("<4s4H2IH")
_END_64: Final = struct.Struct("<4sQ2H2I4Q")
_LOCATOR_64: Final = struct.Struct("<4sIQI")
_SIZES_64: Final = struct.Struct("<2H2Q")
_PLACE_64: Final = struct.Struct("<2H3Q")
_FULL: Final = 0xFFFFFFFF
_FULL_COUNT: Final = 0xFFFF
_VERSION: Final = 20
_VERSION_64: Final = 45
_UNIX: Final = 3 << 8
_FILE_MODE: Final = 0o100644 << 16
_NAMES_ARE_UTF8: Final = 0x800
_FIRST_YEAR: Final = 1980


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """One file inside.

    Attributes:
        name: without folders. size: in bytes. crc32: of its content. modified: shown by readers, in local time.
    """

    name: str
    size: int
    crc32: int
    modified: datetime


class StoredZip:
    """Appends entries to an empty file and digests all that it writes."""

    def __init__(self, target: BinaryIO, *, largest_small: int = _FULL - 1) -> None:
        """Write to `target`.

        Args:
            target: an empty file. largest_small: sizes and places above it are written in the 64-bit form.
        """
        self._target = target
        self._largest_small = largest_small
        self._digest = hashlib.sha256()
        self._places: list[tuple[ZipEntry, int]] = []
        self.size = 0

    def add(
        self, entry: ZipEntry, content: Iterable[bytes], progress: Callable[[int], None] | None = None
    ) -> None:
        """Append a file.

        Args:
            entry: what the content is. content: its bytes, in pieces. progress: told the bytes written so far.

        Raises:
            MalformedMedia: the content is not as long as the entry says.
            OSError: the file cannot be written.
        """
        self._places.append((entry, self.size))
        self._write(self._local_header(entry))
        begun = self.size
        for piece in content:
            self._write(piece)
            if progress is not None:
                progress(self.size - begun)
        if self.size - begun != entry.size:
            raise MalformedMedia(
                f"{entry.name} changed while it was packed: {self.size - begun} of {entry.size} bytes"
            )

    def finish(self) -> str:
        """Write the directory and return the SHA-256 of the whole file, in hex."""
        begun = self.size
        for entry, place in self._places:
            self._write(self._central_header(entry, place))
        length, count = self.size - begun, len(self._places)
        if self._is_large(begun) or self._is_large(length) or count >= _FULL_COUNT:
            end_64 = self.size
            # Its own length is told without the first twelve bytes.
            self._write(
                _END_64.pack(
                    b"PK\x06\x06",
                    _END_64.size - 12,
                    _UNIX | _VERSION_64,
                    _VERSION_64,
                    0,
                    0,
                    count,
                    count,
                    length,
                    begun,
                )
            )
            self._write(_LOCATOR_64.pack(b"PK\x06\x07", 0, end_64, 1))
            begun, length, count = _FULL, _FULL, _FULL_COUNT
        self._write(_END.pack(b"PK\x05\x06", 0, 0, count, count, length, begun, 0))
        return self._digest.hexdigest()

    def _write(self, data: bytes) -> None:
        self._target.write(data)
        self._digest.update(data)
        self.size += len(data)

    def _is_large(self, number: int) -> bool:
        return number > self._largest_small

    def _local_header(self, entry: ZipEntry) -> bytes:
        name = entry.name.encode()
        is_large = self._is_large(entry.size)
        extra = _SIZES_64.pack(1, 16, entry.size, entry.size) if is_large else b""
        size = _FULL if is_large else entry.size
        date, time = _dos_date(entry.modified)
        return (
            _LOCAL.pack(
                b"PK\x03\x04",
                _VERSION_64 if is_large else _VERSION,
                _NAMES_ARE_UTF8,
                0,
                time,
                date,
                entry.crc32,
                size,
                size,
                len(name),
                len(extra),
            )
            + name
            + extra
        )

    def _central_header(self, entry: ZipEntry, place: int) -> bytes:
        name = entry.name.encode()
        is_large = self._is_large(entry.size) or self._is_large(place)
        extra = _PLACE_64.pack(1, 24, entry.size, entry.size, place) if is_large else b""
        size = _FULL if is_large else entry.size
        version = _VERSION_64 if is_large else _VERSION
        date, time = _dos_date(entry.modified)
        return (
            _CENTRAL.pack(
                b"PK\x01\x02",
                _UNIX | version,
                version,
                _NAMES_ARE_UTF8,
                0,
                time,
                date,
                entry.crc32,
                size,
                size,
                len(name),
                len(extra),
                0,
                0,
                0,
                _FILE_MODE,
                _FULL if is_large else place,
            )
            + name
            + extra
        )


def _dos_date(moment: datetime) -> tuple[int, int]:
    """Return date and time as ZIP writes them: two seconds exact, from 1980 on."""
    date = (max(moment.year, _FIRST_YEAR) - _FIRST_YEAR) << 9 | moment.month << 5 | moment.day
    return date, moment.hour << 11 | moment.minute << 5 | moment.second // 2
