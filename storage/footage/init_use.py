"""Which streams use an initialisation segment: several may share one, and none tells of streams that do not (SEC-01)."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from storage.schema.footage import segment, span
from storage.sql.database import Database


class InitUse:
    """Tells whether footage of streams needs an init segment; raises IndexUnavailable as every store does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_used_by(self, stream_ids: Sequence[int], init_id: int) -> bool:
        """Tell whether any segment of the streams begins with that init segment.

        A run keeps its init segment as far as we know, so the first file of every span is looked at: by key, some four
        a day. Only where none of them uses it, every segment is.
        """
        values = {"streams": sorted(stream_ids), "init_id": init_id}
        with self._database.read() as connection:
            return any(
                connection.execute(look, values).scalar_one() for look in (_BEGINS_A_SPAN, _IS_ANYWHERE)
            )


_IN_STREAMS: Final[sa.BindParameter[int]] = sa.bindparam("streams", expanding=True)
_BEGINS_A_SPAN: Final = sa.select(
    sa.exists().where(
        span.c.stream_id.in_(_IN_STREAMS),
        # A condition and not a join: no planner may begin with the segments.
        sa.select(segment.c.init_id)
        .where(segment.c.stream_id == span.c.stream_id, segment.c.start_us == span.c.start_us)
        .correlate(span)
        .scalar_subquery()
        == sa.bindparam("init_id"),
    )
)
_IS_ANYWHERE: Final = sa.select(
    sa.exists().where(segment.c.stream_id.in_(_IN_STREAMS), segment.c.init_id == sa.bindparam("init_id"))
)
