"""The band of frame truth survives what happens to a picture between camera and screen."""

import io
from fractions import Fraction

import av
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from vms.simulator.camera_spec import Scene, VideoSpec
from vms.simulator.nal_units import join_units
from vms.simulator.picture.frame_truth import BandPainter, FrameTruth, read_truth, truth_bits
from vms.simulator.picture.painter import Painter
from vms.simulator.picture.video_encoder import VideoEncoder

TRUTH = FrameTruth(frame=4_000_000_123, time_us=1_795_459_200_123_456, camera=65_000)


def _decoded(video: VideoSpec, frames: int) -> list[av.VideoFrame]:
    """Return the frames of a camera after H.264 at the given rate."""
    painter = Painter(name="Taman", camera=7, scene=Scene.PARK, width=video.width, height=video.height)
    encoder = VideoEncoder(video)
    coded = [
        unit for n in range(frames) for unit in encoder.encode(painter.paint(n, n * 40_000), n, n * 40_000)
    ]
    coded += encoder.flush()
    stream = io.BytesIO(b"".join(join_units(frame.units) for frame in coded))
    with av.open(stream, "r", format="h264") as container:
        return list(container.decode(video=0))


def _luma(frame: av.VideoFrame) -> NDArray[np.uint8]:
    return np.asarray(frame.to_ndarray(format="gray"), np.uint8)


def _as_thumbnail(frame: av.VideoFrame) -> av.VideoFrame:
    """Return the frame as a 320x180 JPEG shows it."""
    encoder = av.CodecContext.create("mjpeg", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = 320, 180, "yuvj420p"
    encoder.time_base = Fraction(1, 10)
    encoder.options = {"qmin": "8", "qmax": "8"}
    small = frame.reformat(width=320, height=180, format="yuvj420p")
    small.pts = 0
    jpeg = b"".join(bytes(packet) for packet in [*encoder.encode(small), *encoder.encode(None)])
    with av.open(io.BytesIO(jpeg), "r", format="mjpeg") as container:
        return next(iter(container.decode(video=0)))


@given(
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**63),
    st.integers(0, 2**16 - 1),
    st.sampled_from([(1920, 1080), (1280, 720), (640, 360), (320, 180), (704, 576), (854, 480)]),
)
def test_any_truth_is_read_back_from_any_size(
    frame: int, time_us: int, camera: int, size: tuple[int, int]
) -> None:
    truth = FrameTruth(frame, time_us, camera)
    luma = np.full((size[1], size[0]), 90, np.uint8)
    BandPainter(*size).paint(luma, truth)
    assert read_truth(luma) == truth


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (640, 360), (320, 180)])
def test_truth_survives_h264_at_a_starved_bitrate(size: tuple[int, int]) -> None:
    video = VideoSpec(*size, fps=25, bitrate_kbps=size[0] // 3)
    truths = [read_truth(_luma(frame)) for frame in _decoded(video, 12)]
    assert truths == [FrameTruth(n, n * 40_000, 7) for n in range(12)]


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (640, 360), (320, 180)])
def test_truth_survives_a_320x180_jpeg_of_the_h264_picture(size: tuple[int, int]) -> None:
    frames = _decoded(VideoSpec(*size, fps=25), 3)
    truths = [read_truth(_luma(_as_thumbnail(frame))) for frame in frames]
    assert truths == [FrameTruth(n, n * 40_000, 7) for n in range(3)]


def test_truth_is_read_from_a_dimmed_picture() -> None:
    luma = np.full((360, 640), 90, np.uint8)
    BandPainter(640, 360).paint(luma, TRUTH)
    assert read_truth((luma * 0.4).astype(np.uint8)) == TRUTH


def test_one_wrong_block_makes_the_band_unreadable() -> None:
    luma = np.full((360, 640), 90, np.uint8)
    BandPainter(640, 360).paint(luma, TRUTH)
    luma[:10, :10] = 255 - luma[:10, :10]
    assert read_truth(luma) is None


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_picture_without_a_band_says_nothing(level: int) -> None:
    assert read_truth(np.full((360, 640), level, np.uint8)) is None


def test_a_picture_too_small_for_the_grid_says_nothing() -> None:
    assert read_truth(np.zeros((20, 40), np.uint8)) is None


def test_the_layout_is_the_documented_one() -> None:
    bits = "".join(map(str, truth_bits(FrameTruth(1, 2, 3)).ravel()))
    assert bits[:112] == f"{1:032b}{2:064b}{3:016b}"
    assert len(bits) == 128
