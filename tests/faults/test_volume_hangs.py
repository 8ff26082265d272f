"""A filesystem that answers no write: only what needs it notices; wants root to freeze one."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.processes import running
from tests.support.recorder_scene import QUICK, Scene, recording_ffmpeg, recording_scene
from tests.support.stored_footage import ext4
from vms.domain.camera import StreamState
from vms.domain.segment import RunEnd
from vms.domain.volume import Volume
from vms.ffmpeg.process import StopSteps
from vms.simulator.camera_spec import CameraSpec

pytestmark = [pytest.mark.faults, pytest.mark.root]

CAMERA = CameraSpec("Balai Kota", "a", 1, width=128, height=96, fps=10)
OTHER = CameraSpec("Menara", "b", 2, width=128, height=96, fps=10)
PREFERRED = 1_000_000


@contextmanager
def frozen(path: Path) -> Iterator[None]:
    """Let every write to a filesystem wait in the kernel, where not even kill -9 reaches, while the block lasts."""
    subprocess.run(["fsfreeze", "--freeze", path], check=True, timeout=30)
    try:
        yield
    finally:
        subprocess.run(["fsfreeze", "--unfreeze", path], check=True, timeout=30)


@contextmanager
def disk_beside(folder: Path) -> Iterator[Path]:
    """Mount a small filesystem that can be frozen."""
    with ext4(folder / "disk", folder / "disk.img", megabytes=64) as disk:
        yield disk


async def record_on_each(scene: Scene, disk: Path) -> tuple[Volume, Volume]:
    """Record camera a on the disk and camera b beside it; return both volumes."""
    volumes = scene.storage.volumes
    healthy = scene.volumes[0]
    hanging = volumes.add(disk, weight=PREFERRED)
    scene.add(CAMERA)
    scene.start()
    assert (await scene.until_recorded("a"))[0].volume_id == hanging.id
    volumes.edit(healthy.id, weight=PREFERRED)
    volumes.edit(hanging.id, weight=1)
    await scene.until_recorded("a", 2)  # the recorder has read the weights meanwhile
    scene.add(OTHER)
    assert (await scene.until_recorded("b"))[0].volume_id == healthy.id
    return hanging, healthy


@pytest.mark.long
def test_volume_that_hangs_stops_only_its_own_streams_and_those_go_elsewhere(tmp_path: Path) -> None:
    """failure mode 42: a file server hangs."""

    async def run(disk: Path) -> None:
        async with recording_scene(tmp_path, [CAMERA, OTHER], add=False) as scene:
            _, healthy = await record_on_each(scene, disk)
            with frozen(disk):
                await scene.until_recorded("b", 4)
                first = await scene.until_ended("a")
                await scene.until(
                    lambda: scene.segments("a")[-1].volume_id == healthy.id, "footage elsewhere", 30
                )
                await scene.until(lambda: scene.state("a") is StreamState.RECORDING, "recording")
                assert scene.segments("a")[0].run_id == first.id
                assert len(scene.runs("b")) == 1
            await scene.stop()

    with disk_beside(tmp_path) as disk:
        asyncio.run(asyncio.wait_for(run(disk), 150))


def test_recorder_ends_in_time_though_a_volume_hangs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """failure mode 42: what the others recorded gets its rows before the parent's patience ends."""

    async def run(disk: Path) -> None:
        timings = replace(QUICK, end_seconds=3.0, stop_steps=StopSteps(2.0, 2.0, 60.0))
        async with recording_scene(tmp_path, [CAMERA, OTHER], add=False, timings=timings) as scene:
            await record_on_each(scene, disk)
            with frozen(disk):
                await scene.until_recorded("b", 2)
                await scene.stop()
                assert "left behind" in caplog.text
                assert scene.runs("b")[-1].end_reason is RunEnd.STOP
                assert scene.state("a") is StreamState.STOPPED
            await scene.until(lambda: not recording_ffmpeg(), "the end of ffmpeg")

    with disk_beside(tmp_path) as disk:
        asyncio.run(asyncio.wait_for(run(disk), 150))


def published(scene: Scene) -> Counter[str]:
    """Return how many files of each stream lie on the volume; asks no database."""
    return Counter(
        path.relative_to(scene.volume_path).parts[1] for path in scene.volume_path.glob("rec/*/*/*/*.mp4")
    )


def test_data_folder_that_hangs_stops_no_recording_and_lets_a_camera_be_connected_to_again(
    tmp_path: Path,
) -> None:
    """failure mode 42: the disk with database and notes hangs while a stream's ffmpeg dies and the next one begins."""

    async def run(disk: Path) -> None:
        async with recording_scene(tmp_path, [CAMERA, OTHER], data_dir=disk / "data") as scene:
            order = json.dumps({"data": str(scene.settings.data_dir), "segment_seconds": 2})
            command = [sys.executable, "-m", "tests.support.recorder_process", order]
            with running(command, tmp_path / "recorder.log") as child:
                await scene.until_recorded("a")
                await scene.until_recorded("b")
                with frozen(disk):
                    first = recording_ffmpeg(child.pid)
                    os.kill(first[0], signal.SIGKILL)

                    def replaced() -> bool:
                        now = recording_ffmpeg(child.pid)
                        return len(now) == len(first) and first[0] not in now

                    await scene.until(replaced, "another ffmpeg in the place of the first")
                    before = published(scene)
                    await scene.until(
                        lambda: all(count > before[stream] + 1 for stream, count in published(scene).items()),
                        "files of both streams",
                        30,
                    )
                rows = {path: len(scene.segments(path)) for path in "ab"}
                await scene.until(
                    lambda: all(len(scene.segments(path)) > rows[path] + 1 for path in "ab"), "rows of both"
                )
                await scene.until(lambda: len(scene.runs("a")) + len(scene.runs("b")) == 3, "the new run")

    with disk_beside(tmp_path) as disk:
        asyncio.run(asyncio.wait_for(run(disk), 150))
