"""The recorder's own process dies, is stopped, or loses its database: nothing recorded is lost."""

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.support.postgres import PostgresServer
from tests.support.processes import Child, running, stop_still
from tests.support.recorder_scene import (
    QUICK,
    MovedClock,
    Scene,
    command_of,
    play,
    recording_ffmpeg,
    recording_scene,
)
from tests.support.written_footage import growing_files, whole_fragments
from vms.domain.camera import OutageCause, StreamState
from vms.domain.errors import IndexUnavailable
from vms.domain.segment import ClockTrust, RunEnd, SegmentFlag
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from vms.simulator.camera_spec import CameraSpec

pytestmark = pytest.mark.faults

CAMERA = CameraSpec("Balai Kota", "a", 1, width=128, height=96, fps=10)
OTHER = CameraSpec("Menara", "b", 2, width=128, height=96, fps=10)
SECONDS = 2


def recorder(scene: Scene, **order: object) -> list[str]:
    """Return the command of a recorder process on the scene's data."""
    values = {"data": str(scene.settings.data_dir), "segment_seconds": SECONDS, **order}
    return [sys.executable, "-m", "tests.support.recorder_process", json.dumps(values)]


def with_cameras(folder: Path, scenario: Callable[[Scene], Awaitable[None]]) -> None:
    """Run a scenario with cameras and a database, and no recorder but those that it starts itself."""

    async def run() -> None:
        async with recording_scene(folder, [CAMERA]) as scene:
            await scenario(scene)

    asyncio.run(asyncio.wait_for(run(), 180))


async def ended(scene: Scene, child: Child) -> int:
    await scene.until(lambda: child.process.poll() is not None, "the end of the recorder")
    return int(child.process.returncode)


def files(scene: Scene) -> list[Path]:
    """Return every published file."""
    return sorted(scene.volume_path.glob("rec/*/*/*/*.mp4"))


def whole_contents(scene: Scene) -> list[bytes]:
    """Return what files hold in whole fragments that are being written, or have no row yet."""
    contents = growing_files(scene.volume_path).values()
    return [whole for content in contents if (whole := whole_fragments(content))]


def assert_files_and_rows_agree(scene: Scene) -> None:
    names = {path.name for path in files(scene)}
    assert len(names) == len(scene.segments("a"))
    for segment in scene.segments("a"):
        assert any(name.startswith(f"{segment.name_us}-") for name in names)
    assert not list(scene.volume_path.glob("incoming/*/*.mp4"))


def test_killed_recorder_takes_its_children_along_and_recovers(tmp_path: Path) -> None:
    """failure mode 30: kill -9 of the recorder."""

    async def scenario(scene: Scene) -> None:
        with running(recorder(scene), tmp_path / "first.log") as child:
            await scene.until_recorded("a", 2)
            ffmpeg = recording_ffmpeg(child.pid)
            assert len(ffmpeg) == 1
            written = await scene.until(lambda: whole_contents(scene), "a whole fragment")
            os.kill(child.pid, signal.SIGKILL)
            await ended(scene, child)
            await scene.until(lambda: "pipe:0" not in command_of(ffmpeg[0]), "the end of ffmpeg")
        written += whole_contents(scene)
        before = {path.name for path in files(scene)}
        with running(recorder(scene), tmp_path / "second.log") as child:
            await scene.until(lambda: len({s.run_id for s in scene.segments("a")}) == 2, "a second run")
            child.signal(signal.SIGTERM)
            assert await ended(scene, child) == 0
        assert before <= {path.name for path in files(scene)}
        assert_files_and_rows_agree(scene)
        first, second = scene.runs("a")
        assert first.end_reason is RunEnd.CRASH
        assert second.end_reason is RunEnd.STOP
        kept = [path.read_bytes() for path in files(scene)]
        assert all(any(file.startswith(content) for file in kept) for content in written)
        down = [o for o in scene.outages("a") if o.cause is OutageCause.RECORDER_DOWN]
        assert down
        assert all(o.end_us is not None for o in scene.outages("a"))

    with_cameras(tmp_path, scenario)


@pytest.mark.parametrize("step", ["linked", "synced", "inserted", "unlinked"])
def test_kill_at_each_step_of_publishing_is_made_good(tmp_path: Path, step: str) -> None:
    """failure mode 31: kill -9 between link, sync, INSERT and unlink."""

    async def scenario(scene: Scene) -> None:
        with running(recorder(scene, step=step, count=2), tmp_path / "first.log") as child:
            assert await ended(scene, child) == -signal.SIGKILL
        before = {path.name for path in files(scene)}
        assert before
        with running(recorder(scene), tmp_path / "second.log") as child:
            await scene.until(lambda: len({s.run_id for s in scene.segments("a")}) >= 2, "a second run")
            child.signal(signal.SIGTERM)
            assert await ended(scene, child) == 0
        assert before <= {path.name for path in files(scene)}
        assert_files_and_rows_agree(scene)
        keys = [(s.run_id, s.seq) for s in scene.segments("a")]
        assert len(keys) == len(set(keys))

    with_cameras(tmp_path, scenario)


def test_stopped_recorder_dates_its_backlog_as_if_it_had_been_awake(tmp_path: Path) -> None:
    """failure mode 41: SIGSTOP; ffmpeg goes on, and the lines that waited say nothing about arrival."""

    async def scenario(scene: Scene) -> None:
        with running(recorder(scene), tmp_path / "recorder.log") as child:
            await scene.until_recorded("a", 2)
            stop_still(child.pid)
            count = len(list(scene.volume_path.glob("incoming/*/*.mp4")))
            await scene.until(
                lambda: len(list(scene.volume_path.glob("incoming/*/*.mp4"))) >= count + 4,
                "files of a backlog",
                seconds=20,
            )
            child.signal(signal.SIGCONT)
            await scene.until_recorded("a", 5)
            segments = scene.segments("a")
            assert {s.run_id for s in segments} == {segments[0].run_id}
            assert all(a.end_us == b.start_us for a, b in pairwise(segments))
            assert all(abs(s.duration_us - s.media_us) < 0.01 * s.media_us for s in segments)
            assert not any(s.flags & (SegmentFlag.JUMP | SegmentFlag.RATE) for s in segments)
            child.signal(signal.SIGTERM)
            assert await ended(scene, child) == 0

    with_cameras(tmp_path, scenario)


def test_locked_database_delays_rows_and_nothing_else(tmp_path: Path) -> None:
    """failure mode 25: somebody holds the write lock of SQLite for long."""

    async def scenario(scene: Scene) -> None:
        await scene.until_recorded("a")
        lock = sqlite3.connect(scene.settings.data_dir / "siring.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        rows = len(scene.segments("a"))
        await scene.until(lambda: len(files(scene)) >= rows + 4, "files without rows")
        assert len(scene.segments("a")) == rows
        lock.execute("ROLLBACK")
        lock.close()
        await scene.until(lambda: len(scene.segments("a")) >= rows + 4, "their rows")
        assert len(scene.runs("a")) == 1
        spans = scene.storage.segments.spans(scene.stream("a").id, scene.always)
        assert len(spans) == 1

    play(tmp_path, [CAMERA], scenario)


@pytest.mark.parametrize("step_us", [DAY_US, -HOUR_US], ids=["forward", "back"])
def test_step_of_the_clock_begins_a_new_run_and_loses_nothing(tmp_path: Path, step_us: int) -> None:
    """failure modes 15 and 16: the host's clock is set a day ahead, or an hour back."""
    clock = MovedClock()

    async def scenario(scene: Scene) -> None:
        await scene.until_recorded("a", 2)
        before = scene.segments("a")
        clock.step_us = step_us
        await scene.until(lambda: len({s.run_id for s in scene.segments("a")}) == 2, "a new run")
        await scene.until_recorded("a", 2)
        first, second = sorted(scene.runs("a"), key=lambda run: run.id)
        assert first.end_reason is RunEnd.CLOCK
        assert abs((second.start_us - (first.end_us or 0)) - step_us) < MINUTE_US
        kept = {(s.run_id, s.seq) for s in scene.segments("a")}
        assert {(s.run_id, s.seq) for s in before} <= kept
        assert len(files(scene)) >= len(kept)

    play(tmp_path, [CAMERA], scenario, clock=clock)


def test_footage_from_before_the_clock_was_set_is_moved_once(tmp_path: Path) -> None:
    """failure mode 18: the host boots unsynchronised, and NTP sets its clock 1.5 h ahead."""
    clock = MovedClock()
    trust = [ClockTrust.UNSYNCED]
    step_us = 3 * HOUR_US // 2

    async def scenario(scene: Scene) -> None:
        before = await scene.until_recorded("a", 2)
        assert all(SegmentFlag.UNSYNCED in s.flags for s in before)
        clock.step_us, trust[0] = step_us, ClockTrust.SYNCED

        def moved() -> bool:
            first = [s for s in scene.segments("a") if s.run_id == before[0].run_id]
            return all(SegmentFlag.SHIFTED in s.flags for s in first)

        await scene.until(moved, "the first run to move")
        await scene.until(lambda: len({s.run_id for s in scene.segments("a")}) == 2, "a new run")
        first = min(scene.segments("a"), key=lambda s: (s.run_id, s.seq))
        second = scene.segments("a")[-1]
        assert abs(first.start_us - before[0].start_us - step_us) < SECOND_US
        assert first.name_us == before[0].name_us
        assert second.start_us - first.start_us < step_us // 2
        assert SegmentFlag.SHIFTED not in second.flags

    play(tmp_path, [CAMERA], scenario, clock=clock, trust=lambda: trust[0])


def test_footage_from_before_the_clock_was_set_is_moved_by_a_recorder_that_starts_later(
    tmp_path: Path,
) -> None:
    """failure mode 18: the recorder is restarted between boot and the setting of the clock."""
    clock = MovedClock()
    trust = [ClockTrust.UNSYNCED]
    step_us = 3 * HOUR_US // 2

    async def scenario(scene: Scene) -> None:
        before = await scene.until_recorded("a", 2)
        await scene.stop()
        clock.step_us = step_us
        scene.start()
        await scene.until(lambda: len({s.run_id for s in scene.segments("a")}) == 2, "a new run")
        assert not any(SegmentFlag.SHIFTED in s.flags for s in scene.segments("a"))
        trust[0] = ClockTrust.SYNCED

        def moved() -> bool:
            first = [s for s in scene.segments("a") if s.run_id == before[0].run_id]
            return all(SegmentFlag.SHIFTED in s.flags for s in first)

        await scene.until(moved, "the first run to move")
        first = min(scene.segments("a"), key=lambda s: (s.run_id, s.seq))
        assert abs(first.start_us - before[0].start_us - step_us) < SECOND_US
        await scene.stop()
        scene.start()
        await scene.until_recorded("a", 1)
        assert first in scene.segments("a")

    play(tmp_path, [CAMERA], scenario, clock=clock, trust=lambda: trust[0])


def test_removed_incoming_folder_ends_the_run_and_the_next_goes_on(tmp_path: Path) -> None:
    """failure mode 24: somebody deletes incoming/ while it is written to."""

    async def scenario(scene: Scene) -> None:
        await scene.until_recorded("a")
        shutil.rmtree(scene.volume_path / "incoming")
        await scene.until(lambda: len({s.run_id for s in scene.segments("a")}) == 2, "a new run")
        await scene.until(lambda: scene.state("a") is StreamState.RECORDING, "recording")
        assert any(o.cause is OutageCause.VOLUME for o in scene.outages("a"))

    play(tmp_path, [CAMERA], scenario)


def test_lost_volume_fails_over_to_the_next(tmp_path: Path) -> None:
    async def scenario(scene: Scene) -> None:
        first = (await scene.until_recorded("a"))[0]
        lost = next(v for v in scene.volumes if v.id == first.volume_id)
        os.rename(lost.path, f"{lost.path}-unplugged")  # noqa: PTH104  # pathlib's counterpart is banned in coroutines
        await scene.until(
            lambda: {s.volume_id for s in scene.segments("a")} == {v.id for v in scene.volumes},
            "failover",
            20,
        )
        assert Path(lost.path).name not in os.listdir(tmp_path)  # noqa: PTH208  # likewise

    play(tmp_path, [CAMERA], scenario, volumes=2)


def test_cameras_come_and_go_without_touching_each_other(tmp_path: Path) -> None:
    async def scenario(scene: Scene) -> None:
        scene.add(CAMERA)
        await scene.until_recorded("a")
        scene.add(OTHER)
        await scene.until(lambda: scene.state("b") is StreamState.RECORDING, "the added camera")
        scene.storage.cameras.set_enabled(scene.cameras["b"].id, is_enabled=False)
        await scene.until(lambda: scene.state("b") is StreamState.STOPPED, "its end")
        assert (await scene.until_outage("b", OutageCause.DISABLED)).end_us is None
        scene.storage.cameras.set_enabled(scene.cameras["b"].id, is_enabled=True)
        await scene.until(lambda: scene.state("b") is StreamState.RECORDING, "its return")
        await scene.until_recorded("a")
        assert len(scene.runs("a")) == 1

    play(tmp_path, [CAMERA, OTHER], scenario, add=False)


@pytest.mark.postgres
def test_database_server_that_goes_away_costs_no_footage(
    tmp_path: Path, postgres: PostgresServer, postgres_url: str
) -> None:
    """failure mode 26: PostgreSQL refuses every connection for a while."""

    async def scenario(scene: Scene) -> None:
        await scene.until_recorded("a")
        rows = len(scene.segments("a"))
        allow_connections(postgres, postgres_url, "false")
        await scene.until(lambda: len(files(scene)) >= rows + 4, "files without rows")
        allow_connections(postgres, postgres_url, "true")
        await scene.until(lambda: indexed(scene) >= rows + 4, "their rows")
        assert len(scene.runs("a")) == 1
        assert len(scene.storage.segments.spans(scene.stream("a").id, scene.always)) == 1

    play(tmp_path, [CAMERA], scenario, database_url=postgres_url)


@pytest.mark.postgres
def test_rows_that_no_longer_fitted_into_memory_come_back_without_a_restart(
    tmp_path: Path, postgres: PostgresServer, postgres_url: str
) -> None:
    """failure mode 26: the database is away for longer than memory lasts."""

    async def scenario(scene: Scene) -> None:
        await scene.until_recorded("a")
        rows = len(scene.segments("a"))
        allow_connections(postgres, postgres_url, "false")
        await scene.until(lambda: len(files(scene)) >= rows + 8, "files without rows", seconds=30)
        allow_connections(postgres, postgres_url, "true")
        await scene.until(lambda: indexed(scene) >= rows + 8, "their rows")
        assert len(scene.runs("a")) == 1
        segments = scene.segments("a")
        assert [s.seq for s in segments] == list(range(len(segments)))
        assert len(scene.storage.segments.spans(scene.stream("a").id, scene.always)) == 1

        def incoming_names() -> int:
            return len(list(scene.volume_path.glob("incoming/*/*.mp4")))

        await scene.until(lambda: incoming_names() <= 2, "the end of their incoming names")
        await scene.stop()
        assert_files_and_rows_agree(scene)

    timings = replace(QUICK, waiting_rows=3, volume_watch_seconds=0.5)
    play(tmp_path, [CAMERA], scenario, database_url=postgres_url, timings=timings)


def allow_connections(postgres: PostgresServer, url: str, word: str) -> None:
    """Let a database accept connections or refuse them; those that are open are ended."""
    name = sa.make_url(url).database
    with postgres.connect() as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {word}".encode())
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )


def indexed(scene: Scene) -> int:
    """Return how many segments the index holds; none while it does not answer."""
    try:
        return len(scene.segments("a"))
    except IndexUnavailable:
        return 0
