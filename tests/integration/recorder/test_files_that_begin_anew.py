"""An ffmpeg that fails its self-test, because decode times begin at zero in every file, still records what is right."""

import asyncio
import os
import re
from itertools import pairwise
from pathlib import Path

import pytest

from playback.exports.export_worker import ExportWorker
from playback.stream.footage import Footage
from playback.stream.pieces import Piece
from playback.stream.playlist import PlaylistUrls, media_playlist
from playback.stream.segment_source import SegmentSource
from recorder.run.ffmpeg_self_test import run_self_test
from tests.support.installation import truths_of
from tests.support.old_ffmpeg import ffmpeg_without_frag_discont
from tests.support.recorder_scene import Scene, play
from vms.domain.export import ClipRequest, ExportState
from vms.domain.moments.site_time import SiteZone
from vms.domain.segment import SegmentFlag
from vms.domain.time import SECOND_US, TimeRange
from vms.ffmpeg.binary import find_ffmpeg
from vms.simulator.camera_spec import CameraSpec
from vms.simulator.picture.frame_truth import FrameTruth

CAMERA = CameraSpec("Balai Kota", "a", 1, width=320, height=180, fps=10)
FRAME_US = SECOND_US // 10
NEAR_US = 200_000
"""Wall times are those of arrival, frames say when they were made."""


@pytest.fixture
def old_ffmpeg(any_ffmpeg: str, tmp_path: Path) -> str:
    return ffmpeg_without_frag_discont(any_ffmpeg, tmp_path)


def test_self_test_tells_that_decode_times_begin_anew(old_ffmpeg: str) -> None:
    result = asyncio.run(run_self_test(find_ffmpeg(old_ffmpeg)))
    assert result.begins_anew
    assert not result.is_sound


def test_self_test_tells_that_decode_times_go_on(any_ffmpeg: str) -> None:
    assert not asyncio.run(run_self_test(find_ffmpeg(any_ffmpeg))).begins_anew


def test_footage_is_dated_played_and_exported_as_if_decode_times_went_on(
    old_ffmpeg: str, tmp_path: Path
) -> None:
    async def scenario(scene: Scene) -> None:
        await scene.until_recorded("a", 4)
        await scene.stop()
        # Decoding takes long enough for the simulator to be missed.
        await asyncio.to_thread(examine, scene, tmp_path)

    play(tmp_path, [CAMERA], scenario, ffmpeg_path=old_ffmpeg)


def examine(scene: Scene, folder: Path) -> None:
    segments = scene.segments("a")
    footage = Footage(scene.storage, SegmentSource(scene.storage), scene.clock)
    window = TimeRange(segments[0].start_us, segments[-1].end_us)
    files = footage.files(scene.stream("a").id, window)
    assert len(files) == len(segments) >= 4
    assert {file.fragments.decode_start for file in files} == {0}

    # One run without a seam in wall time, each file where it belongs.
    assert len(scene.runs("a")) == 1
    assert all(before.end_us == after.start_us for before, after in pairwise(segments))
    assert not any(segment.flags & (SegmentFlag.JUMP | SegmentFlag.RATE) for segment in segments)
    pieces = footage.pieces(scene.stream("a").id, window)
    recorded = [truth for piece in pieces for truth in frames_of(footage, piece, folder)]
    assert [truth.frame for truth in recorded] == consecutive(recorded)

    # A break at every file, and the media bytes of each piece are those of its time.
    text = media_playlist(
        pieces, PlaylistUrls(lambda file: f"{file.seq}.mp4", lambda init: f"{init}"), is_ended=True
    )
    assert text.count("#EXT-X-DISCONTINUITY\n") == len(files) - 1
    assert len(re.findall("#EXT-X-MAP", text)) == len(files)
    for piece in pieces:
        first = frames_of(footage, piece, folder)[0]
        assert abs(first.time_us - piece.start_us) < NEAR_US

    # A clip from the middle of the first file to the middle of the last holds every frame between.
    asked = TimeRange(recorded[7].time_us, recorded[-7].time_us)
    shown = exported(scene, footage, asked, folder)
    assert [truth.frame for truth in shown] == consecutive(shown)
    assert abs(shown[0].time_us - asked.start_us) < NEAR_US
    assert abs(shown[-1].time_us - asked.end_us) < NEAR_US + FRAME_US


def consecutive(truths: list[FrameTruth]) -> list[int]:
    """Return the numbers that frames have if none is missing and none comes twice."""
    return list(range(truths[0].frame, truths[0].frame + len(truths)))


def frames_of(footage: Footage, piece: Piece, folder: Path) -> list[FrameTruth]:
    """Return the frames that a player makes of one piece: its init segment and its bytes, nothing else."""
    file = piece.file
    opened = footage.source.open_media(file.stream_id, file.run_id, file.seq)
    path = folder / "piece.mp4"
    try:
        init = os.pread(opened.fd, file.init_bytes, 0)
        path.write_bytes(init + os.pread(opened.fd, piece.size, piece.offset))
    finally:
        os.close(opened.fd)
    return truths_of(path)


def exported(scene: Scene, footage: Footage, time: TimeRange, folder: Path) -> list[FrameTruth]:
    """Return what the frames of a clip say of themselves."""
    storage = scene.storage
    worker = ExportWorker(
        storage,
        footage,
        scene.clock,
        root=folder / "exports",
        zone=SiteZone("Asia/Makassar", "WITA"),
        version="test",
        keep_hours=1,
    )
    job = storage.exports.create(ClipRequest((scene.cameras["a"].id,), time, "clip", "", None))
    assert worker.run_next()
    assert storage.exports.get(job.id).state is ExportState.DONE
    (clip,) = (folder / "exports").glob("*/*.mp4")
    return truths_of(clip)
