"""Reads about many streams at once: what a timeline of a whole city asks, each in one or two statements.

What one stream has is in `storage.segments`. Here no statement is repeated for each stream, and none returns more rows
than its caller allows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.database import Database
from storage.schema import LONGEST_SPAN_US, outage, rollup, run, segment, span, stream
from vms.domain.camera import OutageCause
from vms.domain.segment import LONGEST_SEGMENT_US, Outage
from vms.domain.time import DAY_US, TimeRange

_EARLIER_OUTAGES = 16
"""How many outages that began before a window are looked at: one, unless the recorder's clock was set back."""

StoredTime = tuple[int, int, int, int]
"""Stream, start and end in UTC microseconds, and bytes; plain, because a wide window has tens of thousands of them."""


@dataclass(frozen=True, slots=True)
class StreamExtent:
    """From when to when a stream has footage.

    Attributes:
        first_seq: number within its run of the oldest file; more than 0: what came before it was recorded, and is gone.
    """

    start_us: int
    end_us: int
    first_seq: int

    @property
    def time(self) -> TimeRange:
        """The whole of it, gaps included."""
        return TimeRange(self.start_us, self.end_us)


@dataclass(frozen=True, slots=True)
class CellSum:
    """What the 15-minute sums of one stream say about one wider stretch.

    Attributes:
        start_us: of the stretch, a multiple of its width. buckets: how many of its quarter-hours hold any footage.
        covered_us: footage in it. size_bytes: of the files that begin in it.
        longest_gap_us: longest part without footage inside any one quarter-hour that has some.
    """

    start_us: int
    buckets: int
    covered_us: int
    size_bytes: int
    longest_gap_us: int


class ArchiveIndex:
    """Finds what many streams have; every method raises IndexUnavailable where the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def extents(self, stream_ids: Sequence[int]) -> dict[int, StreamExtent]:
        """Return from when to when each stream has footage; streams without any are missing."""
        wanted = _wanted(stream_ids)
        of_stream = sa.select(segment.c.start_us).where(segment.c.stream_id == wanted.c.id)
        first = of_stream.order_by(segment.c.start_us).limit(1).scalar_subquery()
        last = of_stream.order_by(segment.c.start_us.desc()).limit(1).scalar_subquery()
        ends = sa.select(wanted.c.id, first.label("first_us"), last.label("last_us")).subquery()
        oldest, newest = segment.alias(), segment.alias()
        statement = (
            sa.select(ends.c.id, oldest.c.start_us, newest.c.start_us + newest.c.duration_us, oldest.c.seq)
            .join_from(
                ends, oldest, sa.and_(oldest.c.stream_id == ends.c.id, oldest.c.start_us == ends.c.first_us)
            )
            .join(newest, sa.and_(newest.c.stream_id == ends.c.id, newest.c.start_us == ends.c.last_us))
        )
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return {stream_id: StreamExtent(start, end, seq) for stream_id, start, end, seq in rows}

    def run_ends(self, run_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
        """Return number and end of each run's last indexed file; runs without any are missing."""
        wanted = sa.select(run.c.id).where(run.c.id.in_(sorted(run_ids))).subquery("wanted")
        last = (
            sa.select(segment.c.seq)
            .where(segment.c.run_id == wanted.c.id)
            .order_by(segment.c.seq.desc())
            .limit(1)
            .scalar_subquery()
        )
        lasts = sa.select(wanted.c.id, last.label("seq")).subquery()
        statement = sa.select(
            segment.c.run_id, segment.c.seq, segment.c.start_us + segment.c.duration_us
        ).join_from(lasts, segment, sa.and_(segment.c.run_id == lasts.c.id, segment.c.seq == lasts.c.seq))
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return {run_id: (seq, end_us) for run_id, seq, end_us in rows}

    def covered(
        self, stream_ids: Sequence[int], window: TimeRange, *, most_each: int
    ) -> dict[int, list[StoredTime]]:
        """Return the stored spans that touch the window, in order of start; their ends may lie outside the window.

        Streams that have more than `most_each` are missing; a stream without footage here has an empty list.
        """
        wanted = _wanted(stream_ids)
        touching = (span.c.start_us > window.start_us - LONGEST_SPAN_US, span.c.start_us < window.end_us)
        beyond = (
            sa.select(span.c.start_us)
            .where(span.c.stream_id == wanted.c.id, *touching)
            .order_by(span.c.start_us)
            .offset(most_each)
            .limit(1)
            .scalar_subquery()
        )
        spans = (
            sa.select(span.c.stream_id, span.c.start_us, span.c.end_us, span.c.size_bytes)
            .where(span.c.end_us > window.start_us, *touching)
            .order_by(span.c.stream_id, span.c.start_us)
        )
        with self._database.read() as connection:
            few = connection.execute(sa.select(wanted.c.id).where(beyond.is_(None))).scalars().all()
            rows = _bare(connection, spans.where(span.c.stream_id.in_(sorted(few))))
        found: dict[int, list[StoredTime]] = {stream_id: [] for stream_id in few}
        return found | {stream_id: list(times) for stream_id, times in groupby(rows, itemgetter(0))}

    def file_sizes(
        self, stream_ids: Sequence[int], window: TimeRange
    ) -> dict[int, list[tuple[int, int, int]]]:
        """Return (start, end, bytes) of the files that share an instant with the window; streams without any are missing."""
        end_us = segment.c.start_us + segment.c.duration_us
        statement = (
            sa.select(segment.c.stream_id, segment.c.start_us, end_us, segment.c.size_bytes)
            .where(
                segment.c.stream_id.in_(sorted(stream_ids)),
                segment.c.start_us > window.start_us - LONGEST_SEGMENT_US,
                segment.c.start_us < window.end_us,
                end_us > window.start_us,
            )
            .order_by(segment.c.stream_id, segment.c.start_us)
        )
        with self._database.read() as connection:
            rows = _bare(connection, statement)
        return {
            stream_id: [(start, end, size) for _, start, end, size in found]
            for stream_id, found in groupby(rows, itemgetter(0))
        }

    def sums(self, stream_ids: Sequence[int], window: TimeRange, width_us: int) -> dict[int, list[CellSum]]:
        """Return the 15-minute sums of a window added up to stretches of `width_us`, in order of time.

        Args:
            stream_ids: whose. Streams without any footage in the window have an empty list.
            window: only quarter-hours that begin within it are counted.
            width_us: a multiple of 15 minutes; stretches begin at multiples of it. Those without footage are missing.
        """
        number = (rollup.c.bucket_us // width_us).label("number")
        statement = (
            sa.select(
                rollup.c.stream_id,
                number,
                sa.func.count(),
                _whole(sa.func.sum(rollup.c.covered_us)),
                _whole(sa.func.sum(rollup.c.size_bytes)),
                sa.func.max(rollup.c.longest_gap_us),
            )
            .where(
                rollup.c.stream_id.in_(sorted(stream_ids)),
                rollup.c.bucket_us >= window.start_us,
                rollup.c.bucket_us < window.end_us,
            )
            .group_by(rollup.c.stream_id, number)
            .order_by(rollup.c.stream_id, number)
        )
        found: dict[int, list[CellSum]] = {stream_id: [] for stream_id in stream_ids}
        with self._database.read() as connection:
            for stream_id, position, *values in connection.execute(statement).all():
                found[stream_id].append(CellSum(position * width_us, *values))
        return found

    def daily(self, stream_id: int, window: TimeRange, offset_us: int) -> dict[int, int]:
        """Return how much of each local day is recorded, in microseconds by days since 1970; empty days are missing.

        Args:
            stream_id: whose footage.
            window: only quarter-hours that begin within it are counted.
            offset_us: what local time is ahead of UTC in this window, a multiple of 15 minutes.
        """
        day = ((rollup.c.bucket_us + offset_us) // DAY_US).label("day")
        statement = (
            sa.select(day, _whole(sa.func.sum(rollup.c.covered_us)))
            .where(
                rollup.c.stream_id == stream_id,
                rollup.c.bucket_us >= window.start_us,
                rollup.c.bucket_us < window.end_us,
            )
            .group_by(day)
        )
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(statement)}

    def outages(self, stream_ids: Sequence[int], window: TimeRange, *, limit: int) -> dict[int, list[Outage]]:
        """Return the outages that touch the window, in order of start; streams without any are missing.

        At most `limit` rows are read in all.
        """
        wanted = _wanted(stream_ids)
        # The outages before a window are never looked through: only the last few can reach into it.
        earliest = (
            sa.select(outage.c.start_us)
            .where(outage.c.stream_id == wanted.c.id, outage.c.start_us < window.start_us)
            .order_by(outage.c.start_us.desc())
            .offset(_EARLIER_OUTAGES - 1)
            .limit(1)
            .scalar_subquery()
        )
        since = sa.select(wanted.c.id, sa.func.coalesce(earliest, 0).label("since_us")).subquery()
        statement = (
            sa.select(outage.c.stream_id, outage.c.start_us, outage.c.end_us, outage.c.cause, outage.c.detail)
            .join_from(
                since,
                outage,
                sa.and_(outage.c.stream_id == since.c.id, outage.c.start_us >= since.c.since_us),
            )
            .where(
                outage.c.start_us < window.end_us,
                sa.or_(outage.c.end_us.is_(None), outage.c.end_us > window.start_us),
            )
            .order_by(outage.c.stream_id, outage.c.start_us)
            .limit(limit)
        )
        found: dict[int, list[Outage]] = {}
        with self._database.read() as connection:
            for stream_id, start_us, end_us, cause, detail in connection.execute(statement).all():
                found.setdefault(stream_id, []).append(
                    Outage(stream_id, start_us, end_us, _CAUSES[cause], detail)
                )
        return found


_CAUSES = {cause.value: cause for cause in OutageCause}


def _wanted(stream_ids: Sequence[int]) -> sa.Subquery:
    """Return the streams among these that have a row, as a table to join with."""
    return sa.select(stream.c.id).where(stream.c.id.in_(sorted(stream_ids))).subquery("wanted")


def _bare(connection: Connection, statement: sa.Select[int, int, int, int]) -> list[StoredTime]:
    """Return the rows as the driver gives them: an object for each would cost more than reading them."""
    result = connection.execute(statement)
    rows: list[StoredTime] = list(result.cursor.fetchall())
    result.close()
    return rows


def _whole(value: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    # PostgreSQL sums BIGINT into NUMERIC, which would arrive as Decimal.
    return sa.cast(value, sa.BigInteger)
