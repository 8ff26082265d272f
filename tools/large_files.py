"""Refuses files too large for git: footage, pictures of pages, third-party code."""

import sys
from pathlib import Path

LARGEST_BYTES = 300_000


def main(names: list[str]) -> int:
    """Name each of `names` that is too large; return the exit code."""
    too_large = [(name, size) for name in names if (size := Path(name).stat().st_size) > LARGEST_BYTES]
    for name, size in too_large:
        print(f"{name}: {size} bytes; at most {LARGEST_BYTES} go into git")
    return 1 if too_large else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
