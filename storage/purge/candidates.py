"""Finds the oldest segments of a stream, on one volume or on all others.

Reads are bounded: spans say where footage begins, and only its oldest segments are read. "First" goes by the labels
where the clock that made them is trusted; what was recorded since then comes last, in order of recording.
"""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.purge.guards import Undated
from storage.purge.plan import Candidate
from storage.schema.footage import run, segment, span
from vms.domain.time import TimeRange

_SPANS_AT_A_TIME = 64


def oldest_candidates(
    connection: Connection,
    stream_id: int,
    where: sa.ColumnElement[bool],
    pinned: Sequence[TimeRange],
    batch: int,
    undated: Undated | None,
) -> tuple[list[Candidate], bool]:
    """Return the oldest segments, one of them unprotected if there is any, and whether they are all there are.

    Args:
        connection: a read transaction.
        stream_id: the stream.
        where: says which runs, by the columns of their row.
        pinned: what is protected.
        batch: segments wanted beside those that are protected.
        undated: whose labels say nothing; None where all are believed.
    """
    of_stream = span.c.stream_id == stream_id
    if undated is None:
        found, is_complete = _oldest(connection, _by_label(connection, of_stream, where), pinned, batch, None)
        return _in_order(found), is_complete
    dated = _by_label(connection, of_stream, where, run.c.id <= undated.after_run)
    found, is_complete = _oldest(connection, dated, pinned, batch, None)
    found = _in_order(found)
    left = batch - sum(not _is_pinned(candidate, pinned) for candidate in found)
    if not is_complete or left <= 0:
        return found, False
    later = _by_run(connection, of_stream, where, run.c.id > undated.after_run)
    more, is_complete = _oldest(connection, later, pinned, left, undated)
    return found + more, is_complete


_Span = tuple[int, int, TimeRange]
"""Stream, run, and the time that it covers."""


def _by_label(connection: Connection, *conditions: sa.ColumnElement[bool]) -> Iterator[_Span]:
    """Yield spans in order of their labels, a page per statement."""
    after_us = -1
    while True:
        page = _page(connection, conditions, span.c.start_us > after_us, span.c.start_us)
        yield from page
        if len(page) < _SPANS_AT_A_TIME:
            return
        after_us = page[-1][2].start_us


def _by_run(connection: Connection, *conditions: sa.ColumnElement[bool]) -> Iterator[_Span]:
    """Yield spans in the order in which they were recorded, a page per statement."""
    after_run, after_us = 0, -1
    while True:
        is_later = sa.or_(
            span.c.run_id > after_run, sa.and_(span.c.run_id == after_run, span.c.start_us > after_us)
        )
        page = _page(connection, conditions, is_later, span.c.run_id, span.c.start_us)
        yield from page
        if len(page) < _SPANS_AT_A_TIME:
            return
        _, after_run, time = page[-1]
        after_us = time.start_us


def _page(
    connection: Connection,
    conditions: Sequence[sa.ColumnElement[bool]],
    is_later: sa.ColumnElement[bool],
    *order: sa.ColumnElement[int],
) -> list[_Span]:
    rows = connection.execute(
        sa.select(span.c.stream_id, span.c.run_id, span.c.start_us, span.c.end_us)
        .join(run, run.c.id == span.c.run_id)
        .where(*conditions, is_later)
        .order_by(*order)
        .limit(_SPANS_AT_A_TIME)
    )
    return [(stream_id, run_id, TimeRange(start_us, end_us)) for stream_id, run_id, start_us, end_us in rows]


def _oldest(
    connection: Connection,
    spans: Iterator[_Span],
    pinned: Sequence[TimeRange],
    batch: int,
    undated: Undated | None,
) -> tuple[list[Candidate], bool]:
    """Return the first segments of the spans, one of them unprotected if there is any, and whether they are all."""
    found: list[Candidate] = []
    free = 0
    for known in spans:
        if free >= batch:
            return found, False
        added, is_whole = _of_span(connection, known, pinned, batch, undated)
        found += added
        free += sum(not _is_pinned(candidate, pinned) for candidate in added)
        if not is_whole:
            return found, False
    return found, True


def _of_span(
    connection: Connection,
    known: _Span,
    pinned: Sequence[TimeRange],
    batch: int,
    undated: Undated | None,
) -> tuple[list[Candidate], bool]:
    """Return the span's oldest segments, at most `batch` unprotected ones, and whether those are all of them."""
    stream_id, run_id, time = known
    found: list[Candidate] = []
    free = 0
    after_us = time.start_us - 1
    while True:
        rows = connection.execute(
            sa.select(segment.c.start_us, segment.c.duration_us, segment.c.size_bytes)
            .where(
                segment.c.stream_id == stream_id,
                segment.c.start_us > after_us,
                segment.c.start_us < time.end_us,
                segment.c.run_id == run_id,
            )
            .order_by(segment.c.start_us)
            .limit(batch)
        ).all()
        page = [
            Candidate(
                stream_id,
                start_us,
                start_us + length_us,
                size,
                undated.recorded_us(start_us) if undated else None,
            )
            for start_us, length_us, size in rows
        ]
        found += page
        free += sum(not _is_pinned(candidate, pinned) for candidate in page)
        if len(page) < batch:
            return found, True
        if free >= batch:
            return found, False
        after_us = page[-1].start_us


def _is_pinned(candidate: Candidate, pinned: Sequence[TimeRange]) -> bool:
    return any(candidate.time.overlaps(pin) for pin in pinned)


def _in_order(found: list[Candidate]) -> list[Candidate]:
    """Return the segments by start: runs overlap where the recorder's clock was set back."""
    return sorted(found, key=lambda candidate: candidate.start_us)
