"""The tables of footage: volumes, runs, inits and segments, what follows from these, and outages.

Ranges are half-open. Enumerations are stored as their text values, and not as database types, so that a new value
needs no migration. `migrations/` holds the same tables frozen by revision; a test compares the two.
"""

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, Table, TypedColumns

from storage.schema.cameras import camera, stream
from storage.sql.columns import (
    blob,
    flag,
    identity,
    line,
    line_or_null,
    metadata,
    number,
    number_or_null,
    row_id,
    row_of,
    time_us,
    time_us_or_null,
)
from vms.domain.segment import LONGEST_SEGMENT_US
from vms.domain.time import HOUR_US

LONGEST_SPAN_US = 6 * HOUR_US
"""Longer continuous footage is stored as several touching spans, so that an overlap query looks back exactly this far."""


Index(
    "uq_camera_name_in_use",
    camera.c.name,
    unique=True,
    sqlite_where=camera.c.removed_us.is_(None),
    postgresql_where=camera.c.removed_us.is_(None),
)


Index("uq_stream_camera_id_role", stream.c.camera_id, stream.c.role, unique=True)


class _VolumeColumns(TypedColumns):
    id = row_id()
    uuid = identity("identity in its marker file")
    path = line("absolute path of its root", unique=True)
    min_free_bytes = number_or_null("free-space floor; null for the default rule")
    weight = number("share of new runs", default=1)
    is_enabled = flag("whether new runs may go here", default=True)
    state = line("what the last check found")
    state_detail = line("one sentence for a person", optional=True)
    checked_us = time_us("when it was last checked")


volume = Table(
    "volume",
    metadata,
    _VolumeColumns,
    CheckConstraint("weight > 0", name="weight"),
    comment="directories on mounted filesystems that hold footage",
)


class _RunColumns(TypedColumns):
    id = row_id()
    uuid = identity("identity made by the recorder; folders and files carry it")
    stream_id = row_of(stream.c.id, "what was recorded")
    volume_id = row_of(volume.c.id, "where its files lie")
    start_us = time_us("first frame; provisional until the first segment is published")
    anchor_us = number("wall minus monotonic time when it began, microseconds")
    trust = line("how far its wall times can be trusted: synced, unsynced or unknown")
    ffmpeg_version = line("the program that wrote it")
    end_us = time_us_or_null("end of its last segment; null while it is open")
    end_reason = line_or_null("why it ended")


run = Table("run", metadata, _RunColumns, comment="the segments of one ffmpeg process")
Index("ix_run_open", run.c.id, sqlite_where=run.c.end_us.is_(None), postgresql_where=run.c.end_us.is_(None))


class _InitColumns(TypedColumns):
    id = row_id()
    sha256 = blob("digest of data", unique=True)
    codec = line("h264 or h265")
    rfc6381 = line("CODECS string for players")
    width = number("pixels")
    height = number("pixels")
    timescale = number("ticks of media time per second")
    data = blob("ftyp and moov boxes")


init = Table("init", metadata, _InitColumns, comment="initialisation segments, each stored once")


class _SegmentColumns(TypedColumns):
    stream_id = row_of(stream.c.id, "what was recorded", key=True)
    start_us = time_us("wall time of the first frame", key=True)
    duration_us = number("wall time covered, microseconds")
    media_us = number("duration by the camera's clock, microseconds")
    size_bytes = number("size of the file")
    run_id = number("row of its run")
    seq = number("number of the file within its run, from 0")
    init_id = number("row of its initialisation segment")
    init_bytes = number("length of the initialisation segment at the head of the file")
    volume_id = number("row of its volume")
    name_us = time_us("start that the file's name holds")
    flags = number("bits of vms.domain.segment.SegmentFlag")
    sha256 = blob("digest of the file at publish (COC-01)")
    fragments = Column(
        LargeBinary, nullable=True, comment="packed fragment table; null until the file has been read"
    )


segment = Table(
    "segment",
    metadata,
    _SegmentColumns,
    CheckConstraint(f"duration_us > 0 AND duration_us <= {LONGEST_SEGMENT_US}", name="duration"),
    CheckConstraint("start_us >= 0 AND start_us < 253402300800000000", name="start"),
    CheckConstraint("media_us >= 0", name="media"),
    CheckConstraint("size_bytes > 0", name="size"),
    CheckConstraint("seq >= 0", name="seq"),
    CheckConstraint("init_bytes >= 0 AND init_bytes <= size_bytes", name="init_bytes"),
    CheckConstraint("length(sha256) = 32", name="sha256"),
    sqlite_with_rowid=False,
    comment="finished media files; run, init and volume are not foreign keys, as deleting one would read every row",
)
# The only index beside the key: it makes "the same file again" a no-op that the database itself guarantees, whatever
# clock corrections did to start_us; it costs about an eighth of the table.
Index("uq_segment_run_id_seq", segment.c.run_id, segment.c.seq, unique=True)


class _SpanColumns(TypedColumns):
    stream_id = row_of(stream.c.id, "what was recorded", key=True)
    start_us = time_us("start of its first segment", key=True)
    end_us = time_us("end of its last segment")
    run_id = number("row of its run; a span never joins two")
    size_bytes = number("sum of its segments' sizes")


span = Table(
    "span",
    metadata,
    _SpanColumns,
    CheckConstraint(f"end_us > start_us AND end_us - start_us <= {LONGEST_SPAN_US}", name="length"),
    sqlite_with_rowid=False,
    comment="continuous footage; follows from segment",
)
Index("ix_span_run_id", span.c.run_id)


class _RollupColumns(TypedColumns):
    stream_id = row_of(stream.c.id, "what was recorded", key=True)
    bucket_us = time_us("start of 15 minutes", key=True)
    covered_us = number("wall time covered in the bucket, microseconds")
    size_bytes = number("sizes of the segments that begin in the bucket")
    segments = number("how many begin in the bucket")
    gaps = number("uncovered parts longer than the tolerance")
    longest_gap_us = number("longest of them, microseconds")


rollup = Table(
    "rollup",
    metadata,
    _RollupColumns,
    sqlite_with_rowid=False,
    comment="sums by 15 minutes; follows from segment",
)


class _OutageColumns(TypedColumns):
    stream_id = row_of(stream.c.id, "what could not be recorded", key=True)
    start_us = time_us("when footage stopped", key=True)
    end_us = time_us_or_null("when footage came back; null while it lasts")
    cause = line("value of vms.domain.camera.OutageCause")
    detail = line("one sentence for a person, without secrets", optional=True)


outage = Table(
    "outage", metadata, _OutageColumns, sqlite_with_rowid=False, comment="why time holds no footage"
)
