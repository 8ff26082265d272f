"""Segments as files: where each lies on its volume, read without the rows' fragment tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.schema.cameras import stream
from storage.schema.footage import run, segment
from storage.sql.database import Database
from storage.volumes.segment_paths import SegmentName, segment_path
from vms.domain.segment import LONGEST_SEGMENT_US
from vms.domain.time import TimeRange

PAGE = 500
"""Rows read at a time."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """One segment's key, extent and file; `path` lies below the root of volume `volume_id`."""

    stream_id: int
    stream_uuid: UUID
    start_us: int
    end_us: int
    run_id: int
    seq: int
    volume_id: int
    size_bytes: int
    sha256: bytes
    path: str

    @property
    def time(self) -> TimeRange:
        """The wall time that the segment covers."""
        return TimeRange(self.start_us, self.end_us)


_FILES = (
    sa.select(
        segment.c.stream_id,
        segment.c.start_us,
        segment.c.duration_us,
        segment.c.media_us,
        segment.c.name_us,
        segment.c.run_id,
        segment.c.seq,
        segment.c.volume_id,
        segment.c.size_bytes,
        segment.c.sha256,
        run.c.uuid.label("run_uuid"),
        stream.c.uuid.label("stream_uuid"),
    )
    .join(run, run.c.id == segment.c.run_id)
    .join(stream, stream.c.id == segment.c.stream_id)
)


def select_files(
    connection: Connection, *conditions: sa.ColumnElement[bool], limit: int = PAGE
) -> list[FileRow]:
    """Return the files of at most `limit` segments that meet the conditions, in order of stream and start."""
    rows = connection.execute(
        _FILES.where(*conditions).order_by(segment.c.stream_id, segment.c.start_us).limit(limit)
    )
    return [
        FileRow(
            stream_id=row.stream_id,
            stream_uuid=row.stream_uuid,
            start_us=row.start_us,
            end_us=row.start_us + row.duration_us,
            run_id=row.run_id,
            seq=row.seq,
            volume_id=row.volume_id,
            size_bytes=row.size_bytes,
            sha256=row.sha256,
            path=segment_path(
                row.stream_uuid,
                SegmentName(
                    row.name_us, row.duration_us, row.media_us, row.run_uuid.hex[:8], row.seq, row.sha256
                ),
            ),
        )
        for row in rows
    ]


def files_within(database: Database, stream_id: int, time: TimeRange) -> Iterator[FileRow]:
    """Yield the files of a stream that overlap the range, a page per transaction."""
    after_us = time.start_us - LONGEST_SEGMENT_US
    while True:
        with database.read() as connection:
            page = select_files(
                connection,
                segment.c.stream_id == stream_id,
                segment.c.start_us > after_us,
                segment.c.start_us < time.end_us,
            )
        yield from (file for file in page if file.end_us > time.start_us)
        if len(page) < PAGE:
            return
        after_us = page[-1].start_us
