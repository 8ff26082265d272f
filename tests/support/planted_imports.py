"""Import contracts tried on planted violations, all in one process: run by its path, in a copy of the packages.

Argument: a JSON list of [contract, file, line]. Prints what import-linter says of the copy as it is, then of each violation
by the one contract that is meant for it, then of the copy as it is again; each answer ends with a line of SEPARATOR.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from importlinter import cli

SEPARATOR = "=== the next one ==="


@contextmanager
def planted(file: Path, line: str) -> Iterator[None]:
    """Add a line to a file, which is made where there is none, while the block lasts."""
    before = file.read_bytes() if file.exists() else None
    with file.open("a", encoding="utf-8") as end:
        end.write(f"\n{line}\n")
    try:
        yield
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_bytes(before)


def answer(*contracts: str) -> None:
    """Print what these contracts say, or all of them where none is named."""
    cli.lint_imports(no_cache=True, limit_to_contracts=contracts, no_logo=True)
    print(f"\n{SEPARATOR}", flush=True)  # noqa: T201  # the answer


def main() -> None:
    answer()
    for contract, name, line in json.loads(sys.argv[1]):
        with planted(Path(name), line):
            answer(contract)
    answer()


if __name__ == "__main__":
    main()
