"""What of a stream counts towards its quota, and where its oldest footage lies."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.purge.candidates import oldest_candidates
from storage.purge.guards import Undated
from storage.schema.footage import rollup, run, segment
from vms.domain.segment import LONGEST_SEGMENT_US
from vms.domain.time import BUCKET_US, TimeRange


def pinned_bytes(connection: Connection, stream_id: int, pinned: Sequence[TimeRange]) -> int:
    """Return the bytes of the stream's segments that share an instant with protected time.

    Sums tell of whole quarters of an hour; only the segments at the edges are read.

    Args:
        connection: a read transaction.
        stream_id: the stream.
        pinned: apart from each other, in order.
    """
    total = 0
    counted_until_us = 0
    for pin in pinned:
        since_us = max(counted_until_us, pin.start_us - LONGEST_SEGMENT_US)
        first_us = min(pin.start_us + -pin.start_us % BUCKET_US, pin.end_us)
        last_us = max(first_us, pin.end_us - pin.end_us % BUCKET_US)
        total += _of_segments(connection, stream_id, TimeRange(since_us, first_us), pin.start_us)
        total += _of_buckets(connection, stream_id, TimeRange(first_us, last_us))
        total += _of_segments(connection, stream_id, TimeRange(last_us, pin.end_us), pin.start_us)
        counted_until_us = pin.end_us
    return total


def oldest_elsewhere(
    connection: Connection,
    stream_id: int,
    volume_id: int,
    pinned: Sequence[TimeRange],
    undated: Undated | None,
) -> int | None:
    """Return when the oldest footage of the stream that nothing protects and that lies on other volumes was recorded.

    Returns:
        None where there is none.
    """
    found, _ = oldest_candidates(connection, stream_id, run.c.volume_id != volume_id, pinned, 1, undated)
    free = [c for c in found if not any(c.time.overlaps(pin) for pin in pinned)]
    return free[0].since_us if free else None


def _of_segments(connection: Connection, stream_id: int, beginning: TimeRange, ending_after_us: int) -> int:
    """Return the bytes of the segments that begin in the range and end after an instant."""
    if beginning.is_empty:
        return 0
    found = connection.execute(
        sa.select(sa.func.coalesce(sa.func.sum(segment.c.size_bytes), 0)).where(
            segment.c.stream_id == stream_id,
            segment.c.start_us >= beginning.start_us,
            segment.c.start_us < beginning.end_us,
            segment.c.start_us + segment.c.duration_us > ending_after_us,
        )
    )
    return int(found.scalar_one())


def _of_buckets(connection: Connection, stream_id: int, beginning: TimeRange) -> int:
    """Return the bytes of the segments that begin in a range of whole buckets."""
    found = connection.execute(
        sa.select(sa.func.coalesce(sa.func.sum(rollup.c.size_bytes), 0)).where(
            rollup.c.stream_id == stream_id,
            rollup.c.bucket_us >= beginning.start_us,
            rollup.c.bucket_us < beginning.end_us,
        )
    )
    return int(found.scalar_one())
