"""What moves in each place, and where it is at any instant: a pure function of the camera and the time."""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum

from vms.simulator.camera_spec import Scene
from vms.simulator.picture.canvas import Canvas, Colour


class Shape(StrEnum):
    """The figures that cross the scenes."""

    PERSON = "person"
    BOAT = "boat"
    CAR = "car"
    CLOUD = "cloud"


@dataclass(frozen=True, slots=True)
class Mover:
    """A figure that crosses the picture again and again, or stays away when the hour is quiet.

    `foot` is where its lower edge is and `tall` its height, as fractions of the picture's height; `crossing_seconds` is
    the time from edge to edge, negative from right to left; `every_seconds` is the time between two chances to appear.
    """

    shape: Shape
    colour: Colour
    foot: float
    tall: float
    crossing_seconds: float
    every_seconds: float
    is_steady: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mover's left upper corner is, as fractions of the picture (it may lie outside)."""

    mover: int
    left: float
    top: float


_COATS: tuple[Colour, ...] = (
    (196, 92, 80),
    (74, 110, 156),
    (228, 190, 104),
    (96, 140, 112),
    (150, 104, 150),
    (70, 78, 96),
)
_ASPECTS = {Shape.PERSON: 0.42, Shape.BOAT: 2.9, Shape.CAR: 2.2, Shape.CLOUD: 3.2}


def aspect(shape: Shape) -> float:
    """Return the width of a figure over its height, in pixels."""
    return _ASPECTS[shape]


def movers_of(scene: Scene) -> tuple[Mover, ...]:
    """Return the figures of a place, the farthest first."""
    clouds = (
        Mover(Shape.CLOUD, (246, 248, 248), 0.2, 0.06, 190, 260, is_steady=True),
        Mover(Shape.CLOUD, (240, 244, 246), 0.25, 0.045, 260, 310, is_steady=True),
    )
    match scene:
        case Scene.SQUARE:
            return (
                *clouds,
                _car(0.76, 0.1, 9, 31, 1),
                *_people(0.86, 0.17, 23, 3),
                _car(0.96, 0.14, -7, 23, 4),
            )
        case Scene.TOWER:
            return (
                *clouds,
                _boat(0.66, 0.06, 34, 47, 2),
                _boat(0.73, 0.075, -27, 41, 0),
                *_people(0.92, 0.15, 26, 4),
            )
        case Scene.PARK:
            return (*_people(0.72, 0.13, 29, 3), *_people(0.9, 0.19, 21, 2))
        case Scene.CLINIC:
            return (*_people(0.78, 0.3, 17, 3), *_people(0.95, 0.4, 14, 2))
        case Scene.PROMENADE:
            return (_boat(0.46, 0.07, 40, 44, 1), _boat(0.58, 0.1, -26, 33, 3), *_people(0.93, 0.21, 21, 4))
        case Scene.RIVER:
            boats = ((0.44, 0.06, 46, 29), (0.56, 0.085, -37, 43), (0.7, 0.11, 31, 26), (0.88, 0.15, -23, 37))
            return tuple(
                _boat(foot, tall, crossing, every, coat)
                for coat, (foot, tall, crossing, every) in enumerate(boats)
            )


def _people(foot: float, tall: float, crossing: float, count: int) -> tuple[Mover, ...]:
    return tuple(
        Mover(
            Shape.PERSON,
            _COATS[(index * 2 + round(foot * 50)) % len(_COATS)],
            foot + 0.02 * index,
            tall + 0.008 * index,
            (crossing + 2.5 * index) * (-1 if index % 2 else 1),
            crossing + 6.3 * index + 4,
        )
        for index in range(count)
    )


def _car(foot: float, tall: float, crossing: float, every: float, coat: int) -> Mover:
    return Mover(Shape.CAR, _COATS[coat], foot, tall, crossing, every)


def _boat(foot: float, tall: float, crossing: float, every: float, coat: int) -> Mover:
    return Mover(Shape.BOAT, _COATS[coat], foot, tall, crossing, max(every, abs(crossing) + 3))


def busyness(camera: int, time_us: int) -> float:
    """Return how lively the place is, 0.1 to 1: it swells and ebbs over minutes and over the hour."""
    minutes = time_us / 60e6 + camera * 17.3
    return 0.55 + 0.3 * math.sin(minutes * math.tau / 53) + 0.15 * math.sin(minutes * math.tau / 11)


def places_at(movers: tuple[Mover, ...], camera: int, time_us: int) -> list[Place]:
    """Return the figures in sight at an instant, in the order in which they are to be drawn."""
    places = []
    for index, mover in enumerate(movers):
        every_us = round(mover.every_seconds * 1e6)
        shifted = time_us + _chance(camera, index, 0) * every_us // 2**16
        turn, into_us = divmod(shifted, every_us)
        began_us = time_us - into_us
        progress = into_us / 1e6 / abs(mover.crossing_seconds)
        if progress >= 1:
            continue
        if not mover.is_steady and _chance(camera, index, turn) / 2**16 > busyness(camera, began_us):
            continue
        width = mover.tall * aspect(mover.shape) * 9 / 16
        along = progress if mover.crossing_seconds > 0 else 1 - progress
        bob = 0.004 * math.sin(into_us / 1e6 * 9) if mover.shape is Shape.PERSON else 0.0
        places.append(Place(index, along * (1 + width) - width, mover.foot - mover.tall + bob))
    return places


def _chance(camera: int, mover: int, turn: int) -> int:
    """Return a number below 2**16 that looks random and is the same every time."""
    return zlib.crc32(struct.pack(">HHQ", camera, mover, turn)) >> 16


def figure(mover: Mover, width: int, height: int) -> Canvas:
    """Return the figure painted on transparent ground at the given size, facing the way it goes."""
    canvas = Canvas(width, height)
    red, green, blue = mover.colour
    dark = (red * 7 // 10, green * 7 // 10, blue * 7 // 10)
    match mover.shape:
        case Shape.PERSON:
            canvas.polygon([(0.3, 0.55), (0.7, 0.55), (0.66, 1.0), (0.34, 1.0)], (66, 70, 82))
            canvas.polygon([(0.24, 0.26), (0.76, 0.26), (0.84, 0.62), (0.16, 0.62)], mover.colour)
            canvas.ellipse(0.5, 0.14, 0.25, 0.12, (206, 170, 142))
            canvas.ellipse(0.5, 0.09, 0.25, 0.08, (60, 52, 50))
        case Shape.BOAT:
            canvas.polygon([(0.0, 0.58), (1.0, 0.5), (0.86, 1.0), (0.14, 1.0)], dark)
            canvas.rectangle(0.3, 0.2, 0.72, 0.6, (226, 218, 202))
            canvas.rectangle(0.26, 0.1, 0.76, 0.24, mover.colour)
        case Shape.CAR:
            canvas.polygon([(0.24, 0.06), (0.7, 0.06), (0.84, 0.45), (0.12, 0.45)], dark)
            canvas.polygon([(0.3, 0.14), (0.66, 0.14), (0.75, 0.42), (0.22, 0.42)], (190, 210, 218))
            canvas.rectangle(0.02, 0.4, 0.98, 0.84, mover.colour)
            for x in (0.23, 0.77):
                canvas.ellipse(x, 0.83, 0.085, 0.17, (48, 50, 56))
        case Shape.CLOUD:
            for x, y, across, down in (
                (0.3, 0.62, 0.28, 0.34),
                (0.55, 0.45, 0.26, 0.42),
                (0.75, 0.65, 0.23, 0.3),
            ):
                canvas.ellipse(x, y, across, down, mover.colour)
    return canvas
