"""Retention: holds, leases and files to be deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "garbage",
        sa.Column(
            "volume_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="where the file lies"
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="path below the volume's root"),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False, comment="size of the file"),
        sa.ForeignKeyConstraint(["volume_id"], ["volume.id"], name=op.f("fk_garbage_volume_id_volume")),
        sa.PrimaryKeyConstraint("volume_id", "name", name=op.f("pk_garbage")),
        comment="files whose rows are gone and that must go too",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "hold",
        sa.Column("id", ROW_ID, nullable=False, comment="number of the row"),
        sa.Column("camera_id", sa.BigInteger(), nullable=False, comment="whose footage"),
        sa.Column(
            "start_us",
            sa.BigInteger(),
            nullable=False,
            comment="start of the protected range; UTC microseconds",
        ),
        sa.Column(
            "end_us", sa.BigInteger(), nullable=False, comment="end of the protected range; UTC microseconds"
        ),
        sa.Column("reason", sa.Text(), nullable=False, comment="why"),
        sa.Column("created_by", sa.Text(), nullable=False, comment="who placed it"),
        sa.Column(
            "created_us", sa.BigInteger(), nullable=False, comment="when it was placed; UTC microseconds"
        ),
        sa.Column(
            "expires_us",
            sa.BigInteger(),
            nullable=True,
            comment="when it lapses; null: only a person ends it; UTC microseconds",
        ),
        sa.Column(
            "released_us", sa.BigInteger(), nullable=True, comment="when it was released; UTC microseconds"
        ),
        sa.Column("released_by", sa.Text(), nullable=True, comment="who released it"),
        sa.CheckConstraint("end_us > start_us", name=op.f("ck_hold_range")),
        sa.ForeignKeyConstraint(["camera_id"], ["camera.id"], name=op.f("fk_hold_camera_id_camera")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
        comment="footage that no purge may touch",
    )
    op.create_index(op.f("ix_hold_camera_id"), "hold", ["camera_id"], unique=False)
    op.create_table(
        "lease",
        sa.Column("id", ROW_ID, nullable=False, comment="number of the row"),
        sa.Column("stream_id", sa.BigInteger(), nullable=False, comment="whose footage"),
        sa.Column(
            "start_us",
            sa.BigInteger(),
            nullable=False,
            comment="start of the protected range; UTC microseconds",
        ),
        sa.Column(
            "end_us", sa.BigInteger(), nullable=False, comment="end of the protected range; UTC microseconds"
        ),
        sa.Column(
            "expires_us",
            sa.BigInteger(),
            nullable=False,
            comment="when it lapses by itself; UTC microseconds",
        ),
        sa.CheckConstraint("end_us > start_us", name=op.f("ck_lease_range")),
        sa.ForeignKeyConstraint(["stream_id"], ["stream.id"], name=op.f("fk_lease_stream_id_stream")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lease")),
        comment="short protection for exports",
    )
    op.create_index(op.f("ix_lease_stream_id"), "lease", ["stream_id"], unique=False)


def downgrade() -> None:
    op.drop_table("lease")
    op.drop_table("hold")
    op.drop_table("garbage")
