"""The project's own files, as the house rules see them: what git would hold, without asking git."""

from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("migrations", "playback", "recorder", "storage", "vms", "web")

_MADE = {
    ".cache",
    ".git",
    ".hypothesis",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".venv",
    "__pycache__",
}
_MADE |= {"demo-data", "node_modules", "siring.egg-info", "vendor"}
_TEXT = {
    ".cfg",
    ".css",
    ".html",
    ".js",
    ".json",
    ".lock",
    ".mako",
    ".md",
    ".py",
    ".pyi",
    ".sh",
    ".toml",
    ".txt",
}
_TEXT |= {".yaml", ".yml", ".svg", ""}


def _walk(folder: Path) -> list[Path]:
    found: list[Path] = []
    for entry in sorted(folder.iterdir()):
        if entry.name in _MADE or entry.is_symlink():
            continue
        if entry.is_dir():
            found += _walk(entry)
        elif entry.suffix in _TEXT:
            found.append(entry)
    return found


@cache
def text_files() -> tuple[Path, ...]:
    """Return every text file of the project that people wrote or locks hold."""
    return tuple(_walk(PROJECT))


@cache
def python_files() -> tuple[Path, ...]:
    """Return every Python module of the project, tests and tools included."""
    return tuple(file for file in text_files() if file.suffix == ".py")


def shown(file: Path) -> str:
    """Return the path of `file` within the project."""
    return str(file.relative_to(PROJECT))
