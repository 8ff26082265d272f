"""RTP payloads carry every byte of a unit, and packets count as RFC 3550 says."""

import struct

import pytest

from vms.simulator.camera_spec import Codec
from vms.simulator.rtsp.rtp import PAYLOAD_BYTES, RtpSender, payloads


@pytest.mark.parametrize("codec", list(Codec))
def test_a_small_unit_travels_whole(codec: Codec) -> None:
    assert payloads(codec, (b"\x65\x01abc",)) == [b"\x65\x01abc"]


def test_a_large_h264_unit_is_put_together_again_from_its_fragments() -> None:
    unit = b"\x65" + bytes(range(256)) * 20
    parts = payloads(Codec.H264, (unit,))
    assert all(len(part) <= PAYLOAD_BYTES and part[0] & 0x1F == 28 for part in parts)
    assert [part[1] >> 6 for part in parts] == [2, 0, 0, 1]
    assert bytes([parts[0][0] & 0xE0 | parts[0][1] & 0x1F]) + b"".join(part[2:] for part in parts) == unit


def test_a_large_h265_unit_is_put_together_again_from_its_fragments() -> None:
    unit = b"\x26\x01" + bytes(range(256)) * 20
    parts = payloads(Codec.H265, (unit,))
    assert all(len(part) <= PAYLOAD_BYTES and part[0] >> 1 & 0x3F == 49 for part in parts)
    assert [part[2] >> 6 for part in parts] == [2, 0, 0, 1]
    head = bytes([parts[0][0] & 0x81 | (parts[0][2] & 0x3F) << 1, parts[0][1]])
    assert head + b"".join(part[3:] for part in parts) == unit


def test_a_unit_of_exactly_one_packet_more_than_fits_ends_with_the_end_bit() -> None:
    parts = payloads(Codec.H264, (b"\x65" + bytes(PAYLOAD_BYTES),))
    assert [part[1] >> 6 for part in parts] == [2, 1]


def test_packets_of_one_frame_share_a_time_and_the_last_is_marked() -> None:
    data = RtpSender(2, 96).packets([b"a" * 10, b"b" * 10], 9000)
    packets = [data[start : start + 26] for start in (0, 26)]
    heads = [struct.unpack(">cBHBBHII", packet[:16]) for packet in packets]
    assert [head[:3] for head in heads] == [(b"$", 2, 22)] * 2
    assert [head[4] for head in heads] == [96, 0x80 | 96]
    assert (heads[1][5] - heads[0][5]) % 2**16 == 1
    assert heads[0][6] == heads[1][6]


def test_a_report_ties_wall_time_to_the_media_clock() -> None:
    sender = RtpSender(0, 96)
    (first_ticks,) = struct.unpack(">I", sender.packets([b"x"], 0)[8:12])
    report = sender.report(90_000, 1_500_000)
    channel, length = struct.unpack(">BH", report[1:4])
    seconds, fraction, ticks, packets, octets = struct.unpack(">IIIII", report[12:32])
    assert (channel, length) == (1, len(report) - 4)
    assert (seconds, fraction) == (2_208_988_801, 2**31)
    assert (ticks - first_ticks) % 2**32 == 90_000
    assert (packets, octets) == (1, 1)
    assert length % 4 == 0
