"""A whole recorder, real cameras of the simulator, a real volume and database, for the length of one scenario."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from typing_extensions import override

from recorder.clock.timings import RecorderTimings
from recorder.service import run_recorder
from storage.open import Storage, open_storage
from tests.support.databases import make_database
from vms.domain.camera import Camera, CameraDraft, OutageCause, Stream, StreamState, StreamStatus
from vms.domain.camera_address import Credentials, Secret, StreamUrl
from vms.domain.segment import ClockTrust, Outage, Run, Segment
from vms.domain.time import DAY_US, Clock, TimeRange
from vms.domain.volume import Volume
from vms.ffmpeg.process import StopSteps
from vms.host.clock import SystemClock
from vms.host.settings import Settings
from vms.simulator.camera_spec import CameraSpec
from vms.simulator.rtsp.server import SimulatorServer

T = TypeVar("T")

KEY = b"k" * 32
QUICK = RecorderTimings(
    socket_timeout_seconds=1.5,
    no_media_seconds=5.0,
    stall_seconds=6.0,
    sample_seconds=0.2,
    early_sample_seconds=0.1,
    early_seconds=2.0,
    first_delay_seconds=0.2,
    longest_delay_seconds=1.0,
    refused_delay_seconds=60.0,
    good_run_seconds=3.0,
    rewrite_seconds=1.0,
    revision_seconds=0.2,
    status_seconds=0.2,
    heartbeat_seconds=0.5,
    volume_watch_seconds=0.5,
    commit_seconds=0.5,
    early_commit_seconds=0.1,
    stop_steps=StopSteps(2.0, 2.0, 5.0),
)
"""A recorder that waits for nothing long."""


class MovedClock(SystemClock):
    """The host's clock, which a test can step."""

    def __init__(self) -> None:
        self.step_us = 0

    @override
    def now_us(self) -> int:
        return super().now_us() + self.step_us


@dataclass
class Scene:
    """Everything of a scenario; cameras are named by their path at the simulator."""

    simulator: SimulatorServer
    storage: Storage
    clock: Clock
    settings: Settings
    timings: RecorderTimings
    volumes: list[Volume]
    step: Callable[[str], None]
    trust: Callable[[], ClockTrust]
    cameras: dict[str, Camera] = field(default_factory=dict)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _recorder: "asyncio.Task[None] | None" = None

    def add(self, spec: CameraSpec, **changes: object) -> Camera:
        """Store a simulated camera in the database."""
        credentials = Credentials(spec.username, Secret(spec.password or "")) if spec.username else None
        values: dict[str, object] = {
            "name": spec.name,
            "main_url": StreamUrl(self.simulator.url(spec.path)),
            "credentials": credentials,
            "purpose": "a test",
            "retention_days": 30,
        }
        camera = self.storage.cameras.add(CameraDraft(**(values | changes)))  # type: ignore[arg-type]  # fields
        self.cameras[spec.path] = camera
        return camera

    def stream(self, path: str) -> Stream:
        return self.cameras[path].streams[0]

    def segments(self, path: str) -> list[Segment]:
        return self.storage.segments.covering(self.stream(path).id, self.always)

    def outages(self, path: str) -> list[Outage]:
        return self.storage.segments.outages(self.stream(path).id, self.always)

    def runs(self, path: str) -> list[Run]:
        return [self.storage.segments.run(i) for i in dict.fromkeys(s.run_id for s in self.segments(path))]

    def status(self, path: str) -> StreamStatus | None:
        return self.storage.cameras.statuses().get(self.stream(path).id)

    def state(self, path: str) -> StreamState | None:
        status = self.status(path)
        return status.state if status else None

    @property
    def always(self) -> TimeRange:
        now_us = SystemClock().now_us()
        return TimeRange(now_us - 3 * DAY_US, now_us + 3 * DAY_US)

    @property
    def volume_path(self) -> Path:
        return Path(self.volumes[0].path)

    def start(self) -> None:
        self._stop = asyncio.Event()
        work = run_recorder(
            self.settings,
            self.storage,
            self.clock,
            self._stop,
            timings=self.timings,
            trust=self.trust,
            step=self.step,
        )
        self._recorder = asyncio.create_task(work)

    async def stop(self) -> None:
        if self._recorder is not None:
            self._stop.set()
            recorder, self._recorder = self._recorder, None
            await asyncio.wait_for(recorder, 30)

    async def until(self, condition: Callable[[], T], what: str, seconds: float = 30.0) -> T:
        """Return the first truthy answer; fail after the deadline, or at once if the recorder ends."""
        deadline = time.monotonic() + seconds
        while not (answer := condition()):
            if self._recorder is not None and self._recorder.done():
                self._recorder.result()
            if time.monotonic() > deadline:
                raise AssertionError(f"waited {seconds:g} s in vain for {what}; last answer: {answer!r}")
            await asyncio.sleep(0.05)
        return answer

    async def until_recorded(self, path: str, count: int = 1, seconds: float = 30.0) -> list[Segment]:
        """Return the camera's segments once there are so many more than now."""
        before = len(self.segments(path))
        await self.until(
            lambda: len(self.segments(path)) >= before + count, f"{count} segments of {path}", seconds
        )
        return self.segments(path)

    async def until_ended(self, path: str) -> Run:
        """Return the camera's first run once the index says that it ended."""

        def found() -> list[Run]:
            return [run for run in self.runs(path)[:1] if not run.is_open]

        return (await self.until(found, f"the end of the first run of {path}"))[0]

    async def until_outage(self, path: str, cause: OutageCause) -> Outage:
        def found() -> list[Outage]:
            return [outage for outage in self.outages(path) if outage.cause is cause]

        return (await self.until(found, f"an outage {cause}"))[0]


@contextlib.asynccontextmanager
async def recording_scene(
    folder: Path,
    specs: Sequence[CameraSpec],
    *,
    timings: RecorderTimings = QUICK,
    segment_seconds: int = 2,
    clock: Clock | None = None,
    volumes: int = 1,
    ffmpeg_path: str = "",
    database_url: str = "",
    networks: tuple[str, ...] = ("127.0.0.0/8",),
    step: Callable[[str], None] = lambda _name: None,
    trust: Callable[[], ClockTrust] = lambda: ClockTrust.SYNCED,
    add: bool = True,
    data_dir: Path | None = None,
) -> AsyncIterator[Scene]:
    """Run cameras, database and volumes; the recorder is started by `Scene.start` and ended with the block."""
    data = data_dir or folder / "data"
    data.mkdir()
    url = database_url or f"sqlite:///{data / 'siring.db'}"
    make_database(url)
    used = clock or SystemClock()
    storage = open_storage(url, used, secret_key=KEY)
    settings = Settings(
        data_dir=data,
        segment_seconds=segment_seconds,
        camera_networks=networks,
        ffmpeg_path=ffmpeg_path,
    )
    rows = []
    for number in range(volumes):
        (folder / f"volume{number}").mkdir()
        rows.append(storage.volumes.add(folder / f"volume{number}"))
    async with SimulatorServer() as simulator:
        await simulator.start(specs)
        scene = Scene(simulator, storage, used, settings, timings, rows, step, trust)
        if add:
            for spec in specs:
                scene.add(spec)
        try:
            yield scene
        finally:
            await scene.stop()
            storage.close()
    assert not [pid for pid in children() if "ffmpeg" in command_of(pid)]


def play(
    folder: Path, specs: Sequence[CameraSpec], scenario: Callable[[Scene], Awaitable[None]], **options: object
) -> None:
    """Run a scenario against a running recorder."""

    async def run() -> None:
        async with recording_scene(folder, specs, **options) as scene:  # type: ignore[arg-type]  # passed on
            scene.start()
            await scenario(scene)

    asyncio.run(asyncio.wait_for(run(), 180))


def children(pid: int | None = None) -> list[int]:
    """Return the process ids of a process's children."""
    path = Path(f"/proc/{pid or os.getpid()}/task")
    try:
        texts = [(task / "children").read_text() for task in path.iterdir()]
    except FileNotFoundError:
        return []
    return [int(word) for text in texts for word in text.split()]


def command_of(pid: int) -> str:
    """Return a process's argument list as text; "" where it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def recording_ffmpeg(pid: int | None = None) -> list[int]:
    """Return the ffmpeg children of a process that record (not the self-test's)."""
    return [child for child in children(pid) if "pipe:0" in command_of(child)]
