"""Outages go with the footage that they stood between, and not before."""

import pytest
import sqlalchemy as sa

from storage.footage.index_writer import IndexBatch
from storage.footage.upkeep import prune_outages
from storage.open import Storage
from storage.schema.cameras import stream
from tests.support.footage import NOON_US, Recording, add_camera, add_volume_row
from vms.domain.camera import OutageCause
from vms.domain.segment import Outage
from vms.domain.time import DAY_US, HOUR_US, TimeRange

EVER = TimeRange(0, NOON_US * 2)
RETENTION_US = 30 * DAY_US


class Scene:
    """A camera with two days of outages: an hour each, at one o'clock, two o'clock, and so on."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.camera = add_camera(storage)
        self.stream_id = self.camera.streams[0].id
        self.outages = tuple(
            Outage(
                self.stream_id, hour * HOUR_US + NOON_US, (hour + 1) * HOUR_US + NOON_US, OutageCause.TIMEOUT
            )
            for hour in range(0, 48, 2)
        )
        storage.index_writer.commit(IndexBatch(outages=self.outages))

    def record(self, start_us: int) -> None:
        recording = Recording(self.stream_id, add_volume_row(self.storage.database), start_us)
        self.storage.index_writer.commit(IndexBatch(runs=(recording.run,), segments=recording.segments(1)))

    def purged_until(self, us: int) -> None:
        with self.storage.database.write() as connection:
            connection.execute(
                sa.update(stream).where(stream.c.id == self.stream_id).values(purged_until_us=us)
            )

    def kept(self) -> tuple[Outage, ...]:
        return tuple(self.storage.segments.outages(self.stream_id, EVER))


@pytest.fixture
def scene(storage: Storage) -> Scene:
    return Scene(storage)


def test_outages_before_everything_that_is_left_are_forgotten(scene: Scene) -> None:
    scene.purged_until(NOON_US + 10 * HOUR_US)
    scene.record(NOON_US + 10 * HOUR_US)
    assert prune_outages(scene.storage.database, NOON_US + RETENTION_US + 20 * HOUR_US) == 5
    assert scene.kept() == scene.outages[5:]


def test_outage_that_reaches_into_what_is_left_is_kept(scene: Scene) -> None:
    scene.purged_until(NOON_US + 10 * HOUR_US + HOUR_US // 2)
    scene.record(NOON_US + 11 * HOUR_US)
    prune_outages(scene.storage.database, NOON_US + RETENTION_US + 20 * HOUR_US)
    assert scene.kept() == scene.outages[5:]


def test_gaps_behind_held_footage_keep_their_causes(scene: Scene) -> None:
    scene.purged_until(NOON_US + 20 * HOUR_US)
    scene.record(NOON_US + 4 * HOUR_US)
    prune_outages(scene.storage.database, NOON_US + RETENTION_US + 20 * HOUR_US)
    assert scene.kept() == scene.outages[2:]


def test_longer_retention_brings_no_gap_without_a_cause(scene: Scene) -> None:
    scene.purged_until(NOON_US + 20 * HOUR_US)
    prune_outages(scene.storage.database, NOON_US + RETENTION_US + 6 * HOUR_US)
    assert scene.kept() == scene.outages[3:]


@pytest.mark.parametrize("retention_days", [30, None])
def test_nothing_is_forgotten_where_nothing_was_deleted(scene: Scene, retention_days: int | None) -> None:
    if retention_days is None:
        scene.purged_until(NOON_US + 20 * HOUR_US)
        with scene.storage.database.write() as connection:
            connection.exec_driver_sql("UPDATE camera SET retention_days = NULL")
    assert prune_outages(scene.storage.database, NOON_US + 1000 * DAY_US) == 0
    assert scene.kept() == scene.outages


def test_outage_that_lasts_is_kept(storage: Storage) -> None:
    scene = Scene(storage)
    lasting = Outage(scene.stream_id, NOON_US - HOUR_US, None, OutageCause.UNREACHABLE)
    storage.index_writer.commit(IndexBatch(outages=(lasting,)))
    scene.purged_until(NOON_US + 48 * HOUR_US)
    prune_outages(storage.database, NOON_US + 1000 * DAY_US)
    assert scene.kept() == (lasting,)
