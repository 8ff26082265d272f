"""Cameras and their streams: who owns them, what they are for, and what the recorder does about them."""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from vms.domain.camera_address import Credentials, StreamUrl
from vms.domain.form_fields import FieldProblem, Rule, length_problems, range_problems, required
from vms.domain.time import SECOND_US
from vms.domain.typed_reference import reads_as_number

MOST_TOGETHER = 16
"""Cameras that are reviewed, bookmarked or saved as a view together."""
GIGABYTE = 1_000_000_000
LONGEST_TEXT = 120
"""Characters of a camera's name, place, agency or group."""
LONGEST_PURPOSE = 400
LONGEST_DAYS = 3650
LEAST_QUOTA_GB, MOST_QUOTA_GB = 0.1, 1_000_000


class StreamRole(enum.StrEnum):
    """What a stream is for."""

    MAIN = "main"
    """Full quality: what is exported and shown large."""
    SUB = "sub"
    """Small: walls, phones and pictures."""


class StreamState(enum.StrEnum):
    """What the recorder is doing about one stream; there is no end state, it tries for ever."""

    STOPPED = "stopped"
    """Not wanted: the camera is disabled, incomplete (PRV-01) or removed."""
    STARTING = "starting"
    """ffmpeg runs; no media has arrived yet."""
    RECORDING = "recording"
    """Media arrives."""
    STALLED = "stalled"
    """ffmpeg runs but bytes stopped arriving."""
    BACKOFF = "backoff"
    """Waiting before the next attempt."""
    AUTH = "auth"
    """The camera refused the password or the path; retried at most once a minute."""
    NO_VOLUME = "no-volume"
    """No healthy volume with room: nothing can be written."""
    STOPPING = "stopping"
    """Being shut down in order."""


class OutageCause(enum.StrEnum):
    """Why a span of time holds no footage."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    CLOSED = "closed"
    AUTH = "auth"
    NO_MEDIA = "no-media"
    CLOCK = "clock"
    MEDIA_JUMP = "media-jump"
    CODEC = "codec"
    DISK_FULL = "disk-full"
    VOLUME = "volume"
    RECORDER_DOWN = "recorder-down"
    FFMPEG = "ffmpeg"
    DISABLED = "disabled"
    BEFORE_FIRST = "before-first"
    """The camera had not been added yet, and nothing is known to have been recorded; never stored."""
    PURGED = "purged"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Stream:
    """One recorded view of a camera.

    Attributes:
        id: number in this database; `uuid` is what files carry.
        record_audio: an audited decision per camera (EXP-16); False by default.
        wallclock_timestamps: use arrival times in place of a broken camera clock (docs/design/time.md).
    """

    id: int
    uuid: UUID
    camera_id: int
    role: StreamRole
    url: StreamUrl
    record_audio: bool = False
    wallclock_timestamps: bool = False
    is_enabled: bool = True


@dataclass(frozen=True, slots=True)
class Camera:
    """A device at a place, the agency that owns it, and what it is for.

    Attributes:
        purpose: why it records; empty means it may not record (PRV-01).
        retention_days: how long footage is kept; None means it may not record (PRV-01).
        min_days: footage younger than this yields to disk pressure only below 1 % free.
        quota_bytes: most that one stream's footage may fill; None for no limit.
        removed_us: when the camera was removed; its footage stays until retention takes it.
    """

    id: int
    uuid: UUID
    name: str
    place: str = ""
    agency: str = ""
    group: str = ""
    latitude: float | None = None
    longitude: float | None = None
    purpose: str = ""
    retention_days: int | None = None
    min_days: int = 0
    quota_bytes: int | None = None
    is_enabled: bool = True
    has_credentials: bool = False
    created_us: int = 0
    removed_us: int | None = None
    streams: tuple[Stream, ...] = ()

    @property
    def may_record(self) -> bool:
        """Whether purpose and retention are set and nobody switched the camera off (PRV-01)."""
        return (
            self.is_enabled
            and self.removed_us is None
            and bool(self.purpose)
            and self.retention_days is not None
        )

    def stream(self, role: StreamRole) -> Stream | None:
        """Return the camera's stream of that role, or None."""
        return next((s for s in self.streams if s.role is role), None)


@dataclass(frozen=True, slots=True)
class CameraDraft:
    """What a person says about a camera when adding or editing it; `None` credentials leave the stored ones."""

    name: str
    main_url: StreamUrl
    sub_url: StreamUrl | None = None
    credentials: Credentials | None = None
    place: str = ""
    agency: str = ""
    group: str = ""
    latitude: float | None = None
    longitude: float | None = None
    purpose: str = ""
    retention_days: int | None = None
    min_days: int = 0
    quota_bytes: int | None = None
    is_enabled: bool = True
    record_audio: bool = False

    def problems(self, known_name: str = "") -> Iterator[FieldProblem]:
        """Yield what keeps the draft from being stored; nothing where it can be.

        Args:
            known_name: of the camera that is edited, which may stay whatever it is; "" for a new one.
        """
        name = self.name.strip()
        if not name:
            yield required("name")
        if name != known_name and reads_as_number(name):
            text = "reads as a number of some camera: add a word, such as 'Kamera 7'"
            yield FieldProblem("name", Rule.NAME_IS_NUMBER, text)
        for field, text in (
            *(("name", self.name), ("place", self.place)),
            *(("agency", self.agency), ("group", self.group)),
        ):
            yield from length_problems(field, text.strip(), LONGEST_TEXT)
        yield from length_problems("purpose", self.purpose.strip(), LONGEST_PURPOSE)
        if self.sub_url == self.main_url:
            yield FieldProblem("sub_url", Rule.SAME_STREAMS, "is the address of the main stream")
        yield from range_problems("retention_days", self.retention_days, 1, LONGEST_DAYS)
        yield from range_problems("min_days", self.min_days, 0, LONGEST_DAYS)
        if self.retention_days is not None and self.min_days > self.retention_days:
            text = "must not be more than the days that footage is kept"
            yield FieldProblem("min_days", Rule.MIN_ABOVE_MAX, text)
        quota_gb = None if self.quota_bytes is None else self.quota_bytes / GIGABYTE
        yield from range_problems("quota_gb", quota_gb, 1 / GIGABYTE, MOST_QUOTA_GB)
        if (self.latitude is None) != (self.longitude is None):
            text = "needs its other half: a position has both a latitude and a longitude"
            yield FieldProblem("latitude", Rule.BOTH_COORDINATES, text)
        yield from range_problems("latitude", self.latitude, -90, 90)
        yield from range_problems("longitude", self.longitude, -180, 180)


RECORDER_SILENT_US = 10 * SECOND_US
"""A recorder that has not said anything for this long is not running; it speaks each four seconds."""


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """What the recorder last said about a stream.

    Attributes:
        state: see `StreamState`.
        since_us: when the state began.
        updated_us: when the recorder last said anything.
        last_media_us: wall time of the newest media on disk, or None.
        detail: one plain sentence for a person, without secrets.
    """

    stream_id: int
    state: StreamState
    since_us: int
    updated_us: int
    last_media_us: int | None = None
    bitrate_bps: int = 0
    cause: OutageCause | None = None
    detail: str = ""
    attempts: int = 0

    def is_silent(self, now_us: int) -> bool:
        """Whether the recorder has said nothing for so long that it is not running."""
        return now_us - self.updated_us > RECORDER_SILENT_US
