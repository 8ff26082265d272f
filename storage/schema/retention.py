"""The tables of retention: holds, leases, and garbage that waits to be unlinked."""

from sqlalchemy import CheckConstraint, Table, TypedColumns

from storage.schema.cameras import camera, stream
from storage.schema.footage import volume
from storage.sql.columns import (
    line,
    line_or_null,
    metadata,
    number,
    row_id,
    row_of,
    time_us,
    time_us_or_null,
)


class _HoldColumns(TypedColumns):
    id = row_id()
    camera_id = row_of(camera.c.id, "whose footage", index=True)
    start_us = time_us("start of the protected range")
    end_us = time_us("end of the protected range")
    reason = line("why")
    created_by = line("who placed it")
    created_us = time_us("when it was placed")
    expires_us = time_us_or_null("when it lapses; null: only a person ends it")
    released_us = time_us_or_null("when it was released")
    released_by = line_or_null("who released it")
    release_reason = line_or_null("why it was released; null where nobody said")


hold = Table(
    "hold",
    metadata,
    _HoldColumns,
    CheckConstraint("end_us > start_us", name="range"),
    comment="footage that no purge may touch",
)


class _LeaseColumns(TypedColumns):
    id = row_id()
    stream_id = row_of(stream.c.id, "whose footage", index=True)
    start_us = time_us("start of the protected range")
    end_us = time_us("end of the protected range")
    expires_us = time_us("when it lapses by itself")


lease = Table(
    "lease",
    metadata,
    _LeaseColumns,
    CheckConstraint("end_us > start_us", name="range"),
    comment="short protection for exports",
)


class _GarbageColumns(TypedColumns):
    volume_id = row_of(volume.c.id, "where the file lies", key=True)
    name = line("path below the volume's root", key=True)
    size_bytes = number("size of the file")


garbage = Table(
    "garbage",
    metadata,
    _GarbageColumns,
    sqlite_with_rowid=False,
    comment="files whose rows are gone and that must go too",
)
