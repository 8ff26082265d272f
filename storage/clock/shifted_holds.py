"""Lets holds follow footage whose time is corrected: what was held under its old label is held under the new one.

The old range stays held, too: somebody may have meant what else lies there. The new one is a hold of its own with
the same reason, author and end, or the first such hold grown longer, so that a night of short runs does not become
a list of holds.
"""

import logging
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.holds.protection import hold_of, is_active
from storage.schema.cameras import stream
from storage.schema.retention import hold
from vms.domain.retention import Hold
from vms.domain.time import BUCKET_US, TimeRange

log: Final = logging.getLogger(__name__)

JOIN_US: Final = BUCKET_US
"""Ranges of one hold that lie this close become one: runs of a night, or the two streams of a camera."""


def follow_shift(connection: Connection, stream_id: int, moved: TimeRange, delta_us: int) -> int:
    """Make the stream's holds follow footage that is moved in time. Returns how many holds changed.

    Args:
        connection: the transaction that moves the footage; it has locked the stream.
        stream_id: whose footage.
        moved: where the footage was.
        delta_us: how far it moves, positive for later.
    """
    unreleased = _unreleased(connection, stream_id)
    changed = 0
    for held in [known for known in unreleased if known.time.overlaps(moved)]:
        part = held.time.intersection(moved)
        if part is None:
            continue
        target = TimeRange(part.start_us + delta_us, part.end_us + delta_us)
        kin = [known for known in unreleased if _is_kin(known, held)]
        if any(
            known.time.start_us <= target.start_us and target.end_us <= known.time.end_us for known in kin
        ):
            continue
        near = next((known for known in kin if _is_near(known.time, target)), None)
        kept = _add(connection, held, target) if near is None else _widen(connection, near, target)
        unreleased = [kept, *(known for known in unreleased if known.id != kept.id)]
        changed += 1
        log.warning(
            "a hold follows footage whose time was corrected",
            extra={"hold": held.id, "into": kept.id, "stream": stream_id, "delta_us": delta_us},
        )
    return changed


def _unreleased(connection: Connection, stream_id: int) -> list[Hold]:
    # Without a time: a clock that is being corrected is none to lapse by.
    rows = connection.execute(
        sa.select(hold)
        .join(stream, stream.c.camera_id == hold.c.camera_id)
        .where(stream.c.id == stream_id, *is_active(None))
        .order_by(hold.c.id)
        .with_for_update(of=hold)
    )
    return [hold_of(row) for row in rows]


def _is_kin(one: Hold, other: Hold) -> bool:
    """Tell whether two holds stem from the same decision of a person."""
    return (one.reason, one.created_by, one.created_us, one.expires_us) == (
        other.reason,
        other.created_by,
        other.created_us,
        other.expires_us,
    )


def _is_near(one: TimeRange, other: TimeRange) -> bool:
    return one.start_us - JOIN_US <= other.end_us and other.start_us <= one.end_us + JOIN_US


def _widen(connection: Connection, held: Hold, target: TimeRange) -> Hold:
    values = {
        "start_us": min(held.time.start_us, target.start_us),
        "end_us": max(held.time.end_us, target.end_us),
    }
    statement = sa.update(hold).where(hold.c.id == held.id).values(values).returning(hold)
    return hold_of(connection.execute(statement).one())


def _add(connection: Connection, held: Hold, target: TimeRange) -> Hold:
    values = {
        "camera_id": held.camera_id,
        "start_us": target.start_us,
        "end_us": target.end_us,
        "reason": held.reason,
        "created_by": held.created_by,
        "created_us": held.created_us,
        "expires_us": held.expires_us,
    }
    return hold_of(connection.execute(sa.insert(hold).values(values).returning(hold)).one())
