"""Every failure that this version answers for has a test that carries its number in the catalogue."""

import ast
import re

from tests.support.source_files import python_files, shown

REQUIRED = {*range(1, 43), 44}


def numbers_in(docstring: str) -> set[int]:
    """Return the numbers after "failure mode" or "failure modes" (lists and words between are fine)."""
    found: set[int] = set()
    for run in re.findall(r"failure modes? (\d+(?:(?:, | and )\d+)*)", docstring):
        found |= {int(number) for number in re.findall(r"\d+", run)}
    return found


def test_every_failure_mode_has_a_test() -> None:
    tested: set[int] = set()
    for file in python_files():
        if not shown(file).startswith("tests/"):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                tested |= numbers_in(ast.get_docstring(node) or "")
    assert sorted(REQUIRED - tested) == []


def test_numbers_are_read_from_docstrings() -> None:
    assert numbers_in("failure mode 17") == {17}
    assert numbers_in("failure modes 2, 29 and 30: a recorder that ends") == {2, 29, 30}
    assert numbers_in("no failure at all, 3 times") == set()
