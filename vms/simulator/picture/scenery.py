"""The six places as still pictures: what stands behind everything that moves."""

from __future__ import annotations

from collections.abc import Callable

from vms.simulator.camera_spec import Scene
from vms.simulator.picture.canvas import Canvas, Colour


def backdrop(scene: Scene, width: int, height: int) -> Canvas:
    """Return the place painted at the given size, opaque everywhere."""
    canvas = Canvas(width, height)
    painters: dict[Scene, Callable[[Canvas], None]] = {
        Scene.SQUARE: _square,
        Scene.TOWER: _tower,
        Scene.PARK: _park,
        Scene.CLINIC: _clinic,
        Scene.PROMENADE: _promenade,
        Scene.RIVER: _river,
    }
    painters[scene](canvas)
    return canvas


def _tree(canvas: Canvas, x: float, foot: float, size: float, leaf: Colour) -> None:
    shade = (int(leaf[0] * 0.82), int(leaf[1] * 0.82), int(leaf[2] * 0.86))
    canvas.rectangle(x - size * 0.035, foot - size * 0.9, x + size * 0.035, foot, (110, 92, 80))
    canvas.ellipse(x, foot - size * 1.25, size * 0.36, size * 0.62, shade)
    canvas.ellipse(x - size * 0.08, foot - size * 1.38, size * 0.25, size * 0.42, leaf)


def _house(canvas: Canvas, left: float, foot: float, width: float, wall: Colour, roof: Colour) -> None:
    """A Banjar house: a low wall under a steep roof."""
    top = foot - width * 0.62
    canvas.rectangle(left, top, left + width, foot, wall)
    canvas.polygon(
        [
            (left + width * 0.34, top - width * 0.95),
            (left + width * 0.66, top - width * 0.95),
            (left + width * 1.1, top),
            (left - width * 0.1, top),
        ],
        roof,
    )
    canvas.rectangle(left + width * 0.42, foot - width * 0.42, left + width * 0.58, foot, (88, 80, 84))


def _square(canvas: Canvas) -> None:
    canvas.gradient(0, 0.46, (168, 200, 222), (228, 236, 234))
    canvas.gradient(0.46, 0.53, (162, 186, 160), (158, 182, 148))
    canvas.ellipse(0.86, 0.24, 0.034, 0.06, (250, 240, 214))
    canvas.rectangle(0.2, 0.3, 0.8, 0.52, (232, 226, 212))
    canvas.polygon([(0.4, 0.13), (0.6, 0.13), (0.86, 0.31), (0.14, 0.31)], (122, 88, 78))
    for column in range(9):
        left = 0.235 + column * 0.0625
        canvas.rectangle(left, 0.34, left + 0.03, 0.47, (140, 162, 176))
    canvas.rectangle(0.47, 0.37, 0.53, 0.52, (104, 96, 98))
    canvas.gradient(0.52, 0.66, (150, 180, 128), (134, 168, 116))
    canvas.gradient(0.66, 1, (206, 200, 190), (184, 178, 170))
    canvas.polygon([(0.46, 0.52), (0.54, 0.52), (0.62, 0.67), (0.38, 0.67)], (210, 204, 194))
    for x in (0.07, 0.15, 0.85, 0.93):
        _tree(canvas, x, 0.62, 0.17, (116, 158, 112))
    canvas.rectangle(0.318, 0.18, 0.323, 0.62, (150, 150, 156))
    canvas.rectangle(0.323, 0.19, 0.37, 0.225, (200, 74, 66))
    canvas.rectangle(0.323, 0.225, 0.37, 0.26, (244, 242, 238))


def _tower(canvas: Canvas) -> None:
    canvas.gradient(0, 0.56, (150, 190, 206), (240, 226, 204))
    for left, tall in ((0.02, 0.1), (0.13, 0.15), (0.24, 0.09), (0.7, 0.12), (0.81, 0.17), (0.92, 0.1)):
        canvas.rectangle(left, 0.56 - tall, left + 0.085, 0.56, (158, 176, 182))
    canvas.gradient(0.56, 0.78, (116, 158, 168), (96, 140, 154))
    canvas.gradient(0.78, 1, (206, 190, 166), (188, 170, 148))
    canvas.polygon([(0.44, 0.3), (0.56, 0.3), (0.59, 0.8), (0.41, 0.8)], (226, 214, 192))
    for floor in range(4):
        top = 0.36 + floor * 0.1
        canvas.rectangle(0.45, top, 0.55, top + 0.045, (120, 142, 152))
    canvas.rectangle(0.4, 0.27, 0.6, 0.31, (176, 110, 80))
    canvas.polygon([(0.49, 0.13), (0.51, 0.13), (0.585, 0.27), (0.415, 0.27)], (160, 92, 70))
    for x in (0.1, 0.22, 0.8, 0.9):
        _tree(canvas, x, 0.84, 0.14, (124, 156, 104))


def _park(canvas: Canvas) -> None:
    canvas.gradient(0, 0.38, (186, 212, 218), (224, 236, 226))
    canvas.gradient(0.38, 0.43, (142, 170, 132), (150, 178, 134))
    for step in range(12):
        _tree(canvas, 0.02 + step * 0.088, 0.44, 0.15 + 0.03 * (step % 3), (122, 162 - 8 * (step % 2), 118))
    canvas.gradient(0.42, 1, (158, 190, 130), (124, 162, 104))
    canvas.polygon([(0.0, 0.66), (1.0, 0.58), (1.0, 0.7), (0.0, 0.8)], (222, 208, 184))
    canvas.ellipse(0.5, 0.55, 0.17, 0.07, (146, 184, 196))
    canvas.ellipse(0.5, 0.54, 0.15, 0.055, (168, 202, 210))
    canvas.rectangle(0.493, 0.44, 0.507, 0.54, (206, 206, 204))
    for x in (0.16, 0.76):
        canvas.rectangle(x, 0.6, x + 0.1, 0.615, (128, 98, 80))
        canvas.rectangle(x + 0.01, 0.615, x + 0.018, 0.645, (96, 76, 64))
        canvas.rectangle(x + 0.082, 0.615, x + 0.09, 0.645, (96, 76, 64))
    _tree(canvas, 0.06, 0.96, 0.3, (104, 146, 98))
    _tree(canvas, 0.95, 0.98, 0.32, (112, 150, 92))


def _clinic(canvas: Canvas) -> None:
    canvas.gradient(0, 0.62, (222, 232, 230), (208, 222, 220))
    canvas.gradient(0.62, 1, (196, 190, 182), (170, 164, 158))
    canvas.rectangle(0, 0.6, 1, 0.625, (150, 176, 172))
    canvas.rectangle(0.06, 0.2, 0.3, 0.47, (176, 206, 222))
    canvas.rectangle(0.176, 0.2, 0.184, 0.47, (240, 242, 240))
    canvas.rectangle(0.06, 0.33, 0.3, 0.338, (240, 242, 240))
    canvas.rectangle(0.78, 0.24, 0.92, 0.625, (142, 170, 168))
    canvas.rectangle(0.795, 0.26, 0.905, 0.625, (228, 226, 214))
    canvas.rectangle(0.42, 0.45, 0.7, 0.66, (122, 156, 160))
    canvas.rectangle(0.4, 0.43, 0.72, 0.46, (238, 232, 220))
    canvas.rectangle(0.545, 0.22, 0.575, 0.36, (206, 96, 88))
    canvas.rectangle(0.521, 0.264, 0.599, 0.316, (206, 96, 88))
    for seat in range(5):
        left = 0.06 + seat * 0.062
        canvas.rectangle(left, 0.56, left + 0.05, 0.64, (116, 144, 178))
        canvas.rectangle(left, 0.64, left + 0.05, 0.665, (96, 122, 156))


def _promenade(canvas: Canvas) -> None:
    canvas.gradient(0, 0.3, (246, 214, 178), (250, 232, 206))
    canvas.ellipse(0.72, 0.24, 0.036, 0.064, (254, 242, 210))
    canvas.rectangle(0, 0.27, 1, 0.34, (132, 146, 138))
    canvas.gradient(0.3, 0.34, (132, 146, 138), (122, 138, 132))
    for step in range(7):
        _house(
            canvas,
            0.03 + step * 0.142,
            0.34,
            0.07,
            (206 - 10 * (step % 2), 188, 168),
            (150, 98 + 8 * (step % 3), 82),
        )
    canvas.gradient(0.33, 0.7, (150, 172, 170), (112, 142, 150))
    canvas.gradient(0.7, 1, (208, 186, 164), (182, 158, 138))
    canvas.rectangle(0, 0.69, 1, 0.715, (230, 222, 210))
    for step in range(21):
        left = 0.01 + step * 0.0495
        canvas.rectangle(left, 0.6, left + 0.006, 0.7, (232, 226, 216))
    canvas.rectangle(0, 0.6, 1, 0.613, (240, 234, 224))
    for x in (0.18, 0.5, 0.82):
        canvas.rectangle(x, 0.38, x + 0.006, 0.72, (96, 92, 96))
        canvas.ellipse(x + 0.003, 0.375, 0.014, 0.025, (252, 244, 222))


def _river(canvas: Canvas) -> None:
    canvas.gradient(0, 0.3, (178, 204, 214), (226, 230, 220))
    canvas.gradient(0.29, 0.35, (134, 158, 122), (122, 142, 110))
    for step in range(14):
        _tree(canvas, 0.01 + step * 0.075, 0.31, 0.1 + 0.025 * (step % 2), (112, 148, 116))
    for step in range(4):
        _house(canvas, 0.08 + step * 0.25, 0.345, 0.085, (212, 196, 172), (140, 104, 88))
    canvas.gradient(0.34, 1, (150, 156, 138), (118, 122, 108))
    for step in range(16):
        y = 0.4 + step * 0.038
        x = (step * 0.37) % 0.8
        canvas.rectangle(x, y, x + 0.14, y + 0.005, (168, 172, 152))
    canvas.polygon([(0, 0.9), (0.3, 0.97), (0.3, 1.0), (0, 1.0)], (140, 110, 88))
    canvas.rectangle(0.04, 0.82, 0.05, 0.99, (116, 92, 76))
    canvas.rectangle(0.24, 0.86, 0.25, 0.99, (116, 92, 76))
