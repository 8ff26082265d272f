"""Starts the ffmpeg of a run: what it is to do, where, and what only its standard input may tell it."""

from collections.abc import Callable

from recorder.run.run_parts import RunOrder, RunParts
from recorder.run.segmenter_command import SegmenterPlan, rotation_offset, segmenter_command
from recorder.run.stream_input import StreamInput
from vms.domain.time import SECOND_US
from vms.ffmpeg.process import FfmpegProcess, spawn_ffmpeg


async def start_segmenter(
    order: RunOrder, parts: RunParts, folder_fd: int, hear: Callable[[str], str]
) -> FfmpegProcess:
    """Return ffmpeg, running and writing into the run's folder.

    Args:
        order: what to record. parts: with which tools.
        folder_fd: the run's folder.
        hear: told each line that ffmpeg says, and returns it without secrets.

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
        redact=hear,
        stdin_text=script.text().value,
        cwd_fd=folder_fd,
    )
