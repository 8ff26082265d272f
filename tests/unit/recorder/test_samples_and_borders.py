"""A sample of the growing files, the border between two of them and ffmpeg's line about it, in every order."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from recorder.clock.timings import RecorderTimings
from recorder.run.file_sampler import FileSampler, Sample
from recorder.run.run_watch import RunEnding, RunWatch
from vms.domain.time import SECOND_US

STEP_US = SECOND_US // 4


class HandClock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.us = 0

    def now_us(self) -> int:
        return self.us

    def monotonic_us(self) -> int:
        return self.us


@dataclass
class Camera:
    """What ffmpeg writes: file after file into a folder, each at a rate of its own."""

    folder: Path
    files: list[tuple[int, int]]
    seq: int = -1
    steps_left: int = 0
    size: int = 0

    def write(self) -> bool:
        """Write for a step, into the next file where one is due; tell whether there was a border."""
        is_border = self.steps_left == 0
        if is_border:
            self.seq, self.size = self.seq + 1, 0
            self.steps_left = self.files[self.seq % len(self.files)][0]
        self.size += self.files[self.seq % len(self.files)][1]
        self.steps_left -= 1
        path = self.folder / f"{self.seq:06d}.mp4"
        path.touch()
        os.truncate(path, self.size)
        return is_border and self.seq > 0


@dataclass
class Run:
    """A run that is looked at while a camera sends, and the list of its files is read late."""

    camera: Camera
    sample_steps: Iterator[int]
    line_steps: Iterator[int]

    def endings(self, folder_fd: int, steps: int) -> list[RunEnding]:
        """Return why the run would have been ended."""
        clock, found = HandClock(), list[RunEnding]()
        watch = RunWatch(RecorderTimings(), started_us=0, longest_file_us=10**12)
        sampler = FileSampler(folder_fd, clock)
        lines: list[int] = []
        listed, seen, sample_left, pause = 0, list[Sample](), 0, 0
        for _ in range(steps):
            clock.us += STEP_US
            if self.camera.write():
                lines.append(next(self.line_steps, 0))
            lines = [left - 1 for left in lines]
            while lines and lines[0] < 0:
                lines.pop(0)
                listed += 1
            if seen:
                sample_left -= 1
            elif pause > 0:
                pause -= 1
            else:
                seen, sample_left = [sampler.sample(listed, follow=False)], next(self.sample_steps, 0)
            if seen and sample_left < 0:
                (sample,), pause = seen, 3
                seen = []
                ending = watch.on_sample(with_media(sample), has_stepped=False)
                found += [ending] if ending else []
        return found


def with_media(sample: Sample) -> Sample:
    """Return a look at a run whose first fragment has been seen."""
    return Sample(sample.seq, sample.at_us, sample.size_bytes, has_media=True)


@given(
    st.lists(st.tuples(st.integers(1, 160), st.sampled_from([1, 10, 1000, 100_000])), min_size=2, max_size=6),
    st.lists(st.integers(0, 30), max_size=40),
    st.lists(st.integers(0, 300), max_size=20),
)
def test_no_run_ends_while_bytes_grow_whatever_is_seen_first(
    files: list[tuple[int, int]], sample_steps: list[int], line_steps: list[int]
) -> None:
    """issue 9, number 1: a look that began before a border is taken in after it."""
    with tempfile.TemporaryDirectory() as folder:
        folder_fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            run = Run(Camera(Path(folder), files), iter(sample_steps), iter(line_steps))
            assert run.endings(folder_fd, steps=600) == []
        finally:
            os.close(folder_fd)
