"""The statements of `storage.footage.many_streams`, built once: building one costs more than running it.

Their parameters: `streams` or `runs` (lists), `from_us` and `to_us` (the window), `reach_us` (where what begins later may
touch it), and what each names beside them.
"""

from typing import Final

import sqlalchemy as sa

from storage.schema.cameras import stream
from storage.schema.footage import init, outage, rollup, run, segment, span

EARLIER_OUTAGES: Final = 16
"""How many outages that began before a window are looked at: one, unless the recorder's clock was set back."""


def _given(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=sa.BigInteger)


def _any_of(name: str) -> sa.BindParameter[list[int]]:
    return sa.bindparam(name, expanding=True)


def _whole(value: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    # PostgreSQL sums BIGINT into NUMERIC, which would arrive as Decimal.
    return sa.cast(value, sa.BigInteger)


_wanted = sa.select(stream.c.id).where(stream.c.id.in_(_any_of("streams"))).subquery("wanted")


def _extents() -> sa.Select[int, int, int, int]:
    of_stream = sa.select(segment.c.start_us).where(segment.c.stream_id == _wanted.c.id)
    first = of_stream.order_by(segment.c.start_us).limit(1).scalar_subquery()
    last = of_stream.order_by(segment.c.start_us.desc()).limit(1).scalar_subquery()
    ends = sa.select(_wanted.c.id, first.label("first_us"), last.label("last_us")).subquery()
    oldest, newest = segment.alias(), segment.alias()
    return (
        sa.select(ends.c.id, oldest.c.start_us, newest.c.start_us + newest.c.duration_us, oldest.c.seq)
        .join_from(
            ends, oldest, sa.and_(oldest.c.stream_id == ends.c.id, oldest.c.start_us == ends.c.first_us)
        )
        .join(newest, sa.and_(newest.c.stream_id == ends.c.id, newest.c.start_us == ends.c.last_us))
    )


EXTENTS: Final = _extents()
"""Stream, start of its first file, end of its last, number of the first in its run."""


def _run_ends() -> sa.Select[int, int, int]:
    wanted = sa.select(run.c.id).where(run.c.id.in_(_any_of("runs"))).subquery("wanted")
    last = (
        sa.select(segment.c.seq)
        .where(segment.c.run_id == wanted.c.id)
        .order_by(segment.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    lasts = sa.select(wanted.c.id, last.label("seq")).subquery()
    return sa.select(segment.c.run_id, segment.c.seq, segment.c.start_us + segment.c.duration_us).join_from(
        lasts, segment, sa.and_(segment.c.run_id == lasts.c.id, segment.c.seq == lasts.c.seq)
    )


RUN_ENDS: Final = _run_ends()
"""Run, number of its last file, end of that."""

_touching = (span.c.start_us > _given("reach_us"), span.c.start_us < _given("to_us"))

FEW_SPANS: Final = sa.select(_wanted.c.id).where(
    sa.select(span.c.start_us)
    .where(span.c.stream_id == _wanted.c.id, *_touching)
    .order_by(span.c.start_us)
    .offset(_given("most_each"))
    .limit(1)
    .scalar_subquery()
    .is_(None)
)
"""The streams that have at most `most_each` spans in reach."""

SPANS: Final = (
    sa.select(span.c.stream_id, span.c.start_us, span.c.end_us, span.c.size_bytes)
    .where(span.c.stream_id.in_(_any_of("streams")), span.c.end_us > _given("from_us"), *_touching)
    .order_by(span.c.stream_id, span.c.start_us)
)

_file_end = segment.c.start_us + segment.c.duration_us
FILE_SIZES: Final = (
    sa.select(segment.c.stream_id, segment.c.start_us, _file_end, segment.c.size_bytes)
    .where(
        segment.c.stream_id.in_(_any_of("streams")),
        segment.c.start_us > _given("reach_us"),
        segment.c.start_us < _given("to_us"),
        _file_end > _given("from_us"),
    )
    .order_by(segment.c.stream_id, segment.c.start_us)
)


def _cell_rollups() -> sa.Select[int, int, int, int, int, int]:
    number = (rollup.c.bucket_us // _given("width_us")).label("number")
    return (
        sa.select(
            rollup.c.stream_id,
            number,
            sa.func.count(),
            _whole(sa.func.sum(rollup.c.covered_us)),
            _whole(sa.func.sum(rollup.c.size_bytes)),
            sa.func.max(rollup.c.longest_gap_us),
        )
        .where(
            rollup.c.stream_id.in_(_any_of("streams")),
            rollup.c.bucket_us >= _given("from_us"),
            rollup.c.bucket_us < _given("to_us"),
        )
        .group_by(rollup.c.stream_id, number)
        .order_by(rollup.c.stream_id, number)
    )


CELL_ROLLUPS: Final = _cell_rollups()
"""Stream, number of the cell of `width_us`, then what `CellRollup` holds."""


def _days() -> sa.Select[int, int]:
    day = ((rollup.c.bucket_us + _given("offset_us")) // _given("day_us")).label("day")
    return (
        sa.select(day, _whole(sa.func.sum(rollup.c.covered_us)))
        .where(
            rollup.c.stream_id == _given("of_stream"),
            rollup.c.bucket_us >= _given("from_us"),
            rollup.c.bucket_us < _given("to_us"),
        )
        .group_by(day)
    )


DAYS: Final = _days()
"""Number of the local day since 1970, footage in it."""


def _outages() -> sa.Select[int, int, int | None, str, str]:
    # The outages before a window are never looked through: only the last few can reach into it.
    earliest = (
        sa.select(outage.c.start_us)
        .where(outage.c.stream_id == _wanted.c.id, outage.c.start_us < _given("from_us"))
        .order_by(outage.c.start_us.desc())
        .offset(EARLIER_OUTAGES - 1)
        .limit(1)
        .scalar_subquery()
    )
    since = sa.select(_wanted.c.id, sa.func.coalesce(earliest, 0).label("since_us")).subquery()
    return (
        sa.select(outage.c.stream_id, outage.c.start_us, outage.c.end_us, outage.c.cause, outage.c.detail)
        .join_from(
            since, outage, sa.and_(outage.c.stream_id == since.c.id, outage.c.start_us >= since.c.since_us)
        )
        .where(
            outage.c.start_us < _given("to_us"),
            sa.or_(outage.c.end_us.is_(None), outage.c.end_us > _given("from_us")),
        )
        .order_by(outage.c.stream_id, outage.c.start_us)
        .limit(_given("most"))
    )


OUTAGES: Final = _outages()
"""Stream, start, end, cause and detail of at most `most` outages."""


def _facts() -> sa.Select[int, int | None, str]:
    newest = (
        sa.select(segment.c.init_id)
        .where(segment.c.stream_id == stream.c.id)
        .order_by(segment.c.start_us.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        sa.select(stream.c.id, stream.c.purged_until_us, init.c.codec)
        .outerjoin_from(stream, init, init.c.id == newest)
        .where(stream.c.id.in_(_any_of("streams")))
    )


FACTS: Final = _facts()
"""Stream, until when it was purged, codec of its newest file."""
