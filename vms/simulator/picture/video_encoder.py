"""Pictures into H.264 or H.265, as a plain camera would encode them: one thread, no look-ahead, headers in band."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import av
import numpy as np
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType
from av.video.stream import VideoStream
from numpy.typing import NDArray

from vms.simulator.camera_spec import Codec, VideoSpec
from vms.simulator.nal_units import EncodedFrame, parameter_sets, split_units

_BT709 = 1
_LIMITED_RANGE = 1


class VideoEncoder:
    """Encodes one stream. Not to be used by two threads at once; the encoder is freed with the object."""

    def __init__(self, video: VideoSpec) -> None:
        """Open libx264 or libx265 for `video`."""
        self._codec = video.codec
        self._context = _open_context(video)
        self._times: dict[int, int] = {}

    def encode(
        self, picture: NDArray[np.uint8], frame: int, time_us: int, *, is_key: bool = False
    ) -> list[EncodedFrame]:
        """Return the access units that are ready, in coding order; with B-frames they come some pictures later.

        Args:
            picture: yuv420p, height * 3/2 rows.
            frame: its number; must grow from call to call, gaps are allowed.
            time_us: its UTC time.
            is_key: make it a keyframe, whatever the GOP.
        """
        image = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        image.pts = frame
        image.time_base = self._context.time_base
        image.pict_type = PictureType.I if is_key else PictureType.NONE
        self._times[frame] = time_us
        return self._finish(self._context.encode(image))

    def flush(self) -> list[EncodedFrame]:
        """Return what the encoder still held back; it takes no picture after this."""
        return self._finish(self._context.encode(None))

    def _finish(self, packets: Iterable[Packet[VideoStream]]) -> list[EncodedFrame]:
        frames = []
        for packet in packets:
            frame = packet.pts or 0
            units = split_units(bytes(packet))
            frames.append(EncodedFrame(frame, self._times.pop(frame), self._codec, packet.is_keyframe, units))
        return frames


def sample_of(video: VideoSpec) -> tuple[bytes, ...]:
    """Return the NAL units of one grey picture, encoded as every picture of `video` is."""
    encoder = VideoEncoder(video)
    grey = np.full((video.height * 3 // 2, video.width), 128, np.uint8)
    return tuple(
        unit
        for made in (encoder.encode(grey, 0, 0), encoder.flush())
        for frame in made
        for unit in frame.units
    )


def headers_of(video: VideoSpec) -> tuple[bytes, ...]:
    """Return the parameter sets that an encoder of `video` will make."""
    return parameter_sets(video.codec, sample_of(video))


def _open_context(video: VideoSpec) -> VideoCodecContext:
    name = "libx264" if video.codec is Codec.H264 else "libx265"
    context = av.CodecContext.create(name, "w")
    assert isinstance(context, VideoCodecContext)  # noqa: S101 -- narrows PyAV's type; both names are video encoders
    context.width = video.width
    context.height = video.height
    context.pix_fmt = "yuv420p"
    context.time_base = Fraction(1, video.fps)
    context.framerate = Fraction(video.fps)
    context.gop_size = video.gop_frames
    context.max_b_frames = video.b_frames
    context.thread_count = 1
    context.color_range = _LIMITED_RANGE
    context.colorspace = _BT709
    context.color_primaries = _BT709
    context.color_trc = _BT709
    fine = f"keyint={video.gop_frames}:min-keyint=1:scenecut=0:bframes={video.b_frames}:b-adapt=0"
    options = {"preset": "ultrafast", "tune": "zerolatency", "forced-idr": "1"}
    if video.codec is Codec.H264:
        options["x264-params"] = fine
    else:
        fine += f":rc-lookahead={video.b_frames + 1 if video.b_frames else 0}"  # x265 refuses one below bframes + 1
        options["x265-params"] = (
            f"{fine}:repeat-headers=1:pools=none:frame-threads=1:wpp=0:open-gop=0:log-level=none"
        )
    if video.bitrate_kbps is None:
        options["crf"] = "26"
    else:
        context.bit_rate = video.bitrate_kbps * 1000
        options["maxrate"] = str(video.bitrate_kbps * 1000)
        options["bufsize"] = str(video.bitrate_kbps * 1000)
    context.options = options
    return context
