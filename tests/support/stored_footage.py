"""Footage with real files on a real volume, published step by step as the recorder does."""

import hashlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import UUID, uuid4

from storage.footage.index_writer import IndexBatch
from storage.footage.media_facts import read_facts
from storage.open import Storage, open_storage
from storage.volumes.segment_paths import SegmentName, incoming_path, segment_path
from tests.support.databases import make_database
from tests.support.footage import NOON_US, SteppedClock, draft
from tests.support.fragmented_mp4 import TIMESCALE, fragment_bytes, init_bytes
from vms.domain.camera import Camera, Stream, StreamRole
from vms.domain.segment import ClockTrust, FinishedSegment, Run, RunEnd, SegmentFlag
from vms.domain.time import TimeRange
from vms.domain.volume import Volume

FRAGMENTS = 4


def media_bytes(seq: int, *, seconds: int = 60, filler: int = 0) -> bytes:
    """Return a file of four fragments that last `seconds` together, unlike the file of any other number."""
    step = seconds * TIMESCALE // (3 * FRAGMENTS)
    parts = [init_bytes()]
    for number in range(FRAGMENTS):
        start = seq * seconds * TIMESCALE + number * 3 * step
        parts.append(fragment_bytes(start, (50 + filler // FRAGMENTS, 10, 10), durations=(step,) * 3))
    return b"".join(parts)


@dataclass
class RecordedRun:
    """A run whose files are made on demand; `start_us` is where the next one begins."""

    stream: Stream
    volume: Volume
    start_us: int
    uuid: UUID = field(default_factory=uuid4)
    seq: int = 0
    opened_us: int = 0

    def __post_init__(self) -> None:
        self.opened_us = self.start_us

    @property
    def row(self) -> Run:
        return Run(
            0, self.uuid, self.stream.id, self.volume.id, self.opened_us, 0, ClockTrust.SYNCED, "9.0.2"
        )

    def write(self, *, seconds: int = 60, filler: int = 0) -> FinishedSegment:
        """Write the next file under incoming/ and return what its row will need."""
        data = media_bytes(self.seq, seconds=seconds, filler=filler)
        incoming = incoming_path(self.uuid, self.seq)
        file = Path(self.volume.path) / incoming
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        fd = os.open(file, os.O_RDONLY)
        facts = read_facts(fd)
        os.close(fd)
        digest = hashlib.sha256(data).digest()
        duration_us = seconds * 1_000_000
        name = SegmentName(self.start_us, duration_us, facts.media_us, self.uuid.hex[:8], self.seq, digest)
        segment = FinishedSegment(
            run_uuid=self.uuid,
            stream_id=self.stream.id,
            volume_id=self.volume.id,
            start_us=self.start_us,
            duration_us=duration_us,
            media_us=facts.media_us,
            size_bytes=len(data),
            seq=self.seq,
            flags=SegmentFlag.NONE,
            sha256=digest,
            fragments=facts.table,
            init=facts.init,
            relative_path=segment_path(self.stream.uuid, name),
            incoming_path=incoming,
        )
        self.start_us += duration_us
        self.seq += 1
        return segment

    def publish(self, segment: FinishedSegment) -> None:
        """Link the file to its final name."""
        final = Path(self.volume.path) / segment.relative_path
        final.parent.mkdir(parents=True, exist_ok=True)
        os.link(self.incoming_file(segment), final)

    def incoming_file(self, segment: FinishedSegment) -> Path:
        return Path(self.volume.path) / incoming_path(self.uuid, segment.seq)

    def file(self, segment: FinishedSegment) -> Path:
        return Path(self.volume.path) / segment.relative_path


@dataclass
class Site:
    """A database, one volume and one camera with a main and a sub stream."""

    storage: Storage
    clock: SteppedClock
    volume: Volume
    camera: Camera

    @property
    def main(self) -> Stream:
        stream = self.camera.stream(StreamRole.MAIN)
        assert stream is not None
        return stream

    @property
    def sub(self) -> Stream:
        stream = self.camera.stream(StreamRole.SUB)
        assert stream is not None
        return stream

    @property
    def root(self) -> Path:
        return Path(self.volume.path)

    def run(
        self, start_us: int, *, stream: Stream | None = None, volume: Volume | None = None
    ) -> RecordedRun:
        """Open a run and store its row."""
        run = RecordedRun(stream or self.main, volume or self.volume, start_us)
        self.storage.index_writer.commit(IndexBatch(runs=(run.row,)))
        return run

    def index(self, run: RecordedRun, *segments: FinishedSegment) -> None:
        """Insert rows and remove their incoming names."""
        self.storage.index_writer.commit(IndexBatch(runs=(run.row,), segments=segments))
        for segment in segments:
            run.incoming_file(segment).unlink()

    def record(
        self,
        start_us: int,
        count: int,
        *,
        stream: Stream | None = None,
        volume: Volume | None = None,
        seconds: int = 60,
        filler: int = 0,
    ) -> list[FinishedSegment]:
        """Record a whole run of `count` files, published and indexed."""
        run = self.run(start_us, stream=stream, volume=volume)
        done = []
        for _ in range(count):
            segment = run.write(seconds=seconds, filler=filler)
            run.publish(segment)
            done.append(segment)
        self.index(run, *done)
        closed = replace(run.row, end_us=run.start_us, end_reason=RunEnd.EOF)
        self.storage.index_writer.commit(IndexBatch(runs=(closed,)))
        (self.root if volume is None else Path(volume.path)).joinpath("incoming", run.uuid.hex).rmdir()
        return done

    def files(self, volume: Volume | None = None) -> set[str]:
        """Return the media files under rec/, as the index names them."""
        root = Path((volume or self.volume).path)
        return {str(path.relative_to(root)) for path in root.glob("rec/*/*/*/*.mp4")}

    def rows(self, stream: Stream | None = None) -> list[int]:
        """Return the starts of the stream's indexed segments."""
        window = TimeRange(0, NOON_US * 2)
        return [s.start_us for s in self.storage.segments.covering((stream or self.main).id, window)]


@contextmanager
def site(
    database_url: str,
    root: Path,
    *,
    clock: SteppedClock | None = None,
    retention_days: int | None = 30,
) -> Iterator[Site]:
    """Make a site below `root`, which must exist and be empty, and close it afterwards."""
    clock = clock or SteppedClock()
    make_database(database_url)
    storage = open_storage(database_url, clock, secret_key=None)
    try:
        volume = storage.volumes.add(root, min_free_bytes=0)
        made = storage.cameras.add(draft(retention_days=retention_days))
        yield Site(storage, clock, volume, made)
    finally:
        storage.close()


@contextmanager
def tmpfs(path: Path, *, size: str = "4m", options: str = "") -> Iterator[Path]:
    """Mount a memory filesystem of its own at `path`, which is made, and unmount it afterwards."""
    path.mkdir(exist_ok=True)
    more = f",{options}" if options else ""
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}{more}", "tmpfs", path], check=True, timeout=30
    )
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", path], check=False, timeout=30)


@contextmanager
def ext4(path: Path, image: Path, *, megabytes: int = 16, options: str = "loop") -> Iterator[Path]:
    """Mount an ext4 filesystem in a file at `path`, which is made, and unmount it afterwards."""
    path.mkdir(exist_ok=True)
    if not image.exists():
        with image.open("wb") as file:
            file.truncate(megabytes * 1024 * 1024)
        subprocess.run(["mkfs.ext4", "-q", image], check=True, timeout=60)
    subprocess.run(["mount", "-o", options, image, path], check=True, timeout=30)
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", path], check=False, timeout=30)


def remount(path: Path, options: str) -> None:
    """Change the options of a mounted filesystem."""
    subprocess.run(["mount", "-o", f"remount,{options}", path], check=True, timeout=30)
