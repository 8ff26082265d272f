"""People: accounts, sessions, exports and the audit record."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", ROW_ID, autoincrement=False, nullable=False, comment="number of the row"),
        sa.Column("at_us", sa.BigInteger(), nullable=False, comment="when; UTC microseconds"),
        sa.Column("actor", sa.Text(), nullable=False, comment="who"),
        sa.Column("action", sa.Text(), nullable=False, comment="did what"),
        sa.Column("subject", sa.Text(), nullable=False, comment="to what"),
        sa.Column("detail", sa.Text(), server_default=sa.text("''"), nullable=False, comment="in which way"),
        sa.Column("address", sa.Text(), server_default=sa.text("''"), nullable=False, comment="from where"),
        sa.Column(
            "previous_sha256",
            sa.LargeBinary(),
            nullable=False,
            comment="chain value of the entry before; zeros for the first (COC-04)",
        ),
        sa.Column(
            "sha256",
            sa.LargeBinary(),
            nullable=False,
            comment="chain value: digest over the previous one and this entry",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        comment="who did what; triggers refuse changes and deletions",
    )
    op.create_index(op.f("ix_audit_at_us"), "audit", ["at_us"], unique=False)
    op.create_table(
        "sign_in_attempt",
        sa.Column("kind", sa.Text(), nullable=False, comment="account or address"),
        sa.Column(
            "subject",
            sa.Text(),
            nullable=False,
            comment="the account name as typed, in lower case, or the network address",
        ),
        sa.Column("failures", sa.BigInteger(), nullable=False, comment="failed attempts in a row"),
        sa.Column("last_us", sa.BigInteger(), nullable=False, comment="the latest failure; UTC microseconds"),
        sa.PrimaryKeyConstraint("kind", "subject", name=op.f("pk_sign_in_attempt")),
        comment="failed sign-ins, for throttling",
    )
    op.create_table(
        "user_account",
        sa.Column("id", ROW_ID, nullable=False, comment="number of the row"),
        sa.Column("name", sa.Text(), nullable=False, comment="sign-in name, in lower case"),
        sa.Column("full_name", sa.Text(), nullable=False, comment="what people call them"),
        sa.Column("role", sa.Text(), nullable=False, comment="viewer, operator or admin"),
        sa.Column(
            "password_hash", sa.Text(), nullable=True, comment="argon2id; null: cannot sign in by password"
        ),
        sa.Column(
            "is_enabled",
            sa.Boolean(),
            server_default=sa.true(),
            nullable=False,
            comment="whether they may sign in",
        ),
        sa.Column("language", sa.Text(), nullable=True, comment="id or en; null: as the browser asks"),
        sa.Column("theme", sa.Text(), nullable=True, comment="light or dark; null: as the device asks"),
        sa.Column(
            "created_us",
            sa.BigInteger(),
            nullable=False,
            comment="when the account was made; UTC microseconds",
        ),
        sa.Column(
            "last_seen_us",
            sa.BigInteger(),
            nullable=True,
            comment="last request of a session; UTC microseconds",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("name", name=op.f("uq_user_account_name")),
        comment="people who sign in",
    )
    op.create_table(
        "export_job",
        sa.Column("id", ROW_ID, nullable=False, comment="number of the row"),
        sa.Column("token", sa.Text(), nullable=False, comment="unguessable part of folder names"),
        sa.Column("name", sa.Text(), nullable=False, comment="what the person called it"),
        sa.Column("reason", sa.Text(), nullable=False, comment="what it is for"),
        sa.Column("start_us", sa.BigInteger(), nullable=False, comment="start of the clip; UTC microseconds"),
        sa.Column("end_us", sa.BigInteger(), nullable=False, comment="end of the clip; UTC microseconds"),
        sa.Column("requested_by", sa.BigInteger(), nullable=True, comment="user; null for the command line"),
        sa.Column(
            "requested_by_name",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="their name at that time",
        ),
        sa.Column("state", sa.Text(), nullable=False, comment="value of vms.domain.export.ExportState"),
        sa.Column(
            "created_us", sa.BigInteger(), nullable=False, comment="when it was asked for; UTC microseconds"
        ),
        sa.Column(
            "updated_us",
            sa.BigInteger(),
            nullable=False,
            comment="when anything last changed; UTC microseconds",
        ),
        sa.Column(
            "done_bytes", sa.BigInteger(), server_default=sa.text("0"), nullable=False, comment="progress"
        ),
        sa.Column(
            "total_bytes",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="size of the work",
        ),
        sa.Column(
            "attempts",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="how often a worker took it",
        ),
        sa.Column("claimed_by", sa.Text(), nullable=True, comment="the worker that has it"),
        sa.Column(
            "claimed_until_us",
            sa.BigInteger(),
            nullable=True,
            comment="when its claim lapses; UTC microseconds",
        ),
        sa.Column(
            "cancel_requested",
            sa.Boolean(),
            server_default=sa.false(),
            nullable=False,
            comment="whether somebody asked it to stop",
        ),
        sa.Column(
            "finished_us",
            sa.BigInteger(),
            nullable=True,
            comment="when it was done, failed or cancelled; UTC microseconds",
        ),
        sa.Column(
            "expires_us", sa.BigInteger(), nullable=True, comment="when its file is deleted; UTC microseconds"
        ),
        sa.Column("file_name", sa.Text(), nullable=True, comment="name of the delivered file"),
        sa.Column("file_bytes", sa.BigInteger(), nullable=True, comment="size of the delivered file"),
        sa.Column("sha256", sa.Text(), nullable=True, comment="hex digest of the delivered file"),
        sa.Column("error", sa.Text(), nullable=True, comment="one plain sentence where it failed"),
        sa.CheckConstraint("end_us > start_us", name=op.f("ck_export_job_range")),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["user_account.id"], name=op.f("fk_export_job_requested_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_job")),
        sa.UniqueConstraint("token", name=op.f("uq_export_job_token")),
        comment="clips asked for",
    )
    op.create_index("ix_export_job_state_created_us", "export_job", ["state", "created_us"], unique=False)
    op.create_table(
        "session",
        sa.Column(
            "token_sha256",
            sa.LargeBinary(),
            nullable=False,
            comment="digest of the cookie's token; the token itself is not stored",
        ),
        sa.Column("user_id", sa.BigInteger(), nullable=False, comment="who"),
        sa.Column(
            "created_us", sa.BigInteger(), nullable=False, comment="when they signed in; UTC microseconds"
        ),
        sa.Column("seen_us", sa.BigInteger(), nullable=False, comment="last request; UTC microseconds"),
        sa.Column(
            "expires_us",
            sa.BigInteger(),
            nullable=False,
            comment="when it ends whatever happens; UTC microseconds",
        ),
        sa.Column(
            "address",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="where they signed in from",
        ),
        sa.Column(
            "user_agent",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="the browser's name for itself",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_session_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_session")),
        comment="signed-in browsers",
    )
    op.create_index(op.f("ix_session_user_id"), "session", ["user_id"], unique=False)
    op.create_table(
        "user_camera",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="who"),
        sa.Column(
            "camera_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="may see which camera"
        ),
        sa.ForeignKeyConstraint(["camera_id"], ["camera.id"], name=op.f("fk_user_camera_camera_id_camera")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_user_camera_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("user_id", "camera_id", name=op.f("pk_user_camera")),
        comment="the cameras a person may see",
        sqlite_with_rowid=False,
    )
    op.create_table(
        "export_camera",
        sa.Column("export_id", sa.BigInteger(), autoincrement=False, nullable=False, comment="the job"),
        sa.Column(
            "position",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="order asked for, from 0",
        ),
        sa.Column("camera_id", sa.BigInteger(), nullable=False, comment="the camera"),
        sa.ForeignKeyConstraint(["camera_id"], ["camera.id"], name=op.f("fk_export_camera_camera_id_camera")),
        sa.ForeignKeyConstraint(
            ["export_id"], ["export_job.id"], name=op.f("fk_export_camera_export_id_export_job")
        ),
        sa.PrimaryKeyConstraint("export_id", "position", name=op.f("pk_export_camera")),
        comment="the cameras of a clip",
    )
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_refuses_{change.lower()} BEFORE {change} ON audit"
                " BEGIN SELECT RAISE(ABORT, 'the audit record is append-only'); END"
            )
    else:
        op.execute(
            "CREATE FUNCTION audit_refuses_change() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'the audit record is append-only' USING ERRCODE = 'check_violation'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses_change()"
        )


def downgrade() -> None:
    op.drop_table("export_camera")
    op.drop_table("user_camera")
    op.drop_table("session")
    op.drop_table("export_job")
    op.drop_table("user_account")
    op.drop_table("sign_in_attempt")
    op.drop_table("audit")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_refuses_change()")
