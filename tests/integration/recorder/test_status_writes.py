"""What the recorder writes about its streams: a change at once, and else only now and then that it lives."""

from dataclasses import replace
from pathlib import Path

from tests.support.recorder_scene import QUICK, Scene, play
from vms.domain.camera import StreamState, StreamStatus
from vms.domain.time import SECOND_US
from vms.simulator.camera_spec import CameraSpec

CAMERA = CameraSpec("Balai Kota", "a", 1, width=128, height=96, fps=10)


async def recording(scene: Scene) -> StreamStatus:
    await scene.until(lambda: scene.state("a") is StreamState.RECORDING, "recording")
    status = scene.status("a")
    assert status is not None
    return status


def test_stream_that_goes_on_as_before_is_written_about_only_now_and_then(tmp_path: Path) -> None:
    async def scenario(scene: Scene) -> None:
        before = await recording(scene)
        await scene.until_recorded("a", 2)
        assert scene.status("a") == before
        scene.storage.cameras.set_enabled(scene.cameras["a"].id, is_enabled=False)
        await scene.until(lambda: scene.state("a") is StreamState.STOPPED, "the change")

    play(tmp_path, [CAMERA], scenario, timings=replace(QUICK, heartbeat_seconds=1000))


def test_recorder_says_again_and_again_that_it_lives(tmp_path: Path) -> None:
    async def scenario(scene: Scene) -> None:
        before = await recording(scene)

        def is_told_again() -> bool:
            status = scene.status("a")
            assert status is not None
            return (
                status.updated_us - before.updated_us > SECOND_US
                and status.last_media_us is not None
                and status.last_media_us > (before.last_media_us or 0)
            )

        await scene.until(is_told_again, "a sign of life")

    play(tmp_path, [CAMERA], scenario)
