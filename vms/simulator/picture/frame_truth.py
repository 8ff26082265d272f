"""Write a frame's number, time and camera into its pixels, and read them back.

The layout, so that any language can decode it from a picture of any size (width W, height H):

* The band is the full width and the top 1/18 of the height: a grid of 2 rows by 64 columns of blocks.
  Block (row r, column c) covers x in [c*W/64, (c+1)*W/64) and y in [r*H/36, (r+1)*H/36): square in 16:9.
* One block is one bit, dark = 0 and light = 1. Bits run left to right, row 0 first: bit i is at row i // 64,
  column i % 64. 128 bits = 16 bytes, most significant bit first, every number big-endian:

  ====== ===== ======================================================================
  bytes  bits  value
  ====== ===== ======================================================================
  0-3    32    frame number, unsigned
  4-11   64    UTC time of the frame, microseconds since 1970-01-01, unsigned
  12-13  16    camera number, unsigned
  14-15  16    CRC-16/CCITT-FALSE of bytes 0-13 (polynomial 0x1021, start 0xFFFF,
               not reflected, no final XOR; of the ASCII text "123456789" it is 0x29B1)
  ====== ===== ======================================================================

* To read: take the mean luma (or, from canvas pixels, the mean of R, G and B: the band is grey) of the middle half
  of each block, at least one pixel; threshold = (lowest + highest of the 128 means) / 2; a bit is 1 when its mean is
  above the threshold. If highest - lowest < 40 there is no band. If the CRC differs the band is not readable.

The blocks are drawn at luma 24 and 226 with neutral chroma. A 320x180 thumbnail has 5x5 pixels for each block, which
H.264 and JPEG at ordinary qualities keep (tests/unit/simulator/test_frame_truth.py).
"""

from __future__ import annotations

import binascii
import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ROWS = 2
COLUMNS = 64
BAND_HEIGHTS = 18
"""The band takes one part in this many of the picture's height."""

_DARK = 24
_LIGHT = 226
_LEAST_CONTRAST = 40
_CRC_START = 0xFFFF
_BODY = struct.Struct(">IQH")
_CRC = struct.Struct(">H")


@dataclass(frozen=True, slots=True)
class FrameTruth:
    """What one frame says of itself: its number, its UTC time in microseconds, its camera's number."""

    frame: int
    time_us: int
    camera: int


def truth_bits(truth: FrameTruth) -> NDArray[np.uint8]:
    """Return the 2x64 array of 0 and 1 that stands for `truth`.

    Raises:
        struct.error: a value does not fit its field.
    """
    body = _BODY.pack(truth.frame, truth.time_us, truth.camera)
    whole = body + _CRC.pack(binascii.crc_hqx(body, _CRC_START))
    return np.unpackbits(np.frombuffer(whole, np.uint8)).reshape(ROWS, COLUMNS)


def band_height(height: int) -> int:
    """Return how many rows of a picture `height` pixels tall belong to the band, rounded up to an even number."""
    rows = -(-height // BAND_HEIGHTS)
    return rows + rows % 2


class BandPainter:
    """Draws the band onto luma planes of one size; the block borders are worked out once."""

    def __init__(self, width: int, height: int) -> None:
        """Prepare for pictures of `width` by `height` pixels."""
        self._columns = np.arange(width) * COLUMNS // width
        rows = np.arange(band_height(height)) * (ROWS * BAND_HEIGHTS) // height
        self._rows = np.minimum(rows, ROWS - 1)
        self._height = len(rows)

    def paint(self, luma: NDArray[np.uint8], truth: FrameTruth) -> None:
        """Write `truth` into the top rows of `luma`, in place."""
        levels = truth_bits(truth) * np.uint8(_LIGHT - _DARK) + np.uint8(_DARK)
        luma[: self._height] = levels[:, self._columns][self._rows]


def read_truth(luma: NDArray[np.uint8]) -> FrameTruth | None:
    """Return what the band in `luma` (height by width, any size) says, or None if no valid band is there."""
    height, width = luma.shape
    if height < ROWS * BAND_HEIGHTS or width < COLUMNS:
        return None
    means = np.array(
        [
            [
                luma[_middle(row, height, ROWS * BAND_HEIGHTS), _middle(column, width, COLUMNS)].mean()
                for column in range(COLUMNS)
            ]
            for row in range(ROWS)
        ]
    )
    lowest, highest = float(means.min()), float(means.max())
    if highest - lowest < _LEAST_CONTRAST:
        return None
    whole = np.packbits(means > (lowest + highest) / 2).tobytes()
    body = whole[: _BODY.size]
    if _CRC.pack(binascii.crc_hqx(body, _CRC_START)) != whole[_BODY.size :]:
        return None
    return FrameTruth(*_BODY.unpack(body))


def _middle(index: int, length: int, parts: int) -> slice:
    """Return the pixels of the middle half of part `index` of `parts` along an axis `length` pixels long."""
    first = (4 * index + 1) * length // (4 * parts)
    end = (4 * index + 3) * length // (4 * parts)
    return slice(first, max(end, first + 1))
