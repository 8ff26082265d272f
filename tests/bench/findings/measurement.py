"""What a benchmark found: a number beside its physical reference, their ratio, and the goal; pure."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Latencies:
    """Durations of one kind of work, in seconds."""

    seconds: tuple[float, ...]

    def percentile(self, share: float) -> float:
        """Return the smallest duration that `share` of all do not exceed (nearest rank)."""
        ordered = sorted(self.seconds)
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)]

    def text(self) -> str:
        """Return p50 and p95 in milliseconds, and how many there were."""
        p50, p95 = self.percentile(0.5) * 1000, self.percentile(0.95) * 1000
        return f"p50 {number(p50)}, p95 {number(p95)} ms (n={len(self.seconds)})"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a benchmark's table.

    Attributes:
        what: was measured. measured, reference: with their units, for people; reference "" where there is none.
        ratio: measured to reference, None where a ratio says nothing.
        goal: as text, "" for none. is_met: None without a goal.
        note: what a reader must know, such as why a goal was missed.
    """

    what: str
    measured: str
    reference: str = ""
    ratio: float | None = None
    goal: str = ""
    is_met: bool | None = None
    note: str = ""

    def record(self) -> dict[str, object]:
        """Return the line as JSON values."""
        return asdict(self)


def at_most(
    what: str, measured: float, reference: float, unit: str, *, goal: float | None, note: str = ""
) -> Finding:
    """Return a line whose goal is that the ratio is at most `goal`."""
    ratio = measured / reference if reference else math.inf
    return Finding(
        what,
        f"{number(measured)} {unit}",
        f"{number(reference)} {unit}",
        ratio,
        "" if goal is None else f"≤ {goal:.2f}x",
        None if goal is None else ratio <= goal,
        note,
    )


def at_least(
    what: str, measured: float, reference: float, unit: str, *, goal: float, note: str = ""
) -> Finding:
    """Return a line whose goal is that the ratio is at least `goal`."""
    ratio = measured / reference if reference else math.inf
    return Finding(
        what,
        f"{number(measured)} {unit}",
        f"{number(reference)} {unit}",
        ratio,
        f"≥ {goal:.2f}x",
        ratio >= goal,
        note,
    )


def latency(
    what: str,
    measured: Latencies,
    reference: Latencies | None = None,
    *,
    p50_goal_ms: float | None = None,
    p95_goal_ms: float | None = None,
    note: str = "",
) -> Finding:
    """Return a line about latencies; the ratio is that of the medians, and goals are for the measured ones alone."""
    goals = [
        (f"{label} ≤ {goal:g} ms", measured.percentile(share) * 1000 <= goal)
        for label, share, goal in (("p50", 0.5, p50_goal_ms), ("p95", 0.95, p95_goal_ms))
        if goal is not None
    ]
    return Finding(
        what,
        measured.text(),
        "" if reference is None else reference.text(),
        None if reference is None else measured.percentile(0.5) / reference.percentile(0.5),
        ", ".join(text for text, _ in goals),
        all(is_met for _, is_met in goals) if goals else None,
        note,
    )


def markdown_table(findings: Sequence[Finding]) -> str:
    """Return the lines as a Markdown table; notes follow it."""
    rows = ["| what | measured | physical reference | ratio | goal | met |", "|-|-|-|-|-|-|"]
    notes: list[str] = []
    for finding in findings:
        mark = ""
        if finding.note and finding.note not in notes:
            notes.append(finding.note)
        if finding.note:
            mark = f" [{notes.index(finding.note) + 1}]"
        ratio = "" if finding.ratio is None else f"{finding.ratio:.2f}x"
        is_met = {None: "", True: "yes", False: "**no**"}[finding.is_met]
        cells = [f"{finding.what}{mark}", finding.measured, finding.reference, ratio, finding.goal, is_met]
        rows.append(f"| {' | '.join(cells)} |")
    if notes:
        rows += ["", *(f"[{position}] {note}  " for position, note in enumerate(notes, 1))]
    return "\n".join(rows) + "\n"


def number(value: float) -> str:
    """Return a number with about three digits that matter, thousands parted by blanks."""
    if not math.isfinite(value):
        return "∞"
    if abs(value) >= 100:
        return f"{value:,.0f}".replace(",", " ")
    digits = max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:.{min(digits, 4)}f}"
