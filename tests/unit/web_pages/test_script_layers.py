"""Scripts import downwards only: each folder its own modules and those of the folders below it, types included."""

import re
import shutil
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[3] / "web" / "static" / "js"
LAYERS: tuple[tuple[str, ...], ...] = (
    ("pages", "review"),
    ("evidence", "personal", "search"),
    ("cameras", "clip", "days"),
    ("timeline",),
    ("player",),
    ("page",),
)
"""From the top down; folders in one line know nothing of each other."""

_IMPORTED = re.compile(r'(?:\bfrom |\bimport |\bimport\()"(\.[^"]+)"')


def wrong_arrows(scripts: Path) -> list[str]:
    """Return the imports that go up or sideways, as "player/deck.js > review/page.js"."""
    heights = {folder: -row for row, layer in enumerate(LAYERS) for folder in layer}
    wrong = []
    for path in sorted(scripts.glob("*/*.js")):
        for name in _IMPORTED.findall(path.read_text("utf-8")):
            target = (path.parent / name).resolve()
            if not target.is_relative_to(scripts):
                continue  # Somebody else's library, under vendor.
            here, there = path.parent.name, target.parent.name
            if here != there and heights[there] >= heights[here]:
                wrong.append(f"{here}/{path.name} > {there}/{target.name}")
    return wrong


def test_every_folder_of_scripts_has_its_layer() -> None:
    assert {path.name for path in SCRIPTS.iterdir()} == {folder for layer in LAYERS for folder in layer}


def test_scripts_import_downwards_only() -> None:
    assert wrong_arrows(SCRIPTS.resolve()) == []


@pytest.mark.parametrize(
    ("path", "line", "arrow"),
    [
        ("page/api.js", 'import "../player/deck.js";', "page/api.js > player/deck.js"),
        (
            "player/deck.js",
            'import { spanOf } from "../timeline/timeline_model.js";',
            "timeline/timeline_model.js",
        ),
        ("player/tile.js", '/** @typedef {import("../review/keys.js").Keys} Keys */', "review/keys.js"),
        ("timeline/timeline.js", 'import("../evidence/hold_list.js");', "evidence/hold_list.js"),
        ("days/day_bars.js", 'export { ClipEnds } from "../clip/clip_ends.js";', "clip/clip_ends.js"),
        ("pages/home.js", 'import { keepAddress } from "../review/address.js";', "review/address.js"),
    ],
)
def test_a_planted_arrow_is_found(tmp_path: Path, path: str, line: str, arrow: str) -> None:
    copy = tmp_path.resolve() / "js"
    shutil.copytree(SCRIPTS, copy)
    script = copy / path
    script.write_text(f"{script.read_text('utf-8')}\n{line}\n", "utf-8")
    [found] = wrong_arrows(copy)
    assert found.endswith(arrow)
