"""Synthetic history is what the recorder would have written."""

import hashlib
import struct
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg
import pytest

from tests.support.cameras.simulated_cameras import PLAIN, play_out, record, truths_in
from vms.domain.errors import InvalidInput
from vms.simulator.camera_spec import Codec
from vms.simulator.history import write_history
from vms.simulator.picture.frame_truth import FrameTruth
from vms.simulator.rtsp.server import SimulatorServer


def boxes(data: bytes) -> list[tuple[bytes, int, int]]:
    """Return kind, start and end of the outermost boxes of an MP4 file."""
    found = []
    start = 0
    while start < len(data):
        size, kind = struct.unpack(">I4s", data[start : start + 8])
        found.append((kind, start, start + size))
        start += size
    return found


@pytest.mark.parametrize("codec", list(Codec))
def test_history_has_the_very_init_that_the_recorder_writes(codec: Codec, tmp_path: Path) -> None:
    spec = replace(PLAIN, codec=codec)

    async def scenario(server: SimulatorServer) -> None:
        tag = ("-tag:v", "hvc1") if codec is Codec.H265 else ()
        await record(imageio_ffmpeg.get_ffmpeg_exe(), server.url("cam0"), tmp_path / "live%d.mp4", 3, *tag)

    play_out([spec], scenario)
    written = write_history(spec, 1_000_000, 6_000_000, tmp_path, 10, comment="here")
    live, past = (tmp_path / "live0.mp4").read_bytes(), written[0].path.read_bytes()
    live_boxes, past_boxes = boxes(live), boxes(past)
    assert [kind for kind, _, _ in past_boxes] == [b"ftyp", b"moov"] + [b"moof", b"mdat"] * 5
    assert (
        hashlib.sha256(live[: live_boxes[1][2]]).digest() == hashlib.sha256(past[: past_boxes[1][2]]).digest()
    )


def test_history_goes_on_from_file_to_file(tmp_path: Path) -> None:
    start_us, end_us = 1_795_459_170_500_000, 1_795_459_330_500_000
    files = write_history(PLAIN, start_us, end_us, tmp_path, 5)
    assert files[0].start_us == start_us
    assert [one.start_us + one.duration_us for one in files] == [*(two.start_us for two in files[1:]), end_us]
    assert all(one.duration_us <= 60_000_000 for one in files)
    contents = [one.path.read_bytes() for one in files]
    assert len({data[: boxes(data)[1][2]] for data in contents}) == 1
    whole = tmp_path / "whole.mp4"
    whole.write_bytes(b"".join(contents))
    assert truths_in(whole) == [FrameTruth(n, start_us + n * 200_000, 7) for n in range(800)]


def test_history_given_up_leaves_only_finished_files(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_history(PLAIN, 0, 5_000_000, tmp_path / "missing", 5)
    with pytest.raises(InvalidInput):
        write_history(PLAIN, 5, 5, tmp_path, 5)
    assert not list(tmp_path.iterdir())
