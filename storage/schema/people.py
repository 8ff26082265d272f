"""The tables of people: their accounts, sessions, exports and what they did."""

from sqlalchemy import CheckConstraint, Index, Table, TypedColumns

from storage.schema.cameras import camera
from storage.sql.columns import (
    blob,
    flag,
    line,
    line_or_null,
    metadata,
    number,
    number_or_null,
    ordinal,
    row_id,
    row_of,
    row_of_or_null,
    time_us,
    time_us_or_null,
)


class _UserColumns(TypedColumns):
    id = row_id()
    name = line("sign-in name, in lower case", unique=True)
    full_name = line("what people call them")
    role = line("viewer, operator or admin")
    password_hash = line_or_null("argon2id; null: cannot sign in by password")
    is_enabled = flag("whether they may sign in", default=True)
    language = line_or_null("id or en; null: as the browser asks")
    theme = line_or_null("light or dark; null: as the device asks")
    created_us = time_us("when the account was made")
    last_seen_us = time_us_or_null("last request of a session")


user_account = Table("user_account", metadata, _UserColumns, comment="people who sign in")


class _UserCameraColumns(TypedColumns):
    user_id = row_of(user_account.c.id, "who", key=True)
    camera_id = row_of(camera.c.id, "may see which camera", key=True)


user_camera = Table(
    "user_camera",
    metadata,
    _UserCameraColumns,
    sqlite_with_rowid=False,
    comment="the cameras a person may see",
)


class _SessionColumns(TypedColumns):
    token_sha256 = blob("digest of the cookie's token; the token itself is not stored", key=True)
    user_id = row_of(user_account.c.id, "who", index=True)
    created_us = time_us("when they signed in")
    seen_us = time_us("last request")
    expires_us = time_us("when it ends whatever happens")
    address = line("where they signed in from", optional=True)
    user_agent = line("the browser's name for itself", optional=True)


session = Table("session", metadata, _SessionColumns, comment="signed-in browsers")


class _SignInAttemptColumns(TypedColumns):
    kind = line("account or address", key=True)
    subject = line("the account name as typed, in lower case, or the network address", key=True)
    failures = number("failed attempts in a row")
    last_us = time_us("the latest failure")


sign_in_attempt = Table(
    "sign_in_attempt", metadata, _SignInAttemptColumns, comment="failed sign-ins, for throttling"
)


class _ExportColumns(TypedColumns):
    id = row_id()
    token = line("unguessable part of folder names", unique=True)
    name = line("what the person called it")
    reason = line("what it is for")
    start_us = time_us("start of the clip")
    end_us = time_us("end of the clip")
    requested_by = row_of_or_null(user_account.c.id, "user; null for the command line")
    requested_by_name = line("their name at that time", optional=True)
    requested_by_login = line("the name they sign in with, at that time", optional=True)
    state = line("value of vms.domain.export.ExportState")
    created_us = time_us("when it was asked for")
    updated_us = time_us("when anything last changed")
    done_bytes = number("progress", default=0)
    total_bytes = number("size of the work", default=0)
    attempts = number("how often a worker took it", default=0)
    claimed_by = line_or_null("the worker that has it")
    claimed_until_us = time_us_or_null("when its claim lapses")
    cancel_requested = flag("whether somebody asked it to stop", default=False)
    finished_us = time_us_or_null("when it was done, failed or cancelled")
    expires_us = time_us_or_null("when its file is deleted")
    file_name = line_or_null("name of the delivered file")
    file_bytes = number_or_null("size of the delivered file")
    sha256 = line_or_null("hex digest of the delivered file")
    error = line_or_null("one plain sentence where it failed")
    clock = line_or_null(
        "value of vms.domain.segment.ClockTrust, the worst of its sources; null until it is done"
    )
    takes_altered = flag("whether it goes on over files that are not what was recorded", default=False)


export_job = Table(
    "export_job",
    metadata,
    _ExportColumns,
    CheckConstraint("end_us > start_us", name="range"),
    comment="clips asked for",
)
Index("ix_export_job_state_created_us", export_job.c.state, export_job.c.created_us)


class _ExportCameraColumns(TypedColumns):
    export_id = row_of(export_job.c.id, "the job", key=True)
    position = ordinal("order asked for, from 0")
    camera_id = row_of(camera.c.id, "the camera")


export_camera = Table("export_camera", metadata, _ExportCameraColumns, comment="the cameras of a clip")


class _ExportMismatchColumns(TypedColumns):
    export_id = row_of(export_job.c.id, "the job", key=True)
    position = ordinal("order of camera and time, from 0")
    camera_id = row_of(camera.c.id, "whose footage")
    start_us = time_us("start of the recorded file")
    end_us = time_us("end of the recorded file")
    problem = line("value of vms.domain.export.SourceProblem")


export_mismatch = Table(
    "export_mismatch",
    metadata,
    _ExportMismatchColumns,
    comment="recorded files that an export found to be not what was recorded",
)


class _AuditColumns(TypedColumns):
    id = row_id(automatic=False)  # a sequence number without holes, from 1
    at_us = time_us("when", index=True)
    actor = line("who")
    action = line("did what")
    subject = line("to what")
    detail = line("in which way", optional=True)
    address = line("from where", optional=True)
    previous_sha256 = blob("chain value of the entry before; zeros for the first (COC-04)")
    sha256 = blob("chain value: digest over the previous one and this entry")


audit = Table("audit", metadata, _AuditColumns, comment="who did what; triggers refuse changes and deletions")
