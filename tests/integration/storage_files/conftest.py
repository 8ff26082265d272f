"""Fixtures for footage with real files: a site on a plain folder, on each kind of database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.stored_footage import Site, site


@pytest.fixture
def footage(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    """A camera whose footage is kept for 30 days, and a volume without a floor, in a SQLite index."""
    root = tmp_path / "volume"
    root.mkdir()
    with site(sqlite_url, root) as made:
        yield made


@pytest.fixture
def footage_on_each(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """The same, once on SQLite and once on PostgreSQL."""
    root = tmp_path / "volume"
    root.mkdir()
    with site(database_url, root) as made:
        yield made
