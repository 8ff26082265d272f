"""Makes recordings with a real ffmpeg, in the way the recorder does, and reads back what they show."""

from __future__ import annotations

import hashlib
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import imageio_ffmpeg

from playback.clips.clip_source import ClipSource
from tests.support.written_footage import whole_fragments
from vms.media.fragment_table import ticks_to_us
from vms.media.fragments import walk_fragments
from vms.media.init_segment import read_init

_MUXER_OPTIONS: Final = (
    "movflags=+frag_keyframe+empty_moov+default_base_moof+skip_trailer+frag_discont"
    ":avoid_negative_ts=disabled:use_editlist=0:flush_packets=1:frag_duration=1000000:video_track_timescale=90000:movie_timescale=1000"
)
_H264: Final = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p")
_VARIABLE_RATE: Final = "select='mod(n,7)',setpts='PTS+mod(N,5)*0.004/TB'"

ENCODINGS: Final = {
    "h264": (*_H264, "-bf", "0", "-g", "25"),
    "h264-b-frames": (*_H264, "-bf", "3", "-g", "25"),
    "h264-open-gop": (*_H264, "-bf", "3", "-g", "25", "-x264-params", "open-gop=1"),
    "h264-gop-20s": (*_H264, "-bf", "2", "-g", "500"),
    "h264-variable-rate": (
        *("-vf", _VARIABLE_RATE, "-fps_mode", "passthrough", "-enc_time_base", "1/90000"),
        *(*_H264, "-bf", "0", "-g", "25"),
    ),
    "h265": (
        *("-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-tag:v", "hvc1"),
        *("-x265-params", "log-level=error:keyint=25:min-keyint=25"),
    ),
}
"""Encoder options by the kind of camera they imitate."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A shown frame: its presentation time in the file's ticks and a digest of its luma."""

    time: int
    luma: str


def ffmpeg(*arguments: str | Path) -> None:
    """Run ffmpeg to its end."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-loglevel", "error", "-y"]
    subprocess.run([*command, *arguments], check=True, timeout=120)


def record(
    folder: Path,
    encoding: str,
    *,
    seconds: int = 25,
    segment_seconds: int = 10,
    hue: int = 0,
    sound: bool = False,
) -> None:
    """Fill `folder` with the segments of one run of a test camera; `hue` tells cameras apart."""
    folder.mkdir(parents=True)
    camera = folder / "camera.mp4"
    picture = f"testsrc2=size=320x240:rate=25:duration={seconds},hue=h={hue}"
    tone = ("-f", "lavfi", "-i", f"sine=duration={seconds}") if sound else ()
    coding = (*ENCODINGS[encoding], "-video_track_timescale", "90000")
    ffmpeg("-f", "lavfi", "-i", picture, *tone, *coding, camera)
    ffmpeg(
        *(
            "-i",
            camera,
            "-map",
            "0:v:0",
            "-map",
            "0:a?",
            "-c",
            "copy",
            "-map_metadata",
            "-1",
            "-fflags",
            "+bitexact",
        ),
        *("-avoid_negative_ts", "make_zero", "-f", "segment", "-segment_time", str(segment_seconds)),
        *("-segment_format", "mp4", "-segment_format_options", _MUXER_OPTIONS, folder / "%06d.mp4"),
    )
    camera.unlink()


def sources_of(folder: Path, *, wall_start_us: int, run: str = "run") -> list[ClipSource]:
    """Return the segments in `folder` as clip sources; the camera's clock is right."""
    sources: list[ClipSource] = []
    origin: int | None = None
    for file in sorted(folder.glob("*.mp4")):
        descriptor = os.open(file, os.O_RDONLY)
        try:
            init = read_init(descriptor)
            size = os.fstat(descriptor).st_size
            found = walk_fragments(descriptor, size, len(init.data), init)
        finally:
            os.close(descriptor)
        content = file.read_bytes()
        assert (whole_fragments(content), found.damage) == (content, None)
        first, last = found.fragments[0], found.fragments[-1]
        origin = first.presentation_time if origin is None else origin
        sources.append(
            ClipSource(
                file=file,
                init=init,
                fragments=found.fragments,
                wall_start_us=wall_start_us + ticks_to_us(first.presentation_time - origin, init.timescale),
                wall_duration_us=ticks_to_us(
                    last.decode_time + last.duration - first.decode_time, init.timescale
                ),
                run=run,
            )
        )
    return sources


def joined(folder: Path) -> Path:
    """Return one file with the whole run: the first init and every fragment, byte after byte."""
    whole = folder / "whole.joined"
    files = sorted(folder.glob("*.mp4"))
    if not whole.exists():
        parts = [file.read_bytes() for file in files]
        init = len(sources_of(folder, wall_start_us=0)[0].init.data)
        whole.write_bytes(parts[0] + b"".join(part[init:] for part in parts[1:]))
    return whole


def shown_frames(file: Path) -> list[Frame]:
    """Return every frame a player shows, edit list honoured, in order."""
    with av.open(str(file), format="mp4") as container:
        return [
            Frame(int(frame.pts or 0), hashlib.sha256(frame.to_ndarray(format="gray").tobytes()).hexdigest())
            for frame in container.decode(video=0)
        ]


def packets(file: Path) -> list[str]:
    """Return a digest of every video packet in the file, hidden ones too, in decode order."""
    with av.open(str(file), format="mp4", options={"ignore_editlist": "1"}) as container:
        return [
            hashlib.sha256(bytes(packet)).hexdigest() for packet in container.demux(video=0) if packet.size
        ]
