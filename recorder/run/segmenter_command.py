"""The only arguments with which ffmpeg records: stream copy into fragmented MP4 segments; pure.

Why each flag is there, and what was measured, stands in docs/design/media.md.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import ffmpeg

FRAGMENT_SECONDS = 1
"""A kill loses at most this much, and live view follows the growing file this closely."""

_WHITELIST = "pipe,fd,rtsp,rtsps,rtp,udp,tcp,tls,crypto"
_MOVFLAGS = "+frag_keyframe+empty_moov+default_base_moof+skip_trailer+frag_discont"
_TIMESCALE = 90_000
"""RTP's own clock for video: times are kept exactly. ffmpeg 5 would choose one by the guessed frame rate."""


@dataclass(frozen=True, slots=True)
class SegmenterPlan:
    """What one ffmpeg is to do.

    Attributes:
        ffmpeg_path: the program.
        camera_uuid: written into every file as its comment (never the run: the init must be equal across runs).
        segment_seconds: length of a file; divides a day.
        offset_seconds: where in each `segment_seconds` this stream's files are cut.
        is_h265: whether the camera is known to send H.265, whose files are tagged hvc1 (Safari plays no hev1).
        record_audio: also record sound, as AAC: G.711 and most else cannot be stored in MP4.
    """

    ffmpeg_path: str
    camera_uuid: UUID
    segment_seconds: int
    offset_seconds: int
    is_h265: bool = False
    record_audio: bool = False


def rotation_offset(stream_uuid: UUID, segment_seconds: int) -> int:
    """Return the second within a segment at which a stream's files are cut.

    Derived from the stream alone, so that many streams never close their files in the same moment, and a stream
    keeps its rhythm over restarts.
    """
    return int.from_bytes(hashlib.sha256(stream_uuid.bytes).digest()[:8], "big") % segment_seconds


def segmenter_command(plan: SegmenterPlan) -> list[str]:
    """Return the whole argument list; it holds no address and no secret, those come on standard input.

    ffmpeg is to be started inside the run's incoming folder: it writes 000000.mp4 and onwards there, and a line for
    each finished file to standard output.
    """
    return _compiled(
        plan,
        ffmpeg.input("pipe:0", f="concat", safe=0, protocol_whitelist=_WHITELIST),
        record_audio=plan.record_audio,
    )


def self_test_command(plan: SegmenterPlan, *, seconds: int) -> list[str]:
    """Return arguments that record ffmpeg's own test picture in the same way, as fast as it can.

    Files are cut by media time, because this runs faster than the clock.
    """
    source = ffmpeg.input(f"testsrc2=size=128x96:rate=10:duration={seconds}", f="lavfi")
    encoding: dict[str, str | int] = {
        "c:v": "libx264",
        "preset": "ultrafast",
        "g": 10,
        "segment_atclocktime": 0,
    }
    return _compiled(plan, source, more=encoding)


def _compiled(
    plan: SegmenterPlan,
    source: ffmpeg.Stream,
    *,
    record_audio: bool = False,
    more: Mapping[str, object] | None = None,
) -> list[str]:
    streams = [source["v:0"], source["a:0?"]] if record_audio else [source["v:0"]]
    options: dict[str, object] = {
        "c:v": "copy",
        "sn": None,
        "dn": None,
        "map_metadata": -1,
        "map_chapters": -1,
        "fflags": "+bitexact",
        "metadata": f"comment={plan.camera_uuid}",
        # One shift for the whole run, none inside a file: decode times go on from file to file.
        "avoid_negative_ts": "make_zero",
        "f": "segment",
        "segment_time": plan.segment_seconds,
        "segment_atclocktime": 1,
        "segment_clocktime_offset": plan.offset_seconds,
        "segment_format": "mp4",
        "segment_list": "pipe:1",
        "segment_list_type": "csv",
        "segment_list_size": 0,
        "segment_format_options": (
            f"movflags={_MOVFLAGS}:avoid_negative_ts=disabled:use_editlist=0:flush_packets=1"
            f":frag_duration={FRAGMENT_SECONDS * 1_000_000}:video_track_timescale={_TIMESCALE}:movie_timescale={_TIMESCALE}"
        ),
    }
    if record_audio:
        options |= {"c:a": "aac", "ac": 1, "ar": 16_000, "b:a": "32k"}
    else:
        options["an"] = None
    if plan.is_h265:
        options["tag:v"] = "hvc1"
    output = ffmpeg.output(*streams, "%06d.mp4", **(options | dict(more or {})))
    program = [plan.ffmpeg_path, "-nostdin", "-hide_banner", "-nostats", "-loglevel", "level+warning"]
    return ffmpeg.compile(output, cmd=program)
