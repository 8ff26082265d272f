"""Rooms of the house: no folder is a warehouse, and no module is a fragment or holds two ideas without a reason."""

import ast
from collections import Counter, defaultdict
from pathlib import Path

from tests.support.source_files import PACKAGES, PROJECT, python_files, shown

MOST_FILES = 26
"""In one folder, `__init__.py` not counted: more is two rooms."""
LONG_LINES, LONGEST_LINES = 400, 600
"""A module above the first needs a reason; none may be above the second."""
LONG_FOR_A_REASON = {
    "web/static/js/timeline/timeline.js": "wires the timeline's parts together; each of them is a module of its own",
}
SHORT_LINES = 60
"""A module below this with one importer is usually a part of it."""
SHORT_FOR_A_REASON = {
    "vms/cli/check.py": "a command",
    "vms/cli/key.py": "a command",
    "vms/cli/up.py": "commands",
    "vms/simulator/rtsp/auth.py": "a scheme of its own (RFC 7616), beside the session that uses it",
    "vms/simulator/rtsp/sdp.py": "a format of its own (RFC 8866), beside the session that answers it",
    "web/http/client_address.py": "a pure rule of whom to believe, tried without a request",
    "web/http/csrf.py": "one defence, read by whoever checks it",
    "web/http/security_headers.py": "one defence, read by whoever checks it",
    "web/ops/health.py": "a route that other programs rely on",
    "web/pages/frame/problems.py": "the page of every error",
    "web/pages/review/help_page.py": "a page",
}


def own_files() -> dict[str, str]:
    """The product's modules and their text, by path."""
    files = {shown(file): file.read_text(encoding="utf-8") for file in python_files()}
    return {name: text for name, text in files.items() if name.split("/")[0] in PACKAGES}


def importers(files: dict[str, str]) -> dict[str, set[str]]:
    """Which modules import each module, by path."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, text in files.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and node.module:
                parts = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Import):
                parts = [alias.name for alias in node.names]
            else:
                continue
            for part in parts:
                found[part.replace(".", "/") + ".py"].add(name)
    return found


def scripts() -> list[Path]:
    """The product's own scripts."""
    return sorted((PROJECT / "web" / "static" / "js").rglob("*.js"))


def test_no_module_holds_two_ideas() -> None:
    files = [*python_files(), *scripts()]
    lengths = {shown(file): len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_LINES} == {}
    assert {name for name, lines in lengths.items() if lines > LONG_LINES} == set(LONG_FOR_A_REASON)


def test_no_folder_is_a_warehouse() -> None:
    tracked = [shown(file) for file in python_files()]
    tracked += [shown(file) for file in scripts()]
    sizes = Counter(name.rpartition("/")[0] for name in tracked if not name.endswith("/__init__.py"))
    assert {folder: size for folder, size in sizes.items() if size > MOST_FILES} == {}


def test_a_short_module_with_one_importer_has_a_reason() -> None:
    files = own_files()
    imported_by = importers(files)
    short = {
        name
        for name, text in files.items()
        if len(text.splitlines()) < SHORT_LINES
        and not name.endswith(("__init__.py", "__main__.py"))
        and not name.startswith("migrations/")
        and len(imported_by[name]) <= 1
    }
    assert short ^ set(SHORT_FOR_A_REASON) == set()
