"""A simulated camera's past, written quickly as the files that the recorder would have written.

The muxer and flags are those of the recorder's ffmpeg (the init is, byte for byte, that of ffmpeg 9.0.2): an init and one fragment a second, no trailer,
decode times that go on from file to file, an init that is the same bytes in every file, and parameter sets in band.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from vms.domain.errors import InvalidInput
from vms.simulator.camera_spec import CameraSpec, Codec, VideoSpec
from vms.simulator.nal_units import EncodedFrame, join_units
from vms.simulator.picture.painter import Painter
from vms.simulator.picture.video_encoder import VideoEncoder, sample_of
from vms.simulator.rtsp.rtp import VIDEO_CLOCK

FILE_SECONDS = 60

_MUXER_OPTIONS = {
    "movflags": "+frag_keyframe+empty_moov+default_base_moof+skip_trailer+frag_discont",
    "avoid_negative_ts": "disabled",
    "use_editlist": "0",
    "frag_duration": "1000000",
    "movie_timescale": str(VIDEO_CLOCK),
    "fflags": "+bitexact",
}


@dataclass(frozen=True, slots=True)
class HistoryFile:
    """One finished file: UTC time of its first frame, and the time until the first frame of the next."""

    path: Path
    start_us: int
    duration_us: int


def write_history(
    spec: CameraSpec, start_us: int, end_us: int, folder: Path, fps: int, *, comment: str = ""
) -> list[HistoryFile]:
    """Write the camera's main stream of [start_us, end_us) into `folder` and return its files in order.

    See `history_files`, which does the work file by file.
    """
    return list(history_files(spec, start_us, end_us, folder, fps, comment=comment))


def history_files(
    spec: CameraSpec, start_us: int, end_us: int, folder: Path, fps: int, *, comment: str = ""
) -> Iterator[HistoryFile]:
    """Yield each file of the camera's main stream as soon as it is finished.

    Frames are numbered from 0 at `start_us`; frame n says, and was made at, start_us + n / fps. A file ends at the first
    keyframe at or behind each whole minute (UTC) and is called by its number, as `000000.mp4`. If the iteration is given
    up, the file at hand is removed and the finished ones stay.

    Args:
        spec: the camera; its own `fps` is replaced by `fps`.
        start_us: UTC microseconds, included.
        end_us: UTC microseconds, excluded.
        folder: exists; files of the same names are overwritten.
        fps: frames a second.
        comment: becomes the file's comment tag, where the recorder writes the camera's id.

    Raises:
        InvalidInput: the range is empty, or the stream has B-frames, whose order history does not need.
    """
    if end_us <= start_us or spec.b_frames:
        raise InvalidInput("history needs a range that is not empty and a camera without B-frames")
    video = replace(spec.video, fps=fps)
    template = _template(video)
    try:
        for number, frames in enumerate(_file_loads(_encoded(spec, video, start_us, end_us))):
            path = folder / f"{number:06d}.mp4"
            first = frames[0].frame
            count = len(frames)
            _write_file(path, frames, template.streams.video[0], fps, comment)
            yield HistoryFile(path, _time_us(start_us, first, fps), _span_us(start_us, first, count, fps))
    finally:
        template.close()


def _time_us(start_us: int, frame: int, fps: int) -> int:
    return start_us + frame * 1_000_000 // fps


def _span_us(start_us: int, first: int, count: int, fps: int) -> int:
    return _time_us(start_us, first + count, fps) - _time_us(start_us, first, fps)


def _encoded(spec: CameraSpec, video: VideoSpec, start_us: int, end_us: int) -> Iterator[EncodedFrame]:
    painter = Painter(
        name=spec.name, camera=spec.number, scene=spec.scene, width=video.width, height=video.height
    )
    encoder = VideoEncoder(video)
    frame = 0
    while (time_us := _time_us(start_us, frame, video.fps)) < end_us:
        yield from encoder.encode(painter.paint(frame, time_us), frame, time_us)
        frame += 1
    yield from encoder.flush()


def _file_loads(frames: Iterator[EncodedFrame]) -> Iterator[list[EncodedFrame]]:
    """Yield the frames of one file after another: at most a minute's worth, a few hundred kilobytes."""
    load: list[EncodedFrame] = []
    for frame in frames:
        if load and frame.is_key and _minute(frame) != _minute(load[0]):
            yield load
            load = []
        load.append(frame)
    if load:
        yield load


def _minute(frame: EncodedFrame) -> int:
    return frame.time_us // (FILE_SECONDS * 1_000_000)


def _template(video: VideoSpec) -> InputContainer:
    """Return an open elementary stream whose parameters, parameter sets included, every file's track copies."""
    # Three-byte start codes: behind a four-byte one, libavformat keeps its first zero as the end of the PPS.
    stream = b"".join(b"\x00\x00\x01" + unit for unit in sample_of(video))
    name = "h264" if video.codec is Codec.H264 else "hevc"
    return av.open(io.BytesIO(stream), "r", format=name)


def _write_file(
    path: Path, frames: list[EncodedFrame], template: VideoStream, fps: int, comment: str
) -> None:
    is_complete = False
    try:
        with av.open(str(path), "w", format="mp4", options=_MUXER_OPTIONS) as container:
            _mux(container, frames, template, fps, comment)
        is_complete = True
    finally:
        if not is_complete:
            path.unlink(missing_ok=True)


def _mux(
    container: OutputContainer, frames: list[EncodedFrame], template: VideoStream, fps: int, comment: str
) -> None:
    track = container.add_stream_from_template(template)
    track.time_base = Fraction(1, VIDEO_CLOCK)
    if template.codec.name == "hevc":
        track.codec_tag = "hvc1"
    if comment:
        container.metadata["comment"] = comment
    for frame in frames:
        packet = Packet(join_units(frame.units))
        packet.stream = track
        packet.time_base = Fraction(1, VIDEO_CLOCK)
        packet.pts = packet.dts = frame.frame * VIDEO_CLOCK // fps
        packet.duration = (frame.frame + 1) * VIDEO_CLOCK // fps - packet.pts
        packet.is_keyframe = frame.is_key
        container.mux(packet)
