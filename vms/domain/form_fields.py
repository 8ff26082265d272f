"""What people write into fields, on a page, in a command or in a table: read by the same rules, each problem typed.

A page turns field and rule into a sentence of its own language; a command prints the English text.
"""

import enum
import math
from collections.abc import Iterable
from dataclasses import dataclass

from vms.domain.errors import InvalidInput


class Rule(enum.StrEnum):
    """What a field's text breaks."""

    REQUIRED = "required"
    TOO_LONG = "too-long"
    NOT_PLAIN = "not-plain"
    """It holds a character that nothing can keep."""
    NOT_A_NUMBER = "not-a-number"
    OUT_OF_RANGE = "out-of-range"
    UNUSABLE_ADDRESS = "unusable-address"
    UNCLEAR_LOGIN = "unclear-login"
    UNUSABLE_CHARACTER = "unusable-character"
    """It is an address with a character that may hide where the login ends."""
    OUTSIDE_NETWORKS = "outside-networks"
    SAME_STREAMS = "same-streams"
    MIN_ABOVE_MAX = "min-above-max"
    BOTH_COORDINATES = "both-coordinates"
    PASSWORD_WITHOUT_NAME = "password-without-name"  # noqa: S105  # a rule's name, not a password
    NAME_IS_NUMBER = "name-is-number"
    """Of a camera, which is called by its name or its number."""
    UNUSABLE_NAME = "unusable-name"
    WEAK_PASSWORD = "weak-password"  # noqa: S105  # likewise
    NAME_TAKEN = "name-taken"
    NAME_TWICE = "name-twice"
    """Another line of the same table has it; `low` says which."""
    UNUSABLE_TABLE = "unusable-table"
    WORKBOOK = "workbook"
    MISSING_COLUMN = "missing-column"
    UNKNOWN_COLUMN = "unknown-column"
    DOUBLE_COLUMN = "double-column"
    TOO_FEW_CELLS = "too-few-cells"
    STRAY_CELL = "stray-cell"
    """It belongs to no column."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field.

    Attributes:
        text: the same in English, to stand behind the field's name; never repeats what was written.
        low, high: the bounds of a number that is out of them. character: the one that cannot stand there.
    """

    field: str
    rule: Rule
    text: str
    low: float = 0
    high: float = 0
    character: str = ""


def required(field: str) -> FieldProblem:
    """Return the problem of a field that must not be empty."""
    return FieldProblem(field, Rule.REQUIRED, "must be given")


def length_problems(field: str, value: str, longest: int) -> list[FieldProblem]:
    """Return what is wrong with a text's length; nothing where it is not too long."""
    if len(value) <= longest:
        return []
    text = f"may have at most {longest} characters, and has {len(value)}"
    return [FieldProblem(field, Rule.TOO_LONG, text)]


def range_problems(field: str, value: float | None, low: float, high: float) -> list[FieldProblem]:
    """Return what is wrong with a number's size; nothing where there is none, or it lies within the bounds."""
    if value is None or low <= value <= high:
        return []
    text = f"must lie between {low:.12g} and {high:.12g}"
    return [FieldProblem(field, Rule.OUT_OF_RANGE, text, low, high)]


def is_plain(text: str) -> bool:
    """Tell whether a database and UTF-8 can keep a text: no NUL, no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def refuse(problems: Iterable[FieldProblem]) -> None:
    """Raise InvalidInput for the first problem, where there is one."""
    for problem in problems:
        raise InvalidInput(f"{problem.field} {problem.text}", field=problem.field)


class FieldReader:
    """Reads texts one after another and keeps the first problem of each field."""

    def __init__(self) -> None:
        self._problems: dict[str, FieldProblem] = {}

    @property
    def problems(self) -> tuple[FieldProblem, ...]:
        """What was wrong so far, in the order found."""
        return tuple(self._problems.values())

    def complain(self, problem: FieldProblem) -> None:
        """Note a problem; the first one of a field stays."""
        self._problems.setdefault(problem.field, problem)

    def text(self, field: str, written: str) -> str:
        """Return a text without blanks at its ends; complains where nothing can keep it."""
        if not is_plain(written):
            self.complain(FieldProblem(field, Rule.NOT_PLAIN, "holds a character that cannot be kept"))
            return ""
        return written.strip()

    def number(self, field: str, written: str) -> float | None:
        """Return a number written with point or comma, None where the field is empty; complains where it is none."""
        text = self.text(field, written)
        if not text:
            return None
        try:
            value = float(text.replace(",", "."))
            # Python reads 1_0 as ten, and nobody else does.
            value = math.nan if "_" in text else value
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            self.complain(FieldProblem(field, Rule.NOT_A_NUMBER, "must be a number"))
            return None
        return value

    def whole(self, field: str, written: str) -> int | None:
        """Return a whole number, None where the field is empty; complains where it is none."""
        value = self.number(field, written)
        if value is None or value == int(value):
            return None if value is None else int(value)
        self.complain(FieldProblem(field, Rule.NOT_A_NUMBER, "must be a whole number"))
        return None
