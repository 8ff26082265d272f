"""The documents speak of what is there: every command, option and setting, links that lead somewhere, true claims."""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.main import get_command

from tests.support.source_files import PROJECT, python_files, shown
from tests.unit.test_failure_modes import numbers_in
from vms.cli import command_line
from vms.domain.camera import OutageCause, StreamState
from vms.domain.camera_table import COLUMNS
from vms.domain.user import Role
from vms.domain.volume import VolumeState
from vms.host.settings import FOREIGN_VARIABLES, Settings
from vms.simulator.faults import FAULT_NAMES

DOCS = PROJECT / "docs"
DOCUMENTS = sorted([*DOCS.rglob("*.md"), *PROJECT.glob("*.md")])
LATER = {PROJECT / "docs" / "images" / "playback.png"}
"""Named before it is made: a picture of the page is taken when the page is done."""
LAST_FAILURE_MODE = 44


@cache
def text_of(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def words_for_administrators() -> str:
    return text_of(DOCS / "operations.md") + text_of(DOCS / "settings.md")


def commands(command: object, name: str = "vms") -> Iterator[tuple[str, TyperCommand]]:
    """Every command that `--help` shows, with its whole name."""
    if isinstance(command, TyperGroup):
        for part, inner in command.commands.items():
            yield from commands(inner, f"{name} {part}")
    elif isinstance(command, TyperCommand) and not command.hidden:
        yield name, command


def anchors(document: Path) -> set[str]:
    """The anchors that a page's headings get."""
    headings = re.findall(r"^#+ (.+)$", without_code(text_of(document)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def links() -> Iterator[tuple[Path, str]]:
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)\s]+)\)", without_code(text_of(document))):
            if not re.match(r"[a-z]+:", target):
                yield document, target


def test_every_command_is_described() -> None:
    page = text_of(DOCS / "operations.md")
    names = [name for name, _ in commands(get_command(command_line()))]
    assert {"vms up", "vms camera add"} <= set(names)
    assert [name for name in names if f"`{name}`" not in page] == []


def test_every_option_of_a_command_is_described() -> None:
    rows = re.findall(r"^\| (`vms .+?) \| (.*?) \|", text_of(DOCS / "operations.md"), re.MULTILINE)
    described = {name: options for names, options in rows for name in re.findall(r"`(vms [a-z -]+)`", names)}
    described["vms camera edit"] += described["vms camera add"]
    silent = [
        f"{name} {option}"
        for name, command in commands(get_command(command_line()))
        for parameter in command.params
        if isinstance(parameter, TyperOption)
        for option in [*parameter.opts, *parameter.secondary_opts]
        if not re.search(rf"{option}(?![\w-])", described[name])
    ]
    assert silent == []


def test_described_commands_exist() -> None:
    known = {name for name, _ in commands(get_command(command_line()))}
    known |= {"vms demo"} | {name.rpartition(" ")[0] for name in known}
    for document in DOCUMENTS:
        for named in re.findall(r"(?:^|`)(vms(?: [a-z][a-z-]+)+)", text_of(document), re.MULTILINE):
            first, *rest = named.split()
            assert any(" ".join([first, *rest[:length]]) in known for length in (1, 2)), (
                f"{document.name}: {named}"
            )


def test_every_setting_and_variable_is_described() -> None:
    page = text_of(DOCS / "settings.md")
    assert [setting.name for setting in fields(Settings) if f"`{setting.name}`" not in page] == []
    assert [name for name in FOREIGN_VARIABLES if f"`{name}`" not in page] == []


def test_described_variables_exist() -> None:
    known = {f"VMS_{setting.name.upper()}" for setting in fields(Settings)} | FOREIGN_VARIABLES
    named = {
        name for document in DOCUMENTS for name in re.findall(r"\bVMS_[A-Z_]*[A-Z]\b", text_of(document))
    }
    assert named - known == set()


@pytest.mark.parametrize("kind", [StreamState, OutageCause, VolumeState, Role])
def test_every_state_that_people_see_is_explained(
    kind: type[StreamState | OutageCause | VolumeState | Role],
) -> None:
    page = words_for_administrators()
    seen_elsewhere = {VolumeState.HEALTHY, VolumeState.DISABLED}
    assert [word for word in kind if word not in seen_elsewhere and f"`{word.value}`" not in page] == []


@pytest.mark.parametrize("words", [COLUMNS, FAULT_NAMES])
def test_every_column_and_fault_is_explained(words: tuple[str, ...]) -> None:
    page = text_of(DOCS / "operations.md")
    assert [word for word in words if f"`{word}`" not in page] == []


def test_links_lead_somewhere() -> None:
    broken = []
    for document, target in links():
        name, _, anchor = target.partition("#")
        file = (document.parent / name).resolve() if name else document
        if file in LATER:
            continue
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file)):
            broken.append(f"{document.name}: {target}")
    assert broken == []


def test_layers_are_drawn_as_they_are_checked() -> None:
    contracts = tomllib.loads(text_of(PROJECT / "pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "layers")
    lines = text_of(DOCS / "architecture.md").splitlines()
    drawn = [line for line in lines if line in layers]
    assert drawn == layers


def test_named_modules_exist() -> None:
    missing = [
        f"{document.name}: {path}"
        for document in DOCUMENTS
        for path in re.findall(
            r"`((?:playback|recorder|storage|vms|web|tests|tools)/[\w/]+\.py)`", text_of(document)
        )
        if not (PROJECT / path).exists()
    ]
    assert missing == []


def test_code_names_documents_that_exist() -> None:
    missing = [
        f"{shown(file)}: {path}"
        for file in python_files()
        for path in re.findall(r"\bdocs/[\w/]+\.md\b", file.read_text(encoding="utf-8"))
        if not (PROJECT / path).exists()
    ]
    assert missing == []


def test_failure_modes_are_listed_with_the_tests_that_answer_for_them() -> None:
    """A claim that no test bears out, or a test that the list denies, is a lie in either direction."""
    tested: dict[int, set[str]] = {}
    for file in python_files():
        name = shown(file)
        if name.startswith("tests/"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                    for number in numbers_in(ast.get_docstring(node) or ""):
                        tested.setdefault(number, set()).add(name.removeprefix("tests/"))
    rows = re.findall(r"^\| (\d+) \| .* \| (.+) \|$", text_of(DOCS / "testing.md"), re.MULTILINE)
    claimed = {int(number): set(re.findall(r"`([\w/]+\.py)`", tests)) for number, tests in rows}
    assert list(claimed) == list(range(1, LAST_FAILURE_MODE + 1))
    tested |= {number: set() for number in claimed.keys() - tested.keys()}
    assert {number: files for number, files in claimed.items() if files != tested[number]} == {}, tested
