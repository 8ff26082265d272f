"""The packed fragment table and the conversion of ticks."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vms.domain.errors import MediaError
from vms.media.fragment_table import FragmentTable, decode, encode, ticks_to_us, us_to_ticks
from vms.media.fragments import Fragment

SECOND = 90_000


def steady(count: int = 60, *, size: int = 312_500) -> list[Fragment]:
    return [
        Fragment(800 + n * size, size, n * SECOND, SECOND, True, 60_000, 25, n * SECOND + 7200)
        for n in range(count)
    ]


@st.composite
def tables(draw: st.DrawFn) -> list[Fragment]:
    offset = draw(st.integers(0, 5000))
    found: list[Fragment] = []
    for _ in range(draw(st.integers(1, 40))):
        size = draw(st.integers(1, 2**33))
        is_keyframe = draw(st.booleans())
        decode_time = draw(st.integers(0, 2**62))
        found.append(
            Fragment(
                offset=offset,
                size=size,
                decode_time=decode_time,
                duration=draw(st.integers(0, 2**40)),
                is_keyframe=is_keyframe,
                keyframe_size=draw(st.integers(0, size)) if is_keyframe else 0,
                samples=draw(st.integers(1, 5000)),
                presentation_time=decode_time + draw(st.integers(-(2**31), 2**31)),
            )
        )
        offset += size
    return found


@given(tables(), st.integers(1, 2**32 - 1))
def test_table_is_read_back_as_it_was(fragments: list[Fragment], timescale: int) -> None:
    found = decode(encode(fragments, timescale))
    assert (found.timescale, list(found.fragments)) == (timescale, fragments)


def test_table_of_a_steady_camera_is_read_back_as_it_was() -> None:
    fragments = steady()
    varied = [dataclasses.replace(f, keyframe_size=50_000 + n) for n, f in enumerate(fragments)]
    for table in (
        fragments,
        varied,
        fragments[:1],
        [dataclasses.replace(f, presentation_time=f.decode_time) for f in fragments],
    ):
        found = decode(encode(table, SECOND))
        assert (found.timescale, list(found.fragments)) == (SECOND, table)


def test_minute_of_one_second_gops_fits_400_bytes() -> None:
    assert len(encode(steady(), SECOND)) <= 400


def test_minute_of_a_jittery_camera_fits_600_bytes() -> None:
    jittery = [
        dataclasses.replace(f, duration=SECOND + (n % 5 - 2) * 90, decode_time=f.decode_time)
        for n, f in enumerate(steady())
    ]
    start = 0
    for n, fragment in enumerate(jittery):
        jittery[n] = dataclasses.replace(fragment, decode_time=start, presentation_time=start + 7200)
        start += fragment.duration
    assert len(encode(jittery, SECOND)) <= 600


def test_gops_gather_the_fragments_of_a_long_gop() -> None:
    """failure mode 14"""
    fragments = [
        dataclasses.replace(f, is_keyframe=n % 3 == 1, keyframe_size=5 if n % 3 == 1 else 0)
        for n, f in enumerate(steady(6))
    ]
    gops = FragmentTable(SECOND, tuple(fragments)).gops()
    assert [(g.offset, g.size, g.duration) for g in gops] == [
        (fragments[1].offset, 3 * 312_500, 3 * SECOND),
        (fragments[4].offset, 2 * 312_500, 2 * SECOND),
    ]


def test_rounding_never_adds_up() -> None:
    third = [Fragment(n * 10, 10, n, 1, True, 5, 1, n) for n in range(3000)]
    table = FragmentTable(3, tuple(third))
    assert table.duration_us == 1_000_000_000
    assert table.start_us(third[2999]) == 999_666_667


@given(st.integers(0, 2**50), st.integers(1, 10_000_000))
def test_ticks_survive_the_way_to_microseconds_when_coarser(ticks: int, timescale: int) -> None:
    if timescale <= 500_000:
        assert us_to_ticks(ticks_to_us(ticks, timescale), timescale) == ticks
    assert abs(ticks_to_us(ticks, timescale) * timescale - ticks * 1_000_000) * 2 <= timescale


def test_fragments_that_do_not_touch_have_no_table() -> None:
    with pytest.raises(MediaError):
        encode([steady(3)[0], steady(3)[2]], SECOND)
    with pytest.raises(MediaError):
        encode([], SECOND)


def test_cut_table_is_refused_or_shorter() -> None:
    blob = encode(steady(5), SECOND)
    for size in range(len(blob)):
        try:
            assert len(decode(blob[:size]).fragments) < 5
        except MediaError:
            continue


@given(st.binary(max_size=100))
def test_garbage_raises_only_media_errors(blob: bytes) -> None:
    try:
        decode(blob)
    except MediaError:
        return
