"""Reads about many streams at once: what a timeline of a whole city asks, each in one or two statements.

What one stream has is in `storage.footage.segment_index`. Here no statement is repeated for each stream, and none returns more rows
than its caller allows.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.footage.many_streams_sql import (
    DAYS,
    EXTENTS,
    FEW_SPANS,
    FILE_SIZES,
    OUTAGES,
    RUN_ENDS,
    SPANS,
    SUMS,
)
from storage.schema.cameras import stream
from storage.schema.footage import LONGEST_SPAN_US, init, segment
from storage.sql.database import Database
from vms.domain.camera import OutageCause
from vms.domain.segment import LONGEST_SEGMENT_US, Outage
from vms.domain.time import DAY_US, TimeRange

StoredTime = tuple[int, int, int, int]
"""Stream, start and end in UTC microseconds, and bytes; plain, because a wide window has tens of thousands of them."""
_CAUSES = {cause.value: cause for cause in OutageCause}


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

    def extents(self, stream_ids: Collection[int]) -> dict[int, StreamExtent]:
        """Return from when to when each stream has footage; streams without any are missing."""
        with self._database.read() as connection:
            rows = connection.execute(EXTENTS, {"streams": sorted(stream_ids)}).all()
        return {stream_id: StreamExtent(start, end, seq) for stream_id, start, end, seq in rows}

    def run_ends(self, run_ids: Collection[int]) -> dict[int, tuple[int, int]]:
        """Return number and end of each run's last indexed file; runs without any are missing."""
        with self._database.read() as connection:
            rows = connection.execute(RUN_ENDS, {"runs": sorted(run_ids)}).all()
        return {run_id: (seq, end_us) for run_id, seq, end_us in rows}

    def covered(
        self, stream_ids: Collection[int], window: TimeRange, *, most_each: int
    ) -> dict[int, list[StoredTime]]:
        """Return the stored spans that touch the window, in order of start; their ends may lie outside the window.

        Streams that have more than `most_each` are missing; a stream without footage here has an empty list.
        """
        values = _values(stream_ids, window) | {"reach_us": window.start_us - LONGEST_SPAN_US}
        with self._database.read() as connection:
            few = connection.execute(FEW_SPANS, values | {"most_each": most_each}).scalars().all()
            rows = _bare(connection, SPANS, values | {"streams": sorted(few)})
        found: dict[int, list[StoredTime]] = {stream_id: [] for stream_id in few}
        return found | {stream_id: list(times) for stream_id, times in groupby(rows, itemgetter(0))}

    def file_sizes(
        self, stream_ids: Collection[int], window: TimeRange
    ) -> dict[int, list[tuple[int, int, int]]]:
        """Return (start, end, bytes) of the files that share an instant with the window; streams without any are missing."""
        values = _values(stream_ids, window) | {"reach_us": window.start_us - LONGEST_SEGMENT_US}
        with self._database.read() as connection:
            rows = _bare(connection, FILE_SIZES, values)
        return {
            stream_id: [(start, end, size) for _, start, end, size in found]
            for stream_id, found in groupby(rows, itemgetter(0))
        }

    def sums(self, stream_ids: Collection[int], window: TimeRange, width_us: int) -> dict[int, list[CellSum]]:
        """Return the 15-minute sums of a window added up to stretches of `width_us`, in order of time.

        Args:
            stream_ids: whose. Streams without any footage in the window have an empty list.
            window: only quarter-hours that begin within it are counted.
            width_us: a multiple of 15 minutes; stretches begin at multiples of it. Those without footage are missing.
        """
        values = _values(stream_ids, window) | {"width_us": width_us}
        found: dict[int, list[CellSum]] = {stream_id: [] for stream_id in stream_ids}
        with self._database.read() as connection:
            for stream_id, number, *sums in connection.execute(SUMS, values).all():
                found[stream_id].append(CellSum(number * width_us, *sums))
        return found

    def daily(self, stream_id: int, window: TimeRange, offset_us: int) -> dict[int, int]:
        """Return how much of each local day is recorded, in microseconds by days since 1970; empty days are missing.

        Args:
            stream_id: whose footage.
            window: only quarter-hours that begin within it are counted.
            offset_us: what local time is ahead of UTC in this window, a multiple of 15 minutes.
        """
        values = {
            "of_stream": stream_id,
            "from_us": window.start_us,
            "to_us": window.end_us,
            "offset_us": offset_us,
            "day_us": DAY_US,
        }
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(DAYS, values)}

    def outages(
        self, stream_ids: Collection[int], window: TimeRange, *, limit: int
    ) -> dict[int, list[Outage]]:
        """Return the outages that touch the window, in order of start; streams without any are missing.

        At most `limit` rows are read in all.
        """
        found: dict[int, list[Outage]] = {}
        with self._database.read() as connection:
            for stream_id, start_us, end_us, cause, detail in connection.execute(
                OUTAGES, _values(stream_ids, window) | {"most": limit}
            ).all():
                outage = Outage(stream_id, start_us, end_us, _CAUSES[cause], detail)
                found.setdefault(stream_id, []).append(outage)
        return found


def _values(stream_ids: Collection[int], window: TimeRange) -> dict[str, object]:
    return {"streams": sorted(stream_ids), "from_us": window.start_us, "to_us": window.end_us}


def _bare(
    connection: Connection, statement: sa.Select[int, int, int, int], values: dict[str, object]
) -> list[StoredTime]:
    """Return the rows as the driver gives them: an object for each would cost more than reading them."""
    result = connection.execute(statement, values)
    rows: list[StoredTime] = list(result.cursor.fetchall())
    result.close()
    return rows


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """Facts about one stream.

    Attributes:
        purged_until_us: retention has deleted footage from before this; None: none yet.
        codec: "h264" or "h265", of its newest finished file; None where there is none.
    """

    purged_until_us: int | None
    codec: str | None


class StreamFactsStore:
    """Reads facts about many streams; raises IndexUnavailable where the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, stream_ids: Sequence[int]) -> dict[int, StreamFacts]:
        """Return the facts by stream id, in one statement; streams that do not exist are missing."""
        newest = (
            sa.select(segment.c.init_id)
            .where(segment.c.stream_id == stream.c.id)
            .order_by(segment.c.start_us.desc())
            .limit(1)
            .scalar_subquery()
        )
        statement = (
            sa.select(stream.c.id, stream.c.purged_until_us, init.c.codec)
            .outerjoin_from(stream, init, init.c.id == newest)
            .where(stream.c.id.in_(sorted(stream_ids)))
        )
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return {stream_id: StreamFacts(purged_until_us, codec) for stream_id, purged_until_us, codec in rows}
