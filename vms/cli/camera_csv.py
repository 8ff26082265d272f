"""A CSV file of cameras, as an office would keep it in a spreadsheet, becomes drafts; every wrong row is named."""

import csv
import io
from pathlib import Path

from vms.cli.environment import read_text
from vms.domain.camera import CameraDraft
from vms.domain.camera_address import Credentials, Secret, parse_stream_url
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
_SHOWN_ERRORS = 10


def read_cameras(file: Path) -> list[CameraDraft]:
    """Return one draft per row of the file.

    Raises:
        InvalidInput: the file or some rows are unusable; lists the first ten with their line numbers.
    """
    text = read_text(file)
    heading = text.partition("\n")[0]
    reader = csv.DictReader(
        io.StringIO(text), delimiter=";" if heading.count(";") > heading.count(",") else ","
    )
    columns = [name.strip().lower() for name in reader.fieldnames or []]
    unknown = [name for name in columns if name not in COLUMNS]
    missing = [name for name in _NEEDED if name not in columns]
    if unknown or missing:
        problem = f"has no column {missing[0]!r}" if missing else f"has an unknown column {unknown[0]!r}"
        raise InvalidInput(f"{file} {problem}; known are {', '.join(COLUMNS)}")
    reader.fieldnames = columns
    drafts: list[CameraDraft] = []
    problems: list[str] = []
    for row in reader:
        try:
            drafts.append(_draft({key: (row.get(key) or "").strip() for key in COLUMNS}))
        except InvalidInput as error:
            problems.append(f"line {reader.line_num}: {error}")
    names = [draft.name for draft in drafts]
    problems += [
        f"the name {name!r} stands there twice" for name in sorted({n for n in names if names.count(n) > 1})
    ]
    if problems:
        more = f"\n… and {len(problems) - _SHOWN_ERRORS} more" if len(problems) > _SHOWN_ERRORS else ""
        raise InvalidInput("nothing was imported:\n" + "\n".join(problems[:_SHOWN_ERRORS]) + more)
    return drafts


def _draft(row: dict[str, str]) -> CameraDraft:
    if not row["name"]:
        raise InvalidInput("the name is empty", field="name")
    url, credentials = parse_stream_url(row["url"])
    if row["username"]:
        credentials = Credentials(row["username"], Secret(row["password"]))
    days = _number(row, "retention_days")
    return CameraDraft(
        name=row["name"],
        main_url=url,
        sub_url=parse_stream_url(row["sub_url"])[0] if row["sub_url"] else None,
        credentials=credentials,
        place=row["place"],
        agency=row["agency"],
        group=row["group"],
        latitude=_number(row, "latitude"),
        longitude=_number(row, "longitude"),
        purpose=row["purpose"],
        retention_days=int(days) if days is not None else None,
    )


def _number(row: dict[str, str], key: str) -> float | None:
    """Return the cell's number, None if it is empty; a decimal comma is understood."""
    try:
        return float(row[key].replace(",", ".")) if row[key] else None
    except ValueError:
        raise InvalidInput(f"{key} {row[key]!r} is not a number", field=key) from None
