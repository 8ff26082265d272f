"""A 5x7 capital-letter font for burned-in text, needing nothing but numpy."""

from __future__ import annotations

import unicodedata

import numpy as np
from numpy.typing import NDArray

GLYPH_WIDTH = 6
"""Pixels from one character to the next at scale 1, the space between them included."""
GLYPH_HEIGHT = 7

_GLYPHS = {
    " ": "..... ..... ..... ..... ..... ..... .....",
    "0": ".###. #...# #..## #.#.# ##..# #...# .###.",
    "1": "..#.. .##.. ..#.. ..#.. ..#.. ..#.. .###.",
    "2": ".###. #...# ....# ...#. ..#.. .#... #####",
    "3": "####. ....# ....# .###. ....# ....# ####.",
    "4": "...#. ..##. .#.#. #..#. ##### ...#. ...#.",
    "5": "##### #.... ####. ....# ....# #...# .###.",
    "6": ".###. #.... #.... ####. #...# #...# .###.",
    "7": "##### ....# ...#. ..#.. ..#.. ..#.. ..#..",
    "8": ".###. #...# #...# .###. #...# #...# .###.",
    "9": ".###. #...# #...# .#### ....# ....# .###.",
    "A": ".###. #...# #...# ##### #...# #...# #...#",
    "B": "####. #...# #...# ####. #...# #...# ####.",
    "C": ".###. #...# #.... #.... #.... #...# .###.",
    "D": "####. #...# #...# #...# #...# #...# ####.",
    "E": "##### #.... #.... ####. #.... #.... #####",
    "F": "##### #.... #.... ####. #.... #.... #....",
    "G": ".###. #...# #.... #.### #...# #...# .###.",
    "H": "#...# #...# #...# ##### #...# #...# #...#",
    "I": ".###. ..#.. ..#.. ..#.. ..#.. ..#.. .###.",
    "J": "..### ...#. ...#. ...#. ...#. #..#. .##..",
    "K": "#...# #..#. #.#.. ##... #.#.. #..#. #...#",
    "L": "#.... #.... #.... #.... #.... #.... #####",
    "M": "#...# ##.## #.#.# #.#.# #...# #...# #...#",
    "N": "#...# ##..# #.#.# #..## #...# #...# #...#",
    "O": ".###. #...# #...# #...# #...# #...# .###.",
    "P": "####. #...# #...# ####. #.... #.... #....",
    "Q": ".###. #...# #...# #...# #.#.# #..#. .##.#",
    "R": "####. #...# #...# ####. #.#.. #..#. #...#",
    "S": ".#### #.... #.... .###. ....# ....# ####.",
    "T": "##### ..#.. ..#.. ..#.. ..#.. ..#.. ..#..",
    "U": "#...# #...# #...# #...# #...# #...# .###.",
    "V": "#...# #...# #...# #...# #...# .#.#. ..#..",
    "W": "#...# #...# #...# #.#.# #.#.# ##.## #...#",
    "X": "#...# #...# .#.#. ..#.. .#.#. #...# #...#",
    "Y": "#...# #...# .#.#. ..#.. ..#.. ..#.. ..#..",
    "Z": "##### ....# ...#. ..#.. .#... #.... #####",
    "-": "..... ..... ..... .###. ..... ..... .....",
    "_": "..... ..... ..... ..... ..... ..... #####",
    ":": "..... ..#.. ..#.. ..... ..#.. ..#.. .....",
    ".": "..... ..... ..... ..... ..... .##.. .##..",
    ",": "..... ..... ..... ..... .##.. ..#.. .#...",
    "/": "....# ....# ...#. ..#.. .#... #.... #....",
    "+": "..... ..#.. ..#.. ##### ..#.. ..#.. .....",
    "(": "...#. ..#.. .#... .#... .#... ..#.. ...#.",
    ")": ".#... ..#.. ...#. ...#. ...#. ..#.. .#...",
    "'": "..#.. ..#.. ..... ..... ..... ..... .....",
    "&": ".##.. #..#. #.#.. .#... #.#.# #..#. .##.#",
    "#": ".#.#. .#.#. ##### .#.#. ##### .#.#. .#.#.",
    "?": ".###. #...# ....# ...#. ..#.. ..... ..#..",
}
_ORDER = "".join(_GLYPHS)
_UNKNOWN = _ORDER.index("?")


class Typesetter:
    """Turns text into pixels at one scale and in one pair of luma levels."""

    def __init__(self, scale: int, ink: int, paper: int) -> None:
        """Prepare every glyph at `scale` whole pixels a dot, `ink` on `paper`."""
        dots = np.array(
            [[[dot == "#" for dot in row + "."] for row in _GLYPHS[glyph].split()] for glyph in _ORDER]
        )
        large = dots.repeat(scale, axis=1).repeat(scale, axis=2)
        self._glyphs: NDArray[np.uint8] = np.where(large, ink, paper).astype(np.uint8)
        self.height = GLYPH_HEIGHT * scale
        self.advance = GLYPH_WIDTH * scale
        self._places = {glyph: place for place, glyph in enumerate(_ORDER)}

    def set(self, text: str) -> NDArray[np.uint8]:
        """Return `text` in capitals as luma, `height` rows by `advance` columns for each character.

        Accents are dropped and a character that the font lacks becomes a question mark.
        """
        plain = [
            sign for sign in unicodedata.normalize("NFKD", text.upper()) if not unicodedata.combining(sign)
        ]
        places = [self._places.get(sign, _UNKNOWN) for sign in plain]
        return self._glyphs[places].transpose(1, 0, 2).reshape(self.height, -1)
