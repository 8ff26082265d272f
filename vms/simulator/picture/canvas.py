"""Smooth-edged rectangles, polygons and ellipses drawn with numpy, and their planes in YUV 4:2:0."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Colour = tuple[int, int, int]
"""Red, green and blue, 0-255."""
Point = tuple[float, float]
"""Fractions of the width and of the height."""


@dataclass(frozen=True, slots=True)
class Planes:
    """A picture as full-size luma, half-size chroma, and how opaque each pixel is (0-256)."""

    luma: NDArray[np.uint8]
    blue: NDArray[np.uint8]
    red: NDArray[np.uint8]
    luma_cover: NDArray[np.uint16]
    chroma_cover: NDArray[np.uint16]


class Canvas:
    """A picture being painted; places are fractions of its size, so that one drawing fits every resolution."""

    def __init__(self, width: int, height: int) -> None:
        """Begin a fully transparent picture of `width` by `height` pixels, both even."""
        self._width = width
        self._height = height
        self._rgb = np.zeros((height, width, 3), np.float32)
        self._cover = np.zeros((height, width), np.float32)
        self._x = (np.arange(width, dtype=np.float32) + 0.5)[None, :]
        self._y = (np.arange(height, dtype=np.float32) + 0.5)[:, None]

    def gradient(self, top: float, bottom: float, first: Colour, last: Colour) -> None:
        """Fill the full width between two heights, going from one colour to the other."""
        rows = slice(round(top * self._height), round(bottom * self._height))
        steps = np.linspace(0, 1, rows.stop - rows.start, dtype=np.float32)[:, None, None]
        blend = np.array(first, np.float32) * (1 - steps) + np.array(last, np.float32) * steps
        self._rgb[rows] = blend
        self._cover[rows] = 1

    def rectangle(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """Fill an upright rectangle."""
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], colour)

    def polygon(self, corners: Sequence[Point], colour: Colour) -> None:
        """Fill a convex polygon; its corners go clockwise as seen on the screen."""
        places = [(x * self._width, y * self._height) for x, y in corners]
        across, down = zip(*places, strict=True)
        box = self._box(min(across), min(down), max(across), max(down))
        inside = np.full(self._cover[box].shape, np.inf, np.float32)
        for (x0, y0), (x1, y1) in zip(places, places[1:] + places[:1], strict=True):
            length = max(float(np.hypot(x1 - x0, y1 - y0)), 1e-6)
            edge = ((x1 - x0) * (self._y[box[0]] - y0) - (y1 - y0) * (self._x[:, box[1]] - x0)) / length
            inside = np.minimum(inside, edge)
        self._blend(box, np.clip(inside + 0.5, 0, 1), colour)

    def ellipse(self, x: float, y: float, across: float, down: float, colour: Colour) -> None:
        """Fill an ellipse around (x, y); `across` and `down` are its radii."""
        rx, ry = across * self._width, down * self._height
        cx, cy = x * self._width, y * self._height
        box = self._box(cx - rx, cy - ry, cx + rx, cy + ry)
        distance = np.hypot((self._x[:, box[1]] - cx) / rx, (self._y[box[0]] - cy) / ry)
        self._blend(box, np.clip((1 - distance) * min(rx, ry) + 0.5, 0, 1), colour)

    def _box(self, left: float, top: float, right: float, bottom: float) -> tuple[slice, slice]:
        """Return the rows and columns that a shape within these pixels can touch."""
        rows = slice(max(0, int(top) - 1), max(0, int(bottom) + 2))
        return rows, slice(max(0, int(left) - 1), max(0, int(right) + 2))

    def _blend(self, box: tuple[slice, slice], amount: NDArray[np.float32], colour: Colour) -> None:
        """Paint `colour` over what is there; where nothing is there, its edge stays soft by the cover alone."""
        cover = amount[:, :, None]
        is_painted = self._cover[box][:, :, None] > 0
        self._rgb[box] += (np.array(colour, np.float32) - self._rgb[box]) * np.where(
            is_painted, cover, cover > 0
        )
        self._cover[box] = np.maximum(self._cover[box], amount)

    def planes(self) -> Planes:
        """Return the picture in BT.709 limited-range YUV 4:2:0."""
        red, green, blue = (self._rgb[:, :, channel] for channel in range(3))
        grey = 0.2126 * red + 0.7152 * green + 0.0722 * blue
        luma = 16 + grey * (219 / 255)
        chroma_blue = 128 + _halved(blue - grey) * (112 / 255 / (1 - 0.0722))
        chroma_red = 128 + _halved(red - grey) * (112 / 255 / (1 - 0.2126))
        return Planes(
            luma=luma.round().astype(np.uint8),
            blue=chroma_blue.round().astype(np.uint8),
            red=chroma_red.round().astype(np.uint8),
            luma_cover=(self._cover * 256).round().astype(np.uint16),
            chroma_cover=(_halved(self._cover) * 256).round().astype(np.uint16),
        )


def _halved(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the plane at half size, each pixel the mean of four."""
    height, width = plane.shape
    halved: NDArray[np.float32] = plane.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
    return halved
