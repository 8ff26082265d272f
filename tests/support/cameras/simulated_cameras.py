"""Simulated cameras that run for the length of a scenario, and recordings of them by real ffmpeg."""

import asyncio
import base64
import shutil
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np

from tests.support.deadline import wait_until
from vms.simulator.camera_spec import CameraSpec
from vms.simulator.picture.frame_truth import FrameTruth, read_truth
from vms.simulator.rtsp.server import SimulatorServer

FFMPEGS = sorted({imageio_ffmpeg.get_ffmpeg_exe(), shutil.which("ffmpeg") or imageio_ffmpeg.get_ffmpeg_exe()})
PLAIN = CameraSpec("Balai Kota", "cam0", 7, fps=10)
DEADLINE_SECONDS = 20.0

Scenario = Callable[[SimulatorServer], Awaitable[None]]


def play_out(specs: list[CameraSpec], scenario: Scenario) -> None:
    """Run a scenario against running cameras, and see that no thread outlives them."""

    async def run() -> None:
        async with SimulatorServer() as server:
            await server.start(specs)
            await scenario(server)

    before = set(threading.enumerate())
    asyncio.run(asyncio.wait_for(run(), 3 * DEADLINE_SECONDS))
    # asyncio's own watcher of a child ends a moment after the child.
    wait_until(lambda: set(threading.enumerate()) <= before, seconds=30, what="the end of all threads")


async def record(ffmpeg: str, url: str, target: Path, seconds: int, *more: str) -> None:
    """Record by stream copy, with the recorder's own muxer flags."""
    process = await asyncio.create_subprocess_exec(
        *(ffmpeg, "-nostdin", "-y", "-v", "error", "-rtsp_transport", "tcp", "-allowed_media_types", "video"),
        *("-i", url, "-t", str(seconds), "-map", "0:v:0", "-c:v", "copy", "-map_metadata", "-1"),
        *("-fflags", "+bitexact", "-metadata", "comment=here", "-avoid_negative_ts", "make_zero"),
        *more,
        *("-f", "segment", "-segment_time", "60", "-segment_format", "mp4", "-segment_format_options"),
        "movflags=+frag_keyframe+empty_moov+default_base_moof+skip_trailer+frag_discont:avoid_negative_ts=disabled"
        ":use_editlist=0:flush_packets=1:frag_duration=1000000",
        str(target),
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()


def truths_in(path: Path) -> list[FrameTruth]:
    """Return what every frame of a file says of itself; a frame that cannot be read fails the test."""
    with av.open(str(path)) as container:
        found = [
            read_truth(np.asarray(frame.to_ndarray(format="gray"), np.uint8))
            for frame in container.decode(video=0)
        ]
    assert None not in found
    return [truth for truth in found if truth is not None]


def basic(text: str) -> str:
    """Return the Authorization header of `name:password`."""
    return "Basic " + base64.b64encode(text.encode()).decode()
