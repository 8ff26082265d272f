"""Proves at start that this ffmpeg writes files the way everything else here relies on."""

import asyncio
import logging
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from uuid import UUID

from recorder.run.segmenter_command import SegmenterPlan, self_test_command
from recorder.run.segmenter_output import ListLine, parse_list_line
from vms.domain.errors import FfmpegFailed, MalformedMedia
from vms.ffmpeg.binary import FfmpegBinary
from vms.ffmpeg.process import FfmpegProcess, spawn_ffmpeg
from vms.media.fragments import Fragment, walk_fragments
from vms.media.init_segment import InitSegment, read_init

log = logging.getLogger(__name__)

_SEGMENT_SECONDS = 2
_SEGMENTS = 3
_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class SelfTestResult:
    """What an ffmpeg was found to do.

    Attributes:
        faults: one sentence each; empty where all is well.
        begins_anew: whether decode times begin at zero in every file of a run; recording and playback allow for it.
    """

    version: str
    faults: tuple[str, ...]
    begins_anew: bool = False

    @property
    def is_sound(self) -> bool:
        """Whether files of one run join without a seam, and are cut and listed as they must be."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """One file of the test, as read back."""

    init: InitSegment
    fragments: tuple[Fragment, ...]
    is_whole: bool


async def run_self_test(ffmpeg: FfmpegBinary) -> SelfTestResult:
    """Return how an ffmpeg fares with three short segments of its own test picture; takes about a second.

    Raises:
        FfmpegFailed: it could not be run at all, or did not end.
    """
    plan = SegmenterPlan(ffmpeg.path, UUID(int=0), _SEGMENT_SECONDS, 0)
    with tempfile.TemporaryDirectory(prefix="siring-self-test-") as folder:
        folder_fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            child = await spawn_ffmpeg(
                self_test_command(plan, seconds=_SEGMENT_SECONDS * _SEGMENTS),
                label="self-test",
                redact=str,
                cwd_fd=folder_fd,
            )
            try:
                lines, status = await asyncio.wait_for(_ended(child), _TIMEOUT_SECONDS)
            except TimeoutError:
                raise FfmpegFailed(f"ffmpeg {ffmpeg.version} did not finish its self-test") from None
            finally:
                child.kill()
        finally:
            os.close(folder_fd)
        if status != 0:
            raise FfmpegFailed(f"ffmpeg {ffmpeg.version} ended its self-test with status {status}")
        return await asyncio.to_thread(_read_and_judge, ffmpeg.version, Path(folder), lines)


def judge(lines: list[str], files: list[WrittenFile]) -> tuple[str, ...]:
    """Return what is wrong with the files and the list of a self-test, a sentence each."""
    faults: list[str] = []
    try:
        listed: list[ListLine] = [parse_list_line(line) for line in lines]
    except MalformedMedia as error:
        return (str(error),)
    if [line.seq for line in listed] != list(range(_SEGMENTS)) or len(files) != _SEGMENTS:
        faults.append(f"{len(listed)} files were listed and {len(files)} written in place of {_SEGMENTS}")
    if len({file.init.sha256 for file in files}) > 1:
        faults.append("files of one run begin with different init segments")
    for before, after in pairwise(files):
        last, first = before.fragments[-1], after.fragments[0]
        if last.decode_time + last.duration != first.decode_time:
            faults.append("decode times do not go on from one file to the next")
        if not first.is_keyframe:
            faults.append("a file does not begin with a key frame")
    for file in files:
        if len(file.fragments) < _SEGMENT_SECONDS:
            faults.append("fragments are longer than a second")
        if not file.is_whole:
            faults.append("a file ends with something else than a fragment")
    return tuple(dict.fromkeys(faults))


def begins_anew(files: Sequence[WrittenFile]) -> bool:
    """Tell whether any file's decode times begin before those of the file before it."""
    return any(
        after.fragments[0].decode_time <= before.fragments[0].decode_time for before, after in pairwise(files)
    )


async def _ended(child: FfmpegProcess) -> tuple[list[str], int]:
    lines = [line async for line in child.lines()]
    return lines, await child.wait()


def _read_and_judge(version: str, folder: Path, lines: list[str]) -> SelfTestResult:
    files: list[WrittenFile] = []
    try:
        for path in sorted(folder.glob("*.mp4")):
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                size = os.fstat(descriptor).st_size
                init = read_init(descriptor)
                walk = walk_fragments(descriptor, size, len(init.data), init)
            finally:
                os.close(descriptor)
            if not walk.fragments:
                return SelfTestResult(version, (f"{path.name} holds no fragment",))
            files.append(WrittenFile(init, walk.fragments, walk.complete_bytes == size and not walk.damage))
    except MalformedMedia as error:
        return SelfTestResult(version, (str(error),))
    return SelfTestResult(version, judge(lines, files), begins_anew(files))
