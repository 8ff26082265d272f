"""The kinds of column: every one has a comment, and times are UTC microseconds in BIGINT."""

from typing import Literal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    Uuid,
    false,
    text,
    true,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""All tables, with names for their constraints, without which SQLite could not migrate them."""


def row_id(*, automatic: bool = True) -> Column[int]:
    """Return the primary key of a table whose rows are numbered."""
    # SQLite numbers rows by itself only in a column that is exactly INTEGER PRIMARY KEY.
    kind = BigInteger().with_variant(Integer(), "sqlite")
    return Column(
        kind, primary_key=True, autoincrement="auto" if automatic else False, comment="number of the row"
    )


def time_us(comment: str, *, key: bool = False, index: bool = False) -> Column[int]:
    """Return a column for an instant."""
    comment = f"{comment}; UTC microseconds"
    automatic: Literal["auto", False] = False if key else "auto"
    return Column(
        BigInteger,
        primary_key=key,
        autoincrement=automatic,
        nullable=False,
        index=index or None,
        comment=comment,
    )


def time_us_or_null(comment: str) -> Column[int | None]:
    """Return a nullable column for an instant."""
    return Column(BigInteger, nullable=True, comment=f"{comment}; UTC microseconds")


def number(comment: str, *, default: int | None = None) -> Column[int]:
    """Return a column for a whole number."""
    server_default = None if default is None else text(str(default))
    return Column(BigInteger, nullable=False, server_default=server_default, comment=comment)


def ordinal(comment: str) -> Column[int]:
    """Return a key column for the position within a list."""
    return Column(BigInteger, primary_key=True, autoincrement=False, nullable=False, comment=comment)


def number_or_null(comment: str) -> Column[int | None]:
    """Return a nullable column for a whole number."""
    return Column(BigInteger, nullable=True, comment=comment)


def row_of(target: Column[int], comment: str, *, key: bool = False, index: bool = False) -> Column[int]:
    """Return a foreign key."""
    automatic: Literal["auto", False] = False if key else "auto"
    return Column(
        BigInteger,
        ForeignKey(target),
        primary_key=key,
        autoincrement=automatic,
        nullable=False,
        index=index or None,
        comment=comment,
    )


def part_of(target: Column[int], comment: str) -> Column[int]:
    """Return a foreign key that is part of the primary key, whose row is deleted with the row it refers to."""
    return Column(
        BigInteger,
        ForeignKey(target, ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        nullable=False,
        comment=comment,
    )


def row_of_or_null(target: Column[int], comment: str) -> Column[int | None]:
    """Return a nullable foreign key."""
    return Column(BigInteger, ForeignKey(target), nullable=True, comment=comment)


def line(comment: str, *, key: bool = False, unique: bool = False, optional: bool = False) -> Column[str]:
    """Return a column for text; an optional one defaults to empty."""
    return Column(
        Text,
        primary_key=key,
        nullable=False,
        unique=unique or None,
        server_default=text("''") if optional else None,
        comment=comment,
    )


def line_or_null(comment: str) -> Column[str | None]:
    """Return a nullable column for text."""
    return Column(Text, nullable=True, comment=comment)


def blob(comment: str, *, key: bool = False, unique: bool = False) -> Column[bytes]:
    """Return a column for bytes."""
    return Column(LargeBinary, primary_key=key, nullable=False, unique=unique or None, comment=comment)


def identity(comment: str) -> Column[UUID]:
    """Return a column for a UUID that is unique in its table."""
    return Column(Uuid, nullable=False, unique=True, comment=comment)


def flag(comment: str, *, default: bool) -> Column[bool]:
    """Return a column for yes or no."""
    return Column(Boolean, nullable=False, server_default=true() if default else false(), comment=comment)
