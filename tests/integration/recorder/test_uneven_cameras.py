"""Cameras whose frames come at uneven intervals: each frame is dated as its picture says, for ever."""

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from storage.volumes.segment_paths import SegmentName
from tests.support.installation import truths_of
from tests.support.recorder_scene import QUICK, Scene, play
from vms.domain.segment import Segment
from vms.media.fragment_table import ticks_to_us
from vms.media.fragments import read_samples, walk_fragments
from vms.media.init_segment import read_init
from vms.simulator.camera_spec import CameraSpec
from vms.simulator.faults import Behaviour, Fault, OneFps, Vfr
from vms.simulator.picture.frame_truth import FrameTruth

FPS = 25
CAMERA = CameraSpec("Balai Kota", "a", 1, width=128, height=96, fps=FPS)
FILES = 8
PATIENT = replace(QUICK, no_media_seconds=20.0, stall_seconds=15.0, early_seconds=5.0)
"""A camera of one frame a second needs some seconds until its first fragment is there."""
NEAR_US = 250_000


def dated_frames(file: Path, segment: Segment) -> Iterator[tuple[int, FrameTruth]]:
    """Yield the wall time that each frame of a file gets, and what its picture says."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        init = read_init(descriptor)
        walk = walk_fragments(descriptor, os.fstat(descriptor).st_size, len(init.data), init)
        ticks = [
            at for part in walk.fragments for at in read_samples(descriptor, part, init).run.decode_times()
        ]
    finally:
        os.close(descriptor)
    for at, truth in zip(ticks, truths_of(file), strict=True):
        yield segment.wall_us(ticks_to_us(at - ticks[0], init.timescale)), truth


def recorded_frames(scene: Scene) -> list[tuple[int, FrameTruth]]:
    """Return all frames of the one run, in order, each with its wall time."""
    files = {SegmentName.parse(file.name).seq: file for file in scene.volume_path.glob("rec/*/*/*/*.mp4")}
    return [frame for segment in scene.segments("a") for frame in dated_frames(files[segment.seq], segment)]


@pytest.mark.parametrize("fault", [Vfr(1.0), OneFps()], ids=["vfr", "one-fps"])
def test_frames_of_uneven_intervals_are_dated_right_in_every_file(
    any_ffmpeg: str, tmp_path: Path, fault: Fault
) -> None:
    """issue 9, number 2: the last frame's duration of each file was guessed, and the guesses added up."""
    behaviour = Behaviour().after(fault)

    async def scenario(scene: Scene) -> None:
        await scene.simulator.apply_fault("a", fault)
        await scene.until_recorded("a", FILES, seconds=90)
        await scene.stop()
        # A busy machine sends late what its pictures say was made earlier, and reads it late again.
        near_us = NEAR_US + 2 * scene.simulator.stats()[0].streams[0].latest_us
        assert len(scene.runs("a")) == 1
        assert all(a.end_us == b.start_us for a, b in pairwise(scene.segments("a")))
        frames = recorded_frames(scene)
        for (_, before), (_, after) in pairwise(frames):
            assert after.frame == before.frame + behaviour.frames_to_next(before.frame, FPS)
        # ffmpeg gives the first two frames of a run one time.
        assert max(abs(at_us - truth.time_us) for at_us, truth in frames[1:]) <= near_us

    play(tmp_path, [CAMERA], scenario, timings=PATIENT, segment_seconds=4, ffmpeg_path=any_ffmpeg)
