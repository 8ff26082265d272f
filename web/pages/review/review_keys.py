"""Keys of the playback page: one table that the page obeys, and that its help and the help page list."""

from collections.abc import Mapping
from dataclasses import dataclass

from web.pages.frame.presenters import DASH


@dataclass(frozen=True, slots=True)
class KeyLine:
    """Keys that are explained in one line.

    Attributes:
        shown: what is printed on the caps. words: key in the catalogue's section "keys".
        commands: what each key does, by the browser's name of the key, with "Shift+" before keys that have a name;
            letters in lower case.
    """

    shown: tuple[str, ...]
    words: str
    commands: Mapping[str, str]


PLAYBACK_KEYS: tuple[KeyLine, ...] = (
    KeyLine(("Space", "K"), "play", {" ": "play", "k": "play"}),
    KeyLine(("J", "L"), "speed", {"j": "slower", "l": "faster"}),
    KeyLine((",", "."), "frame", {",": "frame-before", ".": "frame-after"}),
    KeyLine(("←", "→"), "five", {"ArrowLeft": "five-before", "ArrowRight": "five-after"}),
    KeyLine(
        ("Shift ←", "Shift →"),
        "minute",
        {"Shift+ArrowLeft": "minute-before", "Shift+ArrowRight": "minute-after"},
    ),
    KeyLine(
        ("PgUp", "PgDn"), "ten_minutes", {"PageUp": "ten-minutes-after", "PageDown": "ten-minutes-before"}
    ),
    KeyLine(("Home", "End"), "day", {"Home": "day-start", "End": "live"}),
    KeyLine(("P", "N"), "edge", {"p": "edge-before", "n": "edge-after"}),
    KeyLine(("G",), "goto", {"g": "time"}),
    KeyLine(("C",), "calendar", {"c": "calendar"}),
    KeyLine(("Q",), "quick_search", {"q": "quick-search"}),
    KeyLine(("H",), "other_days", {"h": "other-days"}),
    KeyLine(("+", "-", "0"), "zoom", {"+": "zoom-in", "=": "zoom-in", "-": "zoom-out", "0": "zoom-day"}),
    KeyLine(("I", "O"), "marks", {"i": "in", "o": "out"}),
    KeyLine(("E",), "export", {"e": "export"}),
    KeyLine(("B",), "bookmark", {"b": "bookmark"}),
    KeyLine(("X",), "hold", {"x": "hold"}),
    KeyLine(("S",), "snapshot", {"s": "snapshot"}),
    KeyLine(("T",), "copy_link", {"t": "copy-link"}),
    KeyLine((f"1{DASH}9",), "cameras", {str(number): f"camera-{number}" for number in range(1, 10)}),
    KeyLine(("Enter",), "maximise", {"Enter": "maximise"}),
    KeyLine(("F",), "full", {"f": "full"}),
    KeyLine(("?",), "help", {"?": "help"}),
    KeyLine(("Esc",), "escape", {"Escape": "escape"}),
)

PORTAL_KEYS = (*PLAYBACK_KEYS, KeyLine(("/",), "search", {}))
"""With the key that every page knows."""


def key_commands() -> dict[str, str]:
    """Return what each key does, for the page's script."""
    return {key: command for line in PLAYBACK_KEYS for key, command in line.commands.items()}
