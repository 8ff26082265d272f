"""What became of streams' footage: how far retention has taken it, and in which codec the newest is."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from storage.schema.cameras import stream
from storage.schema.footage import init, segment
from storage.sql.database import Database


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
