"""What people keep: bookmarks, saved views, favourites, where they were, preferences; why a hold was released."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "bookmark",
        sa.Column("id", ROW_ID, nullable=False, comment="number of the row"),
        sa.Column("user_id", sa.BigInteger(), nullable=False, comment="who made it"),
        sa.Column(
            "start_us", sa.BigInteger(), nullable=False, comment="start, or the moment; UTC microseconds"
        ),
        sa.Column(
            "end_us",
            sa.BigInteger(),
            nullable=False,
            comment="end; equal to the start for a moment; UTC microseconds",
        ),
        sa.Column("title", sa.Text(), nullable=False, comment="what it is called"),
        sa.Column(
            "note",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="what there is to say about it",
        ),
        sa.Column(
            "tag", sa.Text(), server_default=sa.text("''"), nullable=False, comment="one word to find it by"
        ),
        sa.Column(
            "is_shared",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="whether others see it who may view one of its cameras",
        ),
        sa.Column(
            "created_us", sa.BigInteger(), nullable=False, comment="when it was made; UTC microseconds"
        ),
        sa.Column(
            "changed_us",
            sa.BigInteger(),
            nullable=False,
            comment="when it was last changed; UTC microseconds",
        ),
        sa.CheckConstraint("end_us >= start_us", name=op.f("ck_bookmark_range")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_bookmark_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookmark")),
        comment="moments and ranges that people named",
    )
    op.create_index(op.f("ix_bookmark_start_us"), "bookmark", ["start_us"], unique=False)
    op.create_index(op.f("ix_bookmark_user_id"), "bookmark", ["user_id"], unique=False)
    op.create_table(
        "favourite",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="whose"),
        sa.Column("camera_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="the camera"),
        sa.Column(
            "added_us", sa.BigInteger(), nullable=False, comment="when it was chosen; UTC microseconds"
        ),
        sa.ForeignKeyConstraint(["camera_id"], ["camera.id"], name=op.f("fk_favourite_camera_id_camera")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_favourite_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("user_id", "camera_id", name=op.f("pk_favourite")),
        comment="cameras that a person wants at hand",
    )
    op.create_table(
        "preference",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="whose"),
        sa.Column(
            "review_mode",
            sa.Text(),
            nullable=True,
            comment="simple or full; null: as their role and device suggest",
        ),
        sa.Column(
            "letter_keys",
            sa.Boolean(),
            server_default=sa.true(),
            nullable=False,
            comment="whether single letters are keys",
        ),
        sa.Column(
            "data_saver",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="whether the small stream is played in place of the large one",
        ),
        sa.Column(
            "skip_gaps",
            sa.Boolean(),
            server_default=sa.true(),
            nullable=False,
            comment="whether playing jumps over time without footage",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_preference_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_preference")),
        comment="what people set for the review page",
    )
    op.create_table(
        "saved_view",
        sa.Column("id", ROW_ID, nullable=False, comment="number of the row"),
        sa.Column("user_id", sa.BigInteger(), nullable=False, comment="who saved it"),
        sa.Column("name", sa.Text(), nullable=False, comment="what its owner calls it"),
        sa.Column("layout", sa.Text(), nullable=False, comment="value of vms.domain.saved_view.Layout"),
        sa.Column(
            "is_shared",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="whether others see it who may view one of its cameras",
        ),
        sa.Column(
            "created_us", sa.BigInteger(), nullable=False, comment="when it was saved; UTC microseconds"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_saved_view_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_saved_view_user_id_name")),
        comment="cameras that are opened together by name",
    )
    op.create_table(
        "watching",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="who"),
        sa.Column(
            "camera_ids",
            sa.Text(),
            nullable=False,
            comment="numbers of the cameras in page order, with commas between them",
        ),
        sa.Column("at_us", sa.BigInteger(), nullable=False, comment="where they were; UTC microseconds"),
        sa.Column(
            "start_us",
            sa.BigInteger(),
            nullable=False,
            comment="start of what they looked at around it; UTC microseconds",
        ),
        sa.Column(
            "end_us",
            sa.BigInteger(),
            nullable=False,
            comment="end of what they looked at around it; UTC microseconds",
        ),
        sa.Column(
            "seen_us", sa.BigInteger(), nullable=False, comment="when they were there; UTC microseconds"
        ),
        sa.CheckConstraint("end_us >= start_us", name=op.f("ck_watching_range")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_watching_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("user_id", "camera_ids", name=op.f("pk_watching")),
        comment="where people were in footage, to go on from there",
    )
    op.create_table(
        "bookmark_camera",
        sa.Column(
            "bookmark_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="the bookmark"
        ),
        sa.Column(
            "position", sa.BigInteger(), autoincrement=False, nullable=False, comment="order chosen, from 0"
        ),
        sa.Column("camera_id", sa.BigInteger(), nullable=False, comment="the camera"),
        sa.ForeignKeyConstraint(
            ["bookmark_id"],
            ["bookmark.id"],
            name=op.f("fk_bookmark_camera_bookmark_id_bookmark"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["camera.id"], name=op.f("fk_bookmark_camera_camera_id_camera")
        ),
        sa.PrimaryKeyConstraint("bookmark_id", "position", name=op.f("pk_bookmark_camera")),
        comment="the cameras of a bookmark",
    )
    op.create_index(op.f("ix_bookmark_camera_camera_id"), "bookmark_camera", ["camera_id"], unique=False)
    op.create_table(
        "saved_view_camera",
        sa.Column("view_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="the view"),
        sa.Column(
            "position",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="place on the page, from 0",
        ),
        sa.Column("camera_id", sa.BigInteger(), nullable=False, comment="the camera"),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["camera.id"], name=op.f("fk_saved_view_camera_camera_id_camera")
        ),
        sa.ForeignKeyConstraint(
            ["view_id"],
            ["saved_view.id"],
            name=op.f("fk_saved_view_camera_view_id_saved_view"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("view_id", "position", name=op.f("pk_saved_view_camera")),
        comment="the cameras of a view",
    )
    op.add_column(
        "hold",
        sa.Column(
            "release_reason", sa.Text(), nullable=True, comment="why it was released; null where nobody said"
        ),
    )


def downgrade() -> None:
    op.drop_column("hold", "release_reason")
    op.drop_table("saved_view_camera")
    op.drop_table("bookmark_camera")
    op.drop_table("watching")
    op.drop_table("saved_view")
    op.drop_table("preference")
    op.drop_table("favourite")
    op.drop_table("bookmark")
