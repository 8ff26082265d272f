"""What one stream has: reads of its segments, spans and outages, and of the runs and inits that they name."""

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
    Run,
    RunEnd,
    Segment,
    SegmentFlag,
    Span,
)
from vms.domain.time import TimeRange

_EARLIER_OUTAGES = 16
"""How many outages that began before a window are looked at: one, unless the recorder's clock was set back."""
_CAUSES = {cause.value: cause for cause in OutageCause}
_OUTAGES = sa.select(outage.c.stream_id, outage.c.start_us, outage.c.end_us, outage.c.cause, outage.c.detail)
_FLAGS_COLUMN = [field.name for field in fields(Segment)].index("flags")
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
_SPANS_ON_VOLUMES = (
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
class SpanOnVolume:
    """A stored span, and the volume that its files lie on."""

    start_us: int
    end_us: int
    volume_id: int


class PlayableFile(NamedTuple):
    """What it takes to play a finished file; the names are those of `Segment`."""

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
        """Wall time right after the last frame."""
        return self.start_us + self.duration_us


class SegmentIndex:
    """Finds footage of one stream; every method raises IndexUnavailable where the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def covering(self, stream_id: int, window: TimeRange) -> list[Segment]:
        """Return the segments that overlap the window, in order of start; those of two runs may overlap each other."""
        with self._database.read() as connection:
            rows = connection.execute(_COVERING, _reach(stream_id, window)).all()
        return [_segment(row) for row in rows]

    def files(self, stream_id: int, window: TimeRange) -> list[PlayableFile]:
        """Return the same segments, reduced to what playing them takes: a day of them is read at once."""
        with self._database.read() as connection:
            rows = connection.execute(_FILES, _reach(stream_id, window)).all()
        return [PlayableFile._make(row) for row in rows]

    def at(self, stream_id: int, at_us: int) -> Segment | None:
        """Return the segment that covers the instant, the one that began last if there are several, or None."""
        found = self.covering(stream_id, TimeRange(at_us, at_us + 1))
        return found[-1] if found else None

    def nearest(self, stream_id: int, at_us: int) -> tuple[Segment | None, Segment | None]:
        """Return the last segment that begins at or before the instant, and the first that begins later."""
        values = {"of_stream": stream_id, "at_us": at_us}
        with self._database.read() as connection:
            before = _one(connection, _BEFORE, values)
            after = _one(connection, _AFTER, values)
        return before, after

    def find(self, stream_id: int, run_id: int, seq: int) -> Segment | None:
        """Return the segment of this number in its run, or None if it is not indexed or of another stream."""
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
        """Return the spans that touch the window, in order; the first and the last may reach beyond it.

        Footage of one run comes as one span, whose ends are exact only inside the window: footage outside is
        followed for at most LONGEST_SPAN_US. Runs overlap where the recorder's clock was set back.

        Args:
            stream_id: whose footage. window: where to look.
            limit: stop reading after so many.
        """
        with self._database.read() as connection:
            return joined(overlapping_spans(connection, stream_id, window, limit=limit), longest_us=None)

    def spans_on_volumes(self, stream_id: int, window: TimeRange) -> list[SpanOnVolume]:
        """Return the stored spans that overlap the window, in order, each with its volume."""
        values = {
            "of_stream": stream_id,
            "earliest_us": window.start_us - LONGEST_SPAN_US,
            "from_us": window.start_us,
            "to_us": window.end_us,
        }
        with self._database.read() as connection:
            return [SpanOnVolume(*row) for row in connection.execute(_SPANS_ON_VOLUMES, values).all()]

    def outages(self, stream_id: int, window: TimeRange, *, limit: int | None = None) -> list[Outage]:
        """Return the outages that touch the window, in order of start, including one that still lasts.

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
        """Return the outages that still last; a starting recorder goes on with them."""
        with self._database.read() as connection:
            return _outages(connection, _OUTAGES.where(outage.c.end_us.is_(None)))

    def init(self, init_id: int) -> InitRecord:
        """Return an initialisation segment by its id.

        Raises:
            NotFound: there is none.
        """
        with self._database.read() as connection:
            row = connection.execute(_INIT, {"init_id": init_id}).one_or_none()
        if row is None:
            raise NotFound(f"there is no initialisation segment {init_id}")
        return InitRecord(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name begins so

    def is_init_used_by(self, stream_ids: Sequence[int], init_id: int) -> bool:
        """Tell whether any segment of the streams begins with that initialisation segment.

        A run keeps its init as far as we know, so the first file of every span is looked at: by key, some four a day.
        Only where none of them uses it, every segment is.
        """
        values = {"streams": sorted(stream_ids), "init_id": init_id}
        with self._database.read() as connection:
            return any(
                connection.execute(statement, values).scalar_one()
                for statement in (_BEGINS_A_SPAN, _IS_ANYWHERE)
            )

    def run(self, run_id: int) -> Run:
        """Return a run by its id.

        Raises:
            NotFound: there is none; runs without footage are forgotten after a day.
        """
        found = self._runs(run.c.id == run_id)
        if not found:
            raise NotFound(f"there is no run {run_id}")
        return found[0]

    def run_by_uuid(self, run_uuid: UUID) -> Run | None:
        """Return the run of that uuid, which files and folders carry, or None."""
        found = self._runs(run.c.uuid == run_uuid)
        return found[0] if found else None

    def open_runs(self) -> list[Run]:
        """Return the runs that the recorder has not ended, in order of opening."""
        with self._database.read() as connection:
            return [_run(row) for row in connection.execute(_OPEN_RUNS).all()]

    def last_seq(self, run_id: int) -> tuple[int, int] | None:
        """Return the number and the end of the run's last indexed segment, or None if it has none."""
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
        """Return how many bytes of footage the stream has, by its rollups."""
        total = sa.func.coalesce(sa.func.sum(rollup.c.size_bytes), 0)
        statement = sa.select(total).where(rollup.c.stream_id == stream_id)
        with self._database.read() as connection:
            return int(connection.execute(statement).scalar_one())

    def _runs(self, *conditions: sa.ColumnElement[bool]) -> list[Run]:
        with self._database.read() as connection:
            rows = connection.execute(sa.select(run).where(*conditions).order_by(run.c.id))
            return [_run(row) for row in rows]


_FILES = (
    sa.select(*(segment.c[name] for name in PlayableFile._fields))
    .where(segment.c.stream_id == sa.bindparam("of_stream"), *_TOUCHING)
    .order_by(segment.c.start_us)
)


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
    values[_FLAGS_COLUMN] = SegmentFlag(values[_FLAGS_COLUMN])
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
