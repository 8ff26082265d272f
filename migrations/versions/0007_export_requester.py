"""Who asked for an export, by the name they sign in with, and how far its times can be trusted."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "export_job",
        sa.Column(
            "requested_by_login",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="the name they sign in with, at that time",
        ),
    )
    op.add_column(
        "export_job",
        sa.Column(
            "clock",
            sa.Text(),
            nullable=True,
            comment="value of vms.domain.segment.ClockTrust, the worst of its sources; null until it is done",
        ),
    )
    op.execute(
        "UPDATE export_job SET requested_by_login = "
        "(SELECT name FROM user_account WHERE user_account.id = export_job.requested_by) "
        "WHERE requested_by IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_column("export_job", "clock")
    op.drop_column("export_job", "requested_by_login")
