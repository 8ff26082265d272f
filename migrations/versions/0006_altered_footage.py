"""What exports do with recorded files that are not what was recorded, and which ones they met."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "export_job",
        sa.Column(
            "takes_altered",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="whether it goes on over files that are not what was recorded",
        ),
    )
    op.create_table(
        "export_mismatch",
        sa.Column("export_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="the job"),
        sa.Column(
            "position",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="order of camera and time, from 0",
        ),
        sa.Column("camera_id", sa.BigInteger(), nullable=False, comment="whose footage"),
        sa.Column(
            "start_us",
            sa.BigInteger(),
            nullable=False,
            comment="start of the recorded file; UTC microseconds",
        ),
        sa.Column(
            "end_us", sa.BigInteger(), nullable=False, comment="end of the recorded file; UTC microseconds"
        ),
        sa.Column("problem", sa.Text(), nullable=False, comment="value of vms.domain.export.SourceProblem"),
        sa.ForeignKeyConstraint(
            ["camera_id"], ["camera.id"], name=op.f("fk_export_mismatch_camera_id_camera")
        ),
        sa.ForeignKeyConstraint(
            ["export_id"], ["export_job.id"], name=op.f("fk_export_mismatch_export_id_export_job")
        ),
        sa.PrimaryKeyConstraint("export_id", "position", name=op.f("pk_export_mismatch")),
        comment="recorded files that an export found to be not what was recorded",
    )


def downgrade() -> None:
    op.drop_table("export_mismatch")
    op.drop_column("export_job", "takes_altered")
