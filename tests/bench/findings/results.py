"""Where the findings of each benchmark go: on the terminal, and into `.cache/bench` as JSON and Markdown."""

import json
import os
import platform
import sqlite3
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.findings.measurement import Finding, markdown_table
from tests.bench.findings.scale import Scale
from tests.support.source_files import PROJECT

RESULTS = PROJECT / ".cache" / "bench"


@dataclass(frozen=True, slots=True)
class Results:
    """Takes the findings of one session of benchmarks."""

    scale: Scale
    scratch: Path
    ffmpeg: str

    def publish(self, name: str, title: str, made_with: str, findings: Sequence[Finding]) -> None:
        """Print a benchmark's table and store it, in place of an earlier one of that name and scale.

        Args:
            name: of the benchmark, a word; its files are called after it and the scale.
            title: the table's heading. made_with: what was measured, in a sentence or two.
            findings: the table's lines.
        """
        RESULTS.mkdir(parents=True, exist_ok=True)
        body = {
            "name": name,
            "title": title,
            "made_with": made_with,
            "scale": self.scale.name,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "load_average": os.getloadavg()[0],
            "machine": machine(self.scratch, self.ffmpeg),
            "findings": [finding.record() for finding in findings],
        }
        file = RESULTS / f"{name}.{self.scale.name}"
        file.with_suffix(f"{file.suffix}.json").write_text(
            json.dumps(body, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        table = markdown_table(findings)
        file.with_suffix(f"{file.suffix}.md").write_text(table, encoding="utf-8")
        print(f"\n{title} ({self.scale.name})\n{made_with}\n\n{table}", flush=True)  # noqa: T201  # the answer


def machine(scratch: Path, ffmpeg: str) -> str:
    """Return one line on what the numbers were measured with."""
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    said = subprocess.run([ffmpeg, "-version"], capture_output=True, text=True, check=True).stdout.split()
    parts = [
        f"{os.cpu_count()} cores of {_processor()}",
        f"{memory_gb:.0f} GB",
        f"{_filesystem(scratch)}",
        f"Linux {platform.release()}",
        f"Python {platform.python_version()}",
        f"SQLite {sqlite3.sqlite_version}",
        f"ffmpeg {said[2]}",
    ]
    return ", ".join(parts)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _filesystem(folder: Path) -> str:
    """Return the kind of filesystem that a folder is on."""
    best, kind = "", "unknown filesystem"
    for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        _, place, found, *_ = line.split()
        if folder.resolve().is_relative_to(place) and len(place) >= len(best):
            best, kind = place, found
    return kind
