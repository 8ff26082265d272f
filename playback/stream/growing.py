"""Footage that is on disk and not in the index yet, with its wall times: as files for players, as times for timelines."""

import logging
import os
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from playback.stream.pieces import RecordedFile
from playback.stream.segment_source import SegmentSource
from storage.open import Storage
from vms.domain.errors import MalformedMedia, VolumeUnavailable
from vms.domain.segment import InitRecord, Run
from vms.domain.time import TimeRange
from vms.media.fragment_columns import FragmentColumns
from vms.media.fragment_table import FragmentTable
from vms.media.fragments import Fragment, walk_fragments
from vms.media.init_segment import InitSegment, read_init

_log = logging.getLogger(__name__)
_MOST_FILES: Final = 512
_MOST_UNINDEXED: Final = 64
"""Files that a run may be ahead of the index: an hour of a locked database."""


@dataclass(frozen=True, slots=True)
class GrowingFile:
    """What a file holds so far.

    Attributes:
        fragments: the complete ones. size: bytes up to the end of the last of them.
    """

    seq: int
    init: InitSegment
    fragments: tuple[Fragment, ...]
    size: int


class OpenSegments:
    """The unindexed files of open runs; safe to share between threads."""

    def __init__(self, source: SegmentSource) -> None:
        """Open files through `source`."""
        self._source = source
        self._known: OrderedDict[tuple[int, int], GrowingFile] = OrderedDict()
        self._lock = threading.Lock()

    def files_after(self, run: Run, last_seq: int) -> list[GrowingFile]:
        """Return the run's files after number `last_seq` (-1 for all) that hold at least one complete fragment.

        Raises:
            VolumeUnavailable: the run's volume is not there.
        """
        found: list[GrowingFile] = []
        for seq in range(last_seq + 1, last_seq + 1 + _MOST_UNINDEXED):
            try:
                file = self._walk(run, seq)
            except FileNotFoundError:
                break
            if file is None or not file.fragments:
                break
            found.append(file)
        return found

    def _walk(self, run: Run, seq: int) -> GrowingFile | None:
        with self._lock:
            known = self._known.get((run.id, seq))
        with self._source.looking_at(run.volume_id):
            fd = self._source.open_growing(run, seq)
            try:
                file = _grown(fd, seq, known)
            finally:
                os.close(fd)
        if file is not None and file is not known:
            with self._lock:
                self._known[run.id, seq] = file
                self._known.move_to_end((run.id, seq))
                if len(self._known) > _MOST_FILES:
                    self._known.popitem(last=False)
        return file


def _grown(fd: int, seq: int, known: GrowingFile | None) -> GrowingFile | None:
    """Return what the file holds now; None where not even its init segment is complete."""
    if known is None:
        try:
            init = read_init(fd)
        except MalformedMedia:
            return None
        known = GrowingFile(seq, init, (), len(init.data))
    size = os.fstat(fd).st_size
    if size <= known.size:
        return known
    walk = walk_fragments(fd, size, known.size, known.init)
    if not walk.fragments:
        return known
    return GrowingFile(seq, known.init, known.fragments + walk.fragments, walk.complete_bytes)


@dataclass(frozen=True, slots=True)
class _OpenRun:
    """An open run and its files that are not indexed.

    Attributes:
        last_seq: number of its last indexed file, -1 for none. start_us: where that ends, and the others begin.
    """

    run: Run
    last_seq: int
    start_us: int
    files: Sequence[GrowingFile]


class GrowingFootage:
    """Reads the growing files of open runs; safe to share between threads."""

    def __init__(self, storage: Storage, source: SegmentSource) -> None:
        """Find runs by `storage` and open their files through `source`."""
        self._storage = storage
        self._open = OpenSegments(source)

    def files(self, stream_id: int) -> list[RecordedFile]:
        """Return the files of one stream's open runs that the index does not hold yet."""
        return [
            file for found in self._open_runs([stream_id]) for file in _placed(found, self._last_init(found))
        ]

    def times(self, stream_ids: Sequence[int]) -> dict[int, list[TimeRange]]:
        """Return the wall time of what each stream has on disk and not in the index; streams without it are missing."""
        found: dict[int, list[TimeRange]] = {}
        for open_run in self._open_runs(stream_ids):
            if open_run.files:
                end_us = open_run.start_us + sum(_duration_us(file) for file in open_run.files)
                found.setdefault(open_run.run.stream_id, []).append(TimeRange(open_run.start_us, end_us))
        return found

    def init(self, run: Run, seq: int) -> InitRecord | None:
        """Return the init segment of one growing file, with no row; None where the recording has moved on."""
        init = next((file.init for file in self._open.files_after(run, seq - 1)), None)
        if init is None:
            return None
        return InitRecord(
            0, init.sha256, init.codec, init.rfc6381, init.width, init.height, init.timescale, init.data
        )

    def _open_runs(self, stream_ids: Sequence[int]) -> Iterator[_OpenRun]:
        runs = [run for run in self._storage.segments.open_runs() if run.stream_id in stream_ids]
        ends = self._storage.many_streams.run_ends([run.id for run in runs]) if runs else {}
        for run in runs:
            last_seq, start_us = ends.get(run.id, (-1, run.start_us))
            try:
                files = self._open.files_after(run, last_seq)
            except VolumeUnavailable as error:
                _log.warning(
                    "growing files cannot be read", extra={"stream": run.stream_id, "error": str(error)}
                )
                continue
            yield _OpenRun(run, last_seq, start_us, files)

    def _last_init(self, found: _OpenRun) -> InitRecord | None:
        """Return the init segment of the run's last indexed file, None where none is indexed."""
        if found.last_seq < 0 or not found.files:
            return None
        segment = self._storage.segments.find(found.run.stream_id, found.run.id, found.last_seq)
        return None if segment is None else self._storage.segments.init(segment.init_id)


def _placed(found: _OpenRun, last_init: InitRecord | None) -> list[RecordedFile]:
    """Return growing files with their wall times: each begins where the one before ends, at the camera's own rate.

    Args:
        found: an open run.
        last_init: the init segment of its last indexed file.
    """
    placed: list[RecordedFile] = []
    start_us = found.start_us
    before = None if last_init is None else last_init.sha256
    for file in found.files:
        duration_us = _duration_us(file)
        placed.append(
            RecordedFile(
                stream_id=found.run.stream_id,
                run_id=found.run.id,
                seq=file.seq,
                start_us=start_us,
                duration_us=duration_us,
                init_id=last_init.id
                if last_init is not None and last_init.sha256 == file.init.sha256
                else None,
                init_bytes=len(file.init.data),
                timescale=file.init.timescale,
                fragments=FragmentColumns.of(file.fragments),
                is_like_before=before in {None, file.init.sha256},
            )
        )
        before = file.init.sha256
        start_us += duration_us
    return placed


def _duration_us(file: GrowingFile) -> int:
    return FragmentTable(file.init.timescale, file.fragments).duration_us
