"""An installation of its own for each benchmark: data folder, database, one volume, cameras, and footage that is indexed."""

import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from recorder.clock.wall_clock import Assignment
from recorder.publish.finished_file import RunFile, examine, publish, write_sidecar
from storage.footage.index_writer import IndexBatch
from storage.installation.migrate import upgrade
from storage.open import Storage, open_storage
from vms.domain.camera import Camera, CameraDraft, Stream, StreamRole
from vms.domain.camera_address import StreamUrl
from vms.domain.segment import ClockTrust, FinishedSegment, Run, RunEnd, SegmentFlag
from vms.domain.volume import Volume
from vms.host.clock import SystemClock
from vms.host.secret_key import load_or_create_key
from vms.host.settings import Settings

RETENTION_DAYS = 90


@dataclass(frozen=True, slots=True)
class BenchSite:
    """An open installation."""

    settings: Settings
    storage: Storage
    volume: Volume

    def environment(self) -> Mapping[str, str]:
        """Return the variables with which `vms` commands work on this installation."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("VMS_")}
        return own | {
            "VMS_DATA_DIR": str(self.settings.data_dir),
            "VMS_CAMERA_NETWORKS": ",".join(self.settings.camera_networks),
            "VMS_SEGMENT_SECONDS": str(self.settings.segment_seconds),
            "VMS_LOG_LEVEL": "WARNING",
        }

    def add_camera(self, name: str, url: str = "rtsp://127.0.0.1:1/none") -> tuple[Camera, Stream]:
        """Store a camera that may record, and return it with its one stream."""
        draft = CameraDraft(
            name=name, main_url=StreamUrl(url), purpose="measurement", retention_days=RETENTION_DAYS
        )
        camera = self.storage.cameras.add(draft)
        stream = camera.stream(StreamRole.MAIN)
        assert stream is not None
        return camera, stream

    def index_files(
        self, camera: Camera, stream: Stream, run_uuid: uuid.UUID, files: Sequence[Path], start_us: int
    ) -> list[FinishedSegment]:
        """Publish the files of one run, which lie in its incoming folder, and index them from `start_us` on."""
        volume = self.storage.volume_access.open(self.volume)
        write_sidecar(volume, camera, stream)
        segments: list[FinishedSegment] = []
        end_us = start_us
        for seq in range(len(files)):
            file = RunFile(volume, stream, run_uuid, seq)
            facts = examine(file)
            assert facts is not None
            length_us = facts.end_us - facts.start_us
            assigned = Assignment(end_us, length_us, SegmentFlag.SYNTHETIC, is_jump=False)
            segments.append(publish(file, facts, assigned, lambda _step: None))
            end_us += length_us
        run = Run(
            id=0,
            uuid=run_uuid,
            stream_id=stream.id,
            volume_id=volume.volume_id,
            start_us=start_us,
            anchor_us=0,
            trust=ClockTrust.SYNCED,
            ffmpeg_version="bench",
            end_us=end_us,
            end_reason=RunEnd.STOP,
        )
        volume.sync()
        self.storage.index_writer.commit(IndexBatch(runs=(run,), segments=tuple(segments)))
        for segment in segments:
            if segment.incoming_path is not None:
                volume.unlink(segment.incoming_path)
        return segments


@contextmanager
def bench_site(folder: Path, *, database_url: str = "", segment_seconds: int = 60) -> Iterator[BenchSite]:
    """Set an installation up in `folder` and open it while the block lasts.

    Args:
        folder: gets `siring/` and `footage/`.
        database_url: "" for SQLite in the data folder.
        segment_seconds: length of recorded files.
    """
    footage = folder / "footage"
    footage.mkdir(parents=True)
    settings = Settings(
        data_dir=folder / "siring",
        database_url=database_url,
        camera_networks=("127.0.0.0/8",),
        segment_seconds=segment_seconds,
    )
    settings.data_dir.mkdir()
    upgrade(settings.effective_database_url)
    storage = open_storage(
        settings.effective_database_url, SystemClock(), secret_key=load_or_create_key(settings.data_dir)
    )
    try:
        yield BenchSite(settings, storage, storage.volumes.add(footage, min_free_bytes=0))
    finally:
        storage.close()
