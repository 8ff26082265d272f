"""Walks the files of an open run that the index does not hold yet, so that footage can be seen as it is written.

Files are asked for by number, one after the other, never by listing a folder. What was walked is remembered, so each
look reads only the headers of what is new.
"""

import os
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from playback.stream.segment_source import SegmentSource
from vms.domain.errors import MalformedMedia
from vms.domain.segment import Run
from vms.media.fragments import Fragment, walk_fragments
from vms.media.init_segment import InitSegment, read_init

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
