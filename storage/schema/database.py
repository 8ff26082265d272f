"""The table of facts about the database as a whole."""

from sqlalchemy import Table, TypedColumns

from storage.sql.columns import (
    line,
    metadata,
)


class _MetaColumns(TypedColumns):
    key = line("name of the fact", key=True)
    value = line("the fact, as text")


meta = Table("meta", metadata, _MetaColumns, comment="facts about the database as a whole")
