"""Refuses code that nothing but tests uses; names that templates use count as used.

What vulture cannot see being used, such as attributes that a library reads, pyproject.toml lists with the reason.
"""

import keyword
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PACKAGES = ("playback", "recorder", "storage", "tools", "vms", "web")
_TEMPLATE_CODE = re.compile(r"\{[{%](.*?)[%}]\}", re.DOTALL)
_ATTRIBUTE = re.compile(r"\.([a-z_]\w*)")


def template_names(folder: Path) -> set[str]:
    """Return the names of attributes that the templates below a folder use."""
    code = (
        part for file in folder.rglob("*.html") for part in _TEMPLATE_CODE.findall(file.read_text("utf-8"))
    )
    return {name for part in code for name in _ATTRIBUTE.findall(part) if not keyword.iskeyword(name)}


def main() -> int:
    """Print what is dead; return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        used = Path(folder) / "templates.py"
        names = sorted(template_names(PROJECT / "web" / "templates"))
        used.write_text("".join(f"_.{name}\n" for name in names), encoding="utf-8")
        return subprocess.run(
            [sys.executable, "-m", "vulture", *PACKAGES, str(used)], cwd=PROJECT, check=False
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
