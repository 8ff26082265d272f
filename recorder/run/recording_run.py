"""One run: one ffmpeg child from its start to its end, and every file it wrote."""

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from recorder.clock.wall_clock import RunClock
from recorder.publish.finished_file import (
    FileFacts,
    RunFile,
    examine,
    publish,
    repair_times,
    times_of,
    write_sidecar,
)
from recorder.run.file_sampler import FileSampler, Sample, written_at
from recorder.run.run_parts import RunOrder, RunParts
from recorder.run.run_watch import RunEnding, RunWatch
from recorder.run.segmenter_output import parse_list_line, verdict
from recorder.run.segmenter_process import start_segmenter
from storage.volumes.markers import make_run_folder, remove_run_folder
from storage.volumes.segment_paths import incoming_folder
from storage.volumes.volume_pool import Work
from vms.domain.camera import OutageCause
from vms.domain.errors import MalformedMedia, StorageError, VmsError, VolumeFull
from vms.domain.segment import Run, RunEnd, SegmentFlag
from vms.domain.time import SECOND_US, wall_minus_monotonic_us
from vms.ffmpeg.process import FfmpegProcess

log = logging.getLogger(__name__)

_LONGEST_GOP_SECONDS = 60
_LAST_FILES_SECONDS = 30.0
"""A volume that does not answer may not keep a run from ending: its last files are found at the next start."""
_EMPTY_FOLDER_SECONDS = 5.0
"""Likewise: the folder of a run without footage is removed at the next start, too."""
_UNTAGGED_H265 = "hev"
"""What ffmpeg calls H.265 unless told otherwise; Safari plays only hvc1, so the run begins anew with that tag."""
_H265_SEEN = RunEnding(RunEnd.CODEC, OutageCause.CODEC, "the camera sends H.265", is_h265=True)

_BROKEN = RunEnding(
    RunEnd.FFMPEG, OutageCause.UNKNOWN, "files cannot be published: an internal error; see the log"
)


@dataclass(frozen=True, slots=True)
class _Listed:
    """A file that is no longer written to, and the monotonic time at which we learnt it.

    Attributes:
        is_prompt: whether files were being looked at right then: a process that was stopped reads late.
    """

    seq: int
    read_us: int
    was_listed: bool
    is_prompt: bool = False


class RecordingRun:
    """Records until something ends it; use one instance once.

    Args:
        on_media: called with the wall time of the first frame when it is on disk.
    """

    def __init__(self, order: RunOrder, parts: RunParts, on_media: Callable[[int], None]) -> None:
        self.order, self._parts, self._on_media = order, parts, on_media
        self.uuid: UUID = uuid4()
        self._finishing = parts.pool.threads(order.volume.volume_id, Work.FINISH)
        clock = parts.clock
        self._clock = RunClock(
            anchor_us=wall_minus_monotonic_us(clock),
            trust=parts.trust(),
            segment_us=parts.segment_seconds * SECOND_US,
        )
        self.state = RunWatch(
            parts.timings,
            started_us=clock.monotonic_us(),
            longest_file_us=(2 * parts.segment_seconds + _LONGEST_GOP_SECONDS) * SECOND_US,
        )
        self._row: Run | None = None
        self._seq = 0
        self._next_unfinished = 0
        self._back_ticks = 0
        self._media_base_us = 0
        self._lines: asyncio.Queue[_Listed | None] = asyncio.Queue()
        self._ending: RunEnding | None = None
        self._is_ending = asyncio.Event()
        self._file: FileSampler | None = None
        self._name = {"stream": order.stream.id, "run": self.uuid.hex[:8]}

    @property
    def volume_id(self) -> int:
        """Where its files lie."""
        return self.order.volume.volume_id

    @property
    def is_young(self) -> bool:
        """Whether its wall time is still being found, so that looks must be frequent."""
        return self.state.is_young

    @property
    def end_us(self) -> int | None:
        """Wall time of the end of the last published file, None before the first."""
        return self._clock.end_us

    @property
    def last_media_us(self) -> int | None:
        """Wall time of the newest media on disk, None before the first."""
        grown_us = self.state.grown_us
        return None if self._row is None or grown_us is None else self._clock.anchor_us + grown_us

    def end(self, ending: RunEnding) -> None:
        """Ask the run to end; the first reason given counts."""
        if self._ending is None:
            self._ending = ending
            self._is_ending.set()

    async def record(self) -> RunEnding:
        """Record until the camera, the disk, or `end` ends it; return why.

        All that can be published has been when this returns.

        Raises:
            VmsError: ffmpeg or the run's folder could not be started.
        """
        seconds = self._parts.timings.answer_seconds
        # A folder that comes too late is left to the next start.
        folder_fd = await self._finishing.run(self._prepare, seconds=seconds, if_late=os.close)
        try:
            return await self._record(folder_fd)
        finally:
            self._parts.watch.remove(self)
            # In the one thread of the looks, so that none of them finds another folder under this number.
            self._parts.pool.threads(self.volume_id, Work.SAMPLE).submit(os.close, folder_fd)

    async def _record(self, folder_fd: int) -> RunEnding:
        self._file = FileSampler(folder_fd, self._parts.clock)
        child = await start_segmenter(self.order, self._parts, folder_fd, self._on_stderr_line)
        reader = asyncio.create_task(self._read_lines(child), name=f"lines {self.uuid.hex[:8]}")
        finisher = asyncio.create_task(self._finish_all(), name=f"files {self.uuid.hex[:8]}")
        ended = asyncio.create_task(child.wait(), name=f"end {self.uuid.hex[:8]}")
        asked = asyncio.create_task(self._is_ending.wait())
        try:
            self._parts.notes.add(child.pid)
            self._parts.watch.add(self)
            await asyncio.wait({asked, ended}, return_when=asyncio.FIRST_COMPLETED)
            if await self._has_stopped(child):
                await asyncio.wait({ended, reader})
                if (error := reader.exception()) is not None:
                    log.error("ffmpeg's list was not read to its end", exc_info=error, extra=self._name)
                self._lines.put_nowait(None)
                done, _ = await asyncio.wait({finisher}, timeout=_LAST_FILES_SECONDS)
                if not done:
                    log.error("the last files of a run could not be finished", extra=self._name)
        finally:
            child.kill()
            if child.returncode is not None:
                self._parts.notes.remove(child.pid)
            for task in (asked, ended, reader, finisher):
                task.cancel()
        if self._ending is None:
            found = verdict(child.last_lines(), child.returncode or 0, had_media=self._row is not None)
            self._ending = RunEnding(found.end, found.cause, found.detail)
        await self._close_row(self._ending)
        return self._ending

    async def _has_stopped(self, child: FfmpegProcess) -> bool:
        """End ffmpeg; tell whether it has ended. One that hangs in the kernel, with its volume, may write once more."""
        try:
            await child.stop(self._parts.timings.stop_steps)
        except TimeoutError:
            log.error(  # noqa: TRY400  # where it happened says nothing
                "ffmpeg cannot be ended; its last files are left for the next start",
                extra=self._name | {"pid": child.pid},
            )
            return False
        return True

    def _prepare(self) -> int:
        """Make the folder that ffmpeg starts in, and return it; so nothing lands on a missing mount."""
        volume = self.order.volume
        folder = incoming_folder(self.uuid)
        make_run_folder(volume, self.uuid, self.order.stream.uuid)
        write_sidecar(volume, self.order.camera, self.order.stream)
        return volume.open_file(folder, os.O_RDONLY | os.O_DIRECTORY)

    def _on_stderr_line(self, line: str) -> str:
        """Return a line of ffmpeg's without secrets, after listening for signs that the run must end."""
        line = self._parts.redact(line)
        ending = self.state.on_stderr_line(line, self._parts.clock.monotonic_us())
        if ending is not None:
            self.end(ending)
        return line

    async def _read_lines(self, child: FfmpegProcess) -> None:
        async for text in child.lines():
            try:
                line = parse_list_line(text)
            except MalformedMedia as error:
                log.warning("%s", error, extra=self._name)
                continue
            self._seq = line.seq + 1
            now_us = self._parts.clock.monotonic_us()
            # Judged now: by the time that the file is published, others may have been looked at again.
            is_prompt = now_us - self.state.sampled_us < 2 * self._parts.timings.sample_seconds * SECOND_US
            self._lines.put_nowait(_Listed(line.seq, now_us, was_listed=True, is_prompt=is_prompt))

    def sample(self) -> Sample:
        """Look at the growing file; called in a thread of its volume."""
        assert self._file is not None  # noqa: S101  # watched only after _prepare
        return self._file.sample(self._seq, follow=self.state.is_young)

    def on_sample(self, sample: Sample, difference_us: int) -> None:
        """Take in what a look saw."""
        if sample.arrival is not None and (sample.seq == 0 or not self._parts.begins_anew):
            # Where later files begin at zero, what the earlier ones amount to is known only once they are examined.
            self._clock = self._clock.observed(sample.arrival)
        if sample.has_media and self._row is None and sample.first_media_us is not None:
            self._open_row(sample.first_media_us)
            if sample.codec_tag.startswith(_UNTAGGED_H265):
                self.end(_H265_SEEN)
        ending = self.state.on_sample(sample, has_stepped=self._clock.has_stepped(difference_us))
        if ending is not None:
            self.end(ending)

    def _open_row(self, first_media_us: int) -> None:
        start_us = self._clock.start_of(first_media_us)
        if start_us is None:
            return
        self._row = Run(
            id=0,
            uuid=self.uuid,
            stream_id=self.order.stream.id,
            volume_id=self.volume_id,
            start_us=start_us,
            anchor_us=self._clock.anchor_us,
            trust=self._clock.trust,
            ffmpeg_version=self._parts.ffmpeg.version,
        )
        self._parts.committer.run_changed(self._row, self.order.volume, soon=True)
        self._on_media(start_us)

    async def _close_row(self, ending: RunEnding) -> None:
        if self._row is not None:
            end_us = self._clock.end_us or self._row.start_us
            self._row = replace(self._row, end_us=end_us, end_reason=ending.end)
            self._parts.committer.run_changed(self._row, self.order.volume)
            self._parts.ended(self._row)
        else:
            volume, seconds = self.order.volume, _EMPTY_FOLDER_SECONDS
            with contextlib.suppress(StorageError, OSError):
                await self._parts.pool.threads(self.volume_id, Work.FINISH).run(
                    remove_run_folder, volume, self.uuid, seconds=seconds
                )

    async def _finish_all(self) -> None:
        """Publish what ffmpeg writes; should that break in a way that nobody foresaw, the run ends and says so."""
        try:
            await self._finish_listed()
        except Exception:  # the boundary of the task: a run that publishes nothing must not look well
            log.exception("a run's files cannot be published any more", extra=self._name)
            self.end(_BROKEN)

    async def _finish_listed(self) -> None:
        """Publish each file that ffmpeg lists, and after its end the ones that it could not list any more."""
        while (listed := await self._lines.get()) is not None:
            for missed in range(self._next_unfinished, listed.seq):
                await self._finish(_Listed(missed, listed.read_us, was_listed=False))
            await self._finish(listed)
        now_us = self._parts.clock.monotonic_us()
        while await self._finish(_Listed(self._next_unfinished, now_us, was_listed=False)):
            pass

    async def _finish(self, listed: _Listed) -> bool:
        """Publish a file; return whether the next one is worth a look where nobody listed it.

        A failure concerns this file, and maybe the volume; the file keeps its first name, and the next start looks at it.
        """
        seq = listed.seq
        file = RunFile(self.order.volume, self.order.stream, self.uuid, seq)
        self._next_unfinished = seq + 1
        try:
            facts = await self._finishing.run(examine, file)
            if facts is None:
                log.warning("a file without any whole fragment was dropped", extra=self._name | {"seq": seq})
                await self._finishing.run(self.order.volume.unlink, file.path)
                return True
            await self._publish(file, facts, listed)
        except FileNotFoundError:
            return False
        except StorageError as error:
            log.exception("a file could not be published", extra=self._name | {"seq": seq})
            is_full = isinstance(error, VolumeFull)
            cause = OutageCause.DISK_FULL if is_full else OutageCause.VOLUME
            self.end(RunEnding(RunEnd.DISK, cause, str(error)))
            return False
        except OSError:
            # No fault of the volume, such as a lack of descriptors: the next run may do better.
            log.exception("a file could not be published", extra=self._name | {"seq": seq})
            self.end(_BROKEN)
            return False
        except VmsError:
            log.exception("a file could not be understood", extra=self._name | {"seq": seq})
        return True

    async def _publish(self, file: RunFile, facts: FileFacts, listed: _Listed) -> None:
        self._clock, assigned = self._clock.assigned(
            times_of(facts, listed.read_us, self._arrival_us(facts, listed), base_us=self._media_base_us)
        )
        if self._parts.begins_anew:
            self._media_base_us += facts.end_us - facts.start_us
        if assigned.is_jump or self._back_ticks:
            facts = await self._mended(file, facts)
        if self._ending is not None and self._ending.end is RunEnd.JUMP:
            assigned = replace(assigned, flags=assigned.flags | SegmentFlag.JUMP)
        if not listed.was_listed:
            assigned = replace(assigned, flags=assigned.flags | SegmentFlag.RECOVERED)
        finished = await self._finishing.run(publish, file, facts, assigned, self._parts.step)
        if self._row is None or file.seq == 0:
            self._place_row(assigned.start_us)
        self._parts.committer.segment_published(finished, self.order.volume)
        if assigned.is_jump:
            self.end(RunEnding(RunEnd.JUMP, OutageCause.MEDIA_JUMP, "the camera's clock jumped"))
        elif facts.init.rfc6381.startswith(_UNTAGGED_H265):
            # The run's first file was finished before any look saw a fragment of it.
            self.end(_H265_SEEN)
        elif facts.has_new_format:
            self.end(RunEnding(RunEnd.CODEC, OutageCause.CODEC, "the camera's picture format has changed"))

    async def _mended(self, file: RunFile, facts: FileFacts) -> FileFacts:
        """Close the hole that a jump left in this file, or in one before it."""
        try:
            facts, back_ticks = await self._finishing.run(repair_times, file, facts, self._back_ticks)
        except MalformedMedia:
            log.warning("a jump could not be repaired", exc_info=True, extra=self._name | {"seq": file.seq})
        else:
            self._back_ticks = 0 if self._parts.begins_anew else back_ticks
        return facts

    def _arrival_us(self, facts: FileFacts, listed: _Listed) -> int | None:
        """Return the monotonic time at which the end of a file arrived, None where nobody can tell.

        The last file of a run is written to once more when ffmpeg ends, long after a silent camera's last packet.
        """
        clock = self._parts.clock
        has_stepped = self._clock.has_stepped(wall_minus_monotonic_us(clock))
        if not facts.is_last and not has_stepped:
            if self.state.has_honest_dates:
                return min(written_at(clock, facts.written), listed.read_us)
            if listed.is_prompt:
                return listed.read_us
        return None if self._clock.offsets else listed.read_us

    def _place_row(self, start_us: int) -> None:
        """Give the run its final start, now that the first file has one."""
        if self._row is None:
            self._open_row(0)
        if self._row is not None and self._row.is_open:
            self._row = replace(self._row, start_us=start_us)
            self._parts.committer.run_changed(self._row, self.order.volume)
