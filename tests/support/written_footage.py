"""What has reached the disk of files that are still being written: neither a kill nor a power cut may cost it."""

import contextlib
import io
import struct
from collections.abc import Iterable
from pathlib import Path

from tests.support.deadline import wait_until
from tests.support.installation import truths_of
from vms.simulator.picture.frame_truth import FrameTruth


def growing_files(volume: Path) -> dict[Path, bytes]:
    """Return what the files below `incoming/` hold now; a folder there is that of one run of one stream."""
    contents = {}
    for path in volume.glob("incoming/*/*.mp4"):
        with contextlib.suppress(FileNotFoundError):  # its row was just committed
            contents[path] = path.read_bytes()
    return contents


def growing_of_all(volume: Path, cameras: int, *, seconds: float = 60) -> dict[Path, bytes]:
    """Return what the growing files hold, once frames of so many cameras are in them: one just begun has none yet."""
    contents: dict[Path, bytes] = {}

    def all_have_frames() -> bool:
        contents.update(growing_files(volume))
        return len({frame.camera for frame in whole_frames(contents.values())}) >= cameras

    wait_until(all_have_frames, seconds=seconds, what="frames of every camera in the growing files")
    return contents


def grown_runs(before: dict[Path, bytes], after: dict[Path, bytes]) -> set[Path]:
    """Return the folders of the runs that were written to in between."""
    return {path.parent for path, content in after.items() if len(content) > len(before.get(path, b""))}


def whole_frames(contents: Iterable[bytes]) -> set[FrameTruth]:
    """Return what the frames of all complete fragments say of themselves."""
    whole = [whole_fragments(content) for content in contents]
    return {truth for part in whole if part for truth in truths_of(io.BytesIO(part))}


def whole_fragments(content: bytes) -> bytes:
    """Return a file's bytes up to the end of its last complete `mdat`; none where it has none yet."""
    position = end = 0
    while len(content) - position >= 8:
        size, kind = struct.unpack_from(">I4s", content, position)
        position += size
        if position > len(content):
            break
        if kind == b"mdat":
            end = position
    return content[:end]
