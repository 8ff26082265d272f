"""Media time and wall time of a clip's sources."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from playback.clips.clip_source import ClipSource
from tests.support.fragmented_mp4 import FRAME, TIMESCALE, init_bytes
from vms.media.fragments import Fragment
from vms.media.init_segment import parse_init

INIT = parse_init(init_bytes())
START_US = 1_790_000_000_000_000
FIRST = 5 * FRAME


def source(wall_duration_us: int) -> ClipSource:
    """A minute by the camera's clock, 1500 frames."""
    minute = 60 * TIMESCALE
    fragment = Fragment(800, 9000, FIRST - FRAME, minute, True, 500, 1500, FIRST)
    return ClipSource(Path("000000.mp4"), INIT, (fragment,), START_US, wall_duration_us, "run")


def test_wall_time_starts_at_the_first_presented_frame() -> None:
    assert source(60_000_000).wall_at(FIRST) == START_US
    assert source(60_000_000).wall_at(FIRST + TIMESCALE) == START_US + 1_000_000


def test_camera_with_a_slow_clock_is_stretched() -> None:
    """failure mode 10"""
    slow = source(72_000_000)
    assert slow.wall_at(FIRST + 30 * TIMESCALE) == START_US + 36_000_000
    assert slow.presentation_at(START_US + 36_000_000) == FIRST + 30 * TIMESCALE


@given(st.integers(50_000_000, 72_000_000), st.integers(-1_000_000, 70_000_000))
def test_cut_at_a_wall_time_begins_with_the_first_frame_at_or_after_it(
    wall_duration_us: int, offset_us: int
) -> None:
    recorded = source(wall_duration_us)
    cut = recorded.presentation_at(START_US + offset_us)
    exact = offset_us * 60 * TIMESCALE / wall_duration_us + FIRST
    assert -0.001 <= cut - exact < 1.001
