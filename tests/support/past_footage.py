"""Past footage of simulated cameras, made quickly and put on the volume and into the index as the recorder does."""

import multiprocessing
import uuid
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from recorder.clock.wall_clock import Assignment
from recorder.publish.finished_file import RunFile, examine, publish
from storage.footage.index_writer import IndexBatch
from storage.open import Storage
from storage.volumes.open_volume import OpenVolume
from storage.volumes.segment_paths import incoming_folder
from vms.domain.camera import Stream
from vms.domain.segment import ClockTrust, FinishedSegment, Run, RunEnd, SegmentFlag
from vms.domain.time import TimeRange
from vms.simulator.camera_spec import CameraSpec
from vms.simulator.history import write_history

_WORKERS = 2


@dataclass(frozen=True, slots=True)
class PastRun:
    """One run: frame n, counted from 0 at the start of `time`, says and was made at start + n / `fps`."""

    stream: Stream
    spec: CameraSpec
    time: TimeRange
    fps: int


def write_past_runs(storage: Storage, runs: Sequence[PastRun]) -> None:
    """Publish and index footage of these runs on the first volume; no recorder may start meanwhile."""
    volume = storage.volume_access.open(storage.volumes.list()[0])
    places = []
    for _run in runs:
        run_uuid = uuid.uuid4()
        folder = Path(volume.path) / incoming_folder(run_uuid)
        folder.mkdir(parents=True)
        places.append((run_uuid, folder))
    # Spawned, not forked: the browser's driver keeps an event loop in this process.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(_WORKERS, mp_context=context) as pool:
        written = [
            pool.submit(write_history, run.spec, run.time.start_us, run.time.end_us, folder, run.fps)
            for run, (_, folder) in zip(runs, places, strict=True)
        ]
        for run, (run_uuid, folder), files in zip(runs, places, written, strict=True):
            times = [(file.start_us, file.duration_us) for file in files.result()]
            _index(storage, volume, run, run_uuid, times)
            folder.rmdir()


def _index(
    storage: Storage, volume: OpenVolume, run: PastRun, run_uuid: uuid.UUID, times: list[tuple[int, int]]
) -> None:
    segments: list[FinishedSegment] = []
    for seq, (start_us, duration_us) in enumerate(times):
        file = RunFile(volume, run.stream, run_uuid, seq)
        facts = examine(file)
        assert facts is not None
        assigned = Assignment(start_us, duration_us, SegmentFlag.SYNTHETIC, is_jump=False)
        segments.append(publish(file, facts, assigned, lambda _step: None))
    row = Run(
        id=0,
        uuid=run_uuid,
        stream_id=run.stream.id,
        volume_id=volume.volume_id,
        start_us=run.time.start_us,
        anchor_us=0,
        trust=ClockTrust.UNKNOWN,
        ffmpeg_version="simulated",
        end_us=run.time.end_us,
        end_reason=RunEnd.STOP,
    )
    volume.sync()
    storage.index_writer.commit(IndexBatch(runs=(row,), segments=tuple(segments)))
    for segment in segments:
        assert segment.incoming_path is not None
        volume.unlink(segment.incoming_path)
