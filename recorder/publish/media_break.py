"""Finds where the camera's clock broke inside a file: a frame that lasts for ever, or frames squeezed into nothing; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low

from vms.media.fragments import Fragment

_LONG_SECONDS = 2
_SQUEEZED = 4
_FEW_SAMPLES = 4


@dataclass(frozen=True, slots=True)
class MediaBreak:
    """A break in media time.

    Attributes:
        index: of the fragment that holds it.
        surplus_ticks: how much longer than a frame its last sample lasts; 0 where frames were squeezed.
        frame_ticks: duration of an ordinary frame of this file.
    """

    index: int
    surplus_ticks: int
    frame_ticks: int


def find_break(fragments: Sequence[Fragment], timescale: int) -> MediaBreak | None:
    """Return the first break in a file's media time, or None.

    A fragment is cut after a second, so only a jump forward makes one last much longer: ffmpeg gives the last frame
    before the jump all the time up to the next. On a jump backward ffmpeg counts on in single ticks.
    """
    if not fragments:
        return None
    usual = median_low([f.duration for f in fragments])
    frame = max(1, median_low([f.duration // max(f.samples, 1) for f in fragments]))
    for index, fragment in enumerate(fragments):
        if fragment.duration > 3 * usual + _LONG_SECONDS * timescale:
            surplus = fragment.duration - fragment.samples * frame
            return MediaBreak(index, max(surplus, 0), frame)
        if fragment.samples >= _FEW_SAMPLES and fragment.duration < fragment.samples * frame // _SQUEEZED:
            return MediaBreak(index, 0, frame)
    return None
