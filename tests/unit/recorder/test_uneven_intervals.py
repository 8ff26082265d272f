"""Wall times of cameras whose frames come unevenly, over thousands of files."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from recorder.clock.arrivals import HELD_FRAMES, Written, held_us
from recorder.clock.wall_clock import Arrival, FileTimes, RunClock
from vms.domain.segment import ClockTrust, SegmentFlag
from vms.domain.time import SECOND_US
from vms.media.fragments import Fragment

ANCHOR = 1_700_000_000 * SECOND_US
FILE_US = 20 * SECOND_US
FILES = 2000
NEAR_US = 250_000
TICKS = 1_000_000
"""Of a second: media time in this test is in microseconds."""


@dataclass
class Recorded:
    """One file: what the recorder learns of it, and when its first frame and what follows its last were made."""

    times: FileTimes
    made_us: int
    ended_us: int


def recording(
    interval_us: Callable[[random.Random, int], int],
    *,
    rate: Callable[[int], float] = lambda _at_us: 1.0,
    files: int = FILES,
    jitter_us: int = 30_000,
) -> Iterator[Recorded]:
    """Yield the files of a camera.

    Args:
        interval_us: of one frame, made at a time.
        rate: real seconds for each that the camera counts, at a time.
        files: how many.
        jitter_us: how late packets come at most.
    """
    chance, made_us, media_us = random.Random(9), 0, 0

    def frame() -> tuple[int, int]:
        interval = interval_us(chance, made_us)
        return interval, round(interval * rate(made_us))

    ahead = [frame() for _ in range(HELD_FRAMES)]
    border: Arrival | None = None
    for _ in range(files):
        began, start, last = made_us, media_us, [0, 0]
        while media_us - start < FILE_US:
            interval, real = ahead.pop(0)
            ahead.append(frame())
            media_us, made_us = media_us + interval, made_us + real
            last = [last[0] + interval, last[1] + 1] if last[0] < SECOND_US else [interval, 1]
        at_us = made_us + sum(real for _, real in ahead) + chance.randrange(jitter_us)
        held = held_us(fragment(*last), TICKS)
        yield Recorded(
            FileTimes(
                start, media_us, at_us, Arrival(media_us, at_us - held), border, doubt_us=2 * SECOND_US
            ),
            began,
            made_us,
        )
        border = Written(media_us, at_us, tuple(interval for interval, _ in ahead)).arrival(TICKS)


def fragment(duration: int, samples: int) -> Fragment:
    return Fragment(
        0, 1, 0, duration, is_keyframe=True, keyframe_size=1, samples=samples, presentation_time=0
    )


def varying(chance: random.Random, _at_us: int) -> int:
    return chance.randrange(40_000, SECOND_US)


def by_day_and_night(chance: random.Random, at_us: int) -> int:
    """Return an interval of a camera that slows down in the dark, and at each movement is quick again."""
    is_night = at_us // (3600 * SECOND_US) % 2
    return 40_000 if not is_night or chance.random() < 0.1 else SECOND_US


@pytest.mark.parametrize(
    "interval_us",
    [varying, by_day_and_night, lambda _chance, _at: SECOND_US, lambda _chance, _at: 40_000],
    ids=["varying", "day and night", "one a second", "steady"],
)
@pytest.mark.parametrize("ppm", [-200, 0, 200])
def test_each_of_thousands_of_files_is_dated_within_a_quarter_second(
    interval_us: Callable[[random.Random, int], int], ppm: int
) -> None:
    """issue 9, number 2"""
    clock = RunClock(ANCHOR, ClockTrust.SYNCED, FILE_US).observed(Arrival(0, 0))
    for file in recording(interval_us, rate=lambda _at_us: 1 + ppm / 1_000_000):
        clock, assigned = clock.assigned(file.times)
        assert assigned.flags is SegmentFlag.NONE
        assert abs(assigned.start_us - ANCHOR - file.made_us) <= NEAR_US
        assert abs(assigned.start_us + assigned.duration_us - ANCHOR - file.ended_us) <= NEAR_US


def test_rate_that_is_wrong_now_one_way_and_now_another_is_followed_and_flagged() -> None:
    """issue 9, number 2: no even rate stands for it, so the times drifted without bound and without a word."""

    def rate(at_us: int) -> float:
        return (0.97, 1.04, 1.08, 1.01)[at_us // (90 * SECOND_US) % 4]

    clock = RunClock(ANCHOR, ClockTrust.SYNCED, FILE_US).observed(Arrival(0, 0))
    worst_us, flagged = 0, 0
    for file in recording(lambda _chance, _at: 40_000, rate=rate):
        clock, assigned = clock.assigned(file.times)
        worst_us = max(worst_us, abs(assigned.start_us - ANCHOR - file.made_us))
        flagged += SegmentFlag.RATE in assigned.flags
    assert worst_us <= 5 * SECOND_US
    assert flagged > FILES // 2
