"""What many streams have at once, as a timeline of a whole city asks: one or two statements, however many streams.

What one stream has is in `storage.footage.segment_index`. No statement here returns more rows than its caller allows.
"""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.footage.many_streams_sql import (
    CELL_ROLLUPS,
    DAYS,
    EXTENTS,
    FACTS,
    FEW_SPANS,
    FILE_SIZES,
    OUTAGES,
    RUN_ENDS,
    SPANS,
)
from storage.schema.footage import LONGEST_SPAN_US
from storage.sql.database import Database
from vms.domain.camera import OutageCause
from vms.domain.segment import LONGEST_SEGMENT_US, Outage
from vms.domain.time import DAY_US, TimeRange

StoredTime = tuple[int, int, int, int]
"""Stream, start and end in UTC microseconds, and bytes; plain, because a wide window has tens of thousands of them."""
_CAUSES = {cause.value: cause for cause in OutageCause}


@dataclass(frozen=True, slots=True)
class StreamExtent:
    """The time from a stream's oldest footage to its newest.

    Attributes:
        first_seq: number of the oldest file within its run; above 0, earlier files of the run were recorded and are gone.
    """

    start_us: int
    end_us: int
    first_seq: int

    @property
    def time(self) -> TimeRange:
        """The whole of it, gaps included."""
        return TimeRange(self.start_us, self.end_us)


@dataclass(frozen=True, slots=True)
class CellRollup:
    """The rollups of one stream added up to a cell that is several of them wide.

    Attributes:
        start_us: of the cell, a multiple of its width. buckets: how many of its quarter-hours hold any footage.
        covered_us: footage in it. size_bytes: of the files that begin in it.
        longest_gap_us: longest part without footage inside any one quarter-hour that has some.
    """

    start_us: int
    buckets: int
    covered_us: int
    size_bytes: int
    longest_gap_us: int


@dataclass(frozen=True, slots=True)
class StreamFacts:
    """What pages show about a stream beside its footage.

    Attributes:
        purged_until_us: retention has deleted footage from before this; None: none yet.
        codec: "h264" or "h265", of its newest finished file; None where there is none.
    """

    purged_until_us: int | None
    codec: str | None


class MultiStreamIndex:
    """Finds footage of many streams; every method raises IndexUnavailable where the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def extents(self, stream_ids: Collection[int]) -> dict[int, StreamExtent]:
        """Return each stream's extent; streams without footage are missing."""
        with self._database.read() as connection:
            rows = connection.execute(EXTENTS, {"streams": sorted(stream_ids)}).all()
        return {stream_id: StreamExtent(start, end, seq) for stream_id, start, end, seq in rows}

    def run_ends(self, run_ids: Collection[int]) -> dict[int, tuple[int, int]]:
        """Return the number and the end of each run's last indexed file; runs without files are missing."""
        with self._database.read() as connection:
            rows = connection.execute(RUN_ENDS, {"runs": sorted(run_ids)}).all()
        return {run_id: (seq, end_us) for run_id, seq, end_us in rows}

    def covered(
        self, stream_ids: Collection[int], window: TimeRange, *, most_each: int
    ) -> dict[int, list[StoredTime]]:
        """Return each stream's stored spans that touch the window, in order; the outer ones may reach beyond it.

        Streams with more than `most_each` spans are missing; a stream without footage in the window has an empty list.
        """
        values = _values(stream_ids, window) | {"reach_us": window.start_us - LONGEST_SPAN_US}
        with self._database.read() as connection:
            few = connection.execute(FEW_SPANS, values | {"most_each": most_each}).scalars().all()
            rows = _plain_rows(connection, SPANS, values | {"streams": sorted(few)})
        found: dict[int, list[StoredTime]] = {stream_id: [] for stream_id in few}
        return found | {stream_id: list(times) for stream_id, times in groupby(rows, itemgetter(0))}

    def file_sizes(
        self, stream_ids: Collection[int], window: TimeRange
    ) -> dict[int, list[tuple[int, int, int]]]:
        """Return (start, end, bytes) of each file that overlaps the window; streams without any are missing."""
        values = _values(stream_ids, window) | {"reach_us": window.start_us - LONGEST_SEGMENT_US}
        with self._database.read() as connection:
            rows = _plain_rows(connection, FILE_SIZES, values)
        return {
            stream_id: [(start, end, size) for _, start, end, size in found]
            for stream_id, found in groupby(rows, itemgetter(0))
        }

    def cell_rollups(
        self, stream_ids: Collection[int], window: TimeRange, width_us: int
    ) -> dict[int, list[CellRollup]]:
        """Return the rollups of a window added up to cells of `width_us`, in order of time.

        Args:
            stream_ids: whose. Streams without any footage in the window have an empty list.
            window: only quarter-hours that begin within it are counted.
            width_us: a multiple of 15 minutes; cells begin at multiples of it. Those without footage are missing.
        """
        values = _values(stream_ids, window) | {"width_us": width_us}
        found: dict[int, list[CellRollup]] = {stream_id: [] for stream_id in stream_ids}
        with self._database.read() as connection:
            for stream_id, number, *totals in connection.execute(CELL_ROLLUPS, values).all():
                found[stream_id].append(CellRollup(number * width_us, *totals))
        return found

    def daily(self, stream_id: int, window: TimeRange, offset_us: int) -> dict[int, int]:
        """Return the recorded microseconds of each local day, keyed by days since 1970; empty days are missing.

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
        """Return each stream's outages that touch the window, in order of start; streams without any are missing.

        At most `limit` outages are returned in all.
        """
        found: dict[int, list[Outage]] = {}
        with self._database.read() as connection:
            for stream_id, start_us, end_us, cause, detail in connection.execute(
                OUTAGES, _values(stream_ids, window) | {"most": limit}
            ).all():
                outage = Outage(stream_id, start_us, end_us, _CAUSES[cause], detail)
                found.setdefault(stream_id, []).append(outage)
        return found

    def facts(self, stream_ids: Collection[int]) -> dict[int, StreamFacts]:
        """Return the facts about each stream, by its id; streams that do not exist are missing."""
        with self._database.read() as connection:
            rows = connection.execute(FACTS, {"streams": sorted(stream_ids)}).all()
        return {stream_id: StreamFacts(purged_until_us, codec) for stream_id, purged_until_us, codec in rows}


def _values(stream_ids: Collection[int], window: TimeRange) -> dict[str, object]:
    return {"streams": sorted(stream_ids), "from_us": window.start_us, "to_us": window.end_us}


def _plain_rows(
    connection: Connection, statement: sa.Select[int, int, int, int], values: dict[str, object]
) -> list[StoredTime]:
    """Return the rows as the driver gives them: an object for each would cost more than reading them."""
    result = connection.execute(statement, values)
    rows: list[StoredTime] = list(result.cursor.fetchall())
    result.close()
    return rows
