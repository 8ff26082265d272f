"""A whole installation in a folder: the real processes, simulated cameras in a process of their own, nothing faked."""

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import av
import numpy as np

from playback.stream.segment_source import name_of
from storage.open import Storage
from storage.volumes.segment_paths import segment_path
from tests.support.databases import make_database
from tests.support.deadline import wait_until
from tests.support.free_port import free_port
from tests.support.processes import Child, running
from vms.domain.camera import Camera, CameraDraft, Stream, StreamRole, StreamState
from vms.domain.camera_address import Credentials, Secret, parse_stream_url
from vms.domain.segment import Segment
from vms.domain.time import DAY_US, TimeRange
from vms.host.settings import Settings
from vms.processes.app import Services, open_services
from vms.simulator.control import ask_simulator
from vms.simulator.picture.frame_truth import FrameTruth, read_truth

CANARY = "kn4ry-7Qz"
"""The cameras' password: whatever shows it, leaks."""
ALL_TIME = TimeRange(0, 200 * 365 * DAY_US)


@dataclass(slots=True)
class Installation:
    """An installation whose processes a test starts, kills and looks into."""

    folder: Path
    settings: Settings
    urls: dict[str, str]
    control_port: int
    environment: dict[str, str] = field(repr=False)

    @property
    def volume(self) -> Path:
        """The root of its only volume."""
        return self.folder / "footage"

    @contextlib.contextmanager
    def running(self, service: str = "up") -> Iterator[Child]:
        """Run `vms SERVICE` while the block lasts."""
        command = [sys.executable, "-m", "vms", service]
        with running(command, self.folder / f"{service}.log", env=self.environment) as child:
            yield child

    @contextlib.contextmanager
    def opened(self) -> Iterator[Services]:
        """Open its database from this process."""
        with open_services(self.settings) as services:
            yield services

    def pid_of(self, service: str) -> int | None:
        """Return the process that holds a service's lock, None where nobody says so or it is gone."""
        try:
            pid = int((self.settings.data_dir / "locks" / f"{service}.lock").read_text())
            is_dead = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except (OSError, ValueError):
            return None
        return None if is_dead else pid

    def ffmpeg_pids(self) -> list[int]:
        """Return the ffmpeg processes that write below the volume."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            with contextlib.suppress(OSError):
                if str((entry / "cwd").readlink()).startswith(f"{self.volume}/incoming/"):
                    found.append(int(entry.name))
        return sorted(found)

    def kill(self, service: str) -> None:
        """kill -9 the process that runs a service."""
        pid = self.pid_of(service)
        assert pid is not None, f"no {service} to kill"
        os.kill(pid, signal.SIGKILL)

    def fault(self, camera: str, fault: str, **values: object) -> None:
        """Make a simulated camera fail, or behave again."""
        answer = ask_simulator(self.control_port, {"camera": camera, "fault": fault, **values})
        assert answer["ok"], answer

    def left_out(self, path: str) -> int:
        """Return how many frames a simulated stream never made, because the machine was too busy to make them in time."""
        answer = ask_simulator(self.control_port, {"stats": True})
        cameras: list[dict[str, Any]] = list(answer["cameras"])  # type: ignore[call-overload]  # the channel answers JSON
        (stream,) = [s for camera in cameras for s in camera["streams"] if s["path"] == path]
        return int(stream["frames_skipped"])

    def wait_until_recording(self, storage: Storage, *, seconds: float = 90) -> None:
        """Wait until every stream is recorded by the recorder that runs now."""
        wanted = {stream.id for camera in storage.cameras.list() for stream in camera.streams}

        def all_recording() -> bool:
            statuses = storage.cameras.statuses()
            return all(i in statuses and statuses[i].state is StreamState.RECORDING for i in wanted)

        wait_until(all_recording, seconds=seconds, what="all streams recording")

    def wait_until_recording_tried(self, storage: Storage, *, seconds: float = 90) -> None:
        """Wait until a recorder that was just started has recovered what an earlier one left, and says something."""
        started_us = time.time_ns() // 1000
        wait_until(
            lambda: all(s.updated_us > started_us for s in storage.cameras.statuses().values()),
            seconds=seconds,
            what="news from the recorder",
        )

    def files(self, stream: Stream) -> list[Path]:
        """Return every file of a stream below `rec/`, in order of time."""
        root = self.volume / "rec" / stream.uuid.hex
        return sorted(root.glob("*/*/*.mp4"), key=lambda path: int(path.name.partition("-")[0]))

    def path_of(self, segment: Segment, stream: Stream) -> Path:
        """Return where a segment's file lies."""
        return self.volume / segment_path(stream.uuid, name_of(segment))


@contextlib.contextmanager
def installation(
    folder: Path, *, cameras: int = 2, settings: Mapping[str, str] | None = None
) -> Iterator[Installation]:
    """Set up an installation with simulated cameras that need a password; its processes are the test's to start."""
    data, footage = folder / "data", folder / "footage"
    data.mkdir(parents=True)
    footage.mkdir(exist_ok=True)
    port = free_port()
    variables = {
        "VMS_DATA_DIR": str(data),
        "VMS_PORT": str(port),
        "VMS_CAMERA_NETWORKS": "127.0.0.0/8",
        "VMS_SEGMENT_SECONDS": "10",
        "VMS_COMMIT_SECONDS": "2",
        **(settings or {}),
    }
    environment = {**{k: v for k, v in os.environ.items() if not k.startswith("VMS_")}, **variables}
    known = Settings(
        data_dir=data,
        port=port,
        camera_networks=("127.0.0.0/8",),
        segment_seconds=int(variables["VMS_SEGMENT_SECONDS"]),
        commit_seconds=int(variables["VMS_COMMIT_SECONDS"]),
        database_url=variables.get("VMS_DATABASE_URL", ""),
    )
    make_database(known.effective_database_url)
    login = folder / "login.txt"
    login.write_text(f"kamera\n{CANARY}\n")
    command = (
        f"exec {sys.executable} -m vms simulate --cameras {cameras} --port 0 --login-stdin --json < {login}"
    )
    with running(["sh", "-c", command], folder / "simulator.log", env=environment) as simulator:
        line = simulator.wait_for_output("}}", seconds=30).strip().splitlines()[-1]
        facts = json.loads(line)
        site = Installation(folder, known, facts["urls"], facts["control_port"], environment)
        with site.opened() as services:
            services.storage.volumes.add(footage)
        yield site


def add_camera(storage: Storage, site: Installation, path: str, *, with_sub: bool = False) -> Camera:
    """Add one of the simulated cameras, complete, so that it records."""
    return storage.cameras.add(
        CameraDraft(
            name=path,
            main_url=parse_stream_url(site.urls[path])[0],
            sub_url=parse_stream_url(site.urls[f"{path}/sub"])[0] if with_sub else None,
            credentials=Credentials("kamera", Secret(CANARY)),
            purpose="test",
            retention_days=30,
        )
    )


def main_stream(camera: Camera) -> Stream:
    """Return the camera's main stream."""
    stream = camera.stream(StreamRole.MAIN)
    assert stream is not None
    return stream


def truths_of(file: Path | BinaryIO) -> list[FrameTruth]:
    """Return what every frame of a recorded file says of itself, in the order shown."""
    found = []
    with av.open(str(file) if isinstance(file, Path) else file, "r") as container:
        for frame in container.decode(video=0):
            truth = read_truth(np.asarray(frame.to_ndarray(format="gray"), np.uint8))
            assert truth is not None, f"a frame of {file} cannot be read"
            found.append(truth)
    return found
