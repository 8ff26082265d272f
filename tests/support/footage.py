"""Footage as the recorder would report it, without files: runs, segments and the cameras they belong to."""

import hashlib
import itertools
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import sqlalchemy as sa

from storage.open import Storage
from storage.schema.footage import rollup, volume
from storage.sql.database import Database
from storage.volumes.segment_paths import SegmentName, incoming_path, segment_path
from vms.domain.camera import Camera, CameraDraft
from vms.domain.camera_address import StreamUrl
from vms.domain.segment import ClockTrust, FinishedSegment, InitRecord, Rollup, Run, SegmentFlag
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US

NOON_US = 20_000 * DAY_US + 12 * HOUR_US
"""A noon in October 2024, the start of every bucket width."""

_numbers = itertools.count()


@dataclass
class SteppedClock:
    """A clock that moves only when told to."""

    wall_us: int = NOON_US
    monotonic: int = 0

    def now_us(self) -> int:
        return self.wall_us

    def monotonic_us(self) -> int:
        return self.monotonic

    def advance(self, seconds: float) -> None:
        self.wall_us += int(seconds * SECOND_US)
        self.monotonic += int(seconds * SECOND_US)


def draft(name: str = "Siring Menara Pandang", **changes: object) -> CameraDraft:
    """Return a camera that may record."""
    values: dict[str, object] = {
        "name": name,
        "main_url": StreamUrl("rtsp://10.0.0.12/main"),
        "sub_url": StreamUrl("rtsp://10.0.0.12/sub"),
        "purpose": "public safety",
        "retention_days": 30,
    }
    return CameraDraft(**(values | changes))  # type: ignore[arg-type]  # each test names real fields


def add_camera(storage: Storage, name: str | None = None) -> Camera:
    """Store a camera with a main and a sub stream."""
    return storage.cameras.add(draft(name or f"Kamera {next(_numbers)}"))


def stored_rollups(database: Database, stream_id: int) -> list[Rollup]:
    """Return every rollup of a stream, in order of time."""
    of_stream = sa.select(rollup).where(rollup.c.stream_id == stream_id).order_by(rollup.c.bucket_us)
    with database.read() as connection:
        return [Rollup(*row) for row in connection.execute(of_stream)]


def add_volume_row(database: Database, path: str = "/srv/video") -> int:
    """Store a volume without making its folder, and return its id."""
    values = {"uuid": uuid4(), "path": f"{path}{next(_numbers)}", "state": "healthy", "checked_us": 0}
    with database.write() as connection:
        return connection.execute(sa.insert(volume).values(values).returning(volume.c.id)).scalar_one()


def init_record(codec: str = "h264", data: bytes = b"ftyp moov") -> InitRecord:
    """Return an initialisation segment; its bytes are no media."""
    return InitRecord(0, hashlib.sha256(data).digest(), codec, "avc1.64001f", 1920, 1080, 90_000, data)


@dataclass
class Recording:
    """One run that grows by segments."""

    stream_id: int
    volume_id: int
    start_us: int = NOON_US
    stream_uuid: UUID = field(default_factory=uuid4)
    uuid: UUID = field(default_factory=uuid4)
    init: InitRecord = field(default_factory=init_record)
    next_seq: int = 0

    def __post_init__(self) -> None:
        self.end_us = self.start_us

    @property
    def run(self) -> Run:
        return Run(0, self.uuid, self.stream_id, self.volume_id, self.start_us, 0, ClockTrust.SYNCED, "9.0.2")

    def segment(
        self, duration_us: int = MINUTE_US, *, size_bytes: int = 1000, gap_us: int = 0
    ) -> FinishedSegment:
        """Return the run's next segment, which begins `gap_us` after the last one's end."""
        start_us = self.end_us + gap_us
        self.end_us = start_us + duration_us
        sha256 = hashlib.sha256(f"{self.uuid}{self.next_seq}".encode()).digest()
        name = SegmentName(start_us, duration_us, duration_us, self.uuid.hex[:8], self.next_seq, sha256)
        self.next_seq += 1
        return FinishedSegment(
            run_uuid=self.uuid,
            stream_id=self.stream_id,
            volume_id=self.volume_id,
            start_us=start_us,
            duration_us=duration_us,
            media_us=duration_us,
            size_bytes=size_bytes,
            seq=name.seq,
            flags=SegmentFlag.NONE,
            sha256=sha256,
            fragments=b"fragments",
            init=self.init,
            relative_path=segment_path(self.stream_uuid, name),
            incoming_path=incoming_path(self.uuid, name.seq),
        )

    def segments(self, count: int, duration_us: int = MINUTE_US) -> tuple[FinishedSegment, ...]:
        """Return the run's next segments, without gaps."""
        return tuple(self.segment(duration_us) for _ in range(count))
