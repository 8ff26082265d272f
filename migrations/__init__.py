"""The history of the database's tables: an Alembic environment and its revisions."""
