"""Open files behind index entries: every access goes through the volume's verified root, never through a path.

An open descriptor outlives a purge, so a response that has begun completes; a purge before that is told as `Purged`,
a missing volume as `VolumeUnavailable`, and neither is ever mistaken for the other.
"""

import contextlib
import hashlib
import logging
import os
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from storage.open import Storage
from storage.volumes.open_volume import OpenVolume
from storage.volumes.segment_paths import SegmentName, incoming_path, pack_path, segment_path
from storage.volumes.volume_pool import VolumeThreads, Work
from vms.domain.errors import IndexMismatch, NotFound, Purged, VolumeUnavailable
from vms.domain.segment import Run, Segment
from vms.domain.volume import Volume

_log = logging.getLogger(__name__)
_MOST_DAMAGED: Final = 1000


@dataclass(frozen=True, slots=True)
class OpenedMedia:
    """An open recorded file; whoever holds it closes `fd`.

    Attributes:
        size: bytes that may be served now. is_growing: it is still being written.
        is_as_long_as_recorded: False where a finished file has another length than its row; it is not to be kept.
        etag: changes whenever the bytes could. volume_id: where it lies.
    """

    fd: int
    size: int
    is_growing: bool
    etag: str
    volume_id: int
    is_as_long_as_recorded: bool = True


class SegmentSource:
    """Opens segments, growing files and picture packs; safe to share between threads."""

    def __init__(self, storage: Storage) -> None:
        """Find files by `storage` and open them through its volumes."""
        self._storage = storage
        self._streams: dict[int, UUID] = {}
        self._volumes: dict[int, Volume] = {}
        self._damaged: OrderedDict[tuple[int, int], int] = OrderedDict()
        self._lock = threading.Lock()

    def threads(self, volume_id: int) -> VolumeThreads:
        """Return the threads in which files of a volume are opened, here, and are to be read by whoever opened them."""
        return self._storage.volume_pool.threads(volume_id, Work.READ)

    def open_media(self, stream_id: int, run_id: int, seq: int) -> OpenedMedia:
        """Return a recorded file, finished or growing, for a media response.

        Args:
            stream_id: whose right was checked. run_id, seq: the file's place in its run.

        Raises:
            Purged: retention deleted it. VolumeUnavailable: it exists, but its volume is not there.
            IndexMismatch: the file is gone without having been deleted, or has another size than the index says.
                The latter is raised once: players then ask for a new playlist, which leaves out what is missing.
        """
        segment = self._storage.segments.find(stream_id, run_id, seq)
        if segment is None:
            growing = self._open_if_growing(stream_id, run_id, seq)
            if growing is not None:
                return growing
            # It may have been indexed, and its name in incoming/ removed, between the two looks.
            segment = self._storage.segments.find(stream_id, run_id, seq)
        if segment is None:
            raise Purged("this footage was deleted by retention")
        return self.open_finished(segment)

    def open_finished(self, segment: Segment) -> OpenedMedia:
        """Return the file of an index entry; raises as `open_media` does."""
        path = segment_path(self.stream_uuid(segment.stream_id), name_of(segment))
        try:
            fd, found = self._open(segment.volume_id, path)
        except FileNotFoundError:
            self._explain_missing(segment)
            raise
        size = found.st_size
        if size != segment.size_bytes and self._is_news(segment, size):
            os.close(fd)
            raise IndexMismatch("this part of the footage is damaged on disk")
        return OpenedMedia(
            fd,
            size,
            is_growing=False,
            etag=file_etag(segment.sha256.hex(), found),
            volume_id=segment.volume_id,
            is_as_long_as_recorded=size == segment.size_bytes,
        )

    def size_on_disk(self, segment: Segment) -> int | None:
        """Return how long the file of an index entry is, None where there is none; playback then knows it, too.

        Raises:
            VolumeUnavailable: its volume is not there.
        """
        path = segment_path(self.stream_uuid(segment.stream_id), name_of(segment))
        try:
            fd, found = self._open(segment.volume_id, path)
        except FileNotFoundError:
            self._is_news(segment, 0)
            return None
        os.close(fd)
        if found.st_size != segment.size_bytes:
            self._is_news(segment, found.st_size)
        return found.st_size

    def open_growing(self, run: Run, seq: int) -> int:
        """Return a descriptor of a file that is being written, or not indexed yet; the caller closes it.

        Raises:
            FileNotFoundError: there is no such file (yet, or any more). VolumeUnavailable: its volume is not there.
        """
        return self._open(run.volume_id, incoming_path(run.uuid, seq))[0]

    def open_pack(self, volume_id: int, stream_id: int, hour_us: int) -> int:
        """Return a descriptor of a stream-hour's picture pack; raises as `open_growing` does."""
        return self._open(volume_id, pack_path(self.stream_uuid(stream_id), hour_us))[0]

    def has_bytes(self, run_id: int, seq: int, until: int) -> bool:
        """Tell whether a finished file is not known to be shorter than `until` bytes."""
        with self._lock:
            size = self._damaged.get((run_id, seq))
        return size is None or until <= size

    def stream_uuid(self, stream_id: int) -> UUID:
        """Return the identity that a stream's folders carry.

        Raises:
            NotFound: there is no such stream.
        """
        known = self._streams.get(stream_id)
        if known is None:
            camera = self._storage.cameras.get(self._storage.cameras.stream_owner(stream_id))
            for stream in camera.streams:
                self._streams[stream.id] = stream.uuid
            known = self._streams.get(stream_id)
        if known is None:
            raise NotFound(f"there is no stream {stream_id}")
        return known

    def _open_if_growing(self, stream_id: int, run_id: int, seq: int) -> OpenedMedia | None:
        try:
            run = self._storage.segments.run(run_id)
            if run.stream_id != stream_id:
                return None
            fd, found = self._open(run.volume_id, incoming_path(run.uuid, seq))
        except (NotFound, FileNotFoundError):
            return None
        return OpenedMedia(fd, found.st_size, is_growing=True, etag="", volume_id=run.volume_id)

    def _open(self, volume_id: int, path: str) -> tuple[int, os.stat_result]:
        """Return a descriptor and what the filesystem says of the file."""
        return self.threads(volume_id).call(
            self._open_here, volume_id, path, if_late=lambda opened: os.close(opened[0])
        )

    def _open_here(self, volume_id: int, path: str) -> tuple[int, os.stat_result]:
        fd = self._volume(volume_id).open_file(path)
        return fd, os.fstat(fd)

    def _volume(self, volume_id: int) -> OpenVolume:
        """Return an open volume; its row is read again only when it is not found where the row said."""
        known = self._volumes.get(volume_id)
        if known is not None:
            with contextlib.suppress(VolumeUnavailable):
                return self._storage.volume_access.open(known)
        self._volumes[volume_id] = self._storage.volumes.get(volume_id)
        return self._storage.volume_access.open(self._volumes[volume_id])

    def _explain_missing(self, segment: Segment) -> None:
        still = self._storage.segments.find(segment.stream_id, segment.run_id, segment.seq)
        if still is None:
            raise Purged("this footage was deleted by retention")
        self._is_news(segment, 0)
        raise IndexMismatch("this part of the footage is missing on disk")

    def _is_news(self, segment: Segment, size: int) -> bool:
        """Remember how much of a file there is, and tell whether that was not known before."""
        key = (segment.run_id, segment.seq)
        with self._lock:
            if self._damaged.get(key) == size:
                return False
            self._damaged[key] = size
            if len(self._damaged) > _MOST_DAMAGED:
                self._damaged.popitem(last=False)
        _log.warning(
            "segment differs from its index entry",
            extra={"stream": segment.stream_id, "start_us": segment.start_us, "size": size},
        )
        return True


def file_etag(sha256: str, found: os.stat_result) -> str:
    """Return the ETag of a file whose digest was noted, as it is on disk now.

    The digest alone would name what the file once was: whoever alters, cuts or replaces it changes the inode or its
    change time, which nobody can set, and so the ETag. A new hard link changes it as well, which costs one more fetch.
    """
    state = f"{sha256} {found.st_ino} {found.st_size} {found.st_ctime_ns}"
    return f'"{hashlib.sha256(state.encode()).hexdigest()[:32]}"'


def name_of(segment: Segment) -> SegmentName:
    """Return the name that an index entry's file has."""
    return SegmentName(
        segment.name_us,
        segment.duration_us,
        segment.media_us,
        segment.run_uuid.hex[:8],
        segment.seq,
        segment.sha256,
    )
