"""Cameras, their streams and secrets, and volumes."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "camera",
        sa.Column("id", ROW_ID, nullable=False, comment="number of the row"),
        sa.Column("uuid", sa.Uuid(), nullable=False, comment="identity that files carry"),
        sa.Column(
            "name",
            sa.Text(),
            nullable=False,
            comment="what people call it; unique among cameras that are not removed",
        ),
        sa.Column("place", sa.Text(), server_default=sa.text("''"), nullable=False, comment="where it hangs"),
        sa.Column(
            "agency",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="the office that owns it",
        ),
        sa.Column(
            "group_name",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="free grouping for lists",
        ),
        sa.Column("latitude", sa.Double(), nullable=True, comment="degrees north, WGS 84"),
        sa.Column("longitude", sa.Double(), nullable=True, comment="degrees east, WGS 84"),
        sa.Column(
            "purpose",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="why it records; empty: it may not record (PRV-01)",
        ),
        sa.Column(
            "retention_days",
            sa.BigInteger(),
            nullable=True,
            comment="days that footage is kept; null: it may not record (PRV-01)",
        ),
        sa.Column(
            "min_days",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="footage younger than this yields to disk pressure only in need",
        ),
        sa.Column(
            "quota_bytes", sa.BigInteger(), nullable=True, comment="most that one stream's footage may fill"
        ),
        sa.Column(
            "is_enabled",
            sa.Boolean(),
            server_default=sa.true(),
            nullable=False,
            comment="whether an administrator wants it recorded",
        ),
        sa.Column(
            "created_us", sa.BigInteger(), nullable=False, comment="when it was added; UTC microseconds"
        ),
        sa.Column(
            "removed_us",
            sa.BigInteger(),
            nullable=True,
            comment="when it was removed; its footage stays until retention takes it; UTC microseconds",
        ),
        sa.CheckConstraint("min_days >= 0", name=op.f("ck_camera_min_days")),
        sa.CheckConstraint("quota_bytes IS NULL OR quota_bytes > 0", name=op.f("ck_camera_quota")),
        sa.CheckConstraint("retention_days IS NULL OR retention_days > 0", name=op.f("ck_camera_retention")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_camera")),
        sa.UniqueConstraint("uuid", name=op.f("uq_camera_uuid")),
        comment="devices at places",
    )
    op.create_index(
        "uq_camera_name_in_use",
        "camera",
        ["name"],
        unique=True,
        sqlite_where=sa.text("removed_us IS NULL"),
        postgresql_where=sa.text("removed_us IS NULL"),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False, comment="name of the fact"),
        sa.Column("value", sa.Text(), nullable=False, comment="the fact, as text"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
        comment="facts about the database as a whole",
    )
    op.create_table(
        "volume",
        sa.Column("id", ROW_ID, nullable=False, comment="number of the row"),
        sa.Column("uuid", sa.Uuid(), nullable=False, comment="identity in its marker file"),
        sa.Column("path", sa.Text(), nullable=False, comment="absolute path of its root"),
        sa.Column(
            "min_free_bytes",
            sa.BigInteger(),
            nullable=True,
            comment="free-space floor; null for the default rule",
        ),
        sa.Column(
            "weight",
            sa.BigInteger(),
            server_default=sa.text("1"),
            nullable=False,
            comment="share of new runs",
        ),
        sa.Column(
            "is_enabled",
            sa.Boolean(),
            server_default=sa.true(),
            nullable=False,
            comment="whether new runs may go here",
        ),
        sa.Column("state", sa.Text(), nullable=False, comment="what the last check found"),
        sa.Column(
            "state_detail",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="one sentence for a person",
        ),
        sa.Column(
            "checked_us",
            sa.BigInteger(),
            nullable=False,
            comment="when it was last checked; UTC microseconds",
        ),
        sa.CheckConstraint("weight > 0", name=op.f("ck_volume_weight")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volume")),
        sa.UniqueConstraint("path", name=op.f("uq_volume_path")),
        sa.UniqueConstraint("uuid", name=op.f("uq_volume_uuid")),
        comment="directories on mounted filesystems that hold footage",
    )
    op.create_table(
        "camera_secret",
        sa.Column("camera_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="the camera"),
        sa.Column(
            "sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="user name and password, AES-256-GCM with the camera's uuid as associated data (SEC-19)",
        ),
        sa.Column(
            "key_name",
            sa.Text(),
            nullable=False,
            comment="first half of the digest of the key, to tell a wrong key from damage",
        ),
        sa.ForeignKeyConstraint(["camera_id"], ["camera.id"], name=op.f("fk_camera_secret_camera_id_camera")),
        sa.PrimaryKeyConstraint("camera_id", name=op.f("pk_camera_secret")),
        comment="camera credentials, encrypted",
    )
    op.create_table(
        "stream",
        sa.Column("id", ROW_ID, nullable=False, comment="number of the row"),
        sa.Column("uuid", sa.Uuid(), nullable=False, comment="identity that folders carry"),
        sa.Column("camera_id", sa.BigInteger(), nullable=False, comment="the camera that it is a view of"),
        sa.Column("role", sa.Text(), nullable=False, comment="main or sub"),
        sa.Column("url", sa.Text(), nullable=False, comment="rtsp or rtsps address without credentials"),
        sa.Column(
            "record_audio",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="an audited decision (EXP-16)",
        ),
        sa.Column(
            "wallclock_timestamps",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="use arrival times in place of a broken camera clock",
        ),
        sa.Column(
            "is_enabled",
            sa.Boolean(),
            server_default=sa.true(),
            nullable=False,
            comment="whether it is wanted; a dropped sub-stream keeps its row, because it has footage",
        ),
        sa.Column(
            "purged_until_us",
            sa.BigInteger(),
            nullable=True,
            comment="retention has deleted footage from before this; null: none yet; UTC microseconds",
        ),
        sa.ForeignKeyConstraint(["camera_id"], ["camera.id"], name=op.f("fk_stream_camera_id_camera")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stream")),
        sa.UniqueConstraint("uuid", name=op.f("uq_stream_uuid")),
        comment="recorded views of cameras",
    )
    op.create_index("uq_stream_camera_id_role", "stream", ["camera_id", "role"], unique=True)
    facts = sa.table("meta", sa.column("key", sa.Text()), sa.column("value", sa.Text()))
    op.bulk_insert(
        facts,
        [{"key": "database_uuid", "value": str(uuid.uuid4())}, {"key": "config_revision", "value": "0"}],
    )


def downgrade() -> None:
    op.drop_table("stream")
    op.drop_table("camera_secret")
    op.drop_table("volume")
    op.drop_table("meta")
    op.drop_table("camera")
