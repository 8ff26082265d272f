"""What a recorded file says about itself: its init segment, its fragments, its digest."""

import hashlib
import os
from dataclasses import dataclass
from typing import Final

from vms.domain.errors import MalformedMedia
from vms.domain.segment import InitRecord
from vms.media.fragment_table import FragmentTable, encode
from vms.media.fragments import Fragment, walk_fragments
from vms.media.init_segment import InitSegment, read_init

_READ_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """A file's structure.

    Attributes:
        complete_bytes: offset after the last complete fragment: all of a sound file.
        comment: the camera's uuid as the recorder wrote it into the file, or None.
    """

    init: InitRecord
    fragments: tuple[Fragment, ...]
    complete_bytes: int
    comment: str | None

    @property
    def media_us(self) -> int:
        """Duration by the camera's clock, microseconds."""
        return FragmentTable(self.init.timescale, self.fragments).duration_us

    @property
    def table(self) -> bytes:
        """The packed fragment table, b"" where there is no fragment or they do not fit together."""
        try:
            return encode(self.fragments, self.init.timescale)
        except MalformedMedia:
            return b""


def read_facts(fd: int) -> MediaFacts:
    """Return the facts about an open file.

    Raises:
        MalformedMedia: it has no complete init segment.
        OSError: it cannot be read.
    """
    init = read_init(fd)
    walk = walk_fragments(fd, os.fstat(fd).st_size, len(init.data), init)
    return MediaFacts(init_record(init), walk.fragments, walk.complete_bytes, init.comment)


def init_record(init: InitSegment) -> InitRecord:
    """Return the init segment as the index stores it, its id 0 until it has a row."""
    return InitRecord(
        id=0,
        sha256=init.sha256,
        codec=init.codec,
        rfc6381=init.rfc6381,
        width=init.width,
        height=init.height,
        timescale=init.timescale,
        data=init.data,
    )


def digest_of(fd: int) -> bytes:
    """Return the SHA-256 of an open file; raises OSError if it cannot be read."""
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(_READ_BYTES))
    offset = 0
    while (count := os.preadv(fd, [buffer], offset)) > 0:
        digest.update(buffer[:count])
        offset += count
    return digest.digest()
