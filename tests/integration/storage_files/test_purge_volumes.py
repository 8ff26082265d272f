"""Quotas of streams on several volumes, and volumes that hang, with the purger on real files and a real index."""

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.purge.purger import Purger
from storage.purge.stock import pinned_bytes
from storage.schema.cameras import stream
from storage.schema.footage import segment
from tests.support.deadline import wait_until
from tests.support.footage import NOON_US, draft
from tests.support.stored_footage import Site
from vms.domain.retention import OPEN_END_US, PurgeReason
from vms.domain.time import BUCKET_US, HOUR_US, MINUTE_US, TimeRange
from vms.domain.volume import Volume

OLD_US = NOON_US - 31 * 24 * HOUR_US


def test_a_large_hold_does_not_eat_new_footage_by_the_quota(footage_on_each: Site) -> None:
    site = footage_on_each
    held = site.record(NOON_US - 5 * HOUR_US, 40)
    new = site.record(NOON_US - HOUR_US, 10)
    window = TimeRange(held[0].start_us, held[-1].start_us + MINUTE_US)
    site.storage.holds.place(site.camera.id, window, "case 12", "admin")
    quota(site, sum(s.size_bytes for s in new[:6]))
    report = Purger(site.storage, site.clock).run_once()
    assert report.volumes[0].deleted == {PurgeReason.QUOTA: 4}
    assert site.rows() == [s.start_us for s in held + new[4:]]


@pytest.mark.parametrize(
    "pins",
    [
        [(0, 1)],
        [(30, 31)],
        [(1_000, 1_001)],
        [(14, 16), (16.5, 44), (45, 75.5)],
        [(-60, 20), (20.5, 20.75), (61, 61.25)],
        [(59.5, OPEN_END_US // MINUTE_US)],
    ],
)
def test_bytes_that_are_protected_are_summed_exactly(
    footage_on_each: Site, pins: list[tuple[float, float]]
) -> None:
    """By sums of whole quarters of an hour and segments at the edges, each segment once."""
    first_us = NOON_US - 3 * HOUR_US - NOON_US % BUCKET_US + 20_000_000
    footage_on_each.record(first_us, 80)
    pinned = [
        TimeRange(first_us + int(start * MINUTE_US), min(first_us + int(end * MINUTE_US), OPEN_END_US))
        for start, end in pins
    ]
    with footage_on_each.storage.database.read() as connection:
        rows = connection.execute(sa.select(segment.c.start_us, segment.c.duration_us, segment.c.size_bytes))
        expected = sum(
            size
            for start_us, length_us, size in rows
            if any(TimeRange(start_us, start_us + length_us).overlaps(pin) for pin in pinned)
        )
        assert pinned_bytes(connection, footage_on_each.main.id, pinned) == expected


def test_quota_takes_the_oldest_of_all_volumes_first(footage_on_each: Site, tmp_path: Path) -> None:
    """So that "deleted before" never names footage that another volume still has."""
    site = footage_on_each
    other = second_volume(site, tmp_path)
    newer = site.record(NOON_US - HOUR_US, 4)
    older = site.record(NOON_US - 3 * HOUR_US, 4, volume=other)
    newest = site.record(NOON_US - HOUR_US // 2, 2)
    quota(site, sum(s.size_bytes for s in newest + newer[2:]))
    purger = Purger(site.storage, site.clock)
    starts = [s.start_us for s in older + newer + newest]
    for _ in range(4):
        purger.run_once()
        left = site.rows()
        assert left == starts[-len(left) :]
        assert purged_until(site) <= left[0]
    assert site.rows() == [s.start_us for s in newer[2:] + newest]


def test_a_volume_that_hangs_keeps_no_other_from_being_purged(footage_on_each: Site, tmp_path: Path) -> None:
    """failure mode 42 (storage's part): it is left out and named; once it answers, it is purged like any other."""
    site = footage_on_each
    other = second_volume(site, tmp_path)
    hanging = site.record(OLD_US, 3)
    site.record(OLD_US + HOUR_US, 3, volume=other)
    answers = threading.Event()
    begun: list[str] = []

    def hang(step: str) -> None:
        name = threading.current_thread().name
        if step == "unlink" and name == f"volume {site.volume.id}: purge":
            begun.append(name)
            answers.wait(120)

    purger = Purger(site.storage, site.clock, on_step=hang, wait_seconds=0.5)

    def the_other_is_purged() -> bool:
        late = purger.run_once().volumes[0]
        assert [blocked.why for blocked in late.blocked] == [
            "its last pass has not ended: the volume hangs, or is very slow"
        ]
        return not site.files(other)

    try:
        wait_until(the_other_is_purged, seconds=30, what="a pass over the other volume")
        site.record(OLD_US + 2 * HOUR_US, 2, volume=other)
        wait_until(the_other_is_purged, seconds=30, what="another pass over it")
        assert len(site.files()) == len(hanging)
        assert (site.volume.id, None) in {(r.volume_id, r.stream_id) for r in purger.state.refusals()}
        assert len(begun) == 1
    finally:
        answers.set()
    wait_until(lambda: not site.files(), seconds=30, what="the volume's pass")
    wait_until(lambda: not purger.run_once().blocked, seconds=30, what="a pass over all volumes")
    assert purger.state.refusals() == []
    assert site.rows() == []
    purger.close()


def second_volume(site: Site, tmp_path: Path) -> Volume:
    root = tmp_path / "second"
    root.mkdir()
    return site.storage.volumes.add(root, min_free_bytes=0)


def purged_until(site: Site) -> int:
    with site.storage.database.read() as connection:
        found = connection.execute(sa.select(stream.c.purged_until_us).where(stream.c.id == site.main.id))
        return found.scalar_one() or 0


def quota(site: Site, size_bytes: int) -> None:
    site.storage.cameras.edit(site.camera.id, draft(site.camera.name, quota_bytes=size_bytes))
