"""Bit reader for H.264 and H.265 parameter sets: fixed-width and Exp-Golomb codes."""

from __future__ import annotations

from typing import Final

from vms.domain.errors import MalformedMedia

_MAX_GOLOMB_ZEROS: Final = 32


class BitReader:
    """Reads big-endian bit fields from a raw byte sequence payload."""

    __slots__ = ("_bits", "_position", "_size")

    def __init__(self, payload: bytes) -> None:
        """Start at the first bit of `payload`, which has no emulation prevention bytes left."""
        self._bits = int.from_bytes(payload, "big")
        self._size = len(payload) * 8
        self._position = 0

    def read(self, width: int) -> int:
        """Return the next `width` bits as an unsigned number.

        Raises:
            MalformedMedia: fewer bits are left.
        """
        end = self._position + width
        if end > self._size:
            raise MalformedMedia("parameter set is cut off")
        self._position = end
        return self._bits >> (self._size - end) & ((1 << width) - 1)

    def skip(self, width: int) -> None:
        """Pass over `width` bits; raises MalformedMedia when fewer are left."""
        self.read(width)

    def flag(self) -> bool:
        """Return the next bit."""
        return self.read(1) == 1

    def golomb(self) -> int:
        """Return the next unsigned Exp-Golomb code, `ue(v)` in ITU-T H.264 section 9.1."""
        zeros = 0
        while not self.read(1):
            zeros += 1
            if zeros > _MAX_GOLOMB_ZEROS:
                raise MalformedMedia("parameter set holds an endless code")
        return (1 << zeros) - 1 + self.read(zeros)

    def signed_golomb(self) -> int:
        """Return the next signed Exp-Golomb code, `se(v)` in ITU-T H.264 section 9.1.1."""
        code = self.golomb()
        return (code + 1) // 2 if code & 1 else -(code // 2)


def without_emulation_prevention(unit: bytes) -> bytes:
    """Return a NAL unit without the 03 bytes that stop start codes from appearing inside it.

    A 03 after two zero bytes is dropped (ITU-T H.264 section 7.4.1.1, H.265 section 7.4.2).
    """
    kept = bytearray()
    start = 0
    while (found := unit.find(b"\0\0\x03", start)) >= 0:
        kept += unit[start : found + 2]
        start = found + 3
    kept += unit[start:]
    return bytes(kept)
