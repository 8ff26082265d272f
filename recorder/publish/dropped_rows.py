"""Remembers which rows no longer fitted into memory while the database was away, and reads them back from the files.

They are published, and keep their incoming names under incoming/, so the next start would find them as well. This does it
as soon as the database answers: a few files at a time, because each is read whole.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from recorder.clock.timings import RecorderTimings
from storage.open import Storage
from storage.recovery.late_rows import LateFiles, clear_folder, index_late_files, late_files
from vms.domain.errors import VmsError
from vms.domain.segment import FinishedSegment

log = logging.getLogger(__name__)

_FILES_AT_ONCE = 10
"""A few seconds of reading, after which the recorder may end or turn to something else."""


class DroppedRows:
    """The runs of this process of which some files have no row, one entry each."""

    def __init__(self, storage: Storage, timings: RecorderTimings) -> None:
        self._storage, self._timings = storage, timings
        self._late: dict[UUID, LateFiles] = {}
        self._answers = asyncio.Event()

    def dropped(self, segments: Iterable[FinishedSegment]) -> None:
        """Take note of segments whose rows are not kept any longer."""
        for segment in segments:
            new = LateFiles(
                segment.run_uuid,
                segment.stream_id,
                segment.volume_id,
                segment.start_us,
                segment.start_us,
                segment.seq,
            )
            known = self._late.get(segment.run_uuid, new)
            self._late[segment.run_uuid] = replace(
                known,
                first_us=min(known.first_us, segment.start_us),
                last_us=max(known.last_us, segment.start_us),
                last_seq=max(known.last_seq, segment.seq),
            )

    def index_answers(self) -> None:
        """Begin to fetch rows back, if any were dropped."""
        if self._late:
            self._answers.set()

    async def fetch_back(self) -> None:
        """Give files their rows whenever the database answers, until cancelled."""
        while True:
            await self._answers.wait()
            self._answers.clear()
            for run_uuid, late in tuple(self._late.items()):
                try:
                    added = await self._fetch(late)
                except VmsError as error:
                    log.warning(
                        "files without rows could not be indexed yet: %s",
                        error,
                        extra={"run": run_uuid.hex[:8]},
                    )
                    continue
                log.warning(
                    "rows were read back from their files", extra={"run": run_uuid.hex[:8], "rows": added}
                )
                if self._late[run_uuid] == late:
                    del self._late[run_uuid]
            if self._late:
                await asyncio.sleep(self._timings.volume_watch_seconds)
                self._answers.set()

    async def _fetch(self, late: LateFiles) -> int:
        files = await asyncio.to_thread(late_files, self._storage, late)
        added = 0
        for first in range(0, len(files), _FILES_AT_ONCE):
            some = files[first : first + _FILES_AT_ONCE]
            added += await asyncio.to_thread(index_late_files, self._storage, late, some)
        await asyncio.to_thread(clear_folder, self._storage, late)
        return added
