"""What a clip is cut from: recorded files, the asked cut, and where media time lies in wall time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vms.domain.errors import MalformedMedia, UnreadableSource
from vms.media.fragments import Fragment
from vms.media.init_segment import InitSegment


@dataclass(frozen=True, slots=True)
class ClipSource:
    """One recorded file, or the part of it that may be needed.

    Attributes:
        file: its path, or a function that opens it for reading and returns the descriptor, which
            the clip writer closes.
        init: its init segment; those of all sources of a clip decode alike.
        fragments: all fragments of the file, as the index holds them.
        wall_start_us: wall time of the first presented frame of the file.
        wall_duration_us: how long the file lasts by the wall clock; the camera's clock may differ.
        run: equal for files in which decode time goes on from file to file; usually those of one run.
        is_finished: whether nothing is written to it any more, so that all of it can be digested.
    """

    file: Path | Callable[[], int]
    init: InitSegment
    fragments: tuple[Fragment, ...]
    wall_start_us: int
    wall_duration_us: int
    run: str
    is_finished: bool = True

    @contextmanager
    def opened(self) -> Iterator[int]:
        """Give the file's descriptor, open for reading, and close it afterwards.

        Raises:
            UnreadableSource: in place of MalformedMedia from the block, which says so of this file.
        """
        if isinstance(self.file, Path):
            descriptor = os.open(self.file, os.O_RDONLY | os.O_CLOEXEC)
        else:
            descriptor = self.file()
        try:
            yield descriptor
        except MalformedMedia as error:
            raise UnreadableSource(str(error), start_us=self.wall_start_us) from error
        finally:
            os.close(descriptor)

    def wall_at(self, presentation_time: int) -> int:
        """Return the wall time of a presentation time of the run (ticks), in microseconds."""
        elapsed = presentation_time - self.fragments[0].presentation_time
        return self.wall_start_us + _divide(elapsed * self.wall_duration_us, self._media_ticks())

    def presentation_at(self, wall_us: int) -> int:
        """Return the presentation time (ticks, rounded up) at a wall time.

        The first frame at or after the answer is the first at or after `wall_us`, so cutting with
        answers for both ends gives exactly the frames of the half-open wall range.
        """
        elapsed = wall_us - self.wall_start_us
        scaled = -(-elapsed * self._media_ticks() // self.wall_duration_us) if self.wall_duration_us else 0
        return self.fragments[0].presentation_time + scaled

    def _media_ticks(self) -> int:
        """Return how long the file lasts by the camera's clock, in ticks; at least 1."""
        last = self.fragments[-1]
        return max(1, last.decode_time + last.duration - self.fragments[0].decode_time)


@dataclass(frozen=True, slots=True)
class Cut:
    """The asked part: frames presented in `[in_ticks, out_ticks)`.

    Attributes:
        in_ticks: presentation time in the run of the first source.
        out_ticks: presentation time in the run of the last source.
    """

    in_ticks: int
    out_ticks: int


@dataclass(frozen=True, slots=True)
class ClipSpan:
    """A part of the clip that comes from one source; maps clip time to wall time linearly."""

    clip_start_us: int
    clip_end_us: int
    wall_start_us: int
    wall_end_us: int
    run: str


def _divide(numerator: int, denominator: int) -> int:
    """Return the quotient rounded to the nearest integer."""
    return (2 * numerator + denominator) // (2 * denominator)
