"""Finds the run that a file's name belongs to, though names carry only 8 of the 32 digits of its uuid."""

import hashlib
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.schema.footage import run
from vms.domain.segment import ClockTrust, Run, RunEnd


def find_run(connection: Connection, stream_id: int, volume_id: int, run_short: str) -> UUID | None:
    """Return the uuid of the stream's run on the volume that begins with these 8 digits, or None."""
    rows = connection.execute(
        sa.select(run.c.uuid)
        .where(
            run.c.uuid >= UUID(hex=run_short + "0" * 24),
            run.c.uuid <= UUID(hex=run_short + "f" * 24),
            run.c.stream_id == stream_id,
            run.c.volume_id == volume_id,
        )
        .order_by(run.c.id)
    )
    return rows.scalars().first()


def remade_run(
    stream_id: int, stream_uuid: UUID, volume_id: int, run_short: str, start_us: int, end_us: int
) -> Run:
    """Return a closed run for files whose own run is forgotten.

    Its uuid begins with the digits that the names carry; the rest is derived from the stream, so that making it
    again gives the same.
    """
    rest = hashlib.sha256(stream_uuid.bytes + run_short.encode()).hexdigest()[:24]
    return Run(
        id=0,
        uuid=UUID(hex=run_short + rest),
        stream_id=stream_id,
        volume_id=volume_id,
        start_us=start_us,
        anchor_us=0,
        trust=ClockTrust.UNKNOWN,
        ffmpeg_version="",
        end_us=end_us,
        end_reason=RunEnd.CRASH,
    )
