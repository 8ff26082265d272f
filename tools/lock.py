"""Writes the lock files anew from pyproject.toml and package.json, naming no registry's host."""

import subprocess
import sys
from pathlib import Path

from tools.node import npm_command

PROJECT = Path(__file__).resolve().parent.parent
HEADER = "# Made by `make lock` from pyproject.toml: do not edit. Installed with --require-hashes.\n"


def compile_lock(name: str, extras: list[str], constraint: str | None = None) -> None:
    """Write the lock file `name` for the project with `extras`, for every platform and Python >= 3.11.

    Args:
        constraint: a lock file whose versions this one has to share.
    """
    command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--quiet", "--no-header"]
    command += ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate", "--upgrade"]
    command += ["--no-emit-index-url", "--no-emit-find-links", "--no-config"]
    command += [argument for extra in extras for argument in ("--extra", extra)]
    command += ["--constraint", constraint] if constraint else []
    done = subprocess.run(command, cwd=PROJECT, check=True, stdout=subprocess.PIPE, text=True)
    (PROJECT / name).write_text(HEADER + done.stdout, encoding="utf-8")


def lock_javascript() -> None:
    """Write package-lock.json; .npmrc keeps the hosts out of it."""
    (PROJECT / "package-lock.json").unlink(missing_ok=True)
    cache = PROJECT / ".cache" / "npm"
    command = npm_command("install", "--package-lock-only", "--ignore-scripts", f"--cache={cache}")
    subprocess.run(command, cwd=PROJECT, check=True)


if __name__ == "__main__":
    compile_lock("requirements.lock", ["demo", "dev", "setup"])
    compile_lock("requirements-demo.lock", ["demo", "setup"], constraint="requirements.lock")
    compile_lock("requirements-runtime.lock", ["setup"], constraint="requirements.lock")
    lock_javascript()
