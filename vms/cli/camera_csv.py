"""A CSV file of cameras, as an office would keep it in a spreadsheet, becomes drafts; every wrong row is named."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from vms.cli.environment import read_text
from vms.domain.camera import CameraDraft
from vms.domain.camera_text import CameraText
from vms.domain.errors import InvalidInput

COLUMNS = (
    "name",
    "url",
    "sub_url",
    "username",
    "password",
    "place",
    "agency",
    "group",
    "latitude",
    "longitude",
    "purpose",
    "retention_days",
)
_NEEDED = ("name", "url")
_SHOWN_ERRORS = 20
_TOO_MUCH = "(more)"


def read_cameras(file: Path, networks: tuple[str, ...]) -> list[CameraDraft]:
    """Return one draft per row of the file.

    Args:
        file: what was saved from a spreadsheet.
        networks: where cameras may be, as the settings say.

    Raises:
        InvalidInput: the file or some rows are unusable; lists the first twenty by line and column.
    """
    text = read_text(file)
    heading = next(iter(text.splitlines()), "")
    reader = csv.DictReader(
        io.StringIO(text, newline=""),
        delimiter=";" if heading.count(";") > heading.count(",") else ",",
        restkey=_TOO_MUCH,
        restval="",
    )
    drafts: list[CameraDraft] = []
    problems: list[str] = []
    try:
        reader.fieldnames = _columns(file, reader.fieldnames or ())
        for row in reader:
            wrong, draft = _read_row(row, networks)
            problems += [f"line {reader.line_num}, {column}  {text}" for column, text in wrong]
            drafts += [] if draft is None else [draft]
    except csv.Error as error:
        raise InvalidInput(
            f"nothing was imported: {file} is no CSV at line {reader.line_num}: {error}"
        ) from error
    names = [draft.name for draft in drafts]
    problems += [
        f"the name {name!r} stands there twice" for name in dict.fromkeys(names) if names.count(name) > 1
    ]
    if problems:
        more = [f"… and {len(problems) - _SHOWN_ERRORS} more"] if len(problems) > _SHOWN_ERRORS else []
        first = ["nothing was imported; correct the file and run the command again:"]
        raise InvalidInput("\n  ".join(first + problems[:_SHOWN_ERRORS] + more))
    return drafts


def _columns(file: Path, heading: Sequence[str]) -> list[str]:
    """Return the names of the columns; raises InvalidInput where one is unknown, missing or there twice."""
    columns = [name.strip().lower() for name in heading]
    problems = [f"has no column {name!r}" for name in _NEEDED if name not in columns]
    problems += [f"has an unknown column {name!r}" for name in columns if name not in COLUMNS]
    problems += [f"has the column {name!r} twice" for name in COLUMNS if columns.count(name) > 1]
    if problems:
        raise InvalidInput(f"nothing was imported: {file} {problems[0]}; known are {', '.join(COLUMNS)}")
    return columns


def _read_row(
    row: dict[str, str], networks: tuple[str, ...]
) -> tuple[list[tuple[str, str]], CameraDraft | None]:
    """Return what is wrong with a row by column, and its draft where nothing is."""
    if row.pop(_TOO_MUCH, None):
        return [
            ("row", "has more cells than the heading: put texts with a comma or semicolon in quotes")
        ], None
    texts = {"main_url" if column == "url" else column: cell for column, cell in row.items()}
    checked = CameraText().with_texts(texts).read(networks)
    wrong = [("url" if p.field == "main_url" else p.field, p.text) for p in checked.problems]
    return wrong, checked.draft
