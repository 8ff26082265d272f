"""The demonstration's past: an hour of synthetic footage, published and indexed as the recorder would have."""

import os
import uuid
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from recorder.clock.wall_clock import Assignment
from recorder.publish.finished_file import RunFile, examine, publish, write_sidecar
from storage.footage.index_writer import IndexBatch
from storage.open import Storage
from storage.volumes.open_volume import OpenVolume
from storage.volumes.segment_paths import incoming_folder
from vms.domain.camera import Camera, OutageCause, Stream, StreamRole
from vms.domain.errors import MalformedMedia
from vms.domain.segment import ClockTrust, FinishedSegment, Outage, Run, RunEnd, SegmentFlag
from vms.domain.time import MINUTE_US, TimeRange
from vms.simulator.camera_spec import CameraSpec
from vms.simulator.history import write_history

_PAST_US = 70 * MINUTE_US
_FPS = {StreamRole.MAIN: 5, StreamRole.SUB: 2}
"""Few, because each frame is painted and encoded before the demonstration is ready."""
_SIZES = {StreamRole.MAIN: (640, 360), StreamRole.SUB: (320, 180)}
_WORKERS = 2
_OUTAGES = {
    "Taman Kamboja": (
        TimeRange(38 * MINUTE_US, 44 * MINUTE_US),
        OutageCause.UNREACHABLE,
        "Kamera tidak menjawab",
    ),
    "Menara Pandang": (
        TimeRange(20 * MINUTE_US, 21 * MINUTE_US),
        OutageCause.TIMEOUT,
        "Aliran gambar berhenti",
    ),
}
"""Holes, measured back from the end, so that there is something to see on the timeline."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One run of one stream's past, and where it is written."""

    camera: Camera
    stream: Stream
    spec: CameraSpec
    time: TimeRange
    run_uuid: uuid.UUID
    folder: Path


def write_past(storage: Storage, specs: list[CameraSpec]) -> int:
    """Give every stream of the demonstration an hour of footage up to where recording began, and return when that was."""
    end_us = min(run.start_us for run in storage.segments.open_runs())
    volume = storage.volume_access.open(storage.volumes.list()[0])
    cameras = {camera.name: camera for camera in storage.cameras.list()}
    parts = [part for spec in specs for part in _parts(cameras[spec.name], spec, volume, end_us)]
    # Spawned, not forked: this process has threads.
    with ProcessPoolExecutor(_WORKERS, mp_context=get_context("spawn")) as pool:
        written = [
            pool.submit(
                _write, part.spec, _FPS[part.stream.role], part.time, part.folder, str(part.camera.uuid)
            )
            for part in parts
        ]
        for part, files in zip(parts, written, strict=True):
            _index(storage, volume, part, files.result())
    outages = [outage for camera in cameras.values() for outage in _outages(camera, end_us)]
    storage.index_writer.commit(IndexBatch(outages=tuple(outages)))
    return end_us


def _parts(camera: Camera, spec: CameraSpec, volume: OpenVolume, end_us: int) -> list[_Part]:
    """Return the past of each of the camera's streams as one run, or two around its hole."""
    times = [TimeRange(end_us - _PAST_US, end_us)]
    if camera.name in _OUTAGES:
        hole, _, _ = _OUTAGES[camera.name]
        times = [
            TimeRange(end_us - _PAST_US, end_us - hole.end_us),
            TimeRange(end_us - hole.start_us, end_us),
        ]
    parts = []
    for stream in camera.streams:
        width, height = _SIZES[stream.role]
        small = replace(spec, width=width, height=height, sub=None)
        for time in times:
            run_uuid = uuid.uuid4()
            folder = Path(volume.path) / incoming_folder(run_uuid)
            parts.append(_Part(camera, stream, small, time, run_uuid, folder))
    return parts


def _write(spec: CameraSpec, fps: int, time: TimeRange, folder: Path, comment: str) -> list[tuple[int, int]]:
    """Write one run's files; returns (start, duration) of each in microseconds. Runs in a process of its own."""
    os.nice(5)
    folder.mkdir(parents=True)
    files = write_history(spec, time.start_us, time.end_us, folder, fps, comment=comment)
    return [(file.start_us, file.duration_us) for file in files]


def _index(storage: Storage, volume: OpenVolume, part: _Part, files: list[tuple[int, int]]) -> None:
    """Publish a run's files and write their rows."""
    write_sidecar(volume, part.camera, part.stream)
    segments: list[FinishedSegment] = []
    for seq, (start_us, duration_us) in enumerate(files):
        file = RunFile(volume, part.stream, part.run_uuid, seq)
        facts = examine(file)
        if facts is None:
            raise MalformedMedia(f"file {seq} of the synthetic past of “{part.camera.name}” is empty")
        assigned = Assignment(start_us, duration_us, SegmentFlag.SYNTHETIC, is_jump=False)
        segments.append(publish(file, facts, assigned, lambda _step: None))
    run = Run(
        id=0,
        uuid=part.run_uuid,
        stream_id=part.stream.id,
        volume_id=volume.volume_id,
        start_us=part.time.start_us,
        anchor_us=0,
        trust=ClockTrust.UNKNOWN,
        ffmpeg_version="simulated",
        end_us=segments[-1].start_us + segments[-1].duration_us,
        end_reason=RunEnd.STOP,
    )
    volume.sync()
    storage.index_writer.commit(IndexBatch(runs=(run,), segments=tuple(segments)))
    for segment in segments:
        if segment.incoming_path is not None:
            volume.unlink(segment.incoming_path)
    part.folder.rmdir()


def _outages(camera: Camera, end_us: int) -> list[Outage]:
    if camera.name not in _OUTAGES:
        return []
    hole, cause, detail = _OUTAGES[camera.name]
    start_us, until_us = end_us - hole.end_us, end_us - hole.start_us
    return [Outage(stream.id, start_us, until_us, cause, detail) for stream in camera.streams]
