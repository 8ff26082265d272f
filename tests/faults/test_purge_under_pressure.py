"""Disks that are full while the clock is wrong, or while hold links keep the room; wants root to mount them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.purge.purger import Purger
from tests.support.footage import NOON_US
from tests.support.stored_footage import Site, site, tmpfs
from vms.domain.retention import PurgeReason
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US, TimeRange

pytestmark = [pytest.mark.faults, pytest.mark.root]

MIB = 1 << 20
FILLER = 512 * 1024


@pytest.fixture
def mounted(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    """A site whose volume is a memory filesystem of 4 MiB that keeps 1 MiB free."""
    with tmpfs(tmp_path / "disk") as root, site(sqlite_url, root) as made:
        made.storage.volumes.edit(made.volume.id, min_free_bytes=MIB)
        made.volume = made.storage.volumes.get(made.volume.id)
        yield made


def test_clock_a_year_ahead_on_a_full_disk_spares_what_is_held(mounted: Site) -> None:
    """failure mode 15: holds do not lapse by a clock that is not trusted, nor do their links go."""
    old = mounted.record(NOON_US - 2 * HOUR_US, 2, filler=FILLER)
    young = mounted.record(NOON_US - HOUR_US, 4, filler=FILLER)
    window = TimeRange(old[0].start_us, old[-1].start_us + MINUTE_US)
    expires_us = NOON_US + 90 * DAY_US
    mounted.storage.holds.place(mounted.camera.id, window, "case 9", "admin", expires_us=expires_us)
    purger = Purger(mounted.storage, mounted.clock)
    mounted.clock.advance(60)
    purger.run_once()
    mounted.clock.wall_us += 365 * DAY_US
    for _ in range(2):
        fill_up(mounted)
        mounted.clock.advance(2 * 3600)
        assert purger.run_once().volumes[0].deleted.keys() <= {PurgeReason.PRESSURE}
    starts = {s.start_us for s in old}
    assert starts <= set(mounted.rows())
    assert len(mounted.rows()) < len(old + young)
    assert len(list(mounted.root.glob("hold/*/*/*/*/*.mp4"))) == len(old)


def test_clock_years_behind_on_a_full_disk_takes_the_archive_and_not_what_is_recorded(mounted: Site) -> None:
    """failure mode 15: the archive lies in the future then, and what is recorded seems to be the oldest."""
    archive = mounted.record(NOON_US - HOUR_US, 4, filler=FILLER)
    purger = Purger(mounted.storage, mounted.clock)
    mounted.clock.advance(60)
    purger.run_once()
    mounted.clock.wall_us -= 20 * 365 * DAY_US
    new = mounted.record(mounted.clock.now_us(), 2, filler=FILLER)
    mounted.clock.advance(600)
    fill_up(mounted)
    report = purger.run_once()
    taken = report.volumes[0].deleted[PurgeReason.PRESSURE]
    assert 1 <= taken <= 3
    assert mounted.rows() == sorted(s.start_us for s in archive[taken:] + new)


def test_only_what_was_recorded_last_stays_where_nothing_else_may_go(mounted: Site) -> None:
    """failure mode 15: a disk full of footage of a wrong clock goes on recording, and does not eat its newest file."""
    purger = Purger(mounted.storage, mounted.clock)
    mounted.record(NOON_US - HOUR_US, 1)
    purger.run_once()
    mounted.clock.wall_us -= 20 * 365 * DAY_US
    new = mounted.record(mounted.clock.now_us(), 6, filler=FILLER)
    mounted.clock.advance(400)
    fill_up(mounted)
    purger.run_once()
    left = mounted.rows()
    assert 1 <= len(left) < len(new)
    assert left == [s.start_us for s in new[-len(left) :]]


def test_room_of_a_released_hold_is_free_before_anything_else_is_taken(mounted: Site) -> None:
    """failure mode 20: a hold is released in the portal; its links go first, others lose no footage for them."""
    held = mounted.record(NOON_US - 2 * HOUR_US, 3, filler=FILLER)
    others = mounted.record(NOON_US - HOUR_US, 2, stream=mounted.sub, filler=FILLER)
    window = TimeRange(held[0].start_us, held[-1].start_us + MINUTE_US)
    placed = mounted.storage.holds.place(mounted.camera.id, window, "case 4", "admin").hold
    purger = Purger(mounted.storage, mounted.clock)
    purger.run_once()
    mounted.storage.holds.release(placed.id, "admin", links_later=True)
    fill_up(mounted)
    for _ in range(3):
        purger.run_once()
    assert mounted.rows(mounted.sub) == [s.start_us for s in others]
    assert mounted.storage.volume_access.open(mounted.volume).free_space().free_bytes >= MIB


def test_room_of_files_that_only_a_lapsed_hold_still_names_counts_as_freed(mounted: Site) -> None:
    """failure mode 20: the first names went by hand; once the hold lapses, no footage need go for that room."""
    held = mounted.record(NOON_US - 2 * HOUR_US, 3, filler=FILLER)
    others = mounted.record(NOON_US - HOUR_US, 2, stream=mounted.sub, filler=FILLER)
    window = TimeRange(held[0].start_us, held[-1].start_us + MINUTE_US)
    expires_us = NOON_US + 60_000_000
    mounted.storage.holds.place(mounted.camera.id, window, "case 4", "admin", expires_us=expires_us)
    for segment in held:
        (mounted.root / segment.relative_path).unlink()
    fill_up(mounted)
    mounted.clock.advance(61)
    report = Purger(mounted.storage, mounted.clock).run_once()
    assert report.freed_bytes == sum(s.size_bytes for s in held)
    assert report.segments == 0
    assert mounted.rows(mounted.sub) == [s.start_us for s in others]


def fill_up(mounted: Site) -> None:
    """Fill the disk with what is not footage, until a byte less than a file's room is left."""
    free = shutil.disk_usage(mounted.root).free
    count = len(list(mounted.root.glob("other*")))
    (mounted.root / f"other{count}").write_bytes(b"x" * max(0, free - FILLER // 2))
