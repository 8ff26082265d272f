"""Adopts published files whose rows were lost or never written: makes their rows from their names."""

import logging
import os
from collections.abc import Collection
from dataclasses import replace
from typing import Final
from uuid import UUID

from storage.clock.clock_corrections import read_corrections
from storage.footage.index_writer import IndexBatch
from storage.footage.media_facts import digest_of, read_facts
from storage.installation.steps import OnStep, ignore_step
from storage.open import Storage
from storage.recovery.published_names import NamedFile, find_run, remade_run
from storage.volumes.open_volume import OpenVolume
from vms.domain.camera import Stream
from vms.domain.errors import MalformedMedia
from vms.domain.segment import FinishedSegment, InitRecord, Run, SegmentFlag

log: Final = logging.getLogger(__name__)

_BATCH: Final = 200


class Adopter:
    """Makes rows of published files of one volume; reads each run's init segment once.

    Args:
        volume: where the files lie.
        with_fragments: also read every file's fragment headers; without, players read them when they need them.
        with_digests: believe a name only if the file has the digest that it states.
    """

    def __init__(self, volume: OpenVolume, *, with_fragments: bool, with_digests: bool) -> None:
        self._volume = volume
        self._with_fragments = with_fragments
        self._with_digests = with_digests
        self._inits: dict[UUID, InitRecord] = {}

    def entry(
        self, file: NamedFile, stream_id: int, run_uuid: UUID, shift_us: int = 0
    ) -> FinishedSegment | None:
        """Return what the file's row needs, or None if the file is not what its name says.

        Args:
            file: the file.
            stream_id, run_uuid: whose it is.
            shift_us: a clock correction that was made after the file was named.

        Raises:
            StorageError: the volume failed.
        """
        known = self._inits.get(run_uuid)
        table = b""
        try:
            if known is None or self._with_fragments or self._with_digests:
                known, table = self._read(file)
        except (MalformedMedia, FileNotFoundError) as error:
            log.warning("a published file is damaged: %s", error, extra={"file": file.path})
            return None
        self._inits[run_uuid] = known
        if file.size_bytes <= len(known.data):
            # Not every file is opened; one that ends within its init segment shows it by its size.
            log.warning("a published file holds no footage", extra={"file": file.path})
            return None
        flags = SegmentFlag.SHIFTED if shift_us else SegmentFlag.NONE
        return FinishedSegment(
            run_uuid=run_uuid,
            stream_id=stream_id,
            volume_id=self._volume.volume_id,
            start_us=file.name.start_us + shift_us,
            duration_us=file.name.duration_us,
            media_us=file.name.media_us,
            size_bytes=file.size_bytes,
            seq=file.name.seq,
            flags=flags,
            sha256=file.name.sha256,
            fragments=table,
            init=known,
            relative_path=file.path,
            incoming_path=None,
        )

    def _read(self, file: NamedFile) -> tuple[InitRecord, bytes]:
        fd = self._volume.open_file(file.path)
        try:
            facts = read_facts(fd)
            if self._with_digests and digest_of(fd) != file.name.sha256:
                raise MalformedMedia("the file's digest is not the one in its name")
        except OSError as error:
            self._volume.raise_meaning(error)
            raise
        finally:
            os.close(fd)
        if not facts.fragments:
            raise MalformedMedia("the file holds no complete fragment")
        return facts.init, facts.table if self._with_fragments else b""


def adopt_files(
    storage: Storage,
    volume: OpenVolume,
    stream: Stream,
    files: Collection[NamedFile],
    on_step: OnStep = ignore_step,
) -> int:
    """Index published files, each read whole and checked against the digest in its name. Returns how many are new.

    A file that is not what its name says is left where it is and gets no row.
    """
    adopter = Adopter(volume, with_fragments=True, with_digests=True)
    shifts = read_corrections(volume, stream.uuid) if files else {}
    runs: dict[UUID, Run] = {}
    entries: list[FinishedSegment] = []
    adopted = 0
    for file in files:
        with storage.database.read() as connection:
            run_uuid = find_run(connection, stream.id, volume.volume_id, file.name.run_short)
        if run_uuid is None:
            start_us, end_us = file.name.start_us, file.name.start_us + file.name.duration_us
            run = remade_run(stream.id, stream.uuid, volume.volume_id, file.name.run_short, start_us, end_us)
            known = runs.get(run.uuid)
            if known is not None and known.end_us is not None:
                run = replace(run, start_us=min(known.start_us, start_us), end_us=max(known.end_us, end_us))
            runs[run.uuid] = run
            run_uuid = run.uuid
        entry = adopter.entry(file, stream.id, run_uuid, shifts.get(file.name.run_short, 0))
        if entry is not None:
            entries.append(entry)
        if len(entries) >= _BATCH:
            adopted += _insert(storage, volume, runs, entries, on_step)
            entries, runs = [], {}
    return adopted + _insert(storage, volume, runs, entries, on_step)


def _insert(
    storage: Storage,
    volume: OpenVolume,
    runs: dict[UUID, Run],
    entries: list[FinishedSegment],
    on_step: OnStep,
) -> int:
    if not entries:
        return 0
    on_step("sync-adopted")
    volume.sync()
    on_step("insert-adopted")
    named = {entry.run_uuid for entry in entries}
    batch = IndexBatch(runs=tuple(run for run in runs.values() if run.uuid in named), segments=tuple(entries))
    return storage.index_writer.commit(batch).inserted
