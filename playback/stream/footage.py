"""What a viewer can see of a stream: the index and the files that are still growing, read together.

The pure rules are in `timeline`, `pieces` and `playlist`; this module only fetches what they need.
"""

import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Final

from playback.stream.growing import GrowingFootage
from playback.stream.life import LIVE_EDGE_US, StreamLife, is_recording, known_since_us, purged_until_us
from playback.stream.pieces import (
    Piece,
    RecordedFile,
    closed_pieces,
    growing_pieces,
    keyframe_pieces,
    playing_order,
    readable,
)
from playback.stream.segment_source import SegmentSource
from storage.footage.segment_index import PlayableFile
from storage.open import Storage
from vms.domain.camera import Camera
from vms.domain.errors import IndexMismatch, InvalidInput, MalformedMedia, NotFound, Purged, VolumeUnavailable
from vms.domain.segment import InitRecord
from vms.domain.time import DAY_US, MINUTE_US, Clock, TimeRange
from vms.media import fragment_table
from vms.media.fragment_columns import FragmentColumns
from vms.media.fragments import walk_fragments
from vms.media.init_segment import parse_init

_log = logging.getLogger(__name__)

LONGEST_PLAYLIST_US: Final = DAY_US
LONGEST_FOLLOW_US: Final = 15 * MINUTE_US
_MOST_TABLES: Final = 2048
_MOST_FOLLOWERS: Final = 1024
_TRIES: Final = 3


class Footage:
    """Reads one site's footage; safe to share between threads."""

    def __init__(self, storage: Storage, source: SegmentSource, clock: Clock) -> None:
        """Read rows from `storage` and growing files through `source`."""
        self._storage = storage
        self._source = source
        self._growing = GrowingFootage(storage, source)
        self._clock = clock
        self._tables: OrderedDict[tuple[int, int], fragment_table.FragmentTable] = OrderedDict()
        self._followed: OrderedDict[tuple[int, int], tuple[int, int, int]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def source(self) -> SegmentSource:
        """What opens the files that `files` names."""
        return self._source

    def files(self, stream_id: int, window: TimeRange) -> list[RecordedFile]:
        """Return the files that hold any of the window, finished and growing, in playing order.

        Damaged parts that are known are left out (failure mode 33).
        """
        finished: list[RecordedFile] = []
        growing: list[RecordedFile] = []
        for _ in range(_TRIES):
            stored = self._storage.segments.files(stream_id, window)
            finished = [file for one in stored if (file := self._finished(one)) is not None]
            growing = self._growing.files(stream_id)
            # A file may have moved from incoming/ to the index between the two looks: then look again.
            newest = self._storage.segments.newest(stream_id)
            if (
                newest is None
                or not stored
                or newest.end_us <= stored[-1].end_us
                or newest.end_us > window.end_us
            ):
                break
        known = {(file.run_id, file.seq) for file in finished}
        fresh = [f for f in growing if f.time.overlaps(window) and (f.run_id, f.seq) not in known]
        return playing_order([*finished, *fresh])

    def pieces(self, stream_id: int, window: TimeRange) -> list[Piece]:
        """Return the pieces of a closed window.

        Raises:
            InvalidInput: the window is longer than a day.
        """
        return closed_pieces(self.files(stream_id, _bounded(window)), window)

    def keyframes(self, stream_id: int, window: TimeRange) -> list[Piece]:
        """Return one piece for each keyframe of a closed window; raises as `pieces` does."""
        return keyframe_pieces(self.files(stream_id, _bounded(window)), window)

    def following_pieces(self, stream_id: int, start_us: int) -> tuple[list[Piece], bool]:
        """Return the pieces from `start_us` on, one for each fragment, and whether the list is complete.

        Called again, it returns the same pieces and those that have been written since, up to 15 minutes from the
        start; then the list is complete and a player must ask anew with a later start.
        """
        window = TimeRange(start_us, start_us + LONGEST_FOLLOW_US)
        reach = TimeRange(start_us - MINUTE_US, window.end_us)
        files = self.files(stream_id, reach)
        pieces = growing_pieces(files, window)
        is_complete = self._clock.now_us() > window.end_us + LIVE_EDGE_US
        if not pieces:
            return [], is_complete
        first = self._first_followed(stream_id, start_us, pieces[0])
        around = growing_pieces(files, reach)
        begin = next(
            (n for n, p in enumerate(around) if (p.file.run_id, p.file.seq, p.offset) == first), None
        )
        return (pieces if begin is None else around[begin:]), is_complete

    def _first_followed(self, stream_id: int, start_us: int, piece: Piece) -> tuple[int, int, int]:
        """Return run, number and offset of the first piece ever listed for this start.

        Times of a growing file are provisional; without this, a small correction could add or drop a first piece and
        shift the numbers of all others under a player.
        """
        with self._lock:
            first = self._followed.setdefault(
                (stream_id, start_us), (piece.file.run_id, piece.file.seq, piece.offset)
            )
            self._followed.move_to_end((stream_id, start_us))
            if len(self._followed) > _MOST_FOLLOWERS:
                self._followed.popitem(last=False)
        return first

    def inits(self, pieces: Iterable[Piece]) -> list[InitRecord]:
        """Return the init segments that the pieces need, in order of first use."""
        found: dict[bytes, InitRecord] = {}
        seen: set[tuple[int, int | None]] = set()
        for piece in pieces:
            key = (piece.file.run_id, piece.file.init_id)
            if key not in seen:
                seen.add(key)
                record = self.init_of(piece.file)
                found.setdefault(record.sha256, record)
        return list(found.values())

    def life(self, camera: Camera, stream_id: int, newest_us: int) -> StreamLife:
        """Return what explains silences of a stream whose newest known footage ends at `newest_us`."""
        now_us = self._clock.now_us()
        oldest = self._storage.segments.oldest(stream_id)
        return StreamLife(
            created_us=known_since_us(camera, None if oldest is None else oldest.start_us),
            purged_until_us=purged_until_us(
                camera, None if oldest is None else (oldest.start_us, oldest.seq), now_us
            ),
            is_recording=is_recording(newest_us, now_us),
        )

    def known_since_us(self, camera: Camera, stream_id: int) -> int:
        """Return since when missing footage of the camera is a gap."""
        oldest = self._storage.segments.oldest(stream_id)
        return known_since_us(camera, None if oldest is None else oldest.start_us)

    def growing_range(self, stream_id: int) -> TimeRange | None:
        """Return the wall time of what is on disk and not in the index yet, or None."""
        times = self._growing.times([stream_id]).get(stream_id)
        if times is None:
            return None
        return TimeRange(min(time.start_us for time in times), max(time.end_us for time in times))

    def growing_times(self, stream_ids: Sequence[int]) -> dict[int, list[TimeRange]]:
        """Return what each stream has on disk and not in the index yet; streams without it are missing."""
        return self._growing.times(stream_ids)

    def init_of(self, file: RecordedFile) -> InitRecord:
        """Return the init segment of a file; its `id` is 0 where the index has none yet.

        Raises:
            NotFound: the growing file that was asked about has moved on.
        """
        if file.init_id is not None:
            return self._storage.segments.init(file.init_id)
        found = self._growing.init(self._storage.segments.run(file.run_id), file.seq)
        if found is None:
            raise NotFound("the recording has moved on: ask again")
        return found

    def _finished(self, stored: PlayableFile) -> RecordedFile | None:
        try:
            table = self._table(stored)
        except (MalformedMedia, IndexMismatch, Purged, VolumeUnavailable) as error:
            _log.warning(
                "segment cannot be played",
                extra={"stream": stored.stream_id, "start_us": stored.start_us, "error": str(error)},
            )
            return None
        if not table.fragments:
            return None
        file = RecordedFile(
            stored.stream_id,
            stored.run_id,
            stored.seq,
            stored.start_us,
            stored.duration_us,
            stored.init_id,
            stored.init_bytes,
            table.timescale,
            FragmentColumns.of(table.fragments),
        )
        return readable(file, lambda until: self._source.has_bytes(stored.run_id, stored.seq, until))

    def _table(self, stored: PlayableFile) -> fragment_table.FragmentTable:
        key = (stored.run_id, stored.seq)
        with self._lock:
            known = self._tables.get(key)
            if known is not None:
                self._tables.move_to_end(key)
                return known
        table = (
            self._read_table(stored) if stored.fragments is None else fragment_table.decode(stored.fragments)
        )
        with self._lock:
            self._tables[key] = table
            if len(self._tables) > _MOST_TABLES:
                self._tables.popitem(last=False)
        return table

    def _read_table(self, stored: PlayableFile) -> fragment_table.FragmentTable:
        """Return the table of a file that a rebuild of the index has not read yet."""
        segment = self._storage.segments.find(stored.stream_id, stored.run_id, stored.seq)
        if segment is None:
            raise Purged("this footage was deleted by retention")
        init = parse_init(self._storage.segments.init(segment.init_id).data)
        with self._source.looking_at(segment.volume_id):
            opened = self._source.open_finished(segment)
            try:
                walk = walk_fragments(opened.fd, opened.size, segment.init_bytes, init)
            finally:
                os.close(opened.fd)
        return fragment_table.FragmentTable(init.timescale, walk.fragments)


def _bounded(window: TimeRange) -> TimeRange:
    if window.is_empty:
        raise InvalidInput("the end must be later than the start", field="to")
    if window.duration_us > LONGEST_PLAYLIST_US:
        raise InvalidInput("a playlist holds at most 24 hours: ask for less", field="to")
    return window
