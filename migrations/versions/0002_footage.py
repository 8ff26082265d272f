"""Footage: runs, segments, what follows from them, and outages."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "init",
        sa.Column("id", ROW_ID, nullable=False, comment="number of the row"),
        sa.Column("sha256", sa.LargeBinary(), nullable=False, comment="digest of data"),
        sa.Column("codec", sa.Text(), nullable=False, comment="h264 or h265"),
        sa.Column("rfc6381", sa.Text(), nullable=False, comment="CODECS string for players"),
        sa.Column("width", sa.BigInteger(), nullable=False, comment="pixels"),
        sa.Column("height", sa.BigInteger(), nullable=False, comment="pixels"),
        sa.Column("timescale", sa.BigInteger(), nullable=False, comment="ticks of media time per second"),
        sa.Column("data", sa.LargeBinary(), nullable=False, comment="ftyp and moov boxes"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_init")),
        sa.UniqueConstraint("sha256", name=op.f("uq_init_sha256")),
        comment="initialisation segments, each stored once",
    )
    op.create_table(
        "outage",
        sa.Column(
            "stream_id",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="what could not be recorded",
        ),
        sa.Column(
            "start_us",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="when footage stopped; UTC microseconds",
        ),
        sa.Column(
            "end_us",
            sa.BigInteger(),
            nullable=True,
            comment="when footage came back; null while it lasts; UTC microseconds",
        ),
        sa.Column("cause", sa.Text(), nullable=False, comment="value of vms.domain.camera.OutageCause"),
        sa.Column(
            "detail",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="one sentence for a person, without secrets",
        ),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_outage_stream_id_stream")),
        sa.PrimaryKeyConstraint("stream_id", "start_us", name=op.f("pk_outage")),
        comment="why time holds no footage",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollup",
        sa.Column(
            "stream_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="what was recorded"
        ),
        sa.Column(
            "bucket_us",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="start of 15 minutes; UTC microseconds",
        ),
        sa.Column(
            "covered_us",
            sa.BigInteger(),
            nullable=False,
            comment="wall time covered in the bucket, microseconds",
        ),
        sa.Column(
            "size_bytes",
            sa.BigInteger(),
            nullable=False,
            comment="sizes of the segments that begin in the bucket",
        ),
        sa.Column("segments", sa.BigInteger(), nullable=False, comment="how many begin in the bucket"),
        sa.Column(
            "gaps", sa.BigInteger(), nullable=False, comment="uncovered parts longer than the tolerance"
        ),
        sa.Column("longest_gap_us", sa.BigInteger(), nullable=False, comment="longest of them, microseconds"),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_rollup_stream_id_stream")),
        sa.PrimaryKeyConstraint("stream_id", "bucket_us", name=op.f("pk_rollup")),
        comment="sums by 15 minutes; follows from segment",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "run",
        sa.Column("id", ROW_ID, nullable=False, comment="number of the row"),
        sa.Column(
            "uuid",
            sa.Uuid(),
            nullable=False,
            comment="identity made by the recorder; folders and files carry it",
        ),
        sa.Column("stream_id", sa.BigInteger(), nullable=False, comment="what was recorded"),
        sa.Column("volume_id", sa.BigInteger(), nullable=False, comment="where its files lie"),
        sa.Column(
            "start_us",
            sa.BigInteger(),
            nullable=False,
            comment="first frame; provisional until the first segment is published; UTC microseconds",
        ),
        sa.Column(
            "anchor_us",
            sa.BigInteger(),
            nullable=False,
            comment="wall minus monotonic time when it began, microseconds",
        ),
        sa.Column(
            "trust",
            sa.Text(),
            nullable=False,
            comment="how far its wall times can be trusted: synced, unsynced or unknown",
        ),
        sa.Column("ffmpeg_version", sa.Text(), nullable=False, comment="the program that wrote it"),
        sa.Column(
            "end_us",
            sa.BigInteger(),
            nullable=True,
            comment="end of its last segment; null while it is open; UTC microseconds",
        ),
        sa.Column("end_reason", sa.Text(), nullable=True, comment="why it ended"),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_run_stream_id_stream")),
        sa.ForeignKeyConstraint(["volume_id"], ["volume.id"], name=op.f("fk_run_volume_id_volume")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
        sa.UniqueConstraint("uuid", name=op.f("uq_run_uuid")),
        comment="the segments of one ffmpeg process",
    )
    op.create_index(
        "ix_run_open",
        "run",
        ["id"],
        unique=False,
        sqlite_where=sa.text("end_us IS NULL"),
        postgresql_where=sa.text("end_us IS NULL"),
    )
    op.create_table(
        "segment",
        sa.Column(
            "stream_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="what was recorded"
        ),
        sa.Column(
            "start_us",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="wall time of the first frame; UTC microseconds",
        ),
        sa.Column("duration_us", sa.BigInteger(), nullable=False, comment="wall time covered, microseconds"),
        sa.Column(
            "media_us",
            sa.BigInteger(),
            nullable=False,
            comment="duration by the camera's clock, microseconds",
        ),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False, comment="size of the file"),
        sa.Column("run_id", sa.BigInteger(), nullable=False, comment="row of its run"),
        sa.Column(
            "seq", sa.BigInteger(), nullable=False, comment="number of the file within its run, from 0"
        ),
        sa.Column("init_id", sa.BigInteger(), nullable=False, comment="row of its initialisation segment"),
        sa.Column(
            "init_bytes",
            sa.BigInteger(),
            nullable=False,
            comment="length of the initialisation segment at the head of the file",
        ),
        sa.Column("volume_id", sa.BigInteger(), nullable=False, comment="row of its volume"),
        sa.Column(
            "name_us",
            sa.BigInteger(),
            nullable=False,
            comment="start that the file's name holds; UTC microseconds",
        ),
        sa.Column("flags", sa.BigInteger(), nullable=False, comment="bits of vms.domain.segment.SegmentFlag"),
        sa.Column(
            "sha256", sa.LargeBinary(), nullable=False, comment="digest of the file at publish (COC-01)"
        ),
        sa.Column(
            "fragments",
            sa.LargeBinary(),
            nullable=True,
            comment="packed fragment table; null until the file has been read",
        ),
        sa.CheckConstraint("duration_us > 0 AND duration_us <= 600000000", name=op.f("ck_segment_duration")),
        sa.CheckConstraint(
            "init_bytes >= 0 AND init_bytes <= size_bytes", name=op.f("ck_segment_init_bytes")
        ),
        sa.CheckConstraint("length(sha256) = 32", name=op.f("ck_segment_sha256")),
        sa.CheckConstraint("media_us >= 0", name=op.f("ck_segment_media")),
        sa.CheckConstraint("seq >= 0", name=op.f("ck_segment_seq")),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_segment_size")),
        sa.CheckConstraint("start_us >= 0 AND start_us < 253402300800000000", name=op.f("ck_segment_start")),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_segment_stream_id_stream")),
        sa.PrimaryKeyConstraint("stream_id", "start_us", name=op.f("pk_segment")),
        comment="finished media files; run, init and volume are not foreign keys, as deleting one would read every row",
        sqlite_with_rowid=False,
    )
    op.create_index("uq_segment_run_id_seq", "segment", ["run_id", "seq"], unique=True)
    op.create_table(
        "span",
        sa.Column(
            "stream_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="what was recorded"
        ),
        sa.Column(
            "start_us",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="start of its first segment; UTC microseconds",
        ),
        sa.Column(
            "end_us", sa.BigInteger(), nullable=False, comment="end of its last segment; UTC microseconds"
        ),
        sa.Column(
            "run_id", sa.BigInteger(), nullable=False, comment="row of its run; a span never joins two"
        ),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False, comment="sum of its segments' sizes"),
        sa.CheckConstraint(
            "end_us > start_us AND end_us - start_us <= 21600000000", name=op.f("ck_span_length")
        ),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_span_stream_id_stream")),
        sa.PrimaryKeyConstraint("stream_id", "start_us", name=op.f("pk_span")),
        comment="continuous footage; follows from segment",
        sqlite_with_rowid=False,
    )
    op.create_index("ix_span_run_id", "span", ["run_id"], unique=False)
    op.create_table(
        "stream_status",
        sa.Column("stream_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="the stream"),
        sa.Column("state", sa.Text(), nullable=False, comment="value of vms.domain.camera.StreamState"),
        sa.Column(
            "since_us", sa.BigInteger(), nullable=False, comment="when the state began; UTC microseconds"
        ),
        sa.Column(
            "updated_us",
            sa.BigInteger(),
            nullable=False,
            comment="when the recorder last said anything; UTC microseconds",
        ),
        sa.Column(
            "last_media_us", sa.BigInteger(), nullable=True, comment="newest media on disk; UTC microseconds"
        ),
        sa.Column(
            "bitrate_bps",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="recent bits per second",
        ),
        sa.Column("cause", sa.Text(), nullable=True, comment="why it is not recording"),
        sa.Column(
            "detail",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="one sentence for a person, without secrets",
        ),
        sa.Column(
            "attempts",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="connections tried since it last recorded",
        ),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_stream_status_stream_id_stream")),
        sa.PrimaryKeyConstraint("stream_id", name=op.f("pk_stream_status")),
        comment="what the recorder last said",
    )


def downgrade() -> None:
    op.drop_table("stream_status")
    op.drop_table("span")
    op.drop_table("segment")
    op.drop_table("run")
    op.drop_table("rollup")
    op.drop_table("outage")
    op.drop_table("init")
