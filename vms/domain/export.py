"""Clips and the export jobs that deliver them."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from vms.domain.form_fields import FieldProblem, Rule, is_plain, length_problems, required
from vms.domain.segment import ClockTrust
from vms.domain.time import DAY_US, HOUR_US, TimeRange

LONGEST_CLIP_US = DAY_US
MOST_CAMERAS = 16
LONGEST_CLIP_NAME = 120
LONGEST_CLIP_REASON = 500
MOST_UNFINISHED = 5
"""Jobs that one person may have waiting or running (SEC-25)."""


class ExportState(enum.StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    """The file was deleted after its time; the record stays."""

    @property
    def is_final(self) -> bool:
        """Whether the job will not change by itself any more (expiry aside)."""
        return self not in {self.QUEUED, self.RUNNING}


class SourceProblem(enum.StrEnum):
    """In what way a recorded file is not what was recorded."""

    ALTERED = "altered"
    """Its digest is not the one that was noted when it was published; a clip holds what is there now."""
    SHORTENED = "shortened"
    """It ends too early; a clip holds what is left."""
    UNREADABLE = "unreadable"
    """It is no video any more; a clip leaves it out."""
    MISSING = "missing"
    """It is gone without having been deleted by retention; a clip leaves it out."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A recorded file that an export met and that is not what was recorded; `time` is all that it held."""

    camera_id: int
    time: TimeRange
    problem: SourceProblem


@dataclass(frozen=True, slots=True)
class ClipRequest:
    """What a person asked to have exported; `camera_ids` in the order asked, main streams.

    Attributes:
        takes_altered: go on where a recorded file is not what was recorded, and say so; else the export fails.
    """

    camera_ids: tuple[int, ...]
    time: TimeRange
    name: str
    reason: str
    requested_by: int | None
    """User id, or None for the command line."""
    takes_altered: bool = False

    def problems(self) -> Iterator[FieldProblem]:
        """Yield what keeps the clip from being asked for."""
        if not 1 <= len(set(self.camera_ids)) == len(self.camera_ids) <= MOST_CAMERAS:
            text = f"must be 1 to {MOST_CAMERAS} cameras, each once"
            yield FieldProblem("camera_ids", Rule.OUT_OF_RANGE, text)
        if self.time.is_empty:
            yield FieldProblem("to", Rule.OUT_OF_RANGE, "must be later than from")
        if self.time.duration_us > LONGEST_CLIP_US:
            text = f"must be at most {LONGEST_CLIP_US // HOUR_US} hours later than from"
            yield FieldProblem("to", Rule.OUT_OF_RANGE, text)
        yield from length_problems("name", self.name, LONGEST_CLIP_NAME)
        if not self.reason.strip():
            yield required("reason")
        yield from length_problems("reason", self.reason, LONGEST_CLIP_REASON)
        for field, text in (("name", self.name), ("reason", self.reason)):
            if not is_plain(text):
                yield FieldProblem(field, Rule.NOT_PLAIN, "holds a character that cannot be kept")


@dataclass(frozen=True, slots=True)
class Export:
    """An export job and what came of it.

    Attributes:
        id: public number. token: unguessable part of folder names.
        done_bytes, total_bytes: progress; never goes back.
        claimed_until_us: a worker's claim; a later time than now means somebody works on it.
        file_name, file_bytes, sha256: the delivered file once DONE.
        error: one plain sentence where FAILED.
        requested_by_name, requested_by_login: who asked, as they were called then; empty for the command line.
        clock: how far the times of all that was delivered can be trusted; None until then.
        mismatches: recorded files that are not what was recorded, by camera and time.
    """

    id: int
    token: str
    request: ClipRequest
    state: ExportState
    created_us: int
    updated_us: int
    done_bytes: int = 0
    total_bytes: int = 0
    attempts: int = 0
    claimed_until_us: int | None = None
    cancel_requested: bool = False
    finished_us: int | None = None
    expires_us: int | None = None
    file_name: str | None = None
    file_bytes: int | None = None
    sha256: str | None = None
    error: str | None = None
    requested_by_name: str = ""
    requested_by_login: str = ""
    clock: ClockTrust | None = None
    mismatches: tuple[Mismatch, ...] = ()

    @property
    def requester(self) -> str:
        """Who asked, for people: the name, and what tells two of one name apart; empty for the command line."""
        if not self.requested_by_login:
            return self.requested_by_name
        return f"{self.requested_by_name} ({self.requested_by_login}, No. {self.request.requested_by})"

    def advanced(self, done_bytes: int, total_bytes: int) -> int:
        """Return the bytes to note as done, so that the share that people see never shrinks.

        An attempt that begins anew after a crash starts from nothing, and its total may be another.
        """
        reached = -(-self.done_bytes * total_bytes // self.total_bytes) if self.total_bytes else 0
        return min(max(done_bytes, reached), total_bytes)
