"""Whether a recording holds every frame: read from its files alone, without trusting an index."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vms.media.fragments import Fragment, walk_fragments
from vms.media.init_segment import read_init


@dataclass(frozen=True, slots=True)
class Continuity:
    """What the files of one run hold.

    Attributes:
        frames: recorded from the second fragment to the last but one: ffmpeg gives the first two frames of a stream one
            time, and the last frame of a run has no length. due: at the camera's rate in that time; a lost frame is one
            recorded less than due.
        borders: how many files follow another. broken_borders: of these, how many do not go on where the last one ended.
    """

    frames: int
    due: int
    borders: int
    broken_borders: int


def continuity(files: Sequence[Path], fps: int) -> Continuity:
    """Return what one run's files hold, in the order given; an unfinished last file counts up to its last fragment."""
    found: list[tuple[Fragment, int]] = []
    borders = broken = 0
    for file in files:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
        try:
            init = read_init(descriptor)
            walk = walk_fragments(descriptor, os.fstat(descriptor).st_size, len(init.data), init)
        finally:
            os.close(descriptor)
        if walk.fragments and found:
            borders += 1
            last, _ = found[-1]
            broken += walk.fragments[0].decode_time != last.decode_time + last.duration
        found += [(fragment, init.timescale) for fragment in walk.fragments]
    assert len(found) > 2, "a run with hardly any footage"
    (first, timescale), (last, _) = found[1], found[-1]
    due = round((last.decode_time - first.decode_time) * fps / timescale)
    frames = sum(fragment.samples for fragment, _ in found[1:-1])
    return Continuity(frames, due, borders, broken)
