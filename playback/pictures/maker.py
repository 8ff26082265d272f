"""Makes the pictures: follows the index, decodes one keyframe per interval, appends it to the pack of its hour.

It reads finished files only and shares nothing with the recorder, so it can be slow, wrong or dead without a frame
being lost; it catches up from the packs themselves, which say what was made last.
"""

import logging
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from playback.stream.segment_source import name_of
from storage.open import Storage
from storage.volumes.open_volume import OpenVolume
from storage.volumes.segment_paths import pack_path, segment_path
from storage.volumes.volume_pool import Work
from vms.domain.camera import Camera, Stream, StreamRole
from vms.domain.errors import MediaError, StorageError
from vms.domain.segment import Segment
from vms.domain.time import HOUR_US, TimeRange
from vms.ffmpeg.keyframe_picture import KeyframeDecoder, to_jpeg
from vms.media.fragment_table import FragmentTable, decode
from vms.media.fragments import Fragment
from vms.media.init_segment import InitSegment, parse_init
from vms.media.picture_pack import append_pictures, read_index

log = logging.getLogger(__name__)
WIDTH: Final = 320
HEIGHT: Final = 180
_POLL_SECONDS: Final = 2.0
_CATCH_UP_HOURS: Final = 24
_BATCH_US: Final = HOUR_US
"""How much footage is looked at in one go; a stop is heeded between goes."""
_ANSWER_SECONDS: Final = 120.0
"""For a volume to let the pictures of one file be made; then those of other volumes have their turn."""


@dataclass(frozen=True, slots=True)
class DueKeyframe:
    """A keyframe worth a picture: its wall time (UTC microseconds) and the fragment that it begins."""

    time_us: int
    fragment: Fragment


def due_keyframes(
    segment: Segment, table: FragmentTable, *, last_us: int | None, interval_us: int
) -> Iterator[DueKeyframe]:
    """Yield the segment's keyframes that follow the last picture by at least the interval, in order.

    Args:
        segment: where and when. table: its fragments.
        last_us: wall time of the stream's last picture, None where it has none.
        interval_us: wished distance of pictures; a quarter second of slack keeps keyframes that come a little early.
    """
    slack_us = min(250_000, interval_us // 4)
    for fragment in table.fragments:
        if not fragment.is_keyframe:
            continue
        time_us = segment.wall_us(table.start_us(fragment))
        if last_us is None or time_us - last_us >= interval_us - slack_us:
            yield DueKeyframe(time_us, fragment)
            last_us = time_us


class PictureMaker:
    """Keeps every stream's picture packs up to date; one per installation."""

    def __init__(self, storage: Storage, interval_seconds: int) -> None:
        self._storage = storage
        self._interval_us = interval_seconds * 1_000_000
        self._last_us: dict[int, int] = {}
        self._reached_us: dict[int, int] = {}
        self._inits: dict[int, InitSegment] = {}

    def run(self, stop: threading.Event) -> None:
        """Make pictures as footage arrives, until told to stop."""
        while not stop.wait(_POLL_SECONDS):
            try:
                self.run_once(stop)
            except Exception:
                # The boundary of this task: whatever one pass meets, the next begins afresh.
                log.exception("a pass of pictures failed")

    def run_once(self, stop: threading.Event | None = None) -> int:
        """Make the pictures that are due now; return how many were made."""
        made = 0
        for camera in self._storage.cameras.list(include_removed=True):
            stream = _pictured_stream(camera)
            if stream is None or (stop is not None and stop.is_set()):
                continue
            try:
                made += self._follow(stream)
            except (StorageError, MediaError, OSError) as error:
                log.warning("pictures: %s", error, extra={"camera": camera.id, "stream": stream.id})
        return made

    def _follow(self, stream: Stream) -> int:
        """Make pictures of what one stream recorded since the last pass."""
        newest = self._storage.segments.newest(stream.id)
        if newest is None:
            return 0
        if stream.id not in self._reached_us:
            self._find_last(stream, newest)
        made = 0
        window = TimeRange(self._reached_us[stream.id], max(newest.end_us, self._reached_us[stream.id]))
        while not window.is_empty:
            part = TimeRange(window.start_us, min(window.end_us, window.start_us + _BATCH_US))
            for segment in self._storage.segments.covering(stream.id, part):
                if segment.start_us >= part.start_us:
                    made += self._picture_segment(stream, segment)
            self._reached_us[stream.id] = part.end_us
            window = TimeRange(part.end_us, window.end_us)
        return made

    def _find_last(self, stream: Stream, newest: Segment) -> None:
        """Learn from the packs of the last day where an earlier process stopped."""
        oldest_us = newest.end_us - _CATCH_UP_HOURS * HOUR_US
        hour_us = newest.start_us - newest.start_us % HOUR_US
        packs = [pack_path(stream.uuid, us) for us in range(hour_us, oldest_us - HOUR_US, -HOUR_US)]
        threads = self._storage.volume_pool.threads(newest.volume_id, Work.PICTURE)
        last_us = threads.call(self._last_picture_us, newest.volume_id, packs, seconds=_ANSWER_SECONDS)
        self._reached_us[stream.id] = oldest_us
        if last_us is not None:
            self._last_us[stream.id] = last_us
            segment = self._storage.segments.at(stream.id, last_us)
            self._reached_us[stream.id] = segment.start_us if segment is not None else last_us

    def _picture_segment(self, stream: Stream, segment: Segment) -> int:
        """Make the pictures due within one segment and append them to the packs of their hours."""
        if segment.fragments is None:
            return 0
        table = decode(segment.fragments)
        due = list(
            due_keyframes(segment, table, last_us=self._last_us.get(stream.id), interval_us=self._interval_us)
        )
        if not due:
            return 0
        threads = self._storage.volume_pool.threads(segment.volume_id, Work.PICTURE)
        made = threads.call(self._make, stream, segment, due, seconds=_ANSWER_SECONDS)
        self._last_us[stream.id] = due[-1].time_us
        return made

    def _make(self, stream: Stream, segment: Segment, due: list[DueKeyframe]) -> int:
        """Make pictures, in a thread of their volume; again after a late call, it makes nothing twice."""
        volume = self._volume(segment.volume_id)
        fd = volume.open_file(segment_path(stream.uuid, name_of(segment)))
        try:
            pictures = list(self._pictures(fd, segment, due))
        finally:
            os.close(fd)
        made = 0
        for hour_us in sorted({time_us - time_us % HOUR_US for time_us, _ in pictures}):
            of_hour = [p for p in pictures if p[0] - p[0] % HOUR_US == hour_us]
            pack = volume.create_file(pack_path(stream.uuid, hour_us), os.O_RDWR)
            try:
                made += append_pictures(pack, of_hour)
            finally:
                os.close(pack)
        return made

    def _pictures(self, fd: int, segment: Segment, due: list[DueKeyframe]) -> Iterator[tuple[int, bytes]]:
        # A decoder holds its pictures' memory for as long as it lives: one a minute is cheaper than one a camera for ever.
        decoder = KeyframeDecoder(self._init(segment.init_id), is_exact=False)
        for keyframe in due:
            try:
                frame = decoder.decode(keyframe_sample(fd, keyframe.fragment))
            except MediaError as error:
                log.info(
                    "pictures: %s", error, extra={"stream": segment.stream_id, "at_us": keyframe.time_us}
                )
                continue
            yield keyframe.time_us, to_jpeg(frame, WIDTH, HEIGHT)

    def _init(self, init_id: int) -> InitSegment:
        if init_id not in self._inits:
            self._inits[init_id] = parse_init(self._storage.segments.init(init_id).data)
        return self._inits[init_id]

    def _last_picture_us(self, volume_id: int, packs: list[str]) -> int | None:
        """Return the time of the last picture in the first of these packs that holds any, None where none does."""
        volume = self._volume(volume_id)
        for path in packs:
            if volume.exists(path):
                fd = volume.open_file(path)
                try:
                    index, _ = read_index(fd)
                finally:
                    os.close(fd)
                if index:
                    return index[-1].time_us
        return None

    def _volume(self, volume_id: int) -> OpenVolume:
        return self._storage.volume_access.open(self._storage.volumes.get(volume_id))


def _pictured_stream(camera: Camera) -> Stream | None:
    """Return the stream that is cheapest to decode: the sub-stream where one is recorded, else the main one."""
    sub = camera.stream(StreamRole.SUB)
    return sub if sub is not None and sub.is_enabled else camera.stream(StreamRole.MAIN)


def keyframe_sample(fd: int, fragment: Fragment) -> bytes:
    """Return the first sample of a fragment that begins with a keyframe, as it lies in the file."""
    data = os.pread(fd, fragment.keyframe_size, fragment.offset)
    moof_bytes = int.from_bytes(data[:4], "big")
    return data[moof_bytes + 8 :]  # the mdat's own header is 8 bytes: no fragment of ours nears 4 GB
