"""How recorded files are cut into what players fetch."""

import itertools
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from playback.stream.pieces import (
    SHORTEST_PIECE_US,
    closed_pieces,
    decode_clocks,
    growing_pieces,
    keyframe_pieces,
    playing_order,
    readable,
)
from tests.support.recorded_files import recorded_file
from vms.domain.time import SECOND_US, TimeRange
from vms.media.fragment_columns import FragmentColumns

EVER = TimeRange(0, 10**15)


def window(start: float, end: float) -> TimeRange:
    return TimeRange(int(start * SECOND_US), int(end * SECOND_US))


def test_groups_of_pictures_are_joined_to_six_seconds() -> None:
    pieces = closed_pieces([recorded_file(seconds=60)], EVER)
    assert [piece.media_us // SECOND_US for piece in pieces] == [6] * 10


def test_short_rest_joins_the_piece_before() -> None:
    pieces = closed_pieces([recorded_file(seconds=14)], EVER)
    assert [piece.media_us // SECOND_US for piece in pieces] == [6, 8]


def test_long_group_of_pictures_stays_whole() -> None:
    pieces = closed_pieces([recorded_file(seconds=40, gop=20)], EVER)
    assert [piece.media_us // SECOND_US for piece in pieces] == [20, 20]


@given(st.integers(1, 70), st.integers(1, 25), st.integers(-500_000, 500_000))
def test_pieces_tile_the_file_in_bytes_media_time_and_wall_time(
    seconds: int, gop: int, stretched_us: int
) -> None:
    file = recorded_file(5 * SECOND_US, seconds=seconds, gop=gop, stretched_us=stretched_us)
    pieces = closed_pieces([file], EVER)
    assert all(piece.is_keyframe for piece in pieces)
    assert pieces[0].offset == 800
    assert pieces[-1].offset + pieces[-1].size == file.fragments[-1].end
    assert (pieces[0].start_us, pieces[-1].end_us) == (file.start_us, file.end_us)
    for before, after in itertools.pairwise(pieces):
        assert before.offset + before.size == after.offset
        assert before.media_end_us == after.media_start_us
        assert before.end_us == after.start_us
    assert all(piece.media_us >= SHORTEST_PIECE_US for piece in pieces[:-1])


@given(st.integers(1, 70), st.integers(1, 9), st.lists(st.integers(0, 8), min_size=70, max_size=70))
def test_pieces_are_cut_at_the_first_keyframe_after_six_seconds_also_where_media_time_leaps(
    seconds: int, gop: int, leaps: list[int]
) -> None:
    file = recorded_file(seconds=seconds, gop=gop, stretched_us=100_000)
    passed = itertools.accumulate(leaps)
    file = replace(
        file,
        fragments=FragmentColumns.of(
            replace(fragment, decode_time=fragment.decode_time + leap * file.timescale)
            for fragment, leap in zip(file.fragments, passed, strict=False)
        ),
    )
    pieces = closed_pieces([file], EVER)
    by_offset = {fragment.offset: number for number, fragment in enumerate(file.fragments)}
    fragments = list(file.fragments)
    for piece, after in itertools.pairwise(pieces):
        first, until = by_offset[piece.offset], by_offset[after.offset]
        assert piece.media_us >= SHORTEST_PIECE_US
        for number in range(first + 1, until):
            ended = fragments[number - 1].decode_time + fragments[number - 1].duration
            is_long = ended - fragments[first].decode_time >= 6 * file.timescale
            assert not (fragments[number].is_keyframe and is_long)
    for piece in pieces:
        assert piece.start_us == file.wall_us(fragments[by_offset[piece.offset]].decode_time)


def test_only_pieces_that_touch_the_window_are_listed() -> None:
    pieces = closed_pieces([recorded_file(seconds=60)], window(13, 18))
    assert [piece.start_us // SECOND_US for piece in pieces] == [12]


def test_wall_time_runs_linearly_through_a_file_whose_camera_clock_is_wrong() -> None:
    file = recorded_file(seconds=10, stretched_us=2 * SECOND_US)
    assert file.wall_us(file.fragments[5].decode_time) == 6 * SECOND_US
    assert file.ticks_at(6 * SECOND_US) == file.fragments[5].decode_time


def test_growing_window_begins_at_the_keyframe_that_its_start_needs() -> None:
    files = [recorded_file(seconds=10, gop=5)]
    pieces = growing_pieces(files, window(7.5, 900))
    assert [piece.start_us // SECOND_US for piece in pieces] == [5, 6, 7, 8, 9]
    assert [piece.is_keyframe for piece in pieces] == [True, False, False, False, False]


def test_growing_window_that_begins_in_a_gap_begins_after_it() -> None:
    files = [recorded_file(seconds=10), recorded_file(30 * SECOND_US, run=2)]
    pieces = growing_pieces(files, window(20, 900))
    assert pieces[0].start_us == 30 * SECOND_US


def test_growing_window_without_footage_is_empty() -> None:
    assert growing_pieces([recorded_file()], window(20, 900)) == []


def test_file_that_grows_only_adds_pieces_at_the_end() -> None:
    shorter, longer = recorded_file(seconds=5), recorded_file(seconds=9)
    before = growing_pieces([shorter], window(2, 900))
    after = growing_pieces([longer], window(2, 900))
    assert [piece._replace(file=longer) for piece in before] == after[: len(before)]
    assert len(after) > len(before)


def test_keyframes_last_until_the_next_and_end_with_the_picture() -> None:
    pieces = keyframe_pieces([recorded_file(seconds=10, gop=5)], window(0, 60))
    assert [(piece.offset, piece.size, piece.media_us) for piece in pieces] == [
        (800, 300, 5 * SECOND_US),
        (5800, 300, 5 * SECOND_US),
    ]


def test_runs_that_overlap_are_played_one_after_the_other() -> None:
    """failure mode 16: after the clock was put back both runs are playable"""
    files = [
        recorded_file(0, run=1, seq=0),
        recorded_file(5 * SECOND_US, run=2, seq=0),
        recorded_file(10 * SECOND_US, run=1, seq=1),
        recorded_file(15 * SECOND_US, run=2, seq=1),
    ]
    assert [(file.run_id, file.seq) for file in playing_order(files)] == [(1, 0), (1, 1), (2, 0), (2, 1)]


def test_only_bytes_that_are_on_disk_are_listed() -> None:
    """failure mode 33: the part of a truncated file that is there stays playable"""
    file = readable(recorded_file(seconds=10), lambda until: until <= 5000)
    assert file is not None
    assert [fragment.end for fragment in file.fragments] == [1800, 2800, 3800, 4800]
    assert file.duration_us == 4 * SECOND_US
    assert readable(recorded_file(), lambda _: False) is None


def test_files_whose_decode_times_begin_anew_are_a_break_however_short_they_are() -> None:
    files = [recorded_file(n * SECOND_US, seconds=1, seq=n, origin=0) for n in range(3)]
    pieces = closed_pieces(files, EVER)
    assert [after.continues(before) for before, after in itertools.pairwise(pieces)] == [False, False]
    assert len(set(decode_clocks(files))) == 3


def test_files_whose_decode_times_go_on_share_a_clock_also_over_a_missing_file() -> None:
    files = [recorded_file(n * 10 * SECOND_US, seq=n) for n in (0, 1, 3)]
    assert len(set(decode_clocks(files))) == 1
    assert decode_clocks([files[0], recorded_file(10 * SECOND_US, run=2)]) == ["1/0", "2/0"]


def test_growing_file_with_another_init_segment_is_a_break() -> None:
    first, second = recorded_file(), recorded_file(10 * SECOND_US, seq=1, init=None)
    assert closed_pieces([second], EVER)[0].continues(closed_pieces([first], EVER)[-1])
    unlike = replace(second, is_like_before=False)
    assert not closed_pieces([unlike], EVER)[0].continues(closed_pieces([first], EVER)[-1])
