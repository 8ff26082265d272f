"""Mending of differences between files and index: rows of lost files go, unknown files are set aside."""

import logging
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa

from storage.footage.coverage import remove_coverage
from storage.footage.file_rows import StoredFile
from storage.holds.protection import lock_streams
from storage.open import Storage
from storage.schema.footage import outage, segment
from storage.sql.upsert import insert_missing
from storage.volumes.open_volume import OpenVolume
from storage.volumes.segment_paths import QUARANTINE
from vms.domain.camera import OutageCause
from vms.domain.time import merged

log: Final = logging.getLogger(__name__)


def forget_missing(storage: Storage, files: Iterable[StoredFile]) -> int:
    """Remove the rows of files that are gone and note the loss on the timeline; return how many rows went."""
    by_stream: defaultdict[int, list[StoredFile]] = defaultdict(list)
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


def quarantine(volume: OpenVolume, path: str) -> int:
    """Move a file or folder to the same place below quarantine/ and return 1, or 0 where that is taken or it is gone."""
    try:
        volume.move_no_replace(path, f"{QUARANTINE}/{path}")
    except (FileExistsError, FileNotFoundError):
        return 0
    log.warning("an unknown file was set aside", extra={"volume": volume.volume_id, "file": path})
    return 1
