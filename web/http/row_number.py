"""Numbers that name things, as addresses and forms write them."""

_LONGEST = 18
"""Digits that surely fit the database's numbers."""


def row_number(text: str) -> int | None:
    """Return the number that a text names something by, or None where it is none that anything could have."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST else None
