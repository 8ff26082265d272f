"""Whatever program wrote a table, its cells are read as they are; what may have been cut is refused (trial 17)."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vms.domain.form_fields import Rule
from vms.domain.spreadsheet import LARGEST_TABLE_BYTES, Table, read_table

COLUMNS = ("name", "url", "password", "place")
NEEDED = ("name", "url")
# Without the characters that end a line for some programs only.
LETTERS = st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from(',;"\t\n')
CELL = st.text(LETTERS, max_size=8) | st.sampled_from(["", "se,cret", 'se"cret', "a;b", " x ", "Balai Kota"])
ROWS = st.lists(st.tuples(CELL, CELL, CELL), max_size=4)


def read(data: bytes | str) -> Table:
    return read_table(data.encode() if isinstance(data, str) else data, COLUMNS, NEEDED)


def rules(data: bytes | str) -> list[Rule]:
    table = read(data)
    found = [*table.problems, *(problem for row in table.rows for problem in row.problems)]
    return [problem.rule for problem in found]


@given(
    rows=ROWS,
    separator=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["UTF-8", "UTF-8-sig", "UTF-16", "UTF-16-LE", "UTF-16-BE"]),
    line_end=st.sampled_from(["\r\n", "\n"]),
    has_directive=st.booleans(),
    empty_columns=st.integers(0, 2),
    empty_rows=st.integers(0, 2),
)
def test_table_reads_back_as_it_was_written_by_whatever_program(
    rows: list[tuple[str, str, str]],
    separator: str,
    encoding: str,
    line_end: str,
    *,
    has_directive: bool,
    empty_columns: int,
    empty_rows: int,
) -> None:
    """Trial 17."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=separator, lineterminator=line_end)
    padding = [""] * empty_columns
    for cells in [
        *[("", "", "")] * empty_rows,
        ("Name", "url", " PASSWORD "),
        *rows,
        *[("", "", "")] * empty_rows,
    ]:
        writer.writerow([*cells, *padding])
    text = (f"sep={separator}{line_end}" if has_directive else "") + file.getvalue()
    table = read(text.encode(encoding))
    assert table.problems == ()
    written = [
        dict(zip(("name", "url", "password"), row, strict=True)) for row in rows if any(map(str.strip, row))
    ]
    assert [dict(row.cells) for row in table.rows] == written
    assert all(not row.problems for row in table.rows)


@given(st.lists(st.sampled_from(["a", "b;c", "", " "]), min_size=1, max_size=7))
def test_row_is_read_whole_or_refused(cells: list[str]) -> None:
    """Trial 17."""
    file = io.StringIO()
    csv.writer(file).writerows([["name", "url", "", "password", ""], cells])
    for row in read(file.getvalue()).rows:
        if not row.problems:
            assert [c for c in row.cells.values() if c.strip()] == [c for c in cells if c.strip()]
            assert len(cells) >= 4


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ("name,url,password\nA,b,se,cret\n", [Rule.STRAY_CELL]),
        ("name,url,,password\nA,b,se,cret\n", [Rule.STRAY_CELL]),
        ("name,url,password\nA,b\n", [Rule.TOO_FEW_CELLS]),
        ("name,url,password,\nA,b,c\n", []),
        ("name,url,password\nA,b,c,\n", [Rule.STRAY_CELL]),
        ("name,url,password,place\nA,b,se,cret,\n", [Rule.STRAY_CELL]),
        ('name,url,password\nA,b,"se"cret\n', [Rule.UNUSABLE_TABLE]),
        ('name,url,password\nA,b,"c\nB,b,c\n', [Rule.UNUSABLE_TABLE]),
        ("name,url,url\nA,b,c\n", [Rule.DOUBLE_COLUMN]),
        ("name,Url,URL \nA,b,c\n", [Rule.DOUBLE_COLUMN]),
        ("name,url,rahasia\nA,b,c\n", [Rule.UNKNOWN_COLUMN]),
        ("Balai Kota,rtsp://10.0.0.1/,k4nari\n", [Rule.MISSING_COLUMN, Rule.MISSING_COLUMN]),
        ("", [Rule.MISSING_COLUMN, Rule.MISSING_COLUMN]),
        (";;;\n\n;;;\n", [Rule.MISSING_COLUMN, Rule.MISSING_COLUMN]),
        (b"PK\x03\x04\x14\x00", [Rule.WORKBOOK]),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", [Rule.WORKBOOK]),
        (b"\xff\xfen\x00a\x00m", [Rule.UNUSABLE_TABLE]),
        (b"name,url\nA\x81,b\n", [Rule.UNUSABLE_TABLE]),
        (b"name,url\n" + b"A,b\n" * (LARGEST_TABLE_BYTES // 4), [Rule.UNUSABLE_TABLE]),
    ],
)
def test_what_cannot_be_read_for_certain_is_named(data: bytes | str, found: list[Rule]) -> None:
    """Trial 17."""
    assert rules(data) == found


def test_rows_are_named_by_the_line_where_they_begin() -> None:
    """Trial 17."""
    table = read('sep=;\r\n\r\nname;url\r\n"A\r\nB";b\r\n;;\r\nC;d\r\n')
    assert [(row.line, row.cells["name"]) for row in table.rows] == [(4, "A\r\nB"), (7, "C")]


def test_what_may_be_no_heading_is_not_repeated() -> None:
    """Trial 17."""
    assert "k4nari" not in repr(read("Balai Kota,rtsp://10.0.0.1/,siti,k4nari\n"))
    assert "k4nari" not in repr(read("name,url,password\nA,b,k4nari\n"))


def test_old_windows_text_is_read_and_said_to_be_a_guess() -> None:
    """Trial 17."""
    table = read("name;url\nCafé Zaïre;b\n".encode("Windows-1252"))
    assert (table.rows[0].cells["name"], table.is_guessed) == ("Café Zaïre", True)
    assert not read("name;url\nCafé;b\n").is_guessed
