"""The transaction at the heart of a purge: segments leave the index and their files become garbage, unless protected."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.footage.coverage import remove_coverage
from storage.footage.file_rows import FileRow, select_files
from storage.holds.protection import lock_streams, protected_ranges
from storage.purge.plan import Candidate
from storage.schema.cameras import stream
from storage.schema.footage import segment
from storage.schema.retention import garbage
from storage.sql.database import insert_missing
from storage.volumes.segment_paths import hour_start, pack_path
from vms.domain.segment import LONGEST_SEGMENT_US
from vms.domain.time import HOUR_US, buckets


def move_to_garbage(
    connection: Connection,
    volume_id: int,
    candidates: Sequence[Candidate],
    now_us: int,
    *,
    sure_us: int | None,
) -> list[FileRow]:
    """Move the segments from the index to the garbage table and return their files, without those protected by now.

    Spans, rollups and each stream's "purged until" mark follow in the same transaction. The pictures of an hour go
    with its last segment on the volume.

    Args:
        connection: a write transaction.
        volume_id: where all the files lie.
        candidates: what the plan chose.
        now_us: wall time: the pictures of its hour are being made.
        sure_us: it surely is no earlier; None where no hold and no lease lapses by itself.
    """
    starts: defaultdict[int, list[int]] = defaultdict(list)
    for candidate in candidates:
        starts[candidate.stream_id].append(candidate.start_us)
    lock_streams(connection, starts.keys())
    pins = protected_ranges(connection, starts.keys(), sure_us)
    moved: list[FileRow] = []
    for stream_id, wanted in sorted(starts.items()):
        files = [
            file
            for file in select_files(
                connection,
                segment.c.stream_id == stream_id,
                segment.c.volume_id == volume_id,
                segment.c.start_us.in_(wanted),
                limit=len(wanted),
            )
            if not any(file.time.overlaps(pin) for pin in pins.get(stream_id, []))
        ]
        if files:
            _move_stream(connection, stream_id, files, now_us)
            moved += files
    return moved


def _move_stream(connection: Connection, stream_id: int, files: Sequence[FileRow], now_us: int) -> None:
    """Move files of one stream, all on one volume."""
    volume_id, stream_uuid = files[0].volume_id, files[0].stream_uuid
    connection.execute(
        sa.delete(segment).where(
            segment.c.stream_id == stream_id, segment.c.start_us.in_([file.start_us for file in files])
        )
    )
    rows = [{"volume_id": volume_id, "name": f.path, "size_bytes": f.size_bytes} for f in files]
    rows += [
        {"volume_id": volume_id, "name": name, "size_bytes": 0}
        for name in _dead_packs(connection, stream_uuid, files, now_us)
    ]
    insert_missing(connection, garbage, rows)
    remove_coverage(connection, stream_id, [file.time for file in files])
    purged_until_us = max(file.end_us for file in files)
    is_later = sa.or_(stream.c.purged_until_us.is_(None), stream.c.purged_until_us < purged_until_us)
    connection.execute(
        sa.update(stream).where(stream.c.id == stream_id, is_later).values(purged_until_us=purged_until_us)
    )


def _dead_packs(
    connection: Connection, stream_uuid: UUID, files: Sequence[FileRow], now_us: int
) -> list[str]:
    """Return the picture packs of past hours that have no segment left on the volume."""
    hours = {hour_us for file in files for hour_us in buckets(file.time, HOUR_US)}
    return [
        pack_path(stream_uuid, hour_us)
        for hour_us in sorted(hours)
        if hour_us < hour_start(now_us) and not _has_footage(connection, files[0], hour_us)
    ]


def _has_footage(connection: Connection, like: FileRow, hour_us: int) -> bool:
    found = connection.execute(
        sa.select(segment.c.start_us)
        .where(
            segment.c.stream_id == like.stream_id,
            segment.c.start_us > hour_us - LONGEST_SEGMENT_US,
            segment.c.start_us < hour_us + HOUR_US,
            segment.c.start_us + segment.c.duration_us > hour_us,
            segment.c.volume_id == like.volume_id,
        )
        .limit(1)
    )
    return found.first() is not None
