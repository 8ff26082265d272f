"""Rules of the house that no linter knows; each failure names the files to mend."""

import ast
import re
import tomllib
from dataclasses import fields
from itertools import pairwise

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from storage.schema import database, people, personal
from storage.sql.columns import metadata
from tests.support.source_files import PACKAGES, PROJECT, python_files, shown, text_files
from tests.support.timed_asserts import timed_asserts
from vms.domain import errors
from vms.host.settings import Settings

BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "services", "misc"}
PROJECT_SETTINGS = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))

# Put together here, so that this file passes its own test.
REGISTRY_HOSTS = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "npmjs" + ".org",
    "npmjs" + ".com",
    "deb.debian" + ".org",
)
MACHINE_PATHS = ("/wor" + "k/", "/tmp/" + "brief", "/ro" + "ot/", "/ho" + "me/")


def own_modules() -> list[tuple[str, ast.Module]]:
    """The parsed modules of the product, by path."""
    files = [file for file in python_files() if shown(file).split("/")[0] in PACKAGES]
    return [(shown(file), ast.parse(file.read_text(encoding="utf-8"))) for file in files]


def test_module_names_say_what_they_hold() -> None:
    named = [shown(file) for file in python_files()]
    assert [name for name in named if BANNED_NAMES & set(name.removesuffix(".py").split("/"))] == []


def test_every_module_says_its_idea_first() -> None:
    silent = [name for name, tree in own_modules() if tree.body and not ast.get_docstring(tree)]
    assert silent == []


def test_no_loose_ends() -> None:
    loose = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b(?!\(#\d+\))")
    assert [shown(file) for file in python_files() if loose.search(file.read_text(encoding="utf-8"))] == []


def test_every_silenced_check_has_its_reason_on_the_line() -> None:
    silenced = re.compile(r"#\s*(?:noqa: [A-Z]+\d+(?:, [A-Z]+\d+)*|type: ignore\[[a-z, -]+\])(?P<reason>.*)$")
    without_reason = []
    for file in python_files():
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            found = silenced.search(line)
            if found and len(found["reason"].strip(" #-")) < len("fields"):
                without_reason.append(f"{shown(file)}:{number}")
    assert without_reason == []


@pytest.mark.parametrize("text", [*REGISTRY_HOSTS, *MACHINE_PATHS])
def test_no_file_names_a_registry_or_a_machine(text: str) -> None:
    # A folder of ours may be called as one of the machine's: `web/pages/home/`.
    named = re.compile(rf"(?<!\w){re.escape(text)}")
    assert [shown(file) for file in text_files() if named.search(file.read_text(encoding="utf-8"))] == []


def test_every_error_class_is_in_the_tree() -> None:
    bases = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for _, tree in own_modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }

    def reaches(name: str, roots: set[str]) -> bool:
        return name in roots or any(reaches(base, roots) for base in bases.get(name, ()))

    builtin = {
        "BaseException",
        "Exception",
        "OSError",
        "RuntimeError",
        "TypeError",
        "ValueError",
        "LookupError",
    }
    stray = [name for name in bases if reaches(name, builtin) and not reaches(name, {"VmsError"})]
    assert stray == []


def test_the_tree_of_errors_is_drawn_in_full() -> None:
    drawn = re.findall(r"^ +([A-Z]\w+)\b", errors.__doc__ or "", re.MULTILINE)
    declared = [name for name, kind in vars(errors).items() if isinstance(kind, type)]
    assert sorted(drawn) == sorted(declared)


def test_tests_wait_for_conditions_and_never_for_time() -> None:
    """A sleep is either too short on a busy machine or too long on every other: tests.support.deadline."""
    sleepers = [
        f"{shown(file)}:{node.lineno}"
        for file in python_files()
        if shown(file).startswith("tests/") and shown(file) != "tests/support/deadline.py"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"time.sleep", "sleep"}
    ]
    assert sleepers == []


def test_time_fails_no_test() -> None:
    """How long something takes is a benchmark's figure: tests/bench. A test says what happens, and in what order."""
    timed = [
        f"{shown(file)}:{line}"
        for file in python_files()
        if shown(file).startswith("tests/")
        for line in timed_asserts(ast.parse(file.read_text(encoding="utf-8")))
    ]
    assert timed == []


@pytest.mark.parametrize(
    "code",
    [
        "assert time.monotonic() < deadline",
        "assert asyncio.get_running_loop().time() - began < 2",
        "began = time.perf_counter()\nwork()\ntook = time.perf_counter() - began\nassert took < 0.05",
        "first, began = ask(), time.time_ns()\nassert abs(first.at - began // 1000) < 5",
        "def ask():\n    began = time.monotonic()\n    return time.monotonic() - began\nassert min(ask() for _ in more) < 1",
        "began = time.monotonic()\nall.append(time.monotonic() - began)\nassert sorted(all)[0] < 1",
        "assert clock.now_us() - status.last_media_us < 3 * SECOND_US",
    ],
)
def test_asserts_on_time_are_found(code: str) -> None:
    assert timed_asserts(ast.parse(code)) == [len(code.splitlines())]


@pytest.mark.parametrize(
    "code",
    [
        "began_us = time.time_ns() // 1000\nassert began_us < ask(began_us).at_us",
        "kills.append(Kill(time.time_ns()))\nfor kill in kills:\n    assert not kill.written - recorded",
        "assert began_us - SECOND_US < segment.start_us < clock.now_us()",
    ],
)
def test_asserts_on_the_order_of_events_are_none_on_time(code: str) -> None:
    assert timed_asserts(ast.parse(code)) == []


def test_no_test_is_skipped() -> None:
    skips = {
        "pytest.skip",
        "pytest.mark.skip",
        "pytest.mark.skipif",
        "pytest.mark.xfail",
        "pytest.importorskip",
    }
    skipping = [
        f"{shown(file)}:{node.lineno}"
        for file in python_files()
        if shown(file).startswith("tests/")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in skips
    ]
    assert skipping == []


def test_every_package_is_installed() -> None:
    on_disk = {
        shown(file.parent).replace("/", ".")
        for file in python_files()
        if file.name == "__init__.py" and shown(file).split("/")[0] in PACKAGES
    }
    assert sorted(on_disk) == PROJECT_SETTINGS["tool"]["setuptools"]["packages"]


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {file.parent for file in python_files() if shown(file).split("/")[0] in PACKAGES}
    assert [shown(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def locked(name: str) -> dict[str, list[str]]:
    """The versions that a lock file pins, by package."""
    pins: dict[str, list[str]] = {}
    for package, version in re.findall(
        r"^([\w.-]+)==([\w.]+)", (PROJECT / name).read_text(encoding="utf-8"), re.MULTILINE
    ):
        pins.setdefault(canonicalize_name(package), []).append(version)
    return pins


@pytest.mark.parametrize(
    ("lock", "extras"),
    [
        ("requirements-runtime.lock", ["setup"]),
        ("requirements-demo.lock", ["demo", "setup"]),
        ("requirements.lock", ["demo", "dev", "setup"]),
    ],
)
def test_lock_satisfies_what_the_project_asks_for(lock: str, extras: list[str]) -> None:
    project = PROJECT_SETTINGS["project"]
    asked = [*project["dependencies"]]
    asked += [line for extra in extras for line in project["optional-dependencies"][extra]]
    pins = locked(lock)
    stale = [
        line
        for line in map(Requirement, asked)
        if not (versions := pins.get(canonicalize_name(line.name)))
        or not all(line.specifier.contains(version) for version in versions)
    ]
    assert stale == [], f"{lock} is older than pyproject.toml: run `make lock`"


@pytest.mark.parametrize("lock", ["requirements-runtime.lock", "requirements-demo.lock"])
def test_locks_agree(lock: str) -> None:
    everything = locked("requirements.lock")
    part = locked(lock)
    assert part == {name: everything[name] for name in part}


def test_a_server_installs_nothing_of_the_demonstration() -> None:
    extra = {
        canonicalize_name(Requirement(line).name)
        for line in PROJECT_SETTINGS["project"]["optional-dependencies"]["demo"]
    }
    assert extra
    assert locked("requirements-demo.lock").keys() - locked("requirements-runtime.lock").keys() == extra


def test_every_setting_is_documented() -> None:
    page = (PROJECT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert [setting.name for setting in fields(Settings) if f"`{setting.name}`" not in page] == []


def test_every_table_and_column_is_explained() -> None:
    assert {database.meta, people.session, personal.bookmark} <= set(metadata.tables.values())
    tables = metadata.tables.values()
    silent = [table.name for table in tables if not table.comment]
    silent += [
        f"{table.name}.{column.name}" for table in tables for column in table.columns if not column.comment
    ]
    assert silent == []


def test_icons_are_listed_in_order_and_once() -> None:
    listed = (PROJECT / "web" / "icons.txt").read_text(encoding="utf-8").split()
    assert all(first < second for first, second in pairwise(listed))


def test_changelog_has_the_version() -> None:
    version = PROJECT_SETTINGS["project"]["version"]
    assert re.search(
        rf"^## {re.escape(version)}\b", (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
