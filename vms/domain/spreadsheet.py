"""Tables as spreadsheets save them: rows by the names of their columns, whatever program and country wrote them.

Lenient in how a table is written: encoding, separator, empty rows and columns. Strict in what it says: what belongs to no
column, or may have been cut, is a problem of its row; nothing is left out.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from vms.domain.form_fields import FieldProblem, Rule

LARGEST_TABLE_BYTES = 1_000_000
_SEPARATORS = ",;\t"
_MARKS = (
    (codecs.BOM_UTF8, "UTF-8"),
    (codecs.BOM_UTF16_LE, "UTF-16-LE"),
    (codecs.BOM_UTF16_BE, "UTF-16-BE"),
)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How workbooks of Excel and others begin, new ones and old ones."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row with something in it.

    Attributes:
        line: where it begins in the file, the first line being 1.
        cells: by column, as written; empty where there are problems, as cells may stand in the wrong column.
    """

    line: int
    cells: Mapping[str, str] = field(default_factory=dict, repr=False)
    problems: tuple[FieldProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds.

    Attributes:
        problems: of the file as a whole; rows are then missing. is_guessed: the encoding is a guess, Windows-1252.
    """

    rows: tuple[TableRow, ...] = ()
    problems: tuple[FieldProblem, ...] = ()
    is_guessed: bool = False


def read_table(data: bytes, columns: Sequence[str], needed: Sequence[str]) -> Table:
    """Return the rows of a file, or what is wrong with it.

    Args:
        data: the file.
        columns: names that its first row may hold, each once, in any case. needed: those that it must hold.
    """
    if len(data) > LARGEST_TABLE_BYTES:
        return _unusable(f"has more than {LARGEST_TABLE_BYTES // 1000} kB")
    if data.startswith(_WORKBOOKS):
        problem = FieldProblem(
            "file", Rule.WORKBOOK, "is a workbook: save it as CSV in the spreadsheet program"
        )
        return Table(problems=(problem,))
    text, is_guessed = _decoded(data)
    if text is None:
        return _unusable("is no text: save it as CSV (UTF-8) in the spreadsheet program")
    separator, text, skipped = _separator(text, columns)
    lines = _lines(text, separator, skipped)
    try:
        rows = [(line, cells) for line, cells in lines if any(cell.strip() for cell in cells)]
    except csv.Error:
        line = _last_good_line(text, separator, skipped)
        return _unusable(
            f"has a quote that does not fit in the row after line {line}: a quote inside a text is doubled"
        )
    names = [cell.strip().lower() for cell in rows[0][1]] if rows else []
    problems = _heading_problems(names, columns, needed)
    if problems:
        return Table(problems=problems, is_guessed=is_guessed)
    return Table(tuple(_row(line, cells, names) for line, cells in rows[1:]), is_guessed=is_guessed)


def _unusable(text: str) -> Table:
    return Table(problems=(FieldProblem("file", Rule.UNUSABLE_TABLE, text),))


def _decoded(data: bytes) -> tuple[str | None, bool]:
    """Return the text, None where it is none, and whether its encoding is a guess."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _text(data[len(mark) :], encoding), False
    # Without a mark, UTF-16 of these texts has a zero in nearly every second byte, and others have none at all.
    for first, encoding in ((1, "UTF-16-LE"), (0, "UTF-16-BE")):
        if data[first::2].count(0) > len(data) // 8:
            return _text(data, encoding), False
    utf8 = _text(data, "UTF-8")
    return (utf8, False) if utf8 is not None else (_text(data, "Windows-1252"), True)


def _text(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _separator(text: str, columns: Sequence[str]) -> tuple[str, str, int]:
    """Return what divides cells, the text without Excel's line that says so, and how many lines that was."""
    directive = re.match(r'"?sep=([^\w\s"]|\t)"?[,;\t ]*(?:\r\n|\r|\n|$)', text, re.IGNORECASE)
    if directive is not None:
        return directive[1], text[directive.end() :], 1

    def known_columns(separator: str) -> int:
        try:
            heading = next((cells for _, cells in _lines(text, separator) if any(map(str.strip, cells))), [])
        except csv.Error:
            return 0
        return sum(cell.strip().lower() in columns for cell in heading)

    return max(_SEPARATORS, key=known_columns), text, 0


def _lines(text: str, separator: str, skipped: int = 0) -> Iterator[tuple[int, list[str]]]:
    """Yield every row with the number of its first line; raises csv.Error where a quote does not fit."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = skipped + 1
    for cells in reader:
        yield line, cells
        line = skipped + reader.line_num + 1


def _last_good_line(text: str, separator: str, skipped: int) -> int:
    last = skipped
    lines = _lines(text, separator, skipped)
    while True:
        try:
            last, _ = next(lines)
        except (csv.Error, StopIteration):
            return last


def _heading_problems(
    names: list[str], columns: Sequence[str], needed: Sequence[str]
) -> tuple[FieldProblem, ...]:
    known = f"; known are {', '.join(columns)}"
    missing = [name for name in needed if name not in names]
    if missing:
        # What stands there may be no heading at all, so it is not repeated.
        return tuple(
            FieldProblem(name, Rule.MISSING_COLUMN, f"is no column of the file{known}") for name in missing
        )
    unknown = [
        FieldProblem(name, Rule.UNKNOWN_COLUMN, f"is an unknown column{known}")
        for name in dict.fromkeys(names)
        if name and name not in columns
    ]
    double = [
        FieldProblem(name, Rule.DOUBLE_COLUMN, "is a column of the file twice")
        for name in columns
        if names.count(name) > 1
    ]
    return (*unknown, *double)


def _row(line: int, cells: list[str], names: list[str]) -> TableRow:
    width = max(number for number, name in enumerate(names, 1) if name)
    if len(cells) < width:
        text = f"has {len(cells)} cells where the heading has {width}: one may be missing in between"
        return TableRow(line, problems=(FieldProblem("row", Rule.TOO_FEW_CELLS, text),))
    # A spreadsheet gives its heading as many cells as its widest row: one more, even an empty one, was cut from a text.
    if len(cells) > len(names) or any(
        cell.strip() and not name for cell, name in zip(cells, names, strict=False)
    ):
        text = "has more cells than the heading, or one without a heading: put texts that hold the separator in quotes"
        return TableRow(line, problems=(FieldProblem("row", Rule.STRAY_CELL, text),))
    return TableRow(line, {name: cell for cell, name in zip(cells, names, strict=False) if name})
