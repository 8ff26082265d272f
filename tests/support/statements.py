"""What the database is asked, and how it goes about it: costs that do not depend on how busy the machine is."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from storage.sql.database import Database


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as the driver gets it."""

    text: str
    values: Any

    @property
    def is_read(self) -> bool:
        """Whether it is a SELECT."""
        return self.text.startswith("SELECT")


@contextmanager
def sent_statements() -> Iterator[list[Statement]]:
    """Collect the statements that are sent to any database while the block lasts."""
    sent: list[Statement] = []

    def note(_connection: object, _cursor: object, text: str, values: object, *_: object) -> None:
        sent.append(Statement(text, values))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def sqlite_plan(database: Database, read: Statement) -> list[str]:
    """Return the steps in which SQLite would answer a statement, such as "SCAN camera"."""
    with database.read() as connection:
        steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {read.text}", read.values).all()
    return [step[-1] for step in steps]


def rows_looked_at(database: Database, read: Statement) -> int:
    """Return how many rows of tables PostgreSQL looks at for a statement, those included that it then passes over."""
    explain = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {read.text}"
    with database.read() as connection:
        [told] = connection.exec_driver_sql(explain, read.values).scalar_one()
    return sum(
        int(node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)))
        for node in _nodes(told["Plan"])
        if "Relation Name" in node
    )


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)
