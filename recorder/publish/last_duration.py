"""Repair of the bogus duration that a jump of the camera's clock leaves on the last sample of a file."""

from __future__ import annotations

import os
import struct
from dataclasses import replace

from vms.domain.errors import MalformedMedia
from vms.media.fragments import Fragment, read_samples
from vms.media.init_segment import InitSegment


def patch_last_duration(
    descriptor: int, fragment: Fragment, nominal_ticks: int, init: InitSegment
) -> Fragment:
    """Set the duration of the last video sample of `fragment` and return the fragment as it is now.

    When the camera's clock jumps, ffmpeg gives the last sample before the jump a duration that
    reaches over it, and players freeze on that frame. Only four bytes of the fragment header
    change, never a byte of video.

    Args:
        descriptor: the file, open for reading and writing.
        fragment: the last fragment, as `walk_fragments` found it.
        nominal_ticks: the duration of an ordinary frame.
        init: the init segment of the file.

    Raises:
        MalformedMedia: the fragment is not there, or its samples share one written duration.
        OSError: the file cannot be read or written.
    """
    samples = read_samples(descriptor, fragment, init)
    run = samples.run
    if run.durations[-1] == nominal_ticks:
        return fragment
    if run.last_duration_at is None:
        raise MalformedMedia(
            f"last sample of the fragment at byte {fragment.offset} has no duration of its own"
        )
    os.pwrite(descriptor, struct.pack(">I", nominal_ticks), samples.moof_offset + run.last_duration_at)
    return replace(fragment, duration=fragment.duration - run.durations[-1] + nominal_ticks)
