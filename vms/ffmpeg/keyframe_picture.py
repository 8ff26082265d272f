"""A keyframe's bytes made into a small JPEG, by libavcodec in this process."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame

from vms.domain.errors import MalformedMedia
from vms.media.init_segment import InitSegment

_START_CODE: Final = b"\x00\x00\x00\x01"
_DECODERS: Final = {"h264": "h264", "h265": "hevc"}
_H265_VPS: Final = 32
_JPEG_QUALITY: Final = 5
"""mjpeg's quantiser, 2 best to 31 worst: a 320x180 picture of a street takes 5-12 kB."""


class KeyframeDecoder:
    """Decodes single keyframes of streams that share one init segment; one thread at a time may use it."""

    def __init__(self, init: InitSegment, *, is_exact: bool = True) -> None:
        """Prepare a decoder.

        Args:
            init: of the file that the keyframes come from.
            is_exact: False skips the deblocking filter: a quarter faster, and unseen once scaled down.
        """
        self._sets = b"".join(_START_CODE + unit for unit in _units_before_picture(init))
        context = av.CodecContext.create(_DECODERS[init.codec], "r")
        if not isinstance(
            context, VideoCodecContext
        ):  # a type for mypy; libavcodec knows both names as video
            raise MalformedMedia(f"{init.codec} is no video codec here")
        context.thread_count = 1
        if not is_exact:
            context.options = {"skip_loop_filter": "all"}
        self._context: VideoCodecContext = context

    def decode(self, sample: bytes) -> VideoFrame:
        """Return the picture of one keyframe.

        Args:
            sample: as it lies in the file, each unit behind its 4-byte length.

        Raises:
            MalformedMedia: the bytes are no decodable keyframe.
        """
        data = self._sets + b"".join(_START_CODE + unit for unit in _length_prefixed_units(sample))
        try:
            frames = [*self._context.decode(av.Packet(data)), *self._context.decode(None)]
        except av.FFmpegError as error:
            raise MalformedMedia(f"keyframe cannot be decoded: {error}") from error
        finally:
            self._context.flush_buffers()
        if not frames:
            raise MalformedMedia("keyframe holds no picture")
        return frames[0]


def to_jpeg(frame: VideoFrame, width: int, height: int | None = None) -> bytes:
    """Return the frame as JPEG, `width` wide; `height` follows the frame's shape where None. Both are made even."""
    width -= width % 2
    height = height if height is not None else round(width * frame.height / frame.width)
    height -= height % 2
    encoder = av.CodecContext.create("mjpeg", "w")
    if not isinstance(encoder, VideoCodecContext):
        raise MalformedMedia("mjpeg is no video codec here")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.qmin = encoder.qmax = _JPEG_QUALITY
    encoder.thread_count = 1
    scaled = frame.reformat(width=width, height=height, format="yuvj420p", interpolation="FAST_BILINEAR")
    scaled.pts = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(scaled), *encoder.encode(None)])


def _units_before_picture(init: InitSegment) -> Iterator[bytes]:
    """Yield the parameter sets in the order that decoders need: VPS (H.265), SPS, PPS."""
    sets = init.parameter_sets
    is_vps = [sets.codec == "h265" and unit[0] >> 1 & 0x3F == _H265_VPS for unit in sets.others]
    yield from (unit for unit, first in zip(sets.others, is_vps, strict=True) if first)
    yield from sets.sps
    yield from (unit for unit, first in zip(sets.others, is_vps, strict=True) if not first)


def _length_prefixed_units(sample: bytes) -> Iterator[bytes]:
    """Yield the units of a sample whose lengths are 4 bytes, as ffmpeg's muxer always writes them."""
    position = 0
    while position + 4 <= len(sample):
        size = int.from_bytes(sample[position : position + 4], "big")
        unit = sample[position + 4 : position + 4 + size]
        if size == 0 or len(unit) < size:
            return
        yield unit
        position += 4 + size
