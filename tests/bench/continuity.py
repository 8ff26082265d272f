"""Whether a recording holds every frame: read from its files alone, without trusting an index."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vms.media.fragments import walk_fragments
from vms.media.init_segment import read_init


@dataclass(frozen=True, slots=True)
class Continuity:
    """What the files of one run hold.

    Attributes:
        frames: recorded. due: between the first and the end of the last at the camera's rate: a lost frame is one less
            recorded than due. borders: how many files follow another; broken_borders: where decode time does not go on.
    """

    frames: int
    due: int
    borders: int
    broken_borders: int


def continuity(files: Sequence[Path], fps: int) -> Continuity:
    """Return what one run's files hold, in the order given; an unfinished last file counts up to its last fragment."""
    frames = due = borders = broken = 0
    end_before: int | None = None
    for file in files:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
        try:
            init = read_init(descriptor)
            found = walk_fragments(descriptor, os.fstat(descriptor).st_size, len(init.data), init).fragments
        finally:
            os.close(descriptor)
        if not found:
            continue
        begin, end = found[0].decode_time, found[-1].decode_time + found[-1].duration
        if end_before is not None:
            borders += 1
            broken += begin != end_before
        begin = begin if end_before is None else end_before
        due += round((end - begin) * fps / init.timescale)
        frames += sum(fragment.samples for fragment in found)
        end_before = end
    return Continuity(frames, due, borders, broken)
