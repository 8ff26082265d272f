"""Builds small fragmented MP4 files in memory, in the layout that ffmpeg's segment muxer writes."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from vms.media.boxes import make_box, make_full_box

H264_1080P_SPS: Final = bytes.fromhex("6742c028da01e0089f97011000000300100000030320f1832a")
H264_INTERLACED_SPS: Final = bytes.fromhex("674d401ef4058126c044000003000400000300c87c50aa80")
H264_422_SPS: Final = bytes.fromhex("677a001fb6cb402802dd80880000030008000003019078c195")
H264_444_SPS: Final = bytes.fromhex("67f4000d91968150878f8fc044000003000400000300c83c50aa80")
H264_PPS: Final = bytes.fromhex("68ce0fc8")
H265_1080P_SPS: Final = bytes.fromhex(
    "420101016000000300900000030000030078a003c0801107cb965654a4c2f0168080000003008000000c84"
)
H265_10BIT_SPS: Final = bytes.fromhex(
    "420101222000000300900000030000030099a001402005a136595952930bc05a020000030002000003003210"
)
H265_VPS: Final = bytes.fromhex("40010c01ffff016000000300900000030000030078959409")
H265_PPS: Final = bytes.fromhex("4401c073c189")

TIMESCALE: Final = 12800
FRAME: Final = 512
"""Ticks of a frame at 25 frames a second."""

CAMERA_UUID: Final = "11111111-2222-3333-4444-555555555555"
_NOT_SYNC, _SYNC = 0x0101_0000, 0x0200_0000


def h264_record(sps: bytes = H264_1080P_SPS) -> bytes:
    """Return an `avcC` body."""
    units = (
        b"\xe1" + struct.pack(">H", len(sps)) + sps + b"\x01" + struct.pack(">H", len(H264_PPS)) + H264_PPS
    )
    return b"\x01" + sps[1:4] + b"\xff" + units


def h265_record(sps: bytes = H265_1080P_SPS, general: str = "016000000090000000000078") -> bytes:
    """Return an `hvcC` body; `general` is profile, compatibility, constraints and level."""
    arrays = b"".join(
        bytes([0x80 | kind]) + struct.pack(">HH", 1, len(unit)) + unit
        for kind, unit in ((32, H265_VPS), (33, sps), (34, H265_PPS))
    )
    return b"\x01" + bytes.fromhex(general) + bytes.fromhex("f000fcfdf8f800000f") + b"\x03" + arrays


def init_bytes(entry: bytes = b"avc1", record: bytes | None = None, *, comment: str = CAMERA_UUID) -> bytes:
    """Return `ftyp` + `moov` with one video track."""
    configuration = b"avcC" if entry.startswith(b"avc") else b"hvcC"
    body = h264_record() if record is None else record
    visual = struct.pack(">6xH16xHHII4xH32xHh", 1, 1920, 1080, 0x480000, 0x480000, 1, 24, -1)
    stsd = make_full_box(
        b"stsd", 0, 0, struct.pack(">I", 1), make_box(entry, visual, make_box(configuration, body))
    )
    stbl = make_box(b"stbl", stsd)
    hdlr = make_full_box(b"hdlr", 0, 0, struct.pack(">I4s12x", 0, b"vide"), b"VideoHandler\0")
    mdhd = make_full_box(b"mdhd", 0, 0, struct.pack(">4IHH", 0, 0, TIMESCALE, 0, 0x55C4, 0))
    tkhd = make_full_box(b"tkhd", 0, 3, struct.pack(">5I16x36xII", 0, 0, 1, 0, 0, 1920 << 16, 1080 << 16))
    trak = make_box(b"trak", tkhd, make_box(b"mdia", mdhd, hdlr, make_box(b"minf", stbl)))
    trex = make_full_box(b"trex", 0, 0, struct.pack(">5I", 1, 1, 0, 0, 0))
    data = make_box(b"data", struct.pack(">II", 1, 0), comment.encode())
    ilst = make_box(b"ilst", make_box(b"\xa9cmt", data))
    udta = make_box(b"udta", make_full_box(b"meta", 0, 0, ilst))
    ftyp = make_box(b"ftyp", b"iso5", struct.pack(">I", 512), b"iso5iso6mp41")
    return ftyp + make_box(b"moov", trak, make_box(b"mvex", trex), udta)


def fragment_bytes(
    decode_time: int,
    sizes: Sequence[int] = (50, 10, 10),
    *,
    durations: Sequence[int] | None = None,
    composition_offsets: Sequence[int] | None = None,
    keyframe: bool = True,
) -> bytes:
    """Return one `moof` + `mdat`; without `durations` every sample inherits one frame."""
    flags = 0x205 | (0x100 if durations else 0) | (0x800 if composition_offsets else 0)
    columns: list[Sequence[int]] = [sizes]
    if durations:
        columns.insert(0, durations)
    if composition_offsets:
        columns.append([value & 0xFFFF_FFFF for value in composition_offsets])
    rows = b"".join(struct.pack(f">{len(row)}I", *row) for row in zip(*columns, strict=True))
    first = _SYNC if keyframe else _NOT_SYNC

    def moof(data_offset: int) -> bytes:
        trun = make_full_box(b"trun", 1, flags, struct.pack(">IiI", len(sizes), data_offset, first), rows)
        tfhd = make_full_box(b"tfhd", 0, 0x20038, struct.pack(">4I", 1, FRAME, sizes[0], _NOT_SYNC))
        tfdt = make_full_box(b"tfdt", 1, 0, struct.pack(">Q", decode_time))
        mfhd = make_full_box(b"mfhd", 0, 0, struct.pack(">I", 1))
        return make_box(b"moof", mfhd, make_box(b"traf", tfhd, tfdt, trun))

    media = b"".join(bytes([number % 256]) * size for number, size in enumerate(sizes))
    return moof(len(moof(0)) + 8) + make_box(b"mdat", media)


def file_bytes(fragments: int = 4, *, start: int = 0) -> bytes:
    """Return a file of `fragments` GOPs of three frames."""
    return init_bytes() + b"".join(fragment_bytes(start + number * 3 * FRAME) for number in range(fragments))
