"""Volumes: directories on mounted filesystems that hold footage, each with an identity of its own."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from vms.domain.form_fields import FieldProblem, range_problems

LARGEST_FLOOR_GB = 1_000_000
LARGEST_WEIGHT = 1_000_000


class VolumeState(enum.StrEnum):
    """Whether footage can be written to and read from a volume."""

    HEALTHY = "healthy"
    FULL = "full"
    """No room above the floor for bytes or inodes."""
    READ_ONLY = "read-only"
    MISSING = "missing"
    """The marker file is not there: nothing mounted, or the folder is gone."""
    WRONG_IDENTITY = "wrong-identity"
    """A marker with another uuid: disks were swapped."""
    FAILED = "failed"
    """Reading or writing failed; a person must look."""
    SUSPECT = "suspect"
    """Too many files were missing at an audit: frozen, nothing is deleted."""
    DISABLED = "disabled"
    """The administrator took it out of use for writing."""

    @property
    def is_readable(self) -> bool:
        """Whether recorded files can be expected to open."""
        return self in {self.HEALTHY, self.FULL, self.READ_ONLY, self.SUSPECT, self.DISABLED}


@dataclass(frozen=True, slots=True)
class Volume:
    """A directory that holds footage.

    Attributes:
        path: absolute path of its root. min_free_bytes: free-space floor, None for the default rule.
        weight: share of new runs it takes among healthy volumes.
    """

    id: int
    uuid: UUID
    path: str
    min_free_bytes: int | None = None
    weight: int = 1
    is_enabled: bool = True
    state: VolumeState = VolumeState.HEALTHY
    state_detail: str = ""
    checked_us: int = 0


@dataclass(frozen=True, slots=True)
class FreeSpace:
    """What a filesystem says about its room; values that it could not tell are never guessed.

    Attributes:
        total_bytes, free_bytes: as an unprivileged writer sees them.
        total_inodes, free_inodes: 0 and 0 on filesystems without a fixed number of inodes (btrfs).
    """

    total_bytes: int
    free_bytes: int
    total_inodes: int
    free_inodes: int


def volume_problems(min_free_bytes: int | None, weight: int) -> Iterator[FieldProblem]:
    """Yield what is wrong with the numbers of a volume."""
    floor_gb = None if min_free_bytes is None else min_free_bytes / 1e9
    yield from range_problems("min_free_gb", floor_gb, 0, LARGEST_FLOOR_GB)
    yield from range_problems("weight", weight, 1, LARGEST_WEIGHT)


def default_floor_bytes(total_bytes: int, ingest_bytes_per_second: float) -> int:
    """Return the free-space floor: 2 % of the volume, at most 100 GB, at least ten minutes of ingest."""
    return max(min(total_bytes // 50, 100_000_000_000), int(600 * ingest_bytes_per_second))
