"""A camera with more than a month behind it: footage in the index, pictures in packs, real files around one moment.

A boat came to the pier at one instant of that month. Before it every picture shows the empty pier, after it the boat.
Files are there for a few minutes around that instant; the rest of the footage is known to the index only.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import av
import numpy as np
import sqlalchemy as sa

from playback.pictures.maker import HEIGHT, WIDTH
from storage.footage.index_writer import IndexBatch
from storage.open import Storage
from storage.schema.cameras import camera, stream
from storage.volumes.open_volume import OpenVolume
from storage.volumes.segment_paths import SegmentName, pack_path, segment_path
from tests.support.footage import init_record
from tests.support.installation import main_stream
from tests.support.past_footage import PastRun, write_past_runs
from vms.domain.camera import Camera, OutageCause
from vms.domain.segment import ClockTrust, FinishedSegment, Outage, Run, RunEnd, SegmentFlag
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US, TimeRange
from vms.ffmpeg.keyframe_picture import to_jpeg
from vms.media.picture_pack import append_pictures
from vms.simulator.camera_spec import CameraSpec, Scene
from vms.simulator.picture.canvas import Planes
from vms.simulator.picture.scenery import backdrop

_ZONE = ZoneInfo("Asia/Makassar")
_SEGMENT_US = 10 * MINUTE_US
_PICTURE_US = 10 * SECOND_US
_DENSE_US = 6 * HOUR_US
"""Pictures lie this far around the boat's arrival every ten seconds, elsewhere at the full hours."""
_FPS = 5


@dataclass(frozen=True, slots=True)
class Pier:
    """The camera and what is known of its past.

    Attributes:
        whole: from its first footage to its last. month: the last thirty days of it, without a gap, from full hour to
            full hour. gap: of a day and a half, before the month; a whole local day lies in it.
        arrival_us: when the boat came. real: footage around it that can be played.
        purged_until_us: retention took what was before.
    """

    camera: Camera
    whole: TimeRange
    month: TimeRange
    gap: TimeRange
    arrival_us: int
    real: TimeRange
    purged_until_us: int


def write_pier(storage: Storage, dock: Camera, now_us: int) -> Pier:
    """Give a switched-off camera its past."""
    end_us = now_us - now_us % HOUR_US - 2 * HOUR_US
    month = TimeRange(end_us - 30 * DAY_US, end_us)
    whole = TimeRange(month.start_us - 5 * DAY_US, end_us)
    night = datetime.fromtimestamp(month.start_us // SECOND_US, UTC).astimezone(_ZONE).date() - timedelta(
        days=3
    )
    gap_us = round(datetime.combine(night, time.min, _ZONE).timestamp()) * SECOND_US
    gap = TimeRange(gap_us, gap_us + 36 * HOUR_US)
    arrival_us = month.start_us + 17 * DAY_US + 7 * HOUR_US + 13 * MINUTE_US + 41 * SECOND_US
    real = TimeRange(arrival_us - 2 * MINUTE_US, arrival_us + 2 * MINUTE_US)
    pier = Pier(dock, whole, month, gap, arrival_us, real, whole.start_us)
    _index(storage, pier)
    _picture(storage, pier)
    spec = CameraSpec("Dermaga", "dermaga", 9, WIDTH, HEIGHT, scene=Scene.RIVER, fps=_FPS)
    write_past_runs(storage, [PastRun(main_stream(dock), spec, real, _FPS)])
    return pier


def _index(storage: Storage, pier: Pier) -> None:
    """Write the rows of everything but the real files."""
    source = main_stream(pier.camera)
    volume_id = storage.volumes.list()[0].id
    init = init_record()
    recorded = [
        TimeRange(pier.whole.start_us, pier.gap.start_us),
        TimeRange(pier.gap.end_us, pier.real.start_us),
        TimeRange(pier.real.end_us, pier.whole.end_us),
    ]
    for footage in recorded:
        run = Run(
            0,
            uuid4(),
            source.id,
            volume_id,
            footage.start_us,
            0,
            ClockTrust.SYNCED,
            "simulated",
            end_us=footage.end_us,
            end_reason=RunEnd.STOP,
        )
        segments: list[FinishedSegment] = []
        # What was before the oldest file of its run is gone: that is how one knows that retention has been there.
        first = 1 if footage.start_us == pier.whole.start_us else 0
        for seq, start_us in enumerate(range(footage.start_us, footage.end_us, _SEGMENT_US), first):
            length_us = min(_SEGMENT_US, footage.end_us - start_us)
            digest = hashlib.sha256(start_us.to_bytes(8, "big")).digest()
            name = SegmentName(start_us, length_us, length_us, run.short, seq, digest)
            segments.append(
                FinishedSegment(
                    run_uuid=run.uuid,
                    stream_id=source.id,
                    volume_id=volume_id,
                    start_us=start_us,
                    duration_us=length_us,
                    media_us=length_us,
                    size_bytes=300_000_000,
                    seq=seq,
                    flags=SegmentFlag.SYNTHETIC,
                    sha256=digest,
                    fragments=b"",
                    init=init,
                    relative_path=segment_path(source.uuid, name),
                    incoming_path=None,
                )
            )
        storage.index_writer.commit(IndexBatch(runs=(run,), segments=tuple(segments)))
    outage = Outage(source.id, pier.gap.start_us, pier.gap.end_us, OutageCause.UNREACHABLE, "no answer")
    storage.index_writer.commit(IndexBatch(outages=(outage,)))
    with storage.database.write() as connection:
        created_us = pier.purged_until_us - 60 * DAY_US
        connection.execute(
            sa.update(camera).where(camera.c.id == pier.camera.id).values(created_us=created_us)
        )
        connection.execute(
            sa.update(stream).where(stream.c.id == source.id).values(purged_until_us=pier.purged_until_us)
        )


def _picture(storage: Storage, pier: Pier) -> None:
    """Write the packs as the pictures process does."""
    volume = storage.volume_access.open(storage.volumes.list()[0])
    uuid = main_stream(pier.camera).uuid
    jpegs: dict[tuple[int, bool], bytes] = {}
    dense = TimeRange(pier.arrival_us - _DENSE_US, pier.arrival_us + _DENSE_US)
    for hour_us in range(pier.whole.start_us, pier.whole.end_us, HOUR_US):
        pictures: list[tuple[int, bytes]] = []
        for at_us in _instants(hour_us, dense):
            if not pier.gap.start_us <= at_us < pier.gap.end_us:
                hour = datetime.fromtimestamp(at_us // SECOND_US, UTC).astimezone(_ZONE).hour
                look = (hour, at_us >= pier.arrival_us)
                if look not in jpegs:
                    jpegs[look] = _jpeg(*look)
                pictures.append((at_us, jpegs[look]))
        _write_pack(volume, pack_path(uuid, hour_us), pictures)


def _instants(hour_us: int, dense: TimeRange) -> Iterator[int]:
    yield hour_us
    for at_us in range(hour_us + _PICTURE_US, hour_us + HOUR_US, _PICTURE_US):
        if dense.start_us <= at_us < dense.end_us:
            yield at_us


def _write_pack(volume: OpenVolume, path: str, pictures: list[tuple[int, bytes]]) -> None:
    fd = volume.create_file(path, os.O_RDWR)
    try:
        append_pictures(fd, pictures)
    finally:
        os.close(fd)


def _jpeg(hour: int, has_boat: bool) -> bytes:
    """Return the pier at an hour of the day; the boat is bright red and lies across the middle."""
    canvas = backdrop(Scene.RIVER, WIDTH, HEIGHT)
    if has_boat:
        canvas.polygon([(0.3, 0.5), (0.72, 0.5), (0.66, 0.7), (0.36, 0.7)], (226, 44, 36))
        canvas.rectangle(0.44, 0.38, 0.6, 0.5, (240, 236, 228))
    planes = canvas.planes()
    light = 0.45 + 0.55 * max(0.0, 1 - abs(hour - 12.5) / 7)
    frame = av.VideoFrame.from_ndarray(_stacked(planes, light), format="yuv420p")
    return to_jpeg(frame, WIDTH, HEIGHT)


def _stacked(planes: Planes, light: float) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    luma = (16 + (planes.luma.astype(np.float32) - 16) * light).astype(np.uint8)
    flat = np.concatenate([luma.ravel(), planes.blue.ravel(), planes.red.ravel()])
    return flat.reshape(HEIGHT * 3 // 2, WIDTH)
