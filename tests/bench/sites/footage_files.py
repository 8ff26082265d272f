"""Real footage for benchmarks: one short clip of 1080p25 at 2.5 Mbit/s, and recordings of it with the recorder's flags."""

import subprocess
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recorder.run.segmenter_command import SegmenterPlan, segmenter_command

FPS = 25
BITS_PER_SECOND = 2_500_000
CLIP_SECONDS = 10
SIZE = "1920x1080"


@dataclass(frozen=True, slots=True)
class BenchClip:
    """The clip that cameras play and recordings repeat: an MPEG transport stream with a keyframe a second."""

    ffmpeg: str
    path: Path


def make_bench_clip(ffmpeg: str, folder: Path) -> BenchClip:
    """Encode the clip; its noise, as a night picture has it, uses the bit rate up."""
    path = folder / "camera.ts"
    picture = f"testsrc2=size={SIZE}:rate={FPS}:duration={CLIP_SECONDS},noise=alls=12:allf=t"
    command = [ffmpeg, "-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-f", "lavfi", "-i", picture]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", str(FPS), "-bf", "0"]
    rate = str(BITS_PER_SECOND)
    command += ["-b:v", rate, "-maxrate", rate, "-bufsize", rate, "-f", "mpegts", str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=300)
    return BenchClip(ffmpeg, path)


def record_clip(clip: BenchClip, folder: Path, *, seconds: int, segment_seconds: int = 60) -> list[Path]:
    """Fill `folder` with the files that the recorder's ffmpeg makes of the clip played over and over.

    The muxer and its flags are the recorder's own; only the input, and cutting by media time, differ, so that an hour
    is recorded in seconds.
    """
    folder.mkdir(parents=True)
    plan = SegmenterPlan(clip.ffmpeg, uuid.uuid4(), segment_seconds, 0)
    program, output = _parts(segmenter_command(plan))
    output[output.index("-segment_atclocktime") + 1] = "0"
    source = ["-stream_loop", "-1", "-i", str(clip.path), "-t", str(seconds)]
    with (folder / "list.csv").open("wb") as listed:
        subprocess.run(
            [*program, *source, *output],
            cwd=folder,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=listed,
            timeout=900,
        )
    (folder / "list.csv").unlink()
    return sorted(folder.glob("*.mp4"))


def _parts(command: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the recorder's program with its general options, and its output options; the input is left out."""
    first_input = command.index("-f")
    return list(command[:first_input]), list(command[command.index("pipe:0") + 1 :])
