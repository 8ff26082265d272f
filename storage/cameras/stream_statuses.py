"""What the recorder last said about each stream, between rows and values."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.schema.cameras import stream_status
from storage.sql.database import insert_or_update
from vms.domain.camera import OutageCause, StreamState, StreamStatus


def store_statuses(connection: Connection, statuses: Iterable[StreamStatus]) -> None:
    """Replace the statuses of some streams."""
    rows = [
        {
            "stream_id": status.stream_id,
            "state": status.state.value,
            "since_us": status.since_us,
            "updated_us": status.updated_us,
            "last_media_us": status.last_media_us,
            "bitrate_bps": status.bitrate_bps,
            "cause": status.cause.value if status.cause else None,
            "detail": status.detail,
            "attempts": status.attempts,
        }
        for status in statuses
    ]
    insert_or_update(connection, stream_status, rows)


def select_statuses(connection: Connection) -> dict[int, StreamStatus]:
    """Return the latest status of each stream, by stream id; streams without one are missing."""
    return {
        row.stream_id: StreamStatus(
            stream_id=row.stream_id,
            state=StreamState(row.state),
            since_us=row.since_us,
            updated_us=row.updated_us,
            last_media_us=row.last_media_us,
            bitrate_bps=row.bitrate_bps,
            cause=OutageCause(row.cause) if row.cause else None,
            detail=row.detail,
            attempts=row.attempts,
        )
        for row in connection.execute(sa.select(stream_status))
    }
