"""Fills in the fragment tables that a quick rebuild of the index left out, a few files at a time, beside everything else.

Until then such footage is on the timeline, and playback reads the headers of each file that it needs. Where the filling
stands is a row in `meta`; without it there is nothing to fill, and nothing is looked for.
"""

import json
import logging
import os
from collections.abc import Callable
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from storage.footage.file_rows import FileRow, select_files
from storage.footage.media_facts import read_facts
from storage.installation.meta import drop_meta, get_meta, put_meta
from storage.open import Storage
from storage.schema.footage import segment
from storage.sql.database import Database
from vms.domain.errors import MalformedMedia, VolumeUnavailable

log: Final = logging.getLogger(__name__)

BATCH: Final = 200
"""Rows looked at in one go, of which as many files may have to be read: about a second of a hard disk."""
_KEY: Final = "fragment_filling"

_Position = tuple[int, int]
"""Stream and start of the last segment that was looked at."""


def fragments_left_out(database: Database) -> None:
    """Note that there are segments without fragment tables: `fill_fragments` will look through all from the first on."""
    with database.write() as connection:
        _note_position(connection, (0, -1))


def fill_fragments(storage: Storage, may_go_on: Callable[[], bool]) -> int:
    """Fill in tables from where the last call stopped. Returns how many.

    Files that are missing or damaged, and those of volumes that do not work, are passed over: playback reads what it can
    of them when they are asked for.

    Args:
        storage: rows and volumes.
        may_go_on: asked before each batch; waits, too, where others are to have the disk in between.

    Raises:
        IndexUnavailable: the database does not answer.
    """
    filled = 0
    while (position := _position(storage.database)) is not None and may_go_on():
        filled += _fill_batch(storage, position)
    return filled


def _fill_batch(storage: Storage, position: _Position) -> int:
    """Fill in the tables that the next rows lack, and note the new position; forget it behind the last row."""
    key = sa.tuple_(segment.c.stream_id, segment.c.start_us)
    with storage.database.read() as connection:
        rows = connection.execute(
            sa.select(segment.c.stream_id, segment.c.start_us, segment.c.fragments.is_(None))
            .where(key > position)
            .order_by(segment.c.stream_id, segment.c.start_us)
            .limit(BATCH)
        ).all()
        wanted = [(stream_id, start_us) for stream_id, start_us, is_missing in rows if is_missing]
        files = select_files(connection, key.in_(wanted), limit=BATCH) if wanted else []
    tables = [(file, table) for file in files if (table := _read_table(storage, file))]
    with storage.database.write() as connection:
        for file, table in tables:
            connection.execute(
                sa.update(segment)
                .where(
                    segment.c.stream_id == file.stream_id,
                    segment.c.start_us == file.start_us,
                    segment.c.run_id == file.run_id,
                    segment.c.seq == file.seq,
                )
                .values(fragments=table)
            )
        if rows:
            _note_position(connection, (rows[-1][0], rows[-1][1]))
        else:
            drop_meta(connection, _KEY)
    return len(tables)


def _read_table(storage: Storage, file: FileRow) -> bytes:
    """Return the packed table of a file, b"" if it cannot be read."""
    try:
        volume = storage.volume_access.open(storage.volumes.get(file.volume_id))
        fd = volume.open_file(file.path)
        try:
            return read_facts(fd).table
        finally:
            os.close(fd)
    except (MalformedMedia, VolumeUnavailable, OSError) as error:
        log.warning("a file's fragments cannot be read: %s", error, extra={"file": file.path})
        return b""


def _position(database: Database) -> _Position | None:
    with database.read() as connection:
        text = get_meta(connection, _KEY)
    if text is None:
        return None
    stream_id, start_us = json.loads(text)
    return int(stream_id), int(start_us)


def _note_position(connection: Connection, position: _Position) -> None:
    put_meta(connection, _KEY, json.dumps(position))
