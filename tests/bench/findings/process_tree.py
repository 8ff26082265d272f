"""What a process and its descendants have used, read from /proc: processor seconds, memory, bytes written."""

import contextlib
import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """A reading of some process trees.

    Attributes:
        cpu_seconds: user and system time, that of children that have ended and been waited for included.
        memory_bytes: proportional set size: pages that several processes share are counted once in all.
        processes: how many there are now.
    """

    cpu_seconds: float
    memory_bytes: int
    processes: int


def usage(roots: Iterable[int]) -> Usage:
    """Return what the processes and everything below them use; those that have ended count nothing."""
    children: defaultdict[int, list[int]] = defaultdict(list)
    ticks: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                # The name in brackets may hold blanks; counted from its end, field 0 is the state.
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                children[int(fields[1])].append(int(entry.name))
                ticks[int(entry.name)] = sum(int(value) for value in fields[11:15])
    wanted: list[int] = []
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        if pid in ticks:
            wanted.append(pid)
            waiting += children[pid]
    memory = sum(_proportional_bytes(pid) for pid in wanted)
    return Usage(sum(ticks[pid] for pid in wanted) / _TICKS, memory, len(wanted))


def _proportional_bytes(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0
