"""Months of index rows without their files, written as fast as the database takes them, and just as the writer would have."""

import hashlib
import os
import random
import sqlite3
import struct
import uuid
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import accumulate, groupby, islice

import psycopg
import sqlalchemy as sa

from storage.footage.coverage import rolled_up
from storage.open import Storage
from storage.schema.footage import LONGEST_SPAN_US, init, outage, rollup, run, segment, span
from storage.sql.database import Database
from vms.domain.camera import OutageCause, Stream
from vms.domain.segment import ClockTrust, Rollup, RunEnd, Span
from vms.domain.time import BUCKET_US, DAY_US, MINUTE_US, SECOND_US, TimeRange
from vms.media.fragment_table import encode
from vms.media.fragments import Fragment
from vms.media.init_segment import InitSegment

_GAP_US = 20 * SECOND_US
_STEADY_RUN_US = DAY_US
_SHAKY_RUN_US = 40 * MINUTE_US
_SHAKY_EVERY = 22
_TABLES = 64
_AT_ONCE = 20_000
_COLUMNS = tuple(column.name for column in segment.columns)
_NUMBERS = struct.Struct(">h" + "iq" * 12)
"""The head of a row of PostgreSQL's binary COPY: 14 columns, of which the first 12 are numbers of 8 bytes."""
_DIGEST_BYTES = 32

_Row = tuple[int, int, int, int, int, int, int, int, int, int, int, int, bytes, bytes]


@dataclass(frozen=True, slots=True)
class IndexPlan:
    """What is put into the index.

    Attributes:
        time: of all footage, the gaps between runs included.
        tables: packed fragment tables and file sizes that segments take in turn, made from a real file.
    """

    time: TimeRange
    segment_us: int
    tables: tuple[tuple[bytes, int], ...]
    init: InitSegment


@dataclass(frozen=True, slots=True)
class _PlannedRun:
    """A run of whole segments; `time` is a multiple of their length."""

    id: int
    uuid: uuid.UUID
    stream_id: int
    time: TimeRange


def varied_tables(
    fragments: Sequence[Fragment], timescale: int, seconds: int
) -> tuple[tuple[bytes, int], ...]:
    """Return packed tables like that of a real file of which the first `seconds` are kept, with other sizes."""
    chosen = fragments[:seconds]
    source = random.Random(1)
    tables: list[tuple[bytes, int]] = []
    for _ in range(_TABLES):
        varied: list[Fragment] = []
        offset = chosen[0].offset
        for fragment in chosen:
            factor = source.uniform(0.7, 1.3)
            size = int(fragment.size * factor)
            varied.append(
                Fragment(
                    offset,
                    size,
                    fragment.decode_time,
                    fragment.duration,
                    fragment.is_keyframe,
                    min(size, int(fragment.keyframe_size * factor)),
                    fragment.samples,
                    fragment.presentation_time,
                )
            )
            offset += size
        tables.append((encode(varied, timescale), offset))
    return tuple(tables)


def fill_index(storage: Storage, streams: Sequence[Stream], volume_id: int, plan: IndexPlan) -> int:
    """Write runs, segments, spans, rollups and outages of all streams; return how many segments there are.

    Most streams run for a day at a time; every 22nd drops out every 40 minutes, as a bad link does. Spans and rollups
    follow from the segments by the product's own rules.
    """
    runs = list(_runs(streams, plan))
    with storage.database.write() as connection:
        inserted = connection.execute(sa.insert(init).values(_init_row(plan.init)).returning(init.c.id))
        init_id = inserted.scalar_one()
        connection.execute(sa.insert(run), [_run_row(planned, volume_id) for planned in runs])
        for _, found in groupby(runs, key=lambda planned: planned.stream_id):
            of_stream = list(found)
            connection.execute(sa.insert(outage), [_outage_row(planned) for planned in of_stream])
            connection.execute(
                sa.insert(span), [_values(s) for planned in of_stream for s in _spans(planned, plan)]
            )
            connection.execute(sa.insert(rollup), [_values(r) for r in _rollups(of_stream, plan)])
    rows = _segment_rows(runs, plan, volume_id, init_id)
    if storage.database.is_sqlite:
        _fill_sqlite(storage.database, rows)
    else:
        _fill_postgres(storage.database, rows)
    storage.database.upkeep()
    return sum(_length(planned, plan) for planned in runs)


def _runs(streams: Sequence[Stream], plan: IndexPlan) -> Iterator[_PlannedRun]:
    run_id = 0
    for position, stream in enumerate(streams):
        longest_us = _SHAKY_RUN_US if position % _SHAKY_EVERY == _SHAKY_EVERY - 1 else _STEADY_RUN_US
        length_us = (longest_us - _GAP_US) // plan.segment_us * plan.segment_us
        # No two streams break off at the same moment.
        start_us = plan.time.start_us + position * 7 * SECOND_US
        while start_us + length_us <= plan.time.end_us:
            run_id += 1
            yield _PlannedRun(run_id, uuid.uuid4(), stream.id, TimeRange(start_us, start_us + length_us))
            start_us += length_us + _GAP_US


def _length(planned: _PlannedRun, plan: IndexPlan) -> int:
    """Return how many segments a run has."""
    return planned.time.duration_us // plan.segment_us


def _segment_rows(
    runs: Sequence[_PlannedRun], plan: IndexPlan, volume_id: int, init_id: int
) -> Iterator[_Row]:
    """Yield the segments in the order of their key, which is that of their run and number too."""
    length_us, init_bytes = plan.segment_us, len(plan.init.data)
    for planned in runs:
        count = _length(planned, plan)
        digests = os.urandom(_DIGEST_BYTES * count)
        start_us = planned.time.start_us
        for seq in range(count):
            fragments, size = plan.tables[seq % _TABLES]
            digest = digests[_DIGEST_BYTES * seq : _DIGEST_BYTES * (seq + 1)]
            yield (
                *(planned.stream_id, start_us, length_us, length_us, size, planned.id, seq),
                *(init_id, init_bytes, volume_id, start_us, 0, digest, fragments),
            )
            start_us += length_us


def _spans(planned: _PlannedRun, plan: IndexPlan) -> Iterator[Span]:
    most = LONGEST_SPAN_US // plan.segment_us
    for seq in range(0, _length(planned, plan), most):
        until = min(seq + most, _length(planned, plan))
        start_us = planned.time.start_us + seq * plan.segment_us
        end_us = planned.time.start_us + until * plan.segment_us
        yield Span(planned.stream_id, start_us, end_us, planned.id, _sizes(plan, seq, until))


def _rollups(runs: Sequence[_PlannedRun], plan: IndexPlan) -> Iterator[Rollup]:
    """Yield one stream's rollups: coverage from its runs, which touch no less than their segments do; counts by number."""
    whole = [Span(r.stream_id, r.time.start_us, r.time.end_us, r.id, 0) for r in runs]
    ends = [r.time.end_us for r in runs]
    for found in rolled_up(whole):
        bucket = TimeRange(found.bucket_us, found.bucket_us + BUCKET_US)
        segments = size = 0
        for planned in islice(runs, bisect_left(ends, bucket.start_us), None):
            if planned.time.start_us >= bucket.end_us:
                break
            first = max(0, -(-(bucket.start_us - planned.time.start_us) // plan.segment_us))
            until = min(
                _length(planned, plan), -(-(bucket.end_us - planned.time.start_us) // plan.segment_us)
            )
            segments += max(0, until - first)
            size += _sizes(plan, first, max(first, until))
        yield replace(found, segments=segments, size_bytes=size)


def _sizes(plan: IndexPlan, first: int, until: int) -> int:
    """Return the sum of the sizes of a run's segments with these numbers."""
    sums = [0, *accumulate(size for _, size in plan.tables)]

    def before(seq: int) -> int:
        return seq // _TABLES * sums[-1] + sums[seq % _TABLES]

    return before(until) - before(first)


def _fill_sqlite(database: Database, rows: Iterator[_Row]) -> None:
    database.close()
    file = database.url.database
    assert file is not None
    marks = ", ".join("?" * len(_COLUMNS))
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        # Nothing that a power cut would lose is worth anything here.
        for pragma in (
            "journal_mode = OFF",
            "synchronous = OFF",
            "locking_mode = EXCLUSIVE",
            "cache_size = -262144",
        ):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        connection.executemany(f"INSERT INTO segment ({', '.join(_COLUMNS)}) VALUES ({marks})", rows)
        connection.execute("COMMIT")


def _fill_postgres(database: Database, rows: Iterator[_Row]) -> None:
    address = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        # No write-ahead log and no look-up of the stream for each row; readers see no difference.
        connection.execute("ALTER TABLE segment SET UNLOGGED")
        connection.execute("SET session_replication_role = replica")
        copying = f"COPY segment ({', '.join(_COLUMNS)}) FROM STDIN (FORMAT BINARY)"
        with connection.cursor() as cursor, cursor.copy(copying) as copy:
            copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
            while part := b"".join(_packed(row) for row in islice(rows, _AT_ONCE)):
                copy.write(part)
            copy.write(b"\xff\xff")
        connection.execute("VACUUM (FREEZE, ANALYZE) segment")


def _packed(row: _Row) -> bytes:
    """Return a row as PostgreSQL's binary COPY wants it: every value behind its length."""
    *numbers, digest, fragments = row
    head = _NUMBERS.pack(len(row), *(part for value in numbers for part in (8, value)))
    return b"".join(
        (head, struct.pack(">i", len(digest)), digest, struct.pack(">i", len(fragments)), fragments)
    )


def _init_row(found: InitSegment) -> dict[str, object]:
    return {
        "sha256": hashlib.sha256(found.data).digest(),
        "codec": found.codec,
        "rfc6381": found.rfc6381,
        "width": found.width,
        "height": found.height,
        "timescale": found.timescale,
        "data": found.data,
    }


def _run_row(planned: _PlannedRun, volume_id: int) -> dict[str, object]:
    return {
        "id": planned.id,
        "uuid": planned.uuid,
        "stream_id": planned.stream_id,
        "volume_id": volume_id,
        "start_us": planned.time.start_us,
        "anchor_us": 0,
        "trust": ClockTrust.SYNCED.value,
        "ffmpeg_version": "bench",
        "end_us": planned.time.end_us,
        "end_reason": RunEnd.TIMEOUT.value,
    }


def _outage_row(planned: _PlannedRun) -> dict[str, object]:
    return {
        "stream_id": planned.stream_id,
        "start_us": planned.time.end_us,
        "end_us": planned.time.end_us + _GAP_US,
        "cause": OutageCause.TIMEOUT.value,
        "detail": "",
    }


def _values(row: Span | Rollup) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}
