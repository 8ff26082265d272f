"""Footage as the index knows it: segments, the runs they belong to, and the spans and gaps derived from them."""

import enum
from dataclasses import dataclass
from uuid import UUID

from vms.domain.camera import OutageCause
from vms.domain.time import TimeRange

LONGEST_SEGMENT_US = 600_000_000
"""No segment may be longer: an overlap query looks back exactly this far (storage schema CHECK)."""


class SegmentFlag(enum.IntFlag):
    """Facts about a segment that a careful viewer must be told."""

    NONE = 0
    RECOVERED = 1
    """Salvaged after a crash; its end was found by looking at the file."""
    JUMP = 2
    """Media time jumped inside; the last sample's duration was repaired."""
    RATE = 4
    """The camera's clock rate is wrong by more than drift; wall duration is measured, not declared."""
    UNSYNCED = 8
    """Recorded before the host's clock was synchronised."""
    SHIFTED = 16
    """Wall time was corrected after recording (the file's name holds the first assignment)."""
    SYNTHETIC = 32
    """Made by the simulator, not by a camera."""


class RunEnd(enum.StrEnum):
    """Why an ffmpeg process, and with it a run, ended."""

    TIMEOUT = "timeout"
    EOF = "eof"
    JUMP = "jump"
    CLOCK = "clock"
    CODEC = "codec"
    STOP = "stop"
    DISK = "disk"
    CRASH = "crash"
    FFMPEG = "ffmpeg"


class ClockTrust(enum.StrEnum):
    """How far the wall times of a run can be trusted."""

    SYNCED = "synced"
    UNSYNCED = "unsynced"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Run:
    """The segments of one ffmpeg process: one stream, one volume, one init, no gap inside.

    Attributes:
        id: row number, 0 before it is stored; `uuid` is made by the recorder and is what folders and files carry.
        start_us: wall time of the first frame; provisional until the first segment is published.
        end_us: wall time of the end, None while the run is open.
        anchor_us: wall minus monotonic time when the run began.
    """

    id: int
    uuid: UUID
    stream_id: int
    volume_id: int
    start_us: int
    anchor_us: int
    trust: ClockTrust
    ffmpeg_version: str
    end_us: int | None = None
    end_reason: RunEnd | None = None

    @property
    def is_open(self) -> bool:
        """Whether the recorder has not yet said that the run ended."""
        return self.end_us is None

    @property
    def short(self) -> str:
        """First 8 hex digits of the uuid, as file names carry it."""
        return self.uuid.hex[:8]


@dataclass(frozen=True, slots=True)
class Segment:
    """One finished media file: the unit of index and purge.

    Attributes:
        start_us, duration_us: wall time, continuous within a run.
        name_us: the start that the file's name holds; differs from `start_us` only after a clock correction.
        media_us: duration by the camera's clock.
        size_bytes: size of the file. sha256: digest taken at publish (COC-01).
        seq: number of the file within its run, from 0.
        init_id, init_bytes: the initialisation segment's row and its length at the head of the file.
        fragments: packed table (vms.media.fragment_table), or None where a reindex has not read the file yet.
    """

    stream_id: int
    start_us: int
    duration_us: int
    media_us: int
    size_bytes: int
    run_id: int
    run_uuid: UUID
    seq: int
    init_id: int
    init_bytes: int
    volume_id: int
    name_us: int
    flags: SegmentFlag
    sha256: bytes
    fragments: bytes | None

    @property
    def end_us(self) -> int:
        """Wall time right after the last frame."""
        return self.start_us + self.duration_us

    @property
    def time(self) -> TimeRange:
        """The wall time that the segment covers."""
        return TimeRange(self.start_us, self.end_us)

    def wall_us(self, media_offset_us: int) -> int:
        """Return the wall time of a point in the file, given its media time since the file's start.

        Media time is stretched evenly over the wall time that the whole segment took (docs/design/time.md).
        """
        if self.media_us == 0:
            return self.start_us
        return self.start_us + media_offset_us * self.duration_us // self.media_us


@dataclass(frozen=True, slots=True)
class FinishedSegment:
    """A file that the recorder has published and that still needs its row.

    Attributes:
        relative_path: final path below the volume's root.
        incoming_path: the name below incoming/ that is removed once the row is safe; None where there is none.
        init: the whole initialisation segment; stored once per digest.
    """

    run_uuid: UUID
    stream_id: int
    volume_id: int
    start_us: int
    duration_us: int
    media_us: int
    size_bytes: int
    seq: int
    flags: SegmentFlag
    sha256: bytes
    fragments: bytes
    init: "InitRecord"
    relative_path: str
    incoming_path: str | None


@dataclass(frozen=True, slots=True)
class InitRecord:
    """An initialisation segment and what a player must know before fetching it.

    Attributes:
        id: row number, 0 before it is stored.
        codec: "h264" or "h265". rfc6381: the CODECS string, such as "avc1.64001f".
        data: the bytes (ftyp and moov).
    """

    id: int
    sha256: bytes
    codec: str
    rfc6381: str
    width: int
    height: int
    timescale: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Span:
    """Continuous footage of one run: what the timeline draws."""

    stream_id: int
    start_us: int
    end_us: int
    run_id: int
    size_bytes: int

    @property
    def time(self) -> TimeRange:
        """The wall time covered."""
        return TimeRange(self.start_us, self.end_us)


@dataclass(frozen=True, slots=True)
class Outage:
    """A span of wall time in which a stream could not be recorded, and why; `end_us` None while it lasts."""

    stream_id: int
    start_us: int
    end_us: int | None
    cause: OutageCause
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Rollup:
    """Facts about one stream in one 15-minute bucket, recomputed from its segments; never counted up and down.

    Attributes:
        bucket_us: start of the bucket.
        covered_us: wall time covered by footage, at most 15 minutes.
        segments: how many begin in the bucket. gaps: uncovered parts longer than the tolerance.
        longest_gap_us: longest of them inside the bucket.
    """

    stream_id: int
    bucket_us: int
    covered_us: int
    size_bytes: int
    segments: int
    gaps: int
    longest_gap_us: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A span without footage and its cause, derived from spans and outages; never stored."""

    time: TimeRange
    cause: OutageCause
    detail: str = ""
