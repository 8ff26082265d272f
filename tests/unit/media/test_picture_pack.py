"""A picture pack survives torn ends and repeated appends."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from vms.media.picture_pack import append_pictures, read_index, standing_for


@pytest.fixture
def pack(tmp_path: Path) -> Iterator[int]:
    fd = os.open(tmp_path / "00.pic", os.O_RDWR | os.O_CREAT)
    yield fd
    os.close(fd)


def test_pictures_come_back_in_order(pack: int) -> None:
    assert append_pictures(pack, [(10, b"aa"), (20, b"bbb")]) == 2
    index, end = read_index(pack)
    assert [(p.time_us, os.pread(pack, p.length, p.offset)) for p in index] == [(10, b"aa"), (20, b"bbb")]
    assert end == os.fstat(pack).st_size


def test_appending_the_same_pictures_again_adds_nothing(pack: int) -> None:
    append_pictures(pack, [(10, b"aa"), (20, b"bb")])
    assert append_pictures(pack, [(10, b"aa"), (20, b"bb"), (30, b"cc")]) == 1
    assert [p.time_us for p in read_index(pack)[0]] == [10, 20, 30]


def test_a_torn_record_is_passed_over_and_overwritten(pack: int) -> None:
    append_pictures(pack, [(10, b"aaaa"), (20, b"bbbb")])
    os.ftruncate(pack, os.fstat(pack).st_size - 2)
    assert [p.time_us for p in read_index(pack)[0]] == [10]
    append_pictures(pack, [(30, b"cccc")])
    assert [p.time_us for p in read_index(pack)[0]] == [10, 30]


def test_reading_on_from_an_earlier_end_returns_only_what_is_new(pack: int) -> None:
    append_pictures(pack, [(10, b"aa")])
    _, end = read_index(pack)
    append_pictures(pack, [(20, b"bb")])
    assert [p.time_us for p in read_index(pack, end)[0]] == [20]


def test_picture_before_stands_for_a_moment_else_the_one_after(pack: int) -> None:
    append_pictures(pack, [(10, b"a"), (20, b"b"), (40, b"c")])
    index, _ = read_index(pack)

    def found(at_us: int, first_us: int, end_us: int) -> int | None:
        return getattr(standing_for(index, at_us, first_us, end_us), "time_us", None)

    assert [found(at, 0, 100) for at in (5, 10, 19, 20, 45)] == [10, 10, 10, 20, 40]
    assert [found(35, first, end) for first, end in ((20, 100), (21, 100), (21, 40))] == [20, 40, None]
    assert standing_for([], 5, 0, 100) is None
