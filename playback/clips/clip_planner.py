"""Looks up what a camera's clip would hold, for an estimate as for the export itself."""

from collections.abc import Collection

from playback.clips.clip_plan import CameraClip, plan_clip
from playback.stream.footage import Footage
from playback.stream.pieces import RecordedFile
from storage.open import Storage
from vms.domain.camera import Camera, Stream, StreamRole
from vms.domain.errors import NothingRecorded
from vms.domain.time import Clock, TimeRange
from vms.media.init_segment import InitSegment, parse_init


class ClipPlanner:
    """Plans clips from the index; keeps the init segments it has read, so use one for each job."""

    def __init__(self, storage: Storage, footage: Footage, clock: Clock) -> None:
        """Read through these."""
        self._storage = storage
        self._footage = footage
        self._clock = clock
        self._inits: dict[tuple[int, int | None], InitSegment] = {}

    def plan(self, camera: Camera, window: TimeRange, *, without: Collection[int] = ()) -> CameraClip:
        """Return what the camera's clip of that time holds; nothing but gaps where there is no footage.

        Args:
            camera: whose. window: the asked time. without: starts of recorded files that cannot be used.

        Raises:
            NothingRecorded: the camera has no stream at all.
        """
        stream = clip_stream(camera)
        files = [file for file in self._footage.files(stream.id, window) if file.start_us not in without]
        newest_us = max((file.end_us for file in files), default=0)
        return plan_clip(
            camera.id,
            stream.id,
            window,
            files,
            self._storage.segments.outages(stream.id, window),
            self._footage.life(camera, stream.id, newest_us),
            now_us=self._clock.now_us(),
            decoder_of=lambda file: self.init(file).sample_description,
        )

    def init(self, file: RecordedFile) -> InitSegment:
        """Return the parsed init segment of a file."""
        key = (file.run_id, file.init_id)
        if key not in self._inits:
            self._inits[key] = parse_init(self._footage.init_of(file).data)
        return self._inits[key]


def clip_stream(camera: Camera) -> Stream:
    """Return the stream that clips are made of: the main one, or the only one.

    Raises:
        NothingRecorded: the camera has none.
    """
    stream = camera.stream(StreamRole.MAIN) or next(iter(camera.streams), None)
    if stream is None:
        raise NothingRecorded(f"{camera.name} has no stream")
    return stream
