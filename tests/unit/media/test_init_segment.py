"""What is read from an init segment."""

import hashlib

import pytest

from tests.support.fragmented_mp4 import (
    CAMERA_UUID,
    FRAME,
    H264_1080P_SPS,
    H264_PPS,
    H265_10BIT_SPS,
    H265_1080P_SPS,
    TIMESCALE,
    file_bytes,
    fragment_bytes,
    h265_record,
    init_bytes,
)
from vms.domain.errors import MediaError
from vms.media.boxes import bytes_reader, make_box
from vms.media.init_segment import parse_init, read_init


def test_h264_init_is_understood() -> None:
    data = init_bytes()
    init = read_init(bytes_reader(file_bytes(2)))
    assert init.data == data
    assert init.sha256 == hashlib.sha256(data).digest()
    assert (init.codec, init.rfc6381) == ("h264", "avc1.42c028")
    assert (init.width, init.height, init.timescale, init.track_id) == (1920, 1080, TIMESCALE, 1)
    assert init.parameter_sets.sps == (H264_1080P_SPS,)
    assert init.parameter_sets.others == (H264_PPS,)
    assert init.parameter_sets.nal_length_size == 4
    assert init.comment == CAMERA_UUID


@pytest.mark.parametrize(
    ("entry", "sps", "general", "expected"),
    [
        (b"hvc1", H265_1080P_SPS, "016000000090000000000078", "hvc1.1.6.L120.90"),
        (b"hvc1", H265_1080P_SPS, "0160000000b000000000005d", "hvc1.1.6.L93.B0"),
        (b"hev1", H265_10BIT_SPS, "222000000090000000000099", "hev1.2.4.H153.90"),
        (b"hvc1", H265_1080P_SPS, "416000000000000000000078", "hvc1.A1.6.L120"),
        (b"hvc1", H265_1080P_SPS, "016000000090000800000078", "hvc1.1.6.L120.90.0.8"),
    ],
)
def test_h265_codecs_string(entry: bytes, sps: bytes, general: str, expected: str) -> None:
    """Examples of ISO/IEC 14496-15 annex E.3, and what x265 writes."""
    init = parse_init(init_bytes(entry, h265_record(sps, general)))
    assert (init.codec, init.rfc6381) == ("h265", expected)
    assert init.parameter_sets.sps == (sps,)


def test_comment_that_is_missing_or_not_text_is_none() -> None:
    assert parse_init(init_bytes().replace(b"\xa9cmt", b"\xa9nam")).comment is None
    assert parse_init(init_bytes().replace(b"1111-", b"\xff111-")).comment is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        init_bytes()[:-1],
        make_box(b"ftyp", b"iso5"),
        make_box(b"ftyp", b"iso5") + make_box(b"moov"),
        make_box(b"ftyp", b"iso5") + fragment_bytes(FRAME),
        init_bytes(b"mp4v"),
        init_bytes().replace(b"avcC", b"free"),
        init_bytes()[20:],
    ],
)
def test_file_without_a_complete_init_is_refused(data: bytes) -> None:
    with pytest.raises(MediaError):
        parse_init(data)
