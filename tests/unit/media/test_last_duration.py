"""Repair of the last sample's duration."""

import os
from pathlib import Path

import pytest

from recorder.publish.jump_repair import patch_last_duration
from tests.support.fragmented_mp4 import FRAME, fragment_bytes, init_bytes
from vms.domain.errors import MediaError
from vms.media.fragments import walk_fragments
from vms.media.init_segment import parse_init

INIT = parse_init(init_bytes())


def patched(folder: Path, fragment: bytes) -> tuple[bytes, bytes]:
    """Return the file before and after its last fragment was repaired."""
    file = folder / "000000.mp4"
    before = INIT.data + fragment_bytes(0) + fragment
    file.write_bytes(before)
    descriptor = os.open(file, os.O_RDWR)
    try:
        last = walk_fragments(descriptor, len(before), len(INIT.data), INIT).fragments[-1]
        now = patch_last_duration(descriptor, last, FRAME, INIT)
        assert walk_fragments(descriptor, len(before), len(INIT.data), INIT).fragments[-1] == now
    finally:
        os.close(descriptor)
    return before, file.read_bytes()


def test_duration_in_the_track_run_is_repaired(tmp_path: Path) -> None:
    """failure mode 6"""
    bogus = fragment_bytes(3 * FRAME, durations=(FRAME, FRAME, 3600 * 12800))
    before, after = patched(tmp_path, bogus)
    assert after == before.replace((3600 * 12800).to_bytes(4, "big"), FRAME.to_bytes(4, "big"))


def test_duration_of_a_lone_sample_is_repaired_in_the_header(tmp_path: Path) -> None:
    """failure mode 6"""
    lone = fragment_bytes(3 * FRAME, sizes=(50,)).replace(
        FRAME.to_bytes(4, "big"), (9 * 12800).to_bytes(4, "big"), 1
    )
    before, after = patched(tmp_path, lone)
    assert 0 < sum(a != b for a, b in zip(before, after, strict=True)) <= 4


def test_right_duration_is_left_alone(tmp_path: Path) -> None:
    before, after = patched(tmp_path, fragment_bytes(3 * FRAME, durations=(FRAME, FRAME, FRAME)))
    assert before == after


def test_shared_duration_is_not_changed_for_all(tmp_path: Path) -> None:
    shared = fragment_bytes(3 * FRAME).replace(FRAME.to_bytes(4, "big"), (600).to_bytes(4, "big"), 1)
    with pytest.raises(MediaError):
        patched(tmp_path, shared)
