"""Box headers, read with bounds checked."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vms.domain.errors import MediaError
from vms.media.boxes import bytes_reader, find_box, iter_boxes, make_box, parse_header, read_box


def test_boxes_tile_their_range() -> None:
    data = make_box(b"free", b"12345") + make_box(b"skip")
    assert [(box.kind, box.body, box.end) for box in iter_boxes(data)] == [
        (b"free", 8, 13),
        (b"skip", 21, 21),
    ]


def test_64_bit_sizes_are_read() -> None:
    data = struct.pack(">I4sQ", 1, b"mdat", 20) + b"1234"
    (box,) = iter_boxes(data)
    assert (box.body, box.end) == (16, 20)


def test_size_zero_reaches_to_the_end_of_the_range() -> None:
    box = parse_header(b"\0\0\0\0mdat", 100, 500)
    assert box is not None
    assert box.end == 500


@pytest.mark.parametrize("data", [b"", b"\0\0\0", struct.pack(">I4s", 1, b"mdat") + b"\0\0\0"])
def test_header_that_is_not_complete_yet_is_none(data: bytes) -> None:
    assert read_box(bytes_reader(data), 0, len(data)) is None


@pytest.mark.parametrize("size", [2, 7])
def test_size_smaller_than_the_header_is_refused(size: int) -> None:
    with pytest.raises(MediaError):
        parse_header(struct.pack(">I4s", size, b"mdat"), 0, 100)


def test_box_that_reaches_past_its_parent_is_refused() -> None:
    with pytest.raises(MediaError):
        list(iter_boxes(struct.pack(">I4s", 100, b"free") + b"12"))


def test_box_is_found_by_path() -> None:
    data = make_box(b"moov", make_box(b"free"), make_box(b"trak", make_box(b"tkhd", b"x")))
    box = find_box(data, (b"moov", b"trak", b"tkhd"))
    assert box is not None
    assert data[box.body : box.end] == b"x"
    assert find_box(data, (b"moov", b"mvhd")) is None


@given(st.binary(max_size=300))
def test_garbage_ends_or_raises_but_never_loops(data: bytes) -> None:
    """failure mode 33"""
    seen = 0
    try:
        for box in iter_boxes(data):
            assert box.size >= 8
            seen += box.size
    except MediaError:
        return
    assert seen == len(data)
