"""One camera's picture at one instant: backdrop, figures, burned-in name and time, and the frame-truth band."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from vms.simulator.camera_spec import Scene
from vms.simulator.picture.bitmap_font import Typesetter
from vms.simulator.picture.canvas import Planes
from vms.simulator.picture.frame_truth import BandPainter, FrameTruth, band_height
from vms.simulator.picture.movers import aspect, figure, movers_of, places_at
from vms.simulator.picture.scenery import backdrop

_INK = 212
_PAPER = 40
_NEUTRAL = 128


class Painter:
    """Paints the frames of one camera at one size. Not to be used by two threads at once."""

    def __init__(self, *, name: str, camera: int, scene: Scene, width: int, height: int) -> None:
        """Prepare everything that does not change: the backdrop with the name on it, and every figure."""
        self._camera = camera
        self._width = width
        self._height = height
        scale = max(1, min(height // 180, width // 290))
        self._type = Typesetter(scale, _INK, _PAPER)
        self._band = BandPainter(width, height)
        self._band_rows = band_height(height)
        margin = 2 * scale
        self._text_top = self._band_rows + margin
        self._header_rows = min(height, self._text_top + self._type.height + margin)
        self._header_rows += self._header_rows % 2
        self._time_right = width - 2 * margin
        self._still = self._stack(backdrop(scene, width, height).planes())
        self._burn_name(name, left=2 * margin)
        self._movers = movers_of(scene)
        self._figures = [self._figure(index) for index in range(len(self._movers))]
        self._frame = np.empty_like(self._still)

    def _stack(self, planes: Planes) -> NDArray[np.uint8]:
        """Return the planes below each other, as PyAV takes yuv420p."""
        flat = np.concatenate([planes.luma.ravel(), planes.blue.ravel(), planes.red.ravel()])
        return flat.reshape(self._height * 3 // 2, self._width)

    def _split(
        self, stack: NDArray[np.uint8]
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
        """Return views of luma, blue and red chroma."""
        flat = stack.reshape(-1)
        area = self._width * self._height
        half = (self._height // 2, self._width // 2)
        return (
            flat[:area].reshape(self._height, self._width),
            flat[area : area * 5 // 4].reshape(half),
            flat[area * 5 // 4 :].reshape(half),
        )

    def _burn_name(self, name: str, left: int) -> None:
        luma, blue, red = self._split(self._still)
        luma[: self._header_rows] = _PAPER
        blue[: self._header_rows // 2] = _NEUTRAL
        red[: self._header_rows // 2] = _NEUTRAL
        room = self._time_right - self._type.advance * (len(_time_text(0)) + 1) - left
        text = name[: max(0, room // self._type.advance)]
        if text:
            pixels = self._type.set(text)
            luma[self._text_top : self._text_top + self._type.height, left : left + pixels.shape[1]] = pixels

    def _figure(self, index: int) -> Planes:
        mover = self._movers[index]
        height = max(2, round(mover.tall * self._height / 2) * 2)
        width = max(2, round(height * aspect(mover.shape) / 2) * 2)
        return figure(mover, width, height).planes()

    def paint(self, frame: int, time_us: int) -> NDArray[np.uint8]:
        """Return the yuv420p picture (height * 3/2 rows) of an instant; it is overwritten by the next call."""
        np.copyto(self._frame, self._still)
        luma, blue, red = self._split(self._frame)
        for place in places_at(self._movers, self._camera, time_us):
            planes = self._figures[place.mover]
            left = round(place.left * self._width / 2)
            top = round(place.top * self._height / 2)
            _lay(luma, planes.luma, planes.luma_cover, 2 * left, 2 * top, self._header_rows)
            _lay(blue, planes.blue, planes.chroma_cover, left, top, self._header_rows // 2)
            _lay(red, planes.red, planes.chroma_cover, left, top, self._header_rows // 2)
        self._band.paint(luma, FrameTruth(frame, time_us, self._camera))
        text = self._type.set(_time_text(time_us))[:, -self._time_right :]
        rows = slice(self._text_top, self._text_top + self._type.height)
        luma[rows, self._time_right - text.shape[1] : self._time_right] = text
        return self._frame


def _time_text(time_us: int) -> str:
    """Return the instant as `2026-01-31 14:05:09.250 UTC`; milliseconds are cut, not rounded."""
    seconds, micros = divmod(time_us, 1_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}.{micros // 1000:03d} UTC"


def _lay(
    plane: NDArray[np.uint8],
    drawn: NDArray[np.uint8],
    cover: NDArray[np.uint16],
    left: int,
    top: int,
    least_top: int,
) -> None:
    """Lay a figure over a plane at (left, top), cut at the borders and below row `least_top`."""
    height, width = plane.shape
    y0, y1 = max(top, least_top), min(top + drawn.shape[0], height)
    x0, x1 = max(left, 0), min(left + drawn.shape[1], width)
    if y0 >= y1 or x0 >= x1:
        return
    part = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
    ground = plane[y0:y1, x0:x1]
    amount = cover[part]
    ground[:] = (drawn[part] * amount + ground * (256 - amount)) >> 8
