"""A filesystem that answers no write: only the streams on it notice; wants root to freeze one."""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

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
