"""Compares every file with the index, reports how they differ, and repairs what can be repaired if asked to.

Nothing is ever deleted but rows whose files are gone. Where many files of an hour are missing, the disk is at fault
and not the index: the volume is frozen, and a person must look.
"""

import logging
import os
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Final

import sqlalchemy as sa

from storage.clock.clock_corrections import CORRECTIONS
from storage.footage.coverage import remove_coverage
from storage.footage.file_rows import PAGE, FileRow, select_files
from storage.footage.media_facts import digest_of
from storage.holds.protection import lock_streams
from storage.open import Storage
from storage.purge.garbage_collection import collect_garbage
from storage.recovery.adoption import adopt_files
from storage.recovery.check_coverage import check_coverage
from storage.recovery.check_report import CheckReport, Difference
from storage.recovery.published_names import NamedFile, find_run, hour_folders, hour_of, segment_files
from storage.schema.footage import outage, segment
from storage.schema.retention import garbage
from storage.sql.database import insert_missing
from storage.volumes.open_volume import OpenVolume
from storage.volumes.segment_paths import QUARANTINE, RECORDED, SIDECAR
from vms.domain.camera import OutageCause, Stream
from vms.domain.errors import VolumeFull, VolumeUnavailable
from vms.domain.time import HOUR_US, MINUTE_US, Clock, merged
from vms.domain.volume import Volume, VolumeState

log: Final = logging.getLogger(__name__)

_NEW_US: Final = 10 * MINUTE_US
"""Files that began this recently may be on their way into the index."""
_MISSING_SHARE: Final = 100
"""More than 1/100 of an hour's files missing, and more than one, makes a volume suspect."""

Progress = Callable[[int, int | None], None]


def check(
    storage: Storage,
    clock: Clock,
    *,
    repair: bool = False,
    digests: bool = False,
    progress: Progress | None = None,
) -> CheckReport:
    """Compare files and index and report the differences; safe while everything runs.

    Args:
        storage: rows and volumes.
        clock: wall time.
        repair: mend what can be mended.
        digests: also read every file and compare its digest.
        progress: called now and then with the number of rows compared.

    Raises:
        IndexUnavailable: the database does not answer.
    """
    report = CheckReport()
    for volume in storage.volumes.list():
        try:
            _VolumeCheck(storage, clock, volume, report, progress, repair=repair, digests=digests).run()
        except (VolumeUnavailable, VolumeFull) as error:
            log.warning("volume left out: %s", error, extra={"volume": volume.id})
            report.skipped_volumes[volume.id] = str(error)
    check_coverage(storage, report, repair=repair)
    if repair:
        storage.hold_links.refresh(clock.now_us())
    return report


class _VolumeCheck:
    """The check of one volume."""

    def __init__(
        self,
        storage: Storage,
        clock: Clock,
        volume: Volume,
        report: CheckReport,
        progress: Progress | None,
        *,
        repair: bool,
        digests: bool,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._volume = volume
        self._opened: OpenVolume = storage.volume_access.open(volume)
        self._report = report
        self._progress = progress
        self._repair = repair
        self._digests = digests
        self._missing: list[FileRow] = []

    def run(self) -> None:
        streams = {
            stream.uuid.hex: stream
            for camera in self._storage.cameras.list(include_removed=True)
            for stream in camera.streams
        }
        for stream in streams.values():
            self._check_rows(stream)
        self._judge_missing()
        for name in self._opened.names(RECORDED):
            known = streams.get(name)
            if known is None:
                self._report.add(Difference.UNKNOWN, f"{RECORDED}/{name}")
            else:
                self._check_files(known)
        self._check_garbage()

    def _check_rows(self, stream: Stream) -> None:
        """Find the file of every row, folder by folder."""
        sizes: dict[str, dict[str, int]] = {}
        after_us = -1
        while True:
            with self._storage.database.read() as connection:
                page = select_files(
                    connection, segment.c.stream_id == stream.id, segment.c.start_us > after_us
                )
            for file in page:
                if file.volume_id == self._volume.id:
                    self._check_row(file, sizes)
            if len(page) < PAGE:
                return
            after_us = page[-1].start_us

    def _check_row(self, file: FileRow, sizes: dict[str, dict[str, int]]) -> None:
        folder, _, name = file.path.rpartition("/")
        if folder not in sizes:
            # Rows come in order of time, so few folders are looked at again (runs that overlap, moved runs).
            if len(sizes) >= 8:
                sizes.pop(next(iter(sizes)))
            sizes[folder] = self._opened.sizes(folder)
        size = sizes[folder].get(name)
        self._report.rows += 1
        if size is None:
            # It may have been purged since the row was read.
            if self._still_indexed(file):
                self._missing.append(file)
                self._report.add(Difference.MISSING_FILE, file.path)
        elif size != file.size_bytes:
            kind = Difference.TRUNCATED if size < file.size_bytes else Difference.OVERLONG
            self._report.add(kind, file.path)
        elif self._digests and self._digest(file.path) != file.sha256:
            self._report.add(Difference.DIGEST, file.path)
        if self._progress is not None and self._report.rows % PAGE == 0:
            self._progress(self._report.rows, None)

    def _still_indexed(self, file: FileRow) -> bool:
        with self._storage.database.read() as connection:
            key = (segment.c.run_id == file.run_id, segment.c.seq == file.seq)
            return bool(select_files(connection, *key, limit=1))

    def _digest(self, path: str) -> bytes | None:
        try:
            fd = self._opened.open_file(path)
        except FileNotFoundError:
            return None
        try:
            return digest_of(fd)
        except OSError as error:
            self._opened.raise_meaning(error)
            raise
        finally:
            self._opened.drop_cache(fd)
            os.close(fd)

    def _judge_missing(self) -> None:
        """Mark the volume suspect if many files of one hour are missing; else delete the rows if asked to."""
        by_folder: dict[str, int] = {}
        for file in self._missing:
            folder = file.path.rpartition("/")[0]
            by_folder[folder] = by_folder.get(folder, 0) + 1
        for folder, missing in by_folder.items():
            there = len(segment_files(self._opened, folder))
            if missing > 1 and missing * _MISSING_SHARE > missing + there:
                why = f"{missing} of {missing + there} files are missing from {folder}"
                self._report.suspect_volumes[self._volume.id] = why
                self._storage.volumes.set_state(self._volume.id, VolumeState.SUSPECT, why)
                return
        if self._repair and self._missing:
            self._report.mended += _delete_rows(self._storage, self._missing)

    def _check_files(self, stream: Stream) -> None:
        """Find the row of every file, and files that are not footage."""
        root = f"{RECORDED}/{stream.uuid.hex}"
        for name in self._opened.names(root):
            if hour_of(name, "00") is None and name not in {SIDECAR, CORRECTIONS, f"{SIDECAR}.new"}:
                self._put_aside(f"{root}/{name}", Difference.UNKNOWN)
        for folder, hour_us in hour_folders(self._opened, stream.uuid):
            if hour_us < self._clock.now_us() + HOUR_US:
                self._check_folder(stream, folder)

    def _check_folder(self, stream: Stream, folder: str) -> None:
        files = segment_files(self._opened, folder)
        known = {file.path for file in files}
        for name in self._opened.names(folder):
            if f"{folder}/{name}" not in known:
                self._put_aside(f"{folder}/{name}", Difference.UNKNOWN)
        self._report.files += len(files)
        since_us = self._clock.now_us() - _NEW_US
        old = [file for file in files if file.name.start_us + file.name.duration_us < since_us]
        for file in self._without_row(stream, old):
            self._report.add(Difference.MISSING_ROW, file.path)
            if not self._repair:
                continue
            if adopt_files(self._storage, self._opened, stream, [file]):
                self._report.mended += 1
            else:
                self._put_aside(file.path, Difference.DAMAGED)
                self._report.mended += 1

    def _without_row(self, stream: Stream, files: list[NamedFile]) -> list[NamedFile]:
        """Return the files that are neither indexed nor garbage."""
        if not files:
            return []
        first_us, last_us = files[0].name.start_us, files[-1].name.start_us
        with self._storage.database.read() as connection:
            near = select_files(
                connection,
                segment.c.stream_id == stream.id,
                segment.c.start_us >= first_us - MINUTE_US,
                segment.c.start_us <= last_us + MINUTE_US,
                limit=2 * len(files) + PAGE,
            )
            indexed = {file.path for file in near}
            left = [file for file in files if file.path not in indexed]
            if not left:
                return []
            names = [file.path for file in left]
            doomed = set(
                connection.execute(
                    garbage.select()
                    .with_only_columns(garbage.c.name)
                    .where(garbage.c.volume_id == self._volume.id, garbage.c.name.in_(names))
                ).scalars()
            )
        return [f for f in left if f.path not in doomed and not self._is_moved(stream, f)]

    def _is_moved(self, stream: Stream, file: NamedFile) -> bool:
        """Tell whether a clock correction moved the file's row to another time."""
        with self._storage.database.read() as connection:
            run_uuid = find_run(connection, stream.id, self._volume.id, file.name.run_short)
        run = None if run_uuid is None else self._storage.segments.run_by_uuid(run_uuid)
        return run is not None and self._storage.segments.find(stream.id, run.id, file.name.seq) is not None

    def _put_aside(self, path: str, kind: Difference) -> None:
        self._report.add(kind, path)
        if self._repair:
            self._report.mended += _quarantine(self._opened, path)

    def _check_garbage(self) -> None:
        """Report garbage that is still on disk, and remove it if asked to."""
        with self._storage.database.read() as connection:
            names = connection.execute(
                garbage.select()
                .with_only_columns(garbage.c.name)
                .where(garbage.c.volume_id == self._volume.id)
                .limit(PAGE)
            ).scalars()
            left = [name for name in names if self._opened.exists(name)]
        for name in left:
            self._report.add(Difference.GARBAGE, name)
        if self._repair and left:
            collect_garbage(self._storage.database, self._opened, self._clock.now_us())
            self._report.mended += len(left)


def _delete_rows(storage: Storage, files: Iterable[FileRow]) -> int:
    """Delete the rows of files that are gone, with an outage in their place. Returns how many rows there were."""
    by_stream: defaultdict[int, list[FileRow]] = defaultdict(list)
    for file in files:
        by_stream[file.stream_id].append(file)
    forgotten = 0
    for stream_id, lost in by_stream.items():
        with storage.database.write() as connection:
            lock_streams(connection, [stream_id])
            for file in lost:
                gone = sa.delete(segment).where(segment.c.run_id == file.run_id, segment.c.seq == file.seq)
                forgotten += connection.execute(gone).rowcount
            remove_coverage(connection, stream_id, [file.time for file in lost])
            rows = [
                {
                    "stream_id": stream_id,
                    "start_us": time.start_us,
                    "end_us": time.end_us,
                    "cause": OutageCause.VOLUME.value,
                    "detail": "footage was recorded and its files were lost",
                }
                for time in merged(file.time for file in lost)
            ]
            insert_missing(connection, outage, rows)
        log.warning("rows of lost files were removed", extra={"stream": stream_id, "rows": len(lost)})
    return forgotten


def _quarantine(volume: OpenVolume, path: str) -> int:
    """Move a file or folder below quarantine/. Returns 1, or 0 if the name is taken there or the file is gone."""
    try:
        volume.move_no_replace(path, f"{QUARANTINE}/{path}")
    except (FileExistsError, FileNotFoundError):
        return 0
    log.warning("an unknown file was set aside", extra={"volume": volume.volume_id, "file": path})
    return 1
