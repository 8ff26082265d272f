"""What a check of files and index found."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

_MOST_SHOWN: Final = 10_000


class Difference(StrEnum):
    """One kind of disagreement between files and index."""

    MISSING_FILE = "row without file"
    """Mended by removing the row and noting the loss on the timeline."""
    MISSING_ROW = "file without row"
    """Mended by adding the row."""
    TRUNCATED = "file shorter than its row says"
    """Not mended: what is left can be played, and the digest proves that some is gone."""
    OVERLONG = "file longer than its row says"
    DIGEST = "file with another digest than its row says"
    DAMAGED = "file that is not what its name says"
    """Mended by moving it to quarantine."""
    UNKNOWN = "unknown file"
    """Mended by moving it to quarantine; never deleted."""
    GARBAGE = "purged file that is still there"
    SPANS = "stream-day with wrong spans or rollups"
    """Mended by working them out anew."""


@dataclass(slots=True)
class CheckReport:
    """Counts of differences by kind, with the first few thousand names of each.

    Attributes:
        rows, files: how many were looked at.
        mended: how many differences were mended.
        suspect_volumes: volumes that miss so many files that they were frozen: nothing is deleted there any more.
        skipped_volumes: row numbers of volumes that do not work, with the reason.
    """

    rows: int = 0
    files: int = 0
    mended: int = 0
    found: dict[Difference, list[str]] = field(default_factory=dict)
    counts: dict[Difference, int] = field(default_factory=dict)
    suspect_volumes: dict[int, str] = field(default_factory=dict)
    skipped_volumes: dict[int, str] = field(default_factory=dict)

    def add(self, kind: Difference, name: str) -> None:
        """Count a difference."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        names = self.found.setdefault(kind, [])
        if len(names) < _MOST_SHOWN:
            names.append(name)

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong, or all that was wrong is mended."""
        return (
            sum(self.counts.values()) == self.mended and not self.suspect_volumes and not self.skipped_volumes
        )

    def summary(self) -> str:
        """Return a few lines for a terminal."""
        lines = [f"{self.rows} rows and {self.files} files compared"]
        for kind, count in sorted(self.counts.items()):
            lines.append(f"  {count} of: {kind.value}, such as {self.found[kind][0]}")
        if self.counts:
            lines.append(f"{self.mended} of {sum(self.counts.values())} differences mended")
        else:
            lines.append("no differences")
        lines += [f"volume {number} is frozen: {why}" for number, why in self.suspect_volumes.items()]
        lines += [f"volume {number} was left out: {why}" for number, why in self.skipped_volumes.items()]
        return "\n".join(lines)
