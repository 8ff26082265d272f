"""Copies what the pages need from node_modules into web/static/vendor."""

import re
import shutil
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
MODULES = PROJECT / "node_modules"
ICON_LIST = PROJECT / "web" / "icons.txt"
VENDOR = PROJECT / "web" / "static" / "vendor"

FONT_FILES = "@fontsource-variable/inter/files"
# The full build, not "light": scrubbing uses I-frame playlists.
COPIES = {
    "hls.js/dist/hls.min.mjs": "hls.mjs",
    f"{FONT_FILES}/inter-latin-wght-normal.woff2": "inter-latin.woff2",
    f"{FONT_FILES}/inter-latin-ext-wght-normal.woff2": "inter-latin-ext.woff2",
    "hls.js/dist/hls.d.mts": "hls.d.mts",  # for `make check` alone
    "hls.js/LICENSE": "LICENSE.hls.txt",
    "@fontsource-variable/inter/LICENSE": "LICENSE.inter.txt",
    "lucide-static/LICENSE": "LICENSE.lucide.txt",
}

SVG = "http://www.w3.org/2000/svg"
# A reference to a map that is not shipped would be a failed request in every developer's console.
SOURCE_MAP = re.compile(rb"\n//# sourceMappingURL=\S+\s*$")


def listed_icons() -> list[str]:
    """Return the names in web/icons.txt, sorted, each once; blank lines and `#` comments are skipped."""
    lines = (line.split("#")[0].strip() for line in ICON_LIST.read_text(encoding="utf-8").splitlines())
    return sorted({line for line in lines if line})


def icon_symbol(name: str) -> ET.Element:
    """Return the Lucide icon `name` as a <symbol id="i-name">; stroke and size are left to the style sheet.

    Raises:
        SystemExit: Lucide has no icon of that name.
    """
    source = MODULES / "lucide-static" / "icons" / f"{name}.svg"
    if not source.exists():
        sys.exit(f"web/icons.txt names {name!r}, which is not among Lucide's icons")
    drawing = ET.parse(source).getroot()  # noqa: S314  # the file's hash is in package-lock.json
    symbol = ET.Element(f"{{{SVG}}}symbol", {"id": f"i-{name}", "viewBox": drawing.attrib["viewBox"]})
    for shape in drawing:
        shape.tail = None
        symbol.append(shape)
    return symbol


def sprite(names: list[str]) -> bytes:
    """Return one SVG document with a symbol for each of `names`."""
    ET.register_namespace("", SVG)
    root = ET.Element(f"{{{SVG}}}svg")
    root.extend(icon_symbol(name) for name in names)
    return ET.tostring(root, encoding="unicode").encode() + b"\n"


def fill(folder: Path) -> None:
    """Write every third-party file of the pages into `folder`."""
    for source, name in COPIES.items():
        data = (MODULES / source).read_bytes()
        (folder / name).write_bytes(SOURCE_MAP.sub(b"\n", data) if name.endswith(".mjs") else data)
    (folder / "icons.svg").write_bytes(sprite(listed_icons()))
    (folder / ".set-up").touch()


def main() -> None:
    """Build beside the old folder and swap, so that a running server and a second build see whole files."""
    VENDOR.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".vendor-", dir=VENDOR.parent) as made:
        fill(Path(made))
        VENDOR.mkdir(exist_ok=True)
        made_files = sorted(Path(made).iterdir(), key=lambda file: file.name == ".set-up")
        for file in made_files:  # the stamp last
            file.replace(VENDOR / file.name)
        for stale in VENDOR.iterdir():
            if stale.name not in {file.name for file in made_files}:
                shutil.rmtree(stale) if stale.is_dir() else stale.unlink()
    print(f"Third-party files of the pages are in {VENDOR.relative_to(PROJECT)}")


if __name__ == "__main__":
    main()
