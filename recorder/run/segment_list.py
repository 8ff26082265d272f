"""Reads the lines that ffmpeg's segment muxer writes for each finished file; pure."""

from dataclasses import dataclass

from storage.volumes.segment_paths import incoming_seq
from vms.domain.errors import MalformedMedia
from vms.domain.time import SECOND_US


@dataclass(frozen=True, slots=True)
class ListLine:
    """One finished file: its number in the run, and the presentation times it covers as ffmpeg counted them."""

    seq: int
    start_us: int
    end_us: int


def parse_list_line(text: str) -> ListLine:
    """Return what a line such as `000007.mp4,421.480000,481.440000` says.

    Raises:
        MalformedMedia: it is not such a line.
    """
    name, _, times = text.partition(",")
    start, _, end = times.partition(",")
    seq = incoming_seq(name)
    try:
        if seq is not None:
            return ListLine(seq, round(float(start) * SECOND_US), round(float(end) * SECOND_US))
    except (ValueError, OverflowError):
        pass
    raise MalformedMedia(f"ffmpeg listed {text[:100]!r}, which names no segment")
