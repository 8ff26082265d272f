"""What the folders and names of published files say: hours, segments, and the runs that they belong to."""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.footage.file_rows import files_within
from storage.schema.footage import run
from storage.sql.database import Database
from storage.volumes.open_volume import OpenVolume
from storage.volumes.segment_paths import RECORDED, SegmentName, hour_folder
from vms.domain.errors import InvalidInput
from vms.domain.segment import LONGEST_SEGMENT_US, ClockTrust, Run, RunEnd
from vms.domain.time import HOUR_US, TimeRange, parse_rfc3339

NAMED_AWAY_US = 2 * HOUR_US
"""How far a clock correction may have moved footage from the hour that its folder names, and still be found quickly."""


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A published file and what its name says; `path` is relative to the volume's root."""

    path: str
    name: SegmentName
    size_bytes: int


def hour_folders(
    volume: OpenVolume, stream_uuid: UUID, since_us: int = 0, hours: Collection[int] | None = None
) -> Iterator[tuple[str, int]]:
    """Yield each hour folder of a stream, oldest first, with the start of its hour.

    Args:
        volume: where to look.
        stream_uuid: whose folders.
        since_us: leave out hours that ended by then; only folders of that day and later ones are listed.
        hours: only these hours; None for all.
    """
    root = f"{RECORDED}/{stream_uuid.hex}"
    first_day = hour_folder(stream_uuid, max(since_us, 0)).split("/")[2]
    for day in volume.names(root):
        if day < first_day or day_start(day) is None:
            continue
        for hour in volume.names(f"{root}/{day}"):
            start_us = hour_of(day, hour)
            if (
                start_us is None
                or start_us + HOUR_US <= since_us
                or (hours is not None and start_us not in hours)
            ):
                continue
            yield f"{root}/{day}/{hour}", start_us


def day_start(day: str) -> int | None:
    """Return the start of the UTC day that a folder is named after, or None if it is not named after one."""
    try:
        return parse_rfc3339(f"{day}T00:00:00+00:00") if len(day) == len("2025-11-25") else None
    except InvalidInput:
        return None


def hour_of(day: str, hour: str) -> int | None:
    """Return the start of the UTC hour that a day's and an hour's folder are named after, or None."""
    start_us = day_start(day)
    is_hour = len(hour) == 2 and hour.isascii() and hour.isdigit() and int(hour) < 24
    return start_us + int(hour) * HOUR_US if start_us is not None and is_hour else None


def segment_files(volume: OpenVolume, folder: str) -> list[NamedFile]:
    """Return the files of a folder that are named as segments are, in order of start."""
    found: list[NamedFile] = []
    for text, size in volume.sizes(folder).items():
        try:
            name = SegmentName.parse(text)
        except InvalidInput:
            continue
        if size >= 0:
            found.append(NamedFile(f"{folder}/{text}", name, size))
    return sorted(found, key=lambda file: file.name.start_us)


def indexed_paths(database: Database, stream_id: int, volume_id: int, hour_us: int) -> set[str]:
    """Return the paths of the stream's indexed files on the volume that began within two hours of this hour."""
    near = TimeRange(hour_us - NAMED_AWAY_US - LONGEST_SEGMENT_US, hour_us + HOUR_US + NAMED_AWAY_US)
    return {file.path for file in files_within(database, stream_id, near) if file.volume_id == volume_id}


def find_run(connection: Connection, stream_id: int, volume_id: int, run_short: str) -> UUID | None:
    """Return the uuid of the stream's run on the volume, found by its first 8 digits, or None."""
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
    """Return a closed run to take the place of one whose row is lost.

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
