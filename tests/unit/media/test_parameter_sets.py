"""Sequence parameter sets, and whether a sample needs another init segment."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.fragmented_mp4 import (
    H264_422_SPS,
    H264_444_SPS,
    H264_1080P_SPS,
    H264_INTERLACED_SPS,
    H264_PPS,
    H265_10BIT_SPS,
    H265_1080P_SPS,
    H265_PPS,
    H265_VPS,
)
from vms.domain.errors import MediaError
from vms.media.bits import BitReader, without_emulation_prevention
from vms.media.parameter_sets import (
    Codec,
    ParameterSets,
    PictureFormat,
    first_sample_parameter_sets,
    has_changed,
    parse_sps,
)

H264 = ParameterSets("h264", 4, (H264_1080P_SPS,), (H264_PPS,))
H265 = ParameterSets("h265", 4, (H265_1080P_SPS,), (H265_VPS, H265_PPS))
H264_PICTURE = b"\x65\x88\x84"
H265_PICTURE = b"\x28\x01\xaf"


def sample(*units: bytes) -> bytes:
    return b"".join(struct.pack(">I", len(unit)) + unit for unit in units)


@pytest.mark.parametrize(
    ("codec", "sps", "expected", "level"),
    [
        ("h264", H264_1080P_SPS, PictureFormat("h264", 66, 1920, 1080, 1, 8), 40),
        ("h264", H264_INTERLACED_SPS, PictureFormat("h264", 77, 704, 576, 1, 8), 30),
        ("h264", H264_422_SPS, PictureFormat("h264", 122, 1280, 720, 2, 10), 31),
        ("h264", H264_444_SPS, PictureFormat("h264", 244, 322, 242, 3, 8), 13),
        ("h265", H265_1080P_SPS, PictureFormat("h265", 1, 1920, 1080, 1, 8), 120),
        ("h265", H265_10BIT_SPS, PictureFormat("h265", 2, 2560, 1440, 1, 10), 153),
    ],
)
def test_picture_is_read_with_its_cropping(
    codec: Codec, sps: bytes, expected: PictureFormat, level: int
) -> None:
    parsed = parse_sps(codec, sps)
    assert (parsed.picture, parsed.level) == (expected, level)


def test_same_parameter_sets_in_the_sample_change_nothing() -> None:
    assert not has_changed(H264, sample(H264_1080P_SPS, H264_PPS, H264_PICTURE))
    assert not has_changed(H265, sample(H265_VPS, H265_1080P_SPS, H265_PPS, H265_PICTURE))


def test_sample_without_parameter_sets_changes_nothing() -> None:
    assert not has_changed(H264, sample(H264_PICTURE))


def test_other_resolution_needs_another_init() -> None:
    """failure mode 12"""
    assert has_changed(H264, sample(H264_INTERLACED_SPS, H264_PPS, H264_PICTURE))


def test_other_profile_needs_another_init() -> None:
    """failure mode 12"""
    assert has_changed(H265, sample(H265_10BIT_SPS, H265_PICTURE))


def test_other_level_is_cosmetic() -> None:
    raised = H264_1080P_SPS[:3] + b"\x2a" + H264_1080P_SPS[4:]
    assert raised != H264_1080P_SPS
    assert not has_changed(H264, sample(raised, H264_PPS, H264_PICTURE))


def test_parameter_sets_after_the_first_picture_are_not_looked_at() -> None:
    assert first_sample_parameter_sets(H264, sample(H264_PICTURE, H264_422_SPS)) == ()


def test_head_of_a_sample_is_enough() -> None:
    head = sample(H264_1080P_SPS, H264_PPS) + struct.pack(">I", 90_000) + b"\x65\x88"
    assert first_sample_parameter_sets(H264, head) == (H264_1080P_SPS,)


@pytest.mark.parametrize(("declared", "header"), [(H264, b"\x67"), (H265, b"\x42\x01")])
@given(data=st.binary(max_size=80))
def test_garbage_raises_only_media_errors(declared: ParameterSets, header: bytes, data: bytes) -> None:
    has_changed(declared, data)
    with contextlib.suppress(MediaError):
        parse_sps(declared.codec, header + data)


def test_emulation_prevention_bytes_are_dropped() -> None:
    assert without_emulation_prevention(b"\1\0\0\3\1\0\0\3\0\0\3") == b"\1\0\0\1\0\0\0\0"


@given(st.lists(st.integers(0, 2**31 - 2), max_size=20))
def test_golomb_codes_are_read_back(values: list[int]) -> None:
    bits = "".join("0" * (len(f"{v + 1:b}") - 1) + f"{v + 1:b}" for v in values)
    padded = bits + "0" * (-len(bits) % 8)
    reader = BitReader(int(padded or "0", 2).to_bytes(len(padded) // 8, "big"))
    assert [reader.golomb() for _ in values] == values
