"""A run cannot do what it must: it says so, leaves nothing running, and the next one records."""

import asyncio
import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.recorder_scene import Scene, play, recording_ffmpeg, recording_scene
from tests.support.stored_footage import tmpfs
from vms.domain.camera import OutageCause, StreamState
from vms.simulator.camera_spec import CameraSpec

pytestmark = pytest.mark.faults

CAMERA = CameraSpec("Balai Kota", "a", 1, width=128, height=96, fps=10)


@pytest.mark.root
def test_full_data_folder_neither_stops_recording_nor_leaves_ffmpeg_behind(tmp_path: Path) -> None:
    """failure mode 19: the disk of the data folder is full, footage lies elsewhere."""

    async def run() -> None:
        async with recording_scene(tmp_path, [CAMERA]) as scene:
            with tmpfs(tmp_path / "full", size="4k") as disk:
                notes = disk / "run"
                notes.mkdir()
                (scene.settings.data_dir / "run").symlink_to(notes)
                (disk / "other").write_bytes(b"x" * 4096)
                scene.start()
                await scene.until_recorded("a", 2)
                assert len(recording_ffmpeg()) == 1
                assert len(scene.runs("a")) == 1
                await scene.stop()
                assert list(notes.iterdir()) == []

    asyncio.run(asyncio.wait_for(run(), 180))


@pytest.mark.parametrize(
    "error",
    [OSError(errno.EMFILE, "Too many open files"), RuntimeError("a fault of ours")],
    ids=["os", "ours"],
)
def test_run_that_cannot_publish_ends_and_says_so_and_the_next_records(
    tmp_path: Path, error: Exception
) -> None:
    """failure mode 31: publishing breaks after the link; no run looks well that publishes nothing."""

    async def scenario(scene: Scene) -> None:
        assert (await scene.until_outage("a", OutageCause.UNKNOWN)).detail.startswith("files cannot be")
        await scene.until_recorded("a", 2)
        assert scene.state("a") is StreamState.RECORDING
        assert len(recording_ffmpeg()) == 1
        await scene.stop()
        assert scene.storage.segments.open_runs() == []
        (left,) = scene.volume_path.glob("incoming/*/000000.mp4")
        run = left.parent.name
        scene.start()
        await scene.until(lambda: {r.uuid.hex for r in scene.runs("a")} >= {run}, "the row of what was left")
        await scene.until(lambda: not left.exists(), "the end of its incoming name")

    play(tmp_path, [CAMERA], scenario, step=raising_once(error))


def raising_once(error: Exception) -> Callable[[str], None]:
    """Return what raises an error when a file is linked for the first time."""
    errors = [error]

    def take(name: str) -> None:
        if name == "linked" and errors:
            raise errors.pop()

    return take
