"""Which ffmpeg is used, and which version it is."""

import functools
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg

from vms.domain.errors import FfmpegFailed

_VERSION = re.compile(r"ffmpeg version n?(\S+)")
_TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class FfmpegBinary:
    """An ffmpeg that answered.

    Attributes:
        path: absolute path. version: as it prints it, such as "9.0.2-17-g2a57" or "5.1.9-0+deb12u1".
    """

    path: str
    version: str


@functools.lru_cache(maxsize=8)
def find_ffmpeg(configured: str = "") -> FfmpegBinary:
    """Return the ffmpeg to use: the configured one, or the one that came with the installation.

    Raises:
        FfmpegFailed: there is none there, or it does not run.
    """
    path = configured or imageio_ffmpeg.get_ffmpeg_exe()
    resolved = shutil.which(path) or path
    if not Path(resolved).is_file():
        raise FfmpegFailed(f"there is no ffmpeg at {path}: check the setting ffmpeg_path")
    try:
        answer = subprocess.run(  # a path from the settings file and a constant
            [resolved, "-version"], capture_output=True, text=True, timeout=_TIMEOUT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FfmpegFailed(f"ffmpeg at {resolved} does not run: {type(error).__name__}") from error
    found = _VERSION.search(answer.stdout)
    if answer.returncode != 0 or found is None:
        raise FfmpegFailed(f"ffmpeg at {resolved} does not say its version")
    return FfmpegBinary(str(Path(resolved).resolve()), found.group(1))
