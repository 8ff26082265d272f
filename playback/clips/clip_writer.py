"""Writes a clip: one progressive MP4 with the camera's own samples, cut to the frame.

The samples are copied bit for bit; `moov` comes first, so that a clip plays while it downloads; an
edit list makes players begin at exactly the asked frame and end at the last one before the
out-point, although the file holds all that decoding needs. Sound is left out: clips are video only,
as recordings are by default, and a second track would have to be cut to other frame borders.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby

from playback.clips.clip_boxes import ClipLabels, clip_head
from playback.clips.clip_copy import ClipTarget, Progress
from playback.clips.clip_samples import choose_samples, needed_fragments
from playback.clips.clip_source import ClipSource, ClipSpan, Cut
from vms.media.fragment_table import ticks_to_us

__all__ = ["ClipSource", "ClipSpan", "Cut", "Progress", "WrittenClip", "estimate_bytes", "write_clip"]


@dataclass(frozen=True, slots=True)
class WrittenClip:
    """What was written.

    Attributes:
        size_bytes: length of the file.
        duration_us: how long it plays.
        frames: frames that are shown.
        hidden_frames: frames in the file that are not shown, `lead_in_frames` of them in front.
        lead_in_us: media time from the keyframe in front to the first shown frame.
        wall_start_us: wall time of the first shown frame.
        spans: where each part of the clip lies in wall time; between runs wall time leaps.
        sha256, crc32: digest and checksum of the file, when asked for.
        source_sha256: digest of each source as it was read, in order; None for one that was still being written.
    """

    size_bytes: int
    duration_us: int
    frames: int
    hidden_frames: int
    lead_in_frames: int
    lead_in_us: int
    wall_start_us: int
    spans: tuple[ClipSpan, ...]
    sha256: bytes | None
    crc32: int | None = None
    source_sha256: tuple[bytes | None, ...] = ()


def write_clip(
    sources: Sequence[ClipSource],
    cut: Cut,
    target: int,
    *,
    title: str = "",
    comment: str = "",
    progress: Progress | None = None,
    digest: bool = False,
    checksum: bool = False,
) -> WrittenClip:
    """Write the frames of `cut` to the empty file `target`.

    Neither syncs nor renames: the caller publishes the file, or deletes it after an error.

    Args:
        sources: the files that hold the cut, in wall-time order; leases keep purge away from them.
        cut: the asked part, in presentation ticks.
        target: descriptor of an empty file, open for writing.
        title: shown by players.
        comment: such as the camera's UUID.
        progress: called with bytes done and total at least every 8 MiB; raise in it to cancel.
        digest: also compute the SHA-256 while writing; the bytes then pass through this process.
        checksum: with the digest, also the CRC-32, for a clip that goes into a ZIP.

    Raises:
        InvalidInput: there is no source, or two sources need different decoders.
        NothingRecorded: no decodable frame lies in the cut.
        UnreadableSource: a file does not hold what its fragment table says.
        OSError: a file cannot be opened, read or written.
    """
    samples = choose_samples(sources, cut)
    wall_start_us = samples.spans[0].wall_start_us
    head = clip_head(samples, sources[0].init, ClipLabels(wall_start_us, title, comment))
    total = len(head) + samples.media_bytes
    with closing(ClipTarget(target, total, progress, digest=digest, checksum=checksum)) as clip:
        clip.write(head)
        needed = {
            number: [(extent.offset, extent.size) for extent in of_source]
            for number, of_source in groupby(samples.extents, key=lambda extent: extent.source)
        }
        digests = tuple(
            _copy_source(clip, source, needed.get(number, [])) for number, source in enumerate(sources)
        )
        sha256, crc32 = clip.sha256(), clip.crc32()
    return WrittenClip(
        size_bytes=total,
        duration_us=ticks_to_us(samples.edit_duration, samples.timescale),
        frames=samples.frames,
        hidden_frames=len(samples.sizes) - samples.frames,
        lead_in_frames=samples.lead_in_frames,
        lead_in_us=ticks_to_us(samples.edit_start, samples.timescale) if samples.lead_in_frames else 0,
        wall_start_us=wall_start_us,
        spans=samples.spans,
        sha256=sha256,
        crc32=crc32,
        source_sha256=digests,
    )


def _copy_source(clip: ClipTarget, source: ClipSource, parts: Sequence[tuple[int, int]]) -> bytes | None:
    """Append parts of a source and return its digest, None where it is still being written."""
    if not source.is_finished and not parts:
        return None
    with source.opened() as descriptor:
        if source.is_finished:
            clip.announce(descriptor, 0, os.fstat(descriptor).st_size)
            return clip.copy_of_whole(descriptor, parts)
        clip.announce(descriptor, parts[0][0], sum(parts[-1]))
        for offset, size in parts:
            clip.copy(descriptor, offset, size)
    return None


def estimate_bytes(sources: Sequence[ClipSource], cut: Cut) -> int:
    """Return about how long the clip will be, in bytes, without opening a file.

    Whole fragments are counted, so the answer is a little high: by up to a second of video where
    the out-point lies inside a fragment.
    """
    total = 0
    for source in sources:
        start = cut.in_ticks if source.run == sources[0].run else None
        stop = cut.out_ticks if source.run == sources[-1].run else None
        total += sum(fragment.size for fragment in needed_fragments(source, start, stop))
    return total + len(sources[0].init.data) if sources else 0
