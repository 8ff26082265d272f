"""A table of cameras, as an office keeps it in a spreadsheet: one verdict for each row, the same for trying and importing."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from vms.domain.camera import CameraDraft
from vms.domain.camera_text import CameraText
from vms.domain.form_fields import FieldProblem, Rule
from vms.domain.spreadsheet import TableRow, read_table

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


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """The verdict on one row.

    Attributes:
        name: of its camera; "" where that cannot be told for certain. draft: None where there are problems.
        problems: by column, or "row".
    """

    line: int
    name: str
    draft: CameraDraft | None
    problems: tuple[FieldProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedTable:
    """The verdict on a file: all of it is imported, or nothing.

    Attributes:
        problems: of the file as a whole. is_guessed: its encoding was guessed, so accented letters may be wrong.
    """

    rows: tuple[CheckedRow, ...]
    problems: tuple[FieldProblem, ...] = ()
    is_guessed: bool = False

    @property
    def drafts(self) -> list[CameraDraft]:
        """The cameras to add; nothing where anything is wrong."""
        drafts = [row.draft for row in self.rows if row.draft is not None]
        return drafts if len(drafts) == len(self.rows) and not self.problems else []


def check_table(data: bytes, networks: tuple[str, ...], taken: Collection[str]) -> CheckedTable:
    """Return the verdict on every row of a file.

    Args:
        data: what a spreadsheet saved.
        networks: where cameras may be, as the settings say. taken: names of the cameras in use.
    """
    table = read_table(data, COLUMNS, _NEEDED)
    rows = [_checked(row, networks) for row in table.rows]
    problems = table.problems
    if not rows and not problems:
        problems = (FieldProblem("file", Rule.UNUSABLE_TABLE, "holds no cameras below its heading"),)
    lines: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        lines[row.name].append(row.line)
    named = tuple(_with_unique_name(row, lines, taken) for row in rows)
    return CheckedTable(named, problems, table.is_guessed)


def _checked(row: TableRow, networks: tuple[str, ...]) -> CheckedRow:
    if row.problems:
        return CheckedRow(row.line, "", None, row.problems)
    texts = {"main_url" if column == "url" else column: cell for column, cell in row.cells.items()}
    checked = CameraText().with_texts(texts).read(networks)
    problems = tuple(replace(p, field="url") if p.field == "main_url" else p for p in checked.problems)
    return CheckedRow(row.line, row.cells["name"].strip(), checked.draft, problems)


def _with_unique_name(row: CheckedRow, lines: Mapping[str, list[int]], taken: Collection[str]) -> CheckedRow:
    others = [line for line in lines[row.name] if line != row.line]
    if row.name in taken:
        problem = FieldProblem("name", Rule.NAME_TAKEN, "is the name of a camera that exists already")
    elif row.name and others:
        where = f"line {others[0]}"
        problem = FieldProblem("name", Rule.NAME_TWICE, f"stands in {where}, too", low=others[0])
    else:
        return row
    return replace(row, draft=None, problems=(*row.problems, problem))
