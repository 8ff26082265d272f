"""Scripts that only decide touch no page: they can be tried on their own."""

import re
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[3] / "web" / "static" / "js"
PURE = [path for path in sorted(SCRIPTS.glob("**/*.js")) if " Pure.\n" in path.read_text("utf-8")[:600]]


def test_some_scripts_only_decide() -> None:
    assert len(PURE) >= 8


@pytest.mark.parametrize("path", PURE, ids=lambda path: path.name)
def test_script_that_only_decides_touches_no_page(path: Path) -> None:
    assert not re.search(r"\b(document|window|fetch|setTimeout)\b[.(]", path.read_text("utf-8"))
