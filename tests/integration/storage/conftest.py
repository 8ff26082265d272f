"""Fixtures for storage: a migrated database of each kind, opened."""

from collections.abc import Iterator

import pytest

from storage.open import Storage, open_storage
from tests.support.databases import make_database
from tests.support.footage import SteppedClock

KEY = bytes(range(32))


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def storage(database_url: str, clock: SteppedClock) -> Iterator[Storage]:
    """The stores of a new database, once on SQLite and once on PostgreSQL."""
    make_database(database_url)
    opened = open_storage(database_url, clock, secret_key=KEY)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def sqlite_storage(sqlite_url: str, clock: SteppedClock) -> Iterator[Storage]:
    """The stores of a new SQLite database."""
    make_database(sqlite_url)
    opened = open_storage(sqlite_url, clock, secret_key=KEY)
    try:
        yield opened
    finally:
        opened.close()
