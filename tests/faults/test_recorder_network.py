"""A network that swallows packets both ways, made of a network namespace."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from recorder.clock.timings import RecorderTimings
from tests.support.processes import running
from tests.support.recorder_scene import QUICK, Scene, command_of, recording_ffmpeg, recording_scene
from vms.domain.camera import CameraDraft, OutageCause, StreamState
from vms.domain.camera_address import StreamUrl
from vms.domain.segment import RunEnd
from vms.ffmpeg.process import StopSteps

pytestmark = [pytest.mark.faults, pytest.mark.root]

_CAMERA = """
from vms.simulator.camera_spec import CameraSpec
from vms.simulator.run import run_simulator
spec = CameraSpec("Far", "a", 1, width=128, height=96, fps=10)
run_simulator([spec], host="0.0.0.0", port=8554, on_ready=lambda started: print("ready", flush=True))
"""


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


@dataclass(frozen=True, slots=True)
class FarNetwork:
    """A network namespace with one camera in it; `net` is all of its address but the last number."""

    name: str
    net: str


@pytest.fixture
def far() -> Iterator[FarNetwork]:
    """A namespace at .2, reached from here as from .1; whoever tests at the same time has another."""
    pid = os.getpid() % 25_000
    name, net = f"cam{pid}", f"10.{128 + pid // 250}.{pid % 250}"
    here, there = f"{name}h", f"{name}c"
    ip("netns", "add", name)
    try:
        ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", name)
        ip("addr", "add", f"{net}.1/24", "dev", here)
        ip("link", "set", here, "up")
        ip("-n", name, "addr", "add", f"{net}.2/24", "dev", there)
        ip("-n", name, "link", "set", there, "up")
        ip("-n", name, "link", "set", "lo", "up")
        yield FarNetwork(name, net)
    finally:
        ip("netns", "del", name)


def record_over(
    far: FarNetwork, folder: Path, scenario: Callable[[Scene], Awaitable[None]], timings: RecorderTimings
) -> None:
    """Run a scenario against a recorder of one camera, which is in the namespace."""
    command = ["ip", "netns", "exec", far.name, sys.executable, "-c", _CAMERA]

    async def run() -> None:
        async with recording_scene(folder, [], networks=(f"{far.net}.0/24",), timings=timings) as scene:
            draft = CameraDraft(
                name="Far",
                main_url=StreamUrl(f"rtsp://{far.net}.2:8554/a"),
                purpose="a test",
                retention_days=1,
            )
            scene.cameras["a"] = scene.storage.cameras.add(draft)
            scene.start()
            await scene.until_recorded("a")
            await scenario(scene)

    with running(command, folder / "camera.log") as camera:
        camera.wait_for_output("ready", seconds=20)
        asyncio.run(asyncio.wait_for(run(), 180))
        camera.signal(signal.SIGTERM)


def swallow_packets(far: FarNetwork) -> None:
    ip("-n", far.name, "link", "set", f"{far.name}c", "down")


def test_black_hole_is_a_timeout_and_leaves_no_process(tmp_path: Path, far: FarNetwork) -> None:
    """failure mode 5: packets are dropped both ways."""

    async def scenario(scene: Scene) -> None:
        (child,) = recording_ffmpeg()
        swallow_packets(far)
        await scene.until(lambda: "pipe:0" not in command_of(child), "the end of ffmpeg")
        assert (await scene.until_ended("a")).end_reason is RunEnd.TIMEOUT
        outages = await scene.until(lambda: scene.outages("a"), "an outage")
        assert outages[0].cause in {OutageCause.TIMEOUT, OutageCause.UNREACHABLE}
        ip("-n", far.name, "link", "set", f"{far.name}c", "up")
        await scene.until(lambda: scene.state("a") is StreamState.RECORDING, "recording again")

    record_over(far, tmp_path, scenario, QUICK)


def test_two_signals_end_an_ffmpeg_that_waits_for_a_black_hole(tmp_path: Path, far: FarNetwork) -> None:
    """failure mode 5: it need not be killed, so its last file is complete."""

    async def scenario(scene: Scene) -> None:
        swallow_packets(far)
        await scene.stop()
        assert recording_ffmpeg() == []
        assert scene.runs("a")[-1].end_reason is RunEnd.STOP

    # Only the signals can end it: all else that would comes later than this test's patience.
    patient = replace(
        QUICK,
        socket_timeout_seconds=300.0,
        stall_seconds=300.0,
        end_seconds=300.0,
        stop_steps=StopSteps(2.0, 300.0, 5.0),
    )
    record_over(far, tmp_path, scenario, patient)
