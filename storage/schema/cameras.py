"""The tables of cameras: streams, sealed logins, and what the recorder last said of each."""

from sqlalchemy import CheckConstraint, Column, Double, Table, TypedColumns

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


class _CameraColumns(TypedColumns):
    id = row_id()
    uuid = identity("identity that files carry")
    name = line("what people call it; unique among cameras that are not removed")
    place = line("where it hangs", optional=True)
    agency = line("the office that owns it", optional=True)
    group_name = line("free grouping for lists", optional=True)
    latitude = Column(Double, nullable=True, comment="degrees north, WGS 84")
    longitude = Column(Double, nullable=True, comment="degrees east, WGS 84")
    purpose = line("why it records; empty: it may not record (PRV-01)", optional=True)
    retention_days = number_or_null("days that footage is kept; null: it may not record (PRV-01)")
    min_days = number("footage younger than this yields to disk pressure only in need", default=0)
    quota_bytes = number_or_null("most that one stream's footage may fill")
    is_enabled = flag("whether an administrator wants it recorded", default=True)
    created_us = time_us("when it was added")
    removed_us = time_us_or_null("when it was removed; its footage stays until retention takes it")


camera = Table(
    "camera",
    metadata,
    _CameraColumns,
    CheckConstraint("retention_days IS NULL OR retention_days > 0", name="retention"),
    CheckConstraint("min_days >= 0", name="min_days"),
    CheckConstraint("quota_bytes IS NULL OR quota_bytes > 0", name="quota"),
    comment="devices at places",
)


class _StreamColumns(TypedColumns):
    id = row_id()
    uuid = identity("identity that folders carry")
    camera_id = row_of(camera.c.id, "the camera that it is a view of")
    role = line("main or sub")
    url = line("rtsp or rtsps address without credentials")
    record_audio = flag("an audited decision (EXP-16)", default=False)
    wallclock_timestamps = flag("use arrival times in place of a broken camera clock", default=False)
    is_enabled = flag(
        "whether it is wanted; a dropped sub-stream keeps its row, because it has footage", default=True
    )
    purged_until_us = time_us_or_null("retention has deleted footage from before this; null: none yet")


stream = Table("stream", metadata, _StreamColumns, comment="recorded views of cameras")


class _CameraSecretColumns(TypedColumns):
    camera_id = row_of(camera.c.id, "the camera", key=True)
    sealed = blob("user name and password, AES-256-GCM with the camera's uuid as associated data (SEC-19)")
    key_name = line("first half of the digest of the key, to tell a wrong key from damage")


camera_secret = Table(
    "camera_secret", metadata, _CameraSecretColumns, comment="camera credentials, encrypted"
)


class _StreamStatusColumns(TypedColumns):
    stream_id = row_of(stream.c.id, "the stream", key=True)
    state = line("value of vms.domain.camera.StreamState")
    since_us = time_us("when the state began")
    updated_us = time_us("when the recorder last said anything")
    last_media_us = time_us_or_null("newest media on disk")
    bitrate_bps = number("recent bits per second", default=0)
    cause = line_or_null("why it is not recording")
    detail = line("one sentence for a person, without secrets", optional=True)
    attempts = number("connections tried since it last recorded", default=0)


stream_status = Table("stream_status", metadata, _StreamStatusColumns, comment="what the recorder last said")
