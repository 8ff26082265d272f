"""`vms up` indexes the footage of a replaced database until all of it is indexed, whatever fails in between."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.schema.footage import segment
from tests.support.deadline import wait_until
from tests.support.footage import NOON_US
from tests.support.stored_footage import Site, site
from vms.domain.time import HOUR_US
from vms.host.settings import Settings
from vms.processes.up import index_footage


@pytest.fixture
def without_rows(tmp_path: Path) -> Iterator[Site]:
    """Footage whose rows are lost, in the database of a data folder."""
    (tmp_path / "volume").mkdir()
    (tmp_path / "data").mkdir()
    with site(settings(tmp_path).effective_database_url, tmp_path / "volume") as made:
        made.record(NOON_US - HOUR_US, 3)
        with made.storage.database.write() as connection:
            connection.execute(sa.delete(segment))
        yield made


def settings(folder: Path) -> Settings:
    return Settings(data_dir=folder / "data")


@contextmanager
def indexing(folder: Path) -> Iterator[threading.Thread]:
    """Index in a thread while the block lasts."""
    is_asked = threading.Event()
    thread = threading.Thread(
        target=index_footage, args=(settings(folder), is_asked), kwargs={"retry_seconds": 0.05}
    )
    thread.start()
    try:
        yield thread
    finally:
        is_asked.set()
        thread.join(20)
    assert not thread.is_alive()


def test_rebuild_that_was_cut_off_goes_on_at_the_next_start(without_rows: Site, tmp_path: Path) -> None:
    """failure mode 27: another camera records already, so the index does not look empty."""
    without_rows.record(NOON_US, 1, stream=without_rows.sub)
    without_rows.storage.meta.note_rebuild_due()
    with indexing(tmp_path) as thread:
        wait_until(lambda: not thread.is_alive(), seconds=20, what="the end of the rebuild")
    assert len(without_rows.rows()) == 3
    assert not without_rows.storage.meta.is_rebuild_due()


def test_rebuild_that_fails_is_tried_again(
    without_rows: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """failure mode 27: the volume is mounted only after a while."""
    without_rows.storage.meta.note_rebuild_due()
    away = without_rows.root.rename(tmp_path / "away")
    with indexing(tmp_path) as thread:
        wait_until(lambda: "trying again" in caplog.text, seconds=20, what="a word about the failure")
        away.rename(without_rows.root)
        wait_until(lambda: not thread.is_alive(), seconds=20, what="the end of the rebuild")
    assert len(without_rows.rows()) == 3


def test_copy_of_the_configuration_put_in_place_by_hand_is_filled(without_rows: Site, tmp_path: Path) -> None:
    with indexing(tmp_path) as thread:
        wait_until(lambda: not thread.is_alive(), seconds=20, what="the end of the rebuild")
    assert len(without_rows.rows()) == 3
