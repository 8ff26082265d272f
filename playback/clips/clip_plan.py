"""Decide what an export holds: per camera the files to copy from, the cuts between parts, the gaps, and the size."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from playback.stream.life import StreamLife
from playback.stream.pieces import RecordedFile
from playback.timeline.timeline import gaps_in
from vms.domain.segment import Gap, Outage
from vms.domain.time import SECOND_US, TimeRange
from vms.media.fragments import Fragment

FRAMES_IN_A_GAP: Final = 3
"""A silence longer than this many frame intervals is a gap (EXP-11)."""
_OVERLAP_US: Final = SECOND_US
_DEFAULT_FRAME_US: Final = 40_000


@dataclass(frozen=True, slots=True)
class ClipPart:
    """One file of the delivery: footage that a single decoder can play, in wall-time order.

    Attributes:
        files: the recorded files, the first holding the keyframe before the part's start.
        time: the part of the asked time that it delivers.
    """

    files: tuple[RecordedFile, ...]
    time: TimeRange


@dataclass(frozen=True, slots=True)
class CameraClip:
    """What one camera contributes.

    Attributes:
        gaps: silences in the asked time, with causes. estimated_bytes: about what its parts will take.
    """

    camera_id: int
    stream_id: int
    parts: tuple[ClipPart, ...]
    gaps: tuple[Gap, ...]
    estimated_bytes: int

    @property
    def covered_us(self) -> int:
        """Wall time delivered."""
        return sum(part.time.duration_us for part in self.parts)


def plan_clip(
    camera_id: int,
    stream_id: int,
    window: TimeRange,
    files: Sequence[RecordedFile],
    outages: Sequence[Outage],
    life: StreamLife,
    *,
    now_us: int,
    decoder_of: Callable[[RecordedFile], bytes],
) -> CameraClip:
    """Return what is delivered of one camera.

    Args:
        camera_id, stream_id: whose footage.
        window: the asked time.
        files: those that hold any of it, in playing order.
        outages, life: to tell why footage is missing.
        now_us: the present.
        decoder_of: what a decoder must be set up with for a file; a change of it needs a new part.
    """
    touching = [file for file in files if file.time.overlaps(window)]
    parts: list[list[RecordedFile]] = []
    for file in touching:
        if parts and _goes_on(parts[-1][-1], file, decoder_of):
            parts[-1].append(file)
        else:
            parts.append([file])
    covered = [file.time for file in touching]
    return CameraClip(
        camera_id,
        stream_id,
        tuple(_part(files_, window) for files_ in parts),
        gaps_in(
            window,
            covered,
            outages,
            life,
            now_us=now_us,
            tolerance_us=FRAMES_IN_A_GAP * frame_us(touching),
        ),
        sum(_needed_bytes(file, window) for file in touching),
    )


def frame_us(files: Sequence[RecordedFile]) -> int:
    """Return the mean interval between frames in microseconds, 40 ms where there are none."""
    samples = sum(fragment.samples for file in files for fragment in file.fragments)
    length = sum(file.duration_us for file in files)
    return length // samples if samples else _DEFAULT_FRAME_US


def _goes_on(before: RecordedFile, file: RecordedFile, decoder_of: Callable[[RecordedFile], bytes]) -> bool:
    """Tell whether a file can follow another in one clip: same decoder, and wall time does not go back."""
    if file.start_us < before.end_us - _OVERLAP_US:
        return False
    return before.run_id == file.run_id or decoder_of(before) == decoder_of(file)


def _part(files: Sequence[RecordedFile], window: TimeRange) -> ClipPart:
    start = max(window.start_us, files[0].start_us)
    return ClipPart(tuple(files), TimeRange(start, max(start, min(window.end_us, files[-1].end_us))))


def _needed_bytes(file: RecordedFile, window: TimeRange) -> int:
    """Return the bytes from the keyframe before the window to its end, with the index that a clip adds per frame."""
    needed: list[Fragment] = []
    for fragment in file.fragments:
        if fragment.is_keyframe and file.wall_us(fragment.decode_time) <= window.start_us:
            needed = []
        if file.wall_us(fragment.decode_time) < window.end_us:
            needed.append(fragment)
    return file.init_bytes + sum(fragment.size for fragment in needed)
