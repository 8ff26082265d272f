"""Cameras for tests from GStreamer's RTSP server, which none of us wrote: the second opinion to `vms simulate`."""

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import Child, running

_SCRIPT = Path(__file__).with_name("gstreamer_cameras.py")
# Debian's own interpreter: PyGObject comes from the package python3-gi and belongs to it.
_DEBIAN_PYTHON = "/usr/bin/python3"
_START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class GStreamerCameras:
    """N cameras that play the same clip, each with its own clock of frames."""

    port: int
    count: int
    child: Child

    def url(self, number: int = 0) -> str:
        """Return the RTSP address of a camera, without credentials."""
        return f"rtsp://127.0.0.1:{self.port}/cam{number}"


def make_clip(ffmpeg: str, clip: Path, *, seconds: int = 4, fps: int = 25, size: str = "640x360") -> Path:
    """Write an H.264 MPEG transport stream with a keyframe a second, and return its path."""
    source = f"testsrc2=size={size}:rate={fps}:duration={seconds}"
    command = [
        ffmpeg,
        "-hide_banner",
        "-loglevel",
        "error",
        "-y",
        "-f",
        "lavfi",
        "-i",
        source,
        "-c:v",
        "libx264",
    ]
    command += [
        "-preset",
        "ultrafast",
        "-pix_fmt",
        "yuv420p",
        "-g",
        str(fps),
        "-bf",
        "0",
        "-f",
        "mpegts",
        str(clip),
    ]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=120)
    return clip


@contextlib.contextmanager
def gstreamer_cameras(
    clip: Path,
    log: Path,
    *,
    count: int = 1,
    fps: int = 25,
    port: int = 0,
    credentials: tuple[str, str] | None = None,
) -> Iterator[GStreamerCameras]:
    """Run the server while the block lasts, its output in the file `log`.

    Args:
        clip: MPEG transport stream with H.264, e.g. of `make_clip`.
        fps: pace, which has to be the clip's.
        port: 0 takes a free one; give the last one to bring a camera back after it "lost power".
        credentials: user and password asked for by digest authentication.
    """
    command = [_DEBIAN_PYTHON, str(_SCRIPT), "--clip", str(clip), "--fps", str(fps), "--count", str(count)]
    command += ["--port", str(port)]
    if credentials:
        command += ["--user", credentials[0], "--password", credentials[1]]
    with running(command, log) as child:
        said = child.wait_for_output("ready ", seconds=_START_SECONDS)
        yield GStreamerCameras(int(said.rpartition("ready ")[2].split()[0]), count, child)
