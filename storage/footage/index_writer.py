"""The recorder's one writer: everything that a few seconds of recording add to the index, in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.cameras.stream_statuses import store_statuses
from storage.footage.coverage import add_coverage
from storage.schema.footage import init, outage, run, segment
from storage.sql.database import Database, insert_missing, insert_or_update, insert_statement
from storage.volumes.segment_paths import SegmentName
from vms.domain.camera import StreamStatus
from vms.domain.errors import IndexMismatch
from vms.domain.segment import FinishedSegment, InitRecord, Outage, Run, SegmentFlag, Span


@dataclass(frozen=True, slots=True)
class IndexBatch:
    """What one transaction writes.

    Attributes:
        runs: as they are now, found by uuid: opened, with a better start, or ended; of two with one uuid the later
            one counts. A segment's run is in the same batch or stored already.
        segments: published and synced files.
        outages: as they are now, found by stream and start: begun, described better, or ended.
        statuses: what the recorder says about streams.
    """

    runs: tuple[Run, ...] = ()
    segments: tuple[FinishedSegment, ...] = ()
    outages: tuple[Outage, ...] = ()
    statuses: tuple[StreamStatus, ...] = ()


@dataclass(frozen=True, slots=True)
class CommitReport:
    """What a commit did with the batch's segments.

    Attributes:
        inserted: how many are new. known: how many were indexed before.
        moved: those of the new ones whose start was taken by another run, with the start that they got.
    """

    inserted: int
    known: int
    moved: tuple[FinishedSegment, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """A segment with the numbers that its row refers to."""

    source: FinishedSegment
    run_id: int
    init_id: int

    @property
    def key(self) -> tuple[int, int]:
        return self.run_id, self.source.seq

    @property
    def span(self) -> Span:
        s = self.source
        return Span(s.stream_id, s.start_us, s.start_us + s.duration_us, self.run_id, s.size_bytes)

    def moved_by(self, shift_us: int) -> "_Row":
        source = replace(
            self.source,
            start_us=self.source.start_us + shift_us,
            flags=self.source.flags | SegmentFlag.SHIFTED,
        )
        return replace(self, source=source)

    def values(self) -> dict[str, object]:
        s = self.source
        return {
            "stream_id": s.stream_id,
            "start_us": s.start_us,
            "duration_us": s.duration_us,
            "media_us": s.media_us,
            "size_bytes": s.size_bytes,
            "run_id": self.run_id,
            "seq": s.seq,
            "init_id": self.init_id,
            "init_bytes": len(s.init.data),
            "volume_id": s.volume_id,
            "name_us": SegmentName.parse(s.relative_path.rpartition("/")[2]).start_us,
            "flags": s.flags.value,
            "sha256": s.sha256,
            "fragments": s.fragments or None,
        }


class IndexWriter:
    """Writes batches; every method raises IndexUnavailable where the database does not answer, and then wrote nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def commit(self, batch: IndexBatch) -> CommitReport:
        """Write a batch in one transaction and report what was new; writing it again changes nothing.

        A segment is the same as a stored one if run and number agree. One whose start another run has taken, after
        the recorder's clock was set back, moves by whole microseconds to the next free start, and is never lost.

        Raises:
            IndexMismatch: a segment's run is neither stored nor in the batch; nothing was written.
        """
        with self._database.write() as connection:
            insert_or_update(connection, run, [_run_values(r) for r in batch.runs], key=["uuid"])
            rows = _rows(connection, batch.segments)
            new = _insert(connection, rows)
            moved = _insert_moved(connection, [row for row in rows if row.key not in new])
            added = [row for row in rows if row.key in new] + moved
            add_coverage(connection, [row.span for row in added])
            insert_or_update(connection, outage, [_outage_values(o) for o in batch.outages])
            store_statuses(connection, batch.statuses)
        known = len(batch.segments) - len(added)
        return CommitReport(len(added), known, tuple(row.source for row in moved))


def _rows(connection: Connection, segments: Sequence[FinishedSegment]) -> list[_Row]:
    if not segments:
        return []
    run_ids = _run_ids(connection, {s.run_uuid for s in segments})
    init_ids = _init_ids(connection, {s.init.sha256: s.init for s in segments})
    rows = {(s.run_uuid, s.seq): _Row(s, run_ids[s.run_uuid], init_ids[s.init.sha256]) for s in segments}
    return list(rows.values())


def _run_ids(connection: Connection, uuids: set[UUID]) -> dict[UUID, int]:
    found = connection.execute(sa.select(run.c.uuid, run.c.id).where(run.c.uuid.in_(list(uuids))))
    ids = dict(iter(found))
    unknown = uuids - ids.keys()
    if unknown:
        raise IndexMismatch(f"segments name runs that were never opened: {', '.join(u.hex for u in unknown)}")
    return ids


def _init_ids(connection: Connection, inits: dict[bytes, InitRecord]) -> dict[bytes, int]:
    statement = sa.select(init.c.sha256, init.c.id).where(init.c.sha256.in_(list(inits)))
    ids = dict(iter(connection.execute(statement)))
    unknown = [inits[sha256] for sha256 in inits if sha256 not in ids]
    if unknown:
        insert_missing(connection, init, [_init_values(record) for record in unknown])
        ids = dict(iter(connection.execute(statement)))
    return ids


def _insert(connection: Connection, rows: Sequence[_Row]) -> set[tuple[int, int]]:
    """Insert the rows that break no unique rule and return their keys."""
    if not rows:
        return set()
    statement = insert_statement(connection, segment).on_conflict_do_nothing()
    returning = statement.returning(segment.c.run_id, segment.c.seq)
    return {(run_id, seq) for run_id, seq in connection.execute(returning, [row.values() for row in rows])}


def _insert_moved(connection: Connection, rows: Iterable[_Row]) -> list[_Row]:
    """Insert rows whose start another run has taken, moved aside, unless stored already. Returns the inserted ones."""
    moved = []
    for row in rows:
        run_id, seq = row.key
        is_stored = sa.exists().where(segment.c.run_id == run_id, segment.c.seq == seq)
        if connection.execute(sa.select(is_stored)).scalar_one():
            continue
        aside = row.moved_by(1)
        while not _insert(connection, [aside]):
            aside = aside.moved_by(1)
        moved.append(aside)
    return moved


def _run_values(r: Run) -> dict[str, object]:
    return {
        "uuid": r.uuid,
        "stream_id": r.stream_id,
        "volume_id": r.volume_id,
        "start_us": r.start_us,
        "anchor_us": r.anchor_us,
        "trust": r.trust.value,
        "ffmpeg_version": r.ffmpeg_version,
        "end_us": r.end_us,
        "end_reason": r.end_reason.value if r.end_reason else None,
    }


def _init_values(record: InitRecord) -> dict[str, object]:
    return {
        "sha256": record.sha256,
        "codec": record.codec,
        "rfc6381": record.rfc6381,
        "width": record.width,
        "height": record.height,
        "timescale": record.timescale,
        "data": record.data,
    }


def _outage_values(o: Outage) -> dict[str, object]:
    return {
        "stream_id": o.stream_id,
        "start_us": o.start_us,
        "end_us": o.end_us,
        "cause": o.cause.value,
        "detail": o.detail,
    }
