"""A volume that does not answer keeps its own threads busy, and nobody else waiting (failure mode 42)."""

import asyncio
import contextlib
import os
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from typing_extensions import override

from recorder.publish.commit import GroupCommitter
from recorder.publish.dropped_rows import DroppedRows
from recorder.publish.recording_volumes import RecordingVolumes
from recorder.run.file_watch import FileWatch
from recorder.run.run_parts import RunParts
from recorder.run.strays import ChildNotes
from recorder.streams.stream_task import StreamParts, StreamTask, WantedStream
from storage.volumes.volume_pool import DATA_FOLDER, VolumePool, Work
from tests.support.deadline import wait_until
from tests.support.footage import NOON_US
from tests.support.recorder_scene import QUICK
from tests.support.stored_footage import RecordedRun, Site, site
from vms.domain.camera import StreamState
from vms.domain.errors import VolumeUnavailable
from vms.domain.segment import ClockTrust
from vms.domain.volume import Volume
from vms.ffmpeg.binary import find_ffmpeg
from vms.host.clock import SystemClock


@dataclass
class Parts:
    """The recorder's parts that deal with volumes, on a site with two."""

    site: Site
    other: Volume
    pool: VolumePool
    volumes: RecordingVolumes
    committer: GroupCommitter
    run: RunParts
    steps: list[str]

    @contextlib.asynccontextmanager
    async def stuck(self, volume_id: int, work: Work, fifo: Path) -> AsyncIterator[None]:
        """Keep every thread for one kind of work on a volume in a system call that does not return."""
        os.mkfifo(fifo)
        waiting = [
            asyncio.create_task(self.pool.threads(volume_id, work).run(os.open, fifo, os.O_RDONLY))
            for _ in range(work.threads)
        ]
        await asyncio.sleep(0)  # they begin
        try:
            yield
        finally:
            # Whoever comes later finds a writer, and does not wait.
            writer = os.open(fifo, os.O_RDWR)
            for descriptor in [*await asyncio.gather(*waiting), writer]:
                os.close(descriptor)

    def published(self, volume: Volume) -> None:
        """Publish a file and say so to the commits."""
        run = RecordedRun(self.site.main if volume is self.other else self.site.sub, volume, NOON_US)
        opened = self.site.storage.volume_access.open(volume)
        self.committer.run_changed(run.row, opened)
        made = run.write()
        run.publish(made)
        self.committer.segment_published(made, opened)


def with_parts(folder: Path, ffmpeg: str, scenario: Callable[[Parts], Awaitable[None]]) -> None:
    """Run a scenario with the parts of a recorder that does not record."""
    (folder / "volume").mkdir()
    (folder / "other").mkdir()

    async def run(made: Site) -> None:
        storage, clock, pool = made.storage, SystemClock(), made.storage.volume_pool
        timings, steps = replace(QUICK, answer_seconds=0.5), list[str]()
        volumes = RecordingVolumes(storage.volumes, storage.volume_access, pool, clock, timings, lambda: None)
        commits = GroupCommitter(
            storage.index_writer,
            pool,
            clock,
            timings,
            statuses=list,
            volume_failed=volumes.failed,
            dropped=DroppedRows(storage, timings),
            step=steps.append,
        )
        run_parts = RunParts(
            find_ffmpeg(ffmpeg),
            begins_anew=False,
            clock=clock,
            timings=timings,
            segment_seconds=60,
            pool=pool,
            watch=FileWatch(pool, clock, timings),
            committer=commits,
            notes=ChildNotes(folder / "run", pool),
            redact=str,
            trust=lambda: ClockTrust.SYNCED,
            ended=lambda _run: None,
            step=lambda _step: None,
        )
        other = storage.volumes.add(folder / "other")
        await scenario(Parts(made, other, pool, volumes, commits, run_parts, steps))

    with site(f"sqlite:///{folder / 'siring.db'}", folder / "volume") as made:
        asyncio.run(asyncio.wait_for(run(made), 180))


async def until(condition: Callable[[], bool], what: str) -> None:
    await asyncio.to_thread(wait_until, condition, seconds=20, what=what)


def incoming_names(volume: Volume) -> int:
    return len(list(Path(volume.path).glob("incoming/*/*.mp4")))


def test_rows_of_other_volumes_are_written_while_incoming_names_of_one_cannot_be_removed(
    tmp_path: Path, ffmpeg: str
) -> None:
    """failure mode 42: a file server hangs between the commit and the removal of incoming names."""

    async def scenario(parts: Parts) -> None:
        site_ = parts.site
        work = asyncio.create_task(parts.committer.run())
        async with parts.stuck(site_.volume.id, Work.FINISH, tmp_path / "fifo"):
            parts.published(site_.volume)
            await until(lambda: len(site_.rows(site_.sub)) == 1, "the row of a file on the volume")
            parts.published(parts.other)
            await until(lambda: len(site_.rows()) == 1, "the row of a file on the other volume")
            await until(lambda: incoming_names(parts.other) == 0, "the end of its incoming name")
            assert incoming_names(site_.volume) == 1
        await until(lambda: incoming_names(site_.volume) == 0, "the end of the other incoming name")
        work.cancel()
        await parts.committer.finish()

    with_parts(tmp_path, ffmpeg, scenario)


def test_volumes_are_synced_while_the_index_hangs_and_rows_come_later(tmp_path: Path, ffmpeg: str) -> None:
    """failure mode 42: the disk of the data folder hangs in the midst of a commit."""

    async def scenario(parts: Parts) -> None:
        site_ = parts.site
        work = asyncio.create_task(parts.committer.run())
        async with parts.stuck(DATA_FOLDER, Work.COMMIT, tmp_path / "fifo"):
            parts.published(site_.volume)
            await until(lambda: parts.steps == ["synced"], "the sync of the volume")
            parts.published(parts.other)
            await until(lambda: parts.steps == ["synced", "synced"], "the sync of the other volume")
            assert site_.rows(site_.sub) == site_.rows() == []
        await until(lambda: len(site_.rows(site_.sub)) == len(site_.rows()) == 1, "both rows")
        work.cancel()
        await parts.committer.finish()

    with_parts(tmp_path, ffmpeg, scenario)


def test_recorder_ends_though_the_index_hangs(tmp_path: Path, ffmpeg: str) -> None:
    """failure mode 42: the last rows are left to the next start."""

    async def scenario(parts: Parts) -> None:
        async with parts.stuck(DATA_FOLDER, Work.COMMIT, tmp_path / "fifo"):
            parts.published(parts.other)
            await parts.committer.finish()
            assert parts.steps == ["synced"]

    with_parts(tmp_path, ffmpeg, scenario)


def test_list_of_volumes_stays_in_force_while_the_index_hangs(tmp_path: Path, ffmpeg: str) -> None:
    """failure mode 42: and what is known of them is renewed."""

    async def scenario(parts: Parts) -> None:
        await parts.volumes.poll()
        known = parts.volumes.known
        async with parts.stuck(DATA_FOLDER, Work.VOLUMES, tmp_path / "fifo"):
            await asyncio.to_thread(Path(parts.other.path).rename, tmp_path / "away")
            await parts.volumes.poll()
            assert parts.volumes.known == known
            assert "other" in parts.volumes.reason()

    with_parts(tmp_path, ffmpeg, scenario)


def test_volume_that_hangs_is_given_up_before_a_run(tmp_path: Path, ffmpeg: str) -> None:
    """failure mode 42: the stream tries again, and may get another volume."""

    async def scenario(parts: Parts) -> None:
        async with parts.stuck(parts.site.volume.id, Work.CHECK, tmp_path / "fifo"):
            with pytest.raises(VolumeUnavailable, match="does not answer"):
                await parts.volumes.open(parts.site.volume)

    with_parts(tmp_path, ffmpeg, scenario)


def test_stream_that_waits_for_its_volume_keeps_no_other_from_connecting(tmp_path: Path, ffmpeg: str) -> None:
    """failure mode 42: only a few cameras are connected to at once."""

    async def scenario(parts: Parts) -> None:
        parts.site.storage.volumes.edit(parts.site.volume.id, weight=1_000_000)
        await parts.volumes.poll()
        connecting = asyncio.Semaphore(1)
        camera = parts.site.camera
        wanted = WantedStream(parts.site.main, camera.id, None, camera)
        stream_parts = StreamParts(parts.run, parts.volumes, connecting, ("127.0.0.0/8",))
        task = StreamTask(wanted, stream_parts, outage=None, is_h265=False)
        async with parts.stuck(parts.site.volume.id, Work.CHECK, tmp_path / "fifo"):
            work = asyncio.create_task(task.run())
            await until(lambda: task.status().state is StreamState.STARTING, "a start")
            assert not connecting.locked()
            await until(lambda: task.status().state is StreamState.NO_VOLUME, "its end")
            task.stop()
            await work

    with_parts(tmp_path, ffmpeg, scenario)


class WaitingNetworks(tuple[str, ...]):
    """Camera networks that are looked through only once they may be: a name server that takes its time."""

    __slots__ = ()

    asked = threading.Event()
    may_answer = threading.Event()

    @override
    def __iter__(self) -> Iterator[str]:
        self.asked.set()
        self.may_answer.wait()
        return super().__iter__()


def test_stream_that_is_stopped_while_its_address_is_looked_up_begins_no_run(
    tmp_path: Path, ffmpeg: str
) -> None:
    """issue 9, number 1: the stop finds no run to end, and the look-up that comes back later must not begin one."""

    async def scenario(parts: Parts) -> None:
        await parts.volumes.poll()
        camera = parts.site.camera
        wanted = WantedStream(parts.site.main, camera.id, None, camera)
        networks = WaitingNetworks(("0.0.0.0/0",))
        stream_parts = StreamParts(parts.run, parts.volumes, asyncio.Semaphore(1), networks)
        task = StreamTask(wanted, stream_parts, outage=None, is_h265=False)
        work = asyncio.create_task(task.run())
        await until(networks.asked.is_set, "the look-up")
        task.stop()
        networks.may_answer.set()
        await work
        assert task.status().state is StreamState.STOPPED
        assert parts.site.rows() == []

    with_parts(tmp_path, ffmpeg, scenario)
