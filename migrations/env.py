"""What Alembic runs for every command; `storage.installation.migrate` hands over an open connection and the wanted tables."""

from alembic import context

options = context.config.attributes
context.configure(
    connection=options["connection"],
    target_metadata=options.get("metadata"),
    compare_type=True,
    compare_server_default=True,
    # SQLite cannot alter most things in place: a table is copied instead.
    render_as_batch=True,
    # The caller has begun one transaction for everything, on SQLite too, where the driver would not.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
