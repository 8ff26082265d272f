"""INSERT … ON CONFLICT, spelled once for both databases."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Row = Mapping[str, object]


def insert_statement(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that knows the ON CONFLICT of the connection's database."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def insert_missing(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows that break no unique rule, and leave the rest as it is stored."""
    if rows:
        connection.execute(insert_statement(connection, table).on_conflict_do_nothing(), rows)


def insert_or_update(
    connection: Connection, table: Table, rows: Sequence[Row], *, key: Sequence[str] | None = None
) -> None:
    """Insert the rows, one after the other; where the key exists, overwrite the other columns that the rows name.

    Args:
        connection: the transaction. table: where to.
        rows: all with the same names.
        key: columns of a unique rule; None for the primary key.
    """
    if not rows:
        return
    statement = insert_statement(connection, table)
    names = key or [column.name for column in table.primary_key]
    values = {name: statement.excluded[name] for name in rows[0] if name not in names}
    connection.execute(statement.on_conflict_do_update(index_elements=names, set_=values), rows)
