"""Every requirement that is named anywhere has its line in docs/requirements.md, and what a line claims is there."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest

from tests.support.source_files import PACKAGES, PROJECT, shown, text_files

PAGE = "docs/requirements.md"
OTHERS = {PAGE, "tests/unit/test_requirements.py"}
"""They name numbers to define them, and to try what happens without them."""

DEMAND = re.compile(r"(?<![\w-])(?:A11Y|CAM|COC|EXP|PRV|SEC)-\d\d(?!\d)")
BAR = re.compile(r"(?<![\w.])(?:(?<=bar )|(?<=\()|(?=\w\d\d?:))([ABCEGHKLMPSUY]\d\d?)(?![\w.])")
"""Bars are named in one of three ways: `bar P5`, `(P5)`, `P5:`. A letter and a digit alone may be anything."""
STATES = ("met", "in part: ", "not yet")
NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the tables, cell by cell."""

    number: str
    asks: str
    state: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]


def numbers_in(text: str) -> set[str]:
    """Return the requirements that a text names."""
    return {*DEMAND.findall(text), *BAR.findall(text)}


@cache
def named() -> dict[str, str]:
    """Return every number that a file names, with the first such file."""
    found: dict[str, str] = {}
    for file in text_files():
        if shown(file) not in OTHERS and file.suffix not in {".lock", ".svg", ".json"}:
            for number in numbers_in(file.read_text(encoding="utf-8")):
                found.setdefault(number, shown(file))
    return found


@cache
def proofs_in(path: str) -> frozenset[str]:
    """Return the names of a file's tests, none where there is no such file."""
    file = PROJECT / path
    if not path.startswith("tests/") or not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = (node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(name for name in functions if name.startswith("test_"))


def lines_of(page: str) -> Iterator[Line]:
    """Read the page's tables; a line with too few or too many cells keeps what it has, and claims nothing."""
    for text in page.splitlines():
        if text.startswith("| ") and not text.startswith("| number |"):
            cells = [cell.strip() for cell in text.strip("|").split(" | ")]
            number, asks, state, modules, tests = cells if len(cells) == 5 else (cells[0], "", "", "", "")
            yield Line(number, asks, state, _quoted(modules), _quoted(tests))


def _quoted(cell: str) -> tuple[str, ...]:
    """Return what stands between backticks in a cell of nothing else; a cell of anything else as it is."""
    if cell in {NOTHING, ""}:
        return ()
    return tuple(part.strip("`") if re.fullmatch(r"`[^`]+`", part) else part for part in cell.split(", "))


def faults_of(page: str) -> list[str]:
    """Return what is wrong with the page, one sentence each."""
    lines = list(lines_of(page))
    numbers = [line.number for line in lines]
    missing = sorted(set(named()) - set(numbers))
    return [
        *(f"{number} is named by {named()[number]} and has no line" for number in missing),
        *(f"{number} has two lines" for number in sorted(set(numbers)) if numbers.count(number) > 1),
        *(fault for line in lines for fault in _faults_of_line(line)),
    ]


def _faults_of_line(line: Line) -> Iterator[str]:
    if numbers_in(f"({line.number})") != {line.number}:
        yield f"{line.number} is no number of a requirement"
    if not line.asks or not line.state.startswith(STATES):
        yield f"{line.number} does not say what it asks for and whether that is met"
    claims_nothing = line.state.startswith("not yet")
    if claims_nothing is bool(line.modules) or claims_nothing is bool(line.tests):
        yield f"{line.number} claims what it does not show, or shows what it does not claim"
    for module in line.modules:
        if module.split("/")[0] not in PACKAGES or not (PROJECT / module).is_file():
            yield f"{line.number} is enforced in {module}, which is no file of the product"
    for test in line.tests:
        path, _, name = test.partition("::")
        if name not in proofs_in(path):
            yield f"{line.number} is proven by {test}, which is no test"


def page_text() -> str:
    return (PROJECT / PAGE).read_text(encoding="utf-8")


def test_page_of_requirements_is_true() -> None:
    assert faults_of(page_text()) == []


def test_numbers_are_found_in_whatever_way_they_are_named() -> None:
    assert numbers_in("sealed (SEC-19), hidden: SEC-20/SEC-21; A11Y-05.") == {
        "SEC-19",
        "SEC-20",
        "SEC-21",
        "A11Y-05",
    }
    assert numbers_in('"P5: to the picture", (bar H1), it (B4) and bar P12') == {"P5", "H1", "B4", "P12"}
    assert (
        numbers_in("M1 5h8v6H1zM2.6 hvc1.A1.6.L93.B0 CVE-2024-12 XSEC-01 SEC-123 S3 stores, A4 paper")
        == set()
    )
    assert {"SEC-15", "COC-07", "P1", "G2"} <= set(named())


@pytest.mark.parametrize(
    ("now", "planted", "fault"),
    [
        (r"^\| SEC-02 .*\n", "", r"SEC-02 is named by .+ and has no line"),
        (r"^\| P1 .*\n", "", r"P1 is named by .+ and has no line"),
        (r"^(\| SEC-02 .*\n)", r"\1\1", "SEC-02 has two lines"),
        (r"^(\| SEC-02 .*`web/)app.py", r"\1gone.py", "SEC-02 is enforced in web/gone.py"),
        (r"^(\| SEC-02 .*)`web/app.py`", r"\1`README.md`", "SEC-02 is enforced in README.md"),
        (r"^(\| SEC-02 .*)`web/app.py`", r"\1somewhere", "SEC-02 is enforced in somewhere"),
        (r"^(\| SEC-02 .*::test_)route", r"\1root", "SEC-02 is proven by .+, which is no test"),
        (r"^(\| SEC-02 .*)::test_route\w+", r"\1", "SEC-02 is proven by .+, which is no test"),
        (r"^(\| SEC-02 .*\| )met \|", r"\1not yet |", "SEC-02 claims what it does not show"),
        (r"^(\| SEC-02 .*\| )met \|.*", r"\1met | — | — |", "SEC-02 claims what it does not show"),
        (r"^(\| SEC-02 .*\| )met \|", r"\1perhaps |", "SEC-02 does not say"),
        (r"^(\| SEC-02 .*\| )met \|", r"\1", "SEC-02 does not say"),
        (r"^\| SEC-02 ", "| SEC-2 ", "SEC-2 is no number"),
    ],
)
def test_planted_fault_is_found(now: str, planted: str, fault: str) -> None:
    page, times = re.subn(now, planted, page_text(), flags=re.MULTILINE)
    assert times == 1
    assert [found for found in faults_of(page) if re.match(fault, found)]
