"""Starts the ffmpeg of a run: what it is to do, where, and what only its standard input may tell it."""

from collections.abc import Callable
from dataclasses import dataclass

from recorder.run.run_parts import RunOrder, RunParts
from recorder.run.segmenter_command import SegmenterPlan, rotation_offset, segmenter_command
from vms.domain.camera_address import Secret
from vms.domain.time import SECOND_US
from vms.ffmpeg.process import FfmpegProcess, spawn_ffmpeg

_PROBE_US = 500_000
"""How long ffmpeg looks at a stream before it writes. Its default of 5 s would delay the first fragment."""


@dataclass(frozen=True, slots=True)
class StreamInput:
    """How to open one stream.

    Attributes:
        url: with credentials and with a checked address for its host.
        timeout_us: how long the socket may be silent.
        record_audio: also set up the sound. Without it the camera's clock reports cannot move the picture's times.
        wallclock_timestamps: use arrival times in place of a broken camera clock.
    """

    url: Secret
    timeout_us: int
    record_audio: bool = False
    wallclock_timestamps: bool = False

    def text(self) -> Secret:
        """Return the ffconcat script; it holds the password, so it goes to ffmpeg's standard input and nowhere else.

        Credentials stay out of the argument list, which every local user can read (SEC-20).
        """
        options: dict[str, object] = {
            "rtsp_transport": "tcp",
            "timeout": self.timeout_us,
            "allowed_media_types": "video+audio" if self.record_audio else "video",
            "analyzeduration": _PROBE_US,
            "fpsprobesize": 0,
        }
        if self.wallclock_timestamps:
            options["use_wallclock_as_timestamps"] = 1
        lines = ["ffconcat version 1.0", f"file {_quoted(self.url.value)}"]
        lines += [f"option {name} {value}" for name, value in options.items()]
        return Secret("\n".join(lines) + "\n")


def _quoted(text: str) -> str:
    """Return the text as one word of ffmpeg's scripts (ffmpeg-utils, "Quoting and escaping")."""
    return "'" + text.replace("'", r"'\''") + "'"


async def start_segmenter(
    order: RunOrder, parts: RunParts, folder_fd: int, on_stderr_line: Callable[[str], str]
) -> FfmpegProcess:
    """Return ffmpeg, running and writing into the run's folder.

    Args:
        order: what to record. parts: with which tools.
        folder_fd: the run's folder.
        on_stderr_line: told each line that ffmpeg says, and returns it without secrets.

    Raises:
        FfmpegFailed: it could not be started.
    """
    stream = order.stream
    plan = SegmenterPlan(
        ffmpeg_path=parts.ffmpeg.path,
        camera_uuid=order.camera.uuid,
        segment_seconds=parts.segment_seconds,
        offset_seconds=rotation_offset(stream.uuid, parts.segment_seconds),
        is_h265=order.is_h265,
        record_audio=stream.record_audio,
    )
    script = StreamInput(
        url=order.url,
        timeout_us=int(parts.timings.socket_timeout_seconds * SECOND_US),
        record_audio=stream.record_audio,
        wallclock_timestamps=stream.wallclock_timestamps,
    )
    return await spawn_ffmpeg(
        segmenter_command(plan),
        label=f"stream {stream.id}",
        redact=on_stderr_line,
        stdin_text=script.text().value,
        cwd_fd=folder_fd,
    )
