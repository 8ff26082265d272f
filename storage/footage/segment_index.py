"""What is recorded: reads of segments, runs, spans, sums and outages."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from storage.footage.coverage import joined, overlapping_spans
from storage.schema.footage import LONGEST_SPAN_US, init, outage, rollup, run, segment, span
from storage.sql.database import Database
from vms.domain.camera import OutageCause
from vms.domain.errors import NotFound
from vms.domain.segment import (
    LONGEST_SEGMENT_US,
    ClockTrust,
    InitRecord,
    Outage,
    Rollup,
    Run,
    RunEnd,
    Segment,
    SegmentFlag,
    Span,
)
from vms.domain.time import BUCKET_US, TimeRange

_EARLIER_OUTAGES = 16
"""How many outages that began before a window are looked at: one, unless the recorder's clock was set back."""
_CAUSES = {cause.value: cause for cause in OutageCause}
_OUTAGES = sa.select(outage.c.stream_id, outage.c.start_us, outage.c.end_us, outage.c.cause, outage.c.detail)
_ROLLUPS = sa.select(*(rollup.c[field.name] for field in fields(Rollup)))
_FLAGS = [field.name for field in fields(Segment)].index("flags")
_SEGMENTS = sa.select(
    *(run.c.uuid if field.name == "run_uuid" else segment.c[field.name] for field in fields(Segment))
).join_from(segment, run, run.c.id == segment.c.run_id)
# What nearly every request asks is built once.
_OF_STREAM = _SEGMENTS.where(segment.c.stream_id == sa.bindparam("of_stream"))
_TOUCHING = (
    segment.c.start_us > sa.bindparam("reach_us"),
    segment.c.start_us < sa.bindparam("to_us"),
    segment.c.start_us + segment.c.duration_us > sa.bindparam("from_us", type_=sa.BigInteger),
)
_COVERING = _OF_STREAM.where(*_TOUCHING).order_by(segment.c.start_us)
_OLDEST = _OF_STREAM.order_by(segment.c.start_us).limit(1)
_NEWEST = _OF_STREAM.order_by(segment.c.start_us.desc()).limit(1)
_BEFORE = _NEWEST.where(segment.c.start_us <= sa.bindparam("at_us"))
_AFTER = _OLDEST.where(segment.c.start_us > sa.bindparam("at_us"))
_IN_RUN = _OF_STREAM.where(segment.c.run_id == sa.bindparam("of_run"), segment.c.seq == sa.bindparam("seq"))
_INIT = sa.select(init).where(init.c.id == sa.bindparam("init_id"))
_OPEN_RUNS = sa.select(run).where(run.c.end_us.is_(None)).order_by(run.c.id)
_STRETCHES = (
    sa.select(span.c.start_us, span.c.end_us, run.c.volume_id)
    .join_from(span, run, run.c.id == span.c.run_id)
    .where(
        span.c.stream_id == sa.bindparam("of_stream"),
        span.c.start_us > sa.bindparam("earliest_us"),
        span.c.start_us < sa.bindparam("to_us"),
        span.c.end_us > sa.bindparam("from_us"),
    )
    .order_by(span.c.start_us)
)
_IN_STREAMS: Final[sa.BindParameter[int]] = sa.bindparam("streams", expanding=True)
_BEGINS_A_SPAN: Final = sa.select(
    sa.exists().where(
        span.c.stream_id.in_(_IN_STREAMS),
        # A condition and not a join: no planner may begin with the segments.
        sa.select(segment.c.init_id)
        .where(segment.c.stream_id == span.c.stream_id, segment.c.start_us == span.c.start_us)
        .correlate(span)
        .scalar_subquery()
        == sa.bindparam("init_id"),
    )
)
_IS_ANYWHERE: Final = sa.select(
    sa.exists().where(segment.c.stream_id.in_(_IN_STREAMS), segment.c.init_id == sa.bindparam("init_id"))
)


@dataclass(frozen=True, slots=True)
class StoredStretch:
    """Continuous footage of one run, and the volume that it lies on."""

    start_us: int
    end_us: int
    volume_id: int


class StoredFile(NamedTuple):
    """What playing a finished file takes; the names are those of `Segment`."""

    stream_id: int
    run_id: int
    seq: int
    start_us: int
    duration_us: int
    init_id: int
    init_bytes: int
    fragments: bytes | None

    @property
    def end_us(self) -> int:
        """End of the wall time covered."""
        return self.start_us + self.duration_us


class SegmentIndex:
    """Finds footage; every method raises IndexUnavailable where the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def covering(self, stream_id: int, window: TimeRange) -> list[Segment]:
        """Return the segments that share an instant with the window, in order of start; runs may overlap."""
        with self._database.read() as connection:
            rows = connection.execute(_COVERING, _reach(stream_id, window)).all()
        return [_segment(row) for row in rows]

    def files(self, stream_id: int, window: TimeRange) -> list[StoredFile]:
        """Return the same segments with what playing them takes, for which a day of them is read at once."""
        with self._database.read() as connection:
            rows = connection.execute(_FILES, _reach(stream_id, window)).all()
        return [StoredFile._make(row) for row in rows]

    def at(self, stream_id: int, at_us: int) -> Segment | None:
        """Return the segment that holds the instant, of several the one that began last, or None."""
        found = self.covering(stream_id, TimeRange(at_us, at_us + 1))
        return found[-1] if found else None

    def nearest(self, stream_id: int, at_us: int) -> tuple[Segment | None, Segment | None]:
        """Return the last segment that begins at or before the instant, and the first that begins after it."""
        values = {"of_stream": stream_id, "at_us": at_us}
        with self._database.read() as connection:
            before = _one(connection, _BEFORE, values)
            after = _one(connection, _AFTER, values)
        return before, after

    def find(self, stream_id: int, run_id: int, seq: int) -> Segment | None:
        """Return one segment by its place in its run, or None where it is not indexed or belongs to another stream."""
        with self._database.read() as connection:
            return _one(connection, _IN_RUN, {"of_stream": stream_id, "of_run": run_id, "seq": seq})

    def oldest(self, stream_id: int) -> Segment | None:
        """Return the stream's first segment."""
        with self._database.read() as connection:
            return _one(connection, _OLDEST, {"of_stream": stream_id})

    def newest(self, stream_id: int) -> Segment | None:
        """Return the stream's segment that begins last."""
        with self._database.read() as connection:
            return _one(connection, _NEWEST, {"of_stream": stream_id})

    def spans(self, stream_id: int, window: TimeRange, *, limit: int | None = None) -> list[Span]:
        """Return continuous footage that touches the window, in order; its ends may lie outside the window.

        Footage of one run comes as one span, whose ends are exact only inside the window: footage outside is
        followed for at most LONGEST_SPAN_US. Runs overlap where the recorder's clock was set back.

        Args:
            stream_id: whose footage. window: where to look.
            limit: stop reading after so many; a caller that gets that many asks for `rollups` instead.
        """
        with self._database.read() as connection:
            return joined(overlapping_spans(connection, stream_id, window, limit=limit), longest_us=None)

    def stretches(self, stream_id: int, window: TimeRange) -> list[StoredStretch]:
        """Return the stored spans that share an instant with the window, in order, each with its volume."""
        values = {
            "of_stream": stream_id,
            "earliest_us": window.start_us - LONGEST_SPAN_US,
            "from_us": window.start_us,
            "to_us": window.end_us,
        }
        with self._database.read() as connection:
            return [StoredStretch(*row) for row in connection.execute(_STRETCHES, values).all()]

    def rollups(self, stream_id: int, window: TimeRange) -> list[Rollup]:
        """Return the sums of the 15-minute buckets that touch the window, in order; buckets without footage are missing.

        The bucket that holds the present counts the time still to come as a gap.
        """
        with self._database.read() as connection:
            rows = connection.execute(
                _ROLLUPS.where(
                    rollup.c.stream_id == stream_id,
                    rollup.c.bucket_us > window.start_us - BUCKET_US,
                    rollup.c.bucket_us < window.end_us,
                ).order_by(rollup.c.bucket_us)
            )
            return [Rollup(*row) for row in rows]  # by position, as a month has thousands

    def outages(self, stream_id: int, window: TimeRange, *, limit: int | None = None) -> list[Outage]:
        """Return the outages that touch the window, in order of start, the one that still lasts included.

        Args:
            stream_id: whose. window: where to look.
            limit: stop reading after about so many.
        """
        of_stream = _OUTAGES.where(outage.c.stream_id == stream_id)
        earlier = of_stream.where(outage.c.start_us < window.start_us).order_by(outage.c.start_us.desc())
        inside = of_stream.where(outage.c.start_us >= window.start_us, outage.c.start_us < window.end_us)
        with self._database.read() as connection:
            before = _outages(connection, earlier.limit(_EARLIER_OUTAGES))
            found = _outages(connection, inside.order_by(outage.c.start_us).limit(limit))
        reaching = [o for o in reversed(before) if o.end_us is None or o.end_us > window.start_us]
        return reaching + found

    def open_outages(self) -> list[Outage]:
        """Return the outages that still last, for a recorder that starts."""
        with self._database.read() as connection:
            return _outages(connection, _OUTAGES.where(outage.c.end_us.is_(None)))

    def init(self, init_id: int) -> InitRecord:
        """Return an initialisation segment.

        Raises:
            NotFound: there is none with that id.
        """
        with self._database.read() as connection:
            row = connection.execute(_INIT, {"init_id": init_id}).one_or_none()
        if row is None:
            raise NotFound(f"there is no initialisation segment {init_id}")
        return InitRecord(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name begins so

    def run(self, run_id: int) -> Run:
        """Return a run.

        Raises:
            NotFound: there is none with that id; runs without footage are forgotten after a day.
        """
        found = self._runs(run.c.id == run_id)
        if not found:
            raise NotFound(f"there is no run {run_id}")
        return found[0]

    def run_by_uuid(self, run_uuid: UUID) -> Run | None:
        """Return the run that files and folders name, or None."""
        found = self._runs(run.c.uuid == run_uuid)
        return found[0] if found else None

    def open_runs(self) -> list[Run]:
        """Return the runs that the recorder has not ended, in order of opening."""
        with self._database.read() as connection:
            return [_run(row) for row in connection.execute(_OPEN_RUNS).all()]

    def last_seq(self, run_id: int) -> tuple[int, int] | None:
        """Return number and end of the run's last indexed segment, or None where none is indexed."""
        statement = (
            sa.select(segment.c.seq, segment.c.start_us + segment.c.duration_us)
            .where(segment.c.run_id == run_id)
            .order_by(segment.c.seq.desc())
            .limit(1)
        )
        with self._database.read() as connection:
            row = connection.execute(statement).one_or_none()
        return None if row is None else (row[0], row[1])

    def stream_bytes(self, stream_id: int) -> int:
        """Return how many bytes of footage a stream has, from the sums by 15 minutes."""
        statement = sa.select(_sum(rollup.c.size_bytes)).where(rollup.c.stream_id == stream_id)
        with self._database.read() as connection:
            return int(connection.execute(statement).scalar_one())

    def volume_bytes(self, volume_id: int) -> int:
        """Return how many bytes of footage lie on a volume, from the spans."""
        statement = (
            sa.select(_sum(span.c.size_bytes))
            .join(run, run.c.id == span.c.run_id)
            .where(run.c.volume_id == volume_id)
        )
        with self._database.read() as connection:
            return int(connection.execute(statement).scalar_one())

    def _runs(self, *conditions: sa.ColumnElement[bool]) -> list[Run]:
        with self._database.read() as connection:
            rows = connection.execute(sa.select(run).where(*conditions).order_by(run.c.id))
            return [_run(row) for row in rows]


_FILES = (
    sa.select(*(segment.c[name] for name in StoredFile._fields))
    .where(segment.c.stream_id == sa.bindparam("of_stream"), *_TOUCHING)
    .order_by(segment.c.start_us)
)


def _sum(column: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    # PostgreSQL sums BIGINT into NUMERIC, which would arrive as Decimal.
    return sa.cast(sa.func.coalesce(sa.func.sum(column), 0), sa.BigInteger)


def _reach(stream_id: int, window: TimeRange) -> dict[str, int]:
    return {
        "of_stream": stream_id,
        "reach_us": window.start_us - LONGEST_SEGMENT_US,
        "from_us": window.start_us,
        "to_us": window.end_us,
    }


def _one(connection: Connection, statement: sa.Select[Any], values: dict[str, int]) -> Segment | None:
    rows = connection.execute(statement, values).all()
    return _segment(rows[0]) if rows else None


def _segment(row: Sequence[Any]) -> Segment:
    values = list(row)
    values[_FLAGS] = SegmentFlag(values[_FLAGS])
    return Segment(*values)


def _run(row: Row[Any]) -> Run:
    return Run(
        id=row.id,
        uuid=row.uuid,
        stream_id=row.stream_id,
        volume_id=row.volume_id,
        start_us=row.start_us,
        anchor_us=row.anchor_us,
        trust=ClockTrust(row.trust),
        ffmpeg_version=row.ffmpeg_version,
        end_us=row.end_us,
        end_reason=RunEnd(row.end_reason) if row.end_reason else None,
    )


def _outages(connection: Connection, statement: sa.Select[int, int, int | None, str, str]) -> list[Outage]:
    return [
        Outage(stream_id, start_us, end_us, _CAUSES[cause], detail)
        for stream_id, start_us, end_us, cause, detail in connection.execute(statement).all()
    ]


class InitUse:
    """Tells whether footage of streams needs an init segment; raises IndexUnavailable as every store does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_used_by(self, stream_ids: Sequence[int], init_id: int) -> bool:
        """Tell whether any segment of the streams begins with that init segment.

        A run keeps its init segment as far as we know, so the first file of every span is looked at: by key, some four
        a day. Only where none of them uses it, every segment is.
        """
        values = {"streams": sorted(stream_ids), "init_id": init_id}
        with self._database.read() as connection:
            return any(
                connection.execute(look, values).scalar_one() for look in (_BEGINS_A_SPAN, _IS_ANYWHERE)
            )
