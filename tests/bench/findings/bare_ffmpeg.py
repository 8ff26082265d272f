"""The physical reference of recording: one bare ffmpeg per camera with the recorder's own arguments, nothing around."""

import signal
import subprocess
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from recorder.run.segmenter_command import SegmenterPlan, rotation_offset, segmenter_command
from recorder.run.segmenter_process import StreamInput
from vms.domain.camera_address import Secret

_SOCKET_TIMEOUT_US = 10_000_000
_END_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class BareFleet:
    """Running ffmpegs; each writes into a folder of its own, `0` to N-1."""

    folder: Path
    pids: tuple[int, ...]

    def recording(self) -> int:
        """Return how many have media on disk."""
        files = [self.folder / str(number) / "000000.mp4" for number in range(len(self.pids))]
        return sum(file.exists() and file.stat().st_size > 0 for file in files)

    def recordings(self) -> list[list[Path]]:
        """Return the files of each camera, in order."""
        return [sorted((self.folder / str(number)).glob("*.mp4")) for number in range(len(self.pids))]


@contextmanager
def bare_fleet(
    ffmpeg: str, urls: Sequence[str], folder: Path, *, segment_seconds: int
) -> Iterator[BareFleet]:
    """Record the addresses while the block lasts; the files stay."""
    started: list[subprocess.Popen[bytes]] = []
    try:
        for number, url in enumerate(urls):
            started.append(_start(ffmpeg, url, folder / str(number), segment_seconds))
        yield BareFleet(folder, tuple(process.pid for process in started))
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_END_SECONDS)
            process.kill()
            process.wait()


def _start(ffmpeg: str, url: str, folder: Path, segment_seconds: int) -> "subprocess.Popen[bytes]":
    folder.mkdir(parents=True)
    identity = uuid.uuid4()
    plan = SegmenterPlan(ffmpeg, identity, segment_seconds, rotation_offset(identity, segment_seconds))
    with (folder / "list.csv").open("wb") as listed, (folder / "said.txt").open("wb") as said:
        process = subprocess.Popen(
            segmenter_command(plan), cwd=folder, stdin=subprocess.PIPE, stdout=listed, stderr=said
        )
    assert process.stdin is not None
    process.stdin.write(StreamInput(Secret(url), _SOCKET_TIMEOUT_US).text().value.encode())
    process.stdin.close()
    return process
