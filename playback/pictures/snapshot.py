"""The picture of a moment: from the pack where one is near, else decoded from the footage itself."""

import io
import os
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import av
from av.video.frame import VideoFrame

from playback.pictures.picture_pack import Picture, PictureReader
from playback.stream.footage import Footage
from playback.stream.pieces import RecordedFile, file_gops
from storage.open import Storage
from vms.domain.camera import Camera, StreamRole
from vms.domain.errors import MalformedMedia, NothingRecorded, TooManyAttempts
from vms.domain.time import MINUTE_US, TimeRange
from vms.ffmpeg.keyframe_picture import to_jpeg
from vms.media.fragment_table import Gop

MOST_WIDTH: Final = 1920
LEAST_WIDTH: Final = 32
PACK_WIDTH: Final = 320
"""Asked for at most this width, a picture from the pack is served as it is."""
_AT_ONCE: Final = 2
_IN_LINE: Final = 8
"""Requests that may wait for a decoder; more would hold the threads that every other request needs."""
_WAIT_SECONDS: Final = 5.0
_CACHE_BYTES: Final = 64_000_000
_REACH_BACK_US: Final = MINUTE_US


class Snapshots:
    """Pictures of moments; two decodes at a time, so that scrubbing never starves recording."""

    def __init__(self, storage: Storage, footage: Footage) -> None:
        """Read pictures and footage through these."""
        self._footage = footage
        self._packs = PictureReader(storage, footage.source)
        self._decoding = threading.BoundedSemaphore(_AT_ONCE)
        self._places = threading.BoundedSemaphore(_AT_ONCE + _IN_LINE)
        self._cache: OrderedDict[tuple[int, int, int], Picture] = OrderedDict()
        self._cached_bytes = 0
        self._lock = threading.Lock()

    def packed(self, camera: Camera, at_us: int) -> Picture | None:
        """Return the small picture that stands for the moment, at most 15 seconds away, or None."""
        for role in (StreamRole.SUB, StreamRole.MAIN):
            stream = camera.stream(role)
            picture = self._packs.standing_for(stream.id, at_us) if stream is not None else None
            if picture is not None:
                return picture
        return None

    def decoded(self, stream_id: int, at_us: int, width: int, *, is_exact: bool) -> Picture:
        """Return the keyframe at or before the moment, or, if `is_exact`, the very frame shown at it.

        Args:
            stream_id: whose footage. at_us: the moment. width: of the JPEG; pictures are never made larger.
            is_exact: decode on from the keyframe.

        Raises:
            NothingRecorded: no footage covers the moment, nor the minute before it.
            TooManyAttempts: too many pictures are being decoded at once.
            VolumeUnavailable, Purged, IndexMismatch: the footage cannot be read.
            MalformedMedia: it cannot be decoded.
        """
        file, gop = self._gop_before(stream_id, at_us)
        time_us = file.wall_us(gop.decode_time)
        key = (stream_id, at_us if is_exact else time_us, width)
        with self._lock:
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key]
        with self._decoder():
            picture = self._decode(file, gop, at_us if is_exact else None, width)
        self._keep(key, picture)
        return picture

    @contextmanager
    def _decoder(self) -> Iterator[None]:
        """Hold one of the few decoders; raises TooManyAttempts where the line for them is too long."""
        busy = TooManyAttempts("too many pictures are being decoded", wait_seconds=1)
        if not self._places.acquire(blocking=False):
            raise busy
        try:
            if not self._decoding.acquire(timeout=_WAIT_SECONDS):
                raise busy
            try:
                yield
            finally:
                self._decoding.release()
        finally:
            self._places.release()

    def _gop_before(self, stream_id: int, at_us: int) -> tuple[RecordedFile, Gop]:
        files = self._footage.files(stream_id, TimeRange(at_us - _REACH_BACK_US, at_us + 1))
        found: tuple[RecordedFile, Gop] | None = None
        for file in sorted(files, key=lambda file: file.start_us):
            for gop in file_gops(file):
                if file.wall_us(gop.decode_time) <= at_us:
                    found = (file, gop)
        if found is None:
            raise NothingRecorded("there is no footage at this time")
        return found

    def _decode(self, file: RecordedFile, gop: Gop, until_us: int | None, width: int) -> Picture:
        size = gop.keyframe_size if until_us is None else gop.size
        opened = self._footage.source.open_media(file.stream_id, file.run_id, file.seq)
        try:
            parts = ((file.init_bytes, 0), (size, gop.offset))
            data = self._footage.source.threads(opened.volume_id).call(_read_parts, opened.fd, parts)
        finally:
            os.close(opened.fd)
        target = (
            None if until_us is None else gop.presentation_time + file.ticks_at(until_us) - gop.decode_time
        )
        frame, ticks = _last_frame(data, target)
        shown_us = file.wall_us(gop.decode_time + ticks - gop.presentation_time)
        width = max(LEAST_WIDTH, min(width, frame.width, MOST_WIDTH))
        return Picture(shown_us, to_jpeg(frame, width))

    def _keep(self, key: tuple[int, int, int], picture: Picture) -> None:
        with self._lock:
            if key not in self._cache:
                self._cache[key] = picture
                self._cached_bytes += len(picture.jpeg)
            while self._cached_bytes > _CACHE_BYTES:
                _, oldest = self._cache.popitem(last=False)
                self._cached_bytes -= len(oldest.jpeg)


def _read_parts(fd: int, parts: Iterable[tuple[int, int]]) -> bytes:
    return b"".join(os.pread(fd, size, offset) for size, offset in parts)


def _last_frame(data: bytes, target_ticks: int | None) -> tuple[VideoFrame, int]:
    """Return the last frame presented at or before the target (the first of all for None), and its time in ticks.

    Args:
        data: an init segment and a group of pictures, or the head of one. target_ticks: presentation time.

    Raises:
        MalformedMedia: nothing in it can be decoded.
    """
    best: VideoFrame | None = None
    try:
        with av.open(io.BytesIO(data), "r", format="mp4") as container:
            stream = container.streams.video[0]
            stream.thread_type = "NONE"
            for frame in container.decode(stream):
                if frame.pts is None or (
                    best is not None and (target_ticks is None or frame.pts > target_ticks)
                ):
                    break
                best = frame
    except (av.FFmpegError, IndexError) as error:
        if best is None:
            raise MalformedMedia(f"the picture cannot be decoded: {type(error).__name__}") from error
    if best is None or best.pts is None:
        raise MalformedMedia("the footage here holds no picture")
    return best, best.pts
