"""The fragment walker on files that are whole, growing, cut, damaged and random."""

import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.fragmented_mp4 import FRAME, file_bytes, fragment_bytes, init_bytes
from vms.domain.errors import MediaError
from vms.media.boxes import bytes_reader, make_box
from vms.media.fragments import WalkResult, read_samples, walk_fragments
from vms.media.init_segment import parse_init

INIT = parse_init(init_bytes())
HEAD = len(INIT.data)


def walk(data: bytes, start: int = HEAD) -> WalkResult:
    return walk_fragments(bytes_reader(data), len(data), start, INIT)


def test_whole_file_is_tiled_by_its_fragments() -> None:
    data = file_bytes(4, start=1000)
    found = walk(data)
    assert found.complete_bytes == len(data)
    assert found.damage is None
    assert [f.offset for f in found.fragments] == [HEAD, *(f.end for f in found.fragments[:-1])]
    assert [f.decode_time for f in found.fragments] == [1000 + n * 3 * FRAME for n in range(4)]
    assert {(f.duration, f.samples, f.is_keyframe) for f in found.fragments} == {(3 * FRAME, 3, True)}


def test_keyframe_size_reaches_from_the_fragment_to_the_end_of_its_first_sample() -> None:
    data = file_bytes(1)
    (fragment,) = walk(data).fragments
    assert fragment.keyframe_size == fragment.size - 20
    assert data[fragment.offset : fragment.offset + fragment.keyframe_size].endswith(b"\0" * 50)


def test_fragment_inside_a_gop_has_no_keyframe() -> None:
    (fragment,) = walk(INIT.data + fragment_bytes(0, keyframe=False)).fragments
    assert (fragment.is_keyframe, fragment.keyframe_size) == (False, 0)


def test_presentation_time_counts_the_composition_offset() -> None:
    """failure mode 11"""
    data = INIT.data + fragment_bytes(5120, composition_offsets=(1024, 2560, -512))
    (fragment,) = walk(data).fragments
    assert (fragment.decode_time, fragment.presentation_time) == (5120, 6144)
    assert read_samples(bytes_reader(data), fragment, INIT).run.composition_offsets == (1024, 2560, -512)


def test_durations_may_differ_from_sample_to_sample() -> None:
    data = INIT.data + fragment_bytes(0, durations=(400, 500, 600))
    (fragment,) = walk(data).fragments
    assert fragment.duration == 1500
    assert read_samples(bytes_reader(data), fragment, INIT).run.decode_times() == [0, 400, 900]


def test_file_cut_anywhere_keeps_its_complete_fragments() -> None:
    """failure mode 29"""
    data = file_bytes(3)
    whole = walk(data).fragments
    for size in range(HEAD, len(data)):
        found = walk(data[:size])
        complete = tuple(f for f in whole if f.end <= size)
        end = complete[-1].end if complete else HEAD
        assert found == WalkResult(complete, end, None)


def test_walk_resumes_where_a_growing_file_ended() -> None:
    data = file_bytes(5)
    found = walk(data[: len(data) // 2])
    rest = walk(data, found.complete_bytes)
    assert found.fragments + rest.fragments == walk(data).fragments


def test_boxes_between_fragments_belong_to_the_next_one() -> None:
    data = INIT.data + make_box(b"free", b"123") + fragment_bytes(0)
    (fragment,) = walk(data).fragments
    assert (fragment.offset, fragment.end) == (HEAD, len(data))
    assert read_samples(bytes_reader(data), fragment, INIT).run.sizes == (50, 10, 10)


def test_sound_only_fragment_belongs_to_the_next_one() -> None:
    """failure mode 13"""
    video = fragment_bytes(0)
    sound = video.replace(struct.pack(">I", 0x20038) + struct.pack(">I", 1), struct.pack(">II", 0x20038, 2))
    assert sound != video
    data = INIT.data + sound + video + sound
    found = walk(data)
    (fragment,) = found.fragments
    assert (fragment.offset, fragment.end) == (HEAD, len(data) - len(sound))
    assert (found.complete_bytes, found.damage) == (fragment.end, None)
    assert fragment.keyframe_size == len(sound) + len(video) - 20
    assert read_samples(bytes_reader(data), fragment, INIT).moof_offset == HEAD + len(sound)


def test_fragment_of_more_samples_than_one_read_holds() -> None:
    (fragment,) = walk(INIT.data + fragment_bytes(0, sizes=[7] * 2000)).fragments
    assert fragment.samples == 2000


def test_damage_ends_the_walk_and_keeps_what_came_before() -> None:
    """failure mode 33"""
    data = file_bytes(2) + b"\0\0\0\x04moof" + fragment_bytes(9)
    found = walk(data)
    assert len(found.fragments) == 2
    assert found.complete_bytes == found.fragments[-1].end
    assert found.damage is not None


def test_samples_outside_their_media_data_are_damage() -> None:
    whole = fragment_bytes(0)
    data = INIT.data + whole[:-78] + make_box(b"mdat", b"short") + fragment_bytes(0)
    assert walk(data).damage is not None


def test_file_that_no_longer_holds_the_fragment_is_refused() -> None:
    data = file_bytes(2)
    fragment = walk(data).fragments[1]
    with pytest.raises(MediaError):
        read_samples(bytes_reader(data[: fragment.offset + 20]), fragment, INIT)
    with pytest.raises(MediaError):
        read_samples(bytes_reader(data[1:]), fragment, INIT)


@given(st.binary(max_size=400))
def test_garbage_after_the_init_ends_the_walk(garbage: bytes) -> None:
    """failure mode 33"""
    found = walk(INIT.data + garbage)
    assert HEAD <= found.complete_bytes <= HEAD + len(garbage)


@given(st.data())
def test_flipped_bits_never_break_the_walk(data: st.DataObject) -> None:
    """failure mode 33"""
    body = bytearray(file_bytes(3))
    for _ in range(data.draw(st.integers(1, 6))):
        bit = data.draw(st.integers(HEAD * 8, len(body) * 8 - 1))
        body[bit // 8] ^= 1 << bit % 8
    found = walk(bytes(body))
    assert all(a.end == b.offset for a, b in zip(found.fragments, found.fragments[1:], strict=False))
    assert found.complete_bytes <= len(body)


def test_flipped_bits_in_the_init_raise_only_media_errors() -> None:
    """failure mode 33"""
    rng = random.Random(7)
    for _ in range(3000):
        body = bytearray(INIT.data)
        for _ in range(rng.randint(1, 4)):
            body[rng.randrange(len(body))] ^= 1 << rng.randrange(8)
        try:
            init = parse_init(bytes(body))
            walk_fragments(bytes_reader(file_bytes(2)), 5000, HEAD, init)
        except MediaError:
            continue
