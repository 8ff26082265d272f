"""Looks at the file that ffmpeg is writing: how large it is, and early in a run when each fragment arrived."""

import contextlib
import os
from dataclasses import dataclass

from recorder.clock.wall_clock import Arrival, parser_delay_us
from vms.domain.errors import MalformedMedia
from vms.domain.time import SECOND_US, Clock, wall_minus_monotonic_us
from vms.media.fragment_table import ticks_to_us
from vms.media.fragments import walk_fragments
from vms.media.init_segment import InitSegment, read_init

_TOLERANCE_US = SECOND_US


@dataclass(frozen=True, slots=True)
class Sample:
    """What one look saw.

    Attributes:
        seq: the number of the file that it saw: the newest, though ffmpeg's line about the one before may not have
            been read yet, and ffmpeg may have gone on to another one meanwhile.
        at_us: monotonic time of the look.
        size_bytes: of the file; 0 while there is none.
        has_media: whether the run has put a whole fragment on disk.
        arrival: of the newest fragment, where fragments are followed and a new one was there.
        is_dated_well: whether the file's time of change, if it changed, agrees with our own clock.
        first_media_us: media time of the run's first frame, once known.
        codec_tag: the four letters of the sample entry (avc1, hev1 …), once known.
    """

    seq: int
    at_us: int
    size_bytes: int
    has_media: bool
    arrival: Arrival | None = None
    is_dated_well: bool = True
    first_media_us: int | None = None
    codec_tag: str = ""


class FileSampler:
    """The growing file of one run; used from one thread at a time.

    Args:
        folder_fd: the run's incoming folder; owned by the caller.
        clock: the two clocks.
    """

    def __init__(self, folder_fd: int, clock: Clock) -> None:
        self._folder_fd = folder_fd
        self._clock = clock
        self._seq = -1
        self._size_bytes = 0
        self._walked_bytes = 0
        self._init: InitSegment | None = None
        self._first_media_us: int | None = None
        self._sampled_us = clock.monotonic_us()

    def sample(self, seq: int, *, follow: bool) -> Sample:
        """Return what there is of file `seq`, or of the newest after it if that one does not grow any more.

        Args:
            seq: the number of the file that ffmpeg writes now, as far as it has said so.
            follow: also walk its new fragments, to learn when they arrived; costs a few reads.
        """
        now_us = self._clock.monotonic_us()
        before_us, self._sampled_us = self._sampled_us, now_us
        seq, facts = self._newest(max(seq, self._seq))
        if seq != self._seq:
            self._seq, self._walked_bytes = seq, 0
        if facts is None:
            return Sample(seq, now_us, 0, self._first_media_us is not None)
        self._size_bytes = facts.st_size
        arrival, is_dated_well = None, True
        if follow and facts.st_size > self._walked_bytes:
            reached = self._walk(seq, facts.st_size)
            if reached is not None:
                media_us, delay_us = reached
                written_us = written_at(self._clock, facts)
                is_dated_well = before_us - _TOLERANCE_US <= written_us <= now_us + _TOLERANCE_US
                arrival = Arrival(media_us, min(max(written_us, before_us), now_us) - delay_us)
        has_media = self._first_media_us is not None
        tag = self._init.rfc6381[:4] if self._init else ""
        return Sample(
            seq, now_us, facts.st_size, has_media, arrival, is_dated_well, self._first_media_us, tag
        )

    def _newest(self, seq: int) -> tuple[int, os.stat_result | None]:
        """Return the number and the facts of a file, or of one after it where it is seen for the second time as it was."""
        facts = self._stat(seq)
        while facts is not None and seq == self._seq and facts.st_size == self._size_bytes:
            after = self._stat(seq + 1)
            if after is None:
                break
            seq, facts = seq + 1, after
        return seq, facts

    def _stat(self, seq: int) -> os.stat_result | None:
        try:
            return os.stat(f"{seq:06d}.mp4", dir_fd=self._folder_fd)
        except FileNotFoundError:
            return None

    def _walk(self, seq: int, size: int) -> tuple[int, int] | None:
        """Return media time at the end of the newest new fragment, and how long ago that had arrived; or None."""
        with contextlib.suppress(FileNotFoundError, MalformedMedia):
            descriptor = os.open(
                f"{seq:06d}.mp4", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self._folder_fd
            )
            try:
                if self._init is None or self._walked_bytes == 0:
                    self._init = read_init(descriptor)
                    self._walked_bytes = len(self._init.data)
                walk = walk_fragments(descriptor, size, self._walked_bytes, self._init)
            finally:
                os.close(descriptor)
            self._walked_bytes = walk.complete_bytes
            if walk.fragments:
                first, last = walk.fragments[0], walk.fragments[-1]
                if self._first_media_us is None:
                    self._first_media_us = ticks_to_us(first.decode_time, self._init.timescale)
                timescale = self._init.timescale
                return ticks_to_us(last.decode_time + last.duration, timescale), parser_delay_us(
                    last, timescale
                )
        return None


def written_at(clock: Clock, facts: os.stat_result) -> int:
    """Return the monotonic time at which a file was last written to, as the filesystem noted it.

    To a few milliseconds, however late we look: also when this process was stopped for minutes. A file server's clock
    may differ from ours, and after a step of our own clock the answer is wrong by that step.
    """
    return facts.st_mtime_ns // 1000 - wall_minus_monotonic_us(clock)
