"""The purger on real files and a real index."""

import os

import pytest
import sqlalchemy as sa

from storage.purge.purger import Purger
from storage.schema.cameras import stream
from storage.schema.retention import garbage, hold
from tests.support.footage import NOON_US, draft, stored_rollups
from tests.support.stored_footage import Site
from vms.domain.errors import Conflict
from vms.domain.retention import PurgeReason, PurgeRemedy
from vms.domain.segment import ClockTrust
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US, TimeRange
from vms.domain.volume import VolumeState

OLD_US = NOON_US - 30 * DAY_US - 60 * MINUTE_US


def test_purge_removes_what_is_past_its_age_and_nothing_else(footage_on_each: Site) -> None:
    site = footage_on_each
    old = site.record(OLD_US, 5)
    young = site.record(NOON_US - HOUR_US, 5)
    report = Purger(site.storage, site.clock).run_once()
    assert report.segments == 5
    assert report.freed_bytes == sum(s.size_bytes for s in old)
    assert site.files() == {s.relative_path for s in young}
    assert site.rows() == [s.start_us for s in young]
    assert not garbage_rows(site)


def test_purge_leaves_spans_and_rollups_as_the_remaining_segments_say(footage_on_each: Site) -> None:
    site = footage_on_each
    kept = site.record(OLD_US + 55 * MINUTE_US, 10)
    Purger(site.storage, site.clock).run_once()
    window = TimeRange(0, NOON_US)
    left = [s for s in kept if s.start_us + s.duration_us >= NOON_US - 30 * DAY_US]
    assert 0 < len(left) < len(kept)
    assert [s.time for s in site.storage.segments.spans(site.main.id, window)] == [
        TimeRange(left[0].start_us, left[-1].start_us + MINUTE_US)
    ]
    rollups = stored_rollups(site.storage.database, site.main.id)
    assert sum(r.segments for r in rollups) == len(left)
    assert site.storage.segments.stream_bytes(site.main.id) == sum(s.size_bytes for s in left)


def test_purge_notes_until_when_footage_was_deleted(footage: Site) -> None:
    old = footage.record(OLD_US, 3)
    Purger(footage.storage, footage.clock).run_once()
    with footage.storage.database.read() as connection:
        until_us = connection.execute(
            sa.select(stream.c.purged_until_us).where(stream.c.id == footage.main.id)
        ).scalar_one()
    assert until_us == old[-1].start_us + MINUTE_US


def test_purge_removes_empty_folders_of_past_days(footage: Site) -> None:
    footage.record(OLD_US, 2)
    Purger(footage.storage, footage.clock).run_once()
    assert not list(footage.root.glob("rec/*/*"))


def test_purge_keeps_the_folder_of_the_present_hour(footage: Site) -> None:
    made = footage.record(NOON_US - 3 * MINUTE_US, 1)
    quota(footage, 1)
    footage.clock.advance(120)
    Purger(footage.storage, footage.clock).run_once()
    assert footage.rows() == []
    assert (footage.root / made[0].relative_path).parent.is_dir()


def test_pictures_of_an_hour_go_with_its_last_segment(footage: Site) -> None:
    made = footage.record(OLD_US - OLD_US % HOUR_US, 2)
    pack = footage.root / made[0].relative_path.replace("rec/", "pic/").rpartition("/")[0]
    pack = pack.with_suffix(".pic")
    pack.parent.mkdir(parents=True)
    pack.write_bytes(b"pictures")
    Purger(footage.storage, footage.clock).run_once()
    assert not pack.exists()


def test_pictures_stay_while_any_footage_of_their_hour_does(footage: Site) -> None:
    made = footage.record(OLD_US - OLD_US % HOUR_US, 2)
    footage.storage.holds.place(
        footage.camera.id, TimeRange(made[1].start_us, made[1].start_us + 1), "case 7", "admin"
    )
    pack = (footage.root / made[0].relative_path.replace("rec/", "pic/")).parent.with_suffix(".pic")
    pack.parent.mkdir(parents=True)
    pack.write_bytes(b"pictures")
    Purger(footage.storage, footage.clock).run_once()
    assert footage.rows() == [made[1].start_us]
    assert pack.exists()


def test_purge_skips_held_segments(footage_on_each: Site) -> None:
    site = footage_on_each
    old = site.record(OLD_US, 6)
    held = TimeRange(old[2].start_us + 1, old[3].start_us + 1)
    site.storage.holds.place(site.camera.id, held, "case 12", "admin")
    Purger(site.storage, site.clock).run_once()
    assert site.rows() == [old[2].start_us, old[3].start_us]


def test_a_released_hold_lets_footage_go(footage: Site) -> None:
    old = footage.record(OLD_US, 2)
    result = footage.storage.holds.place(
        footage.camera.id, TimeRange(old[0].start_us, old[1].start_us + MINUTE_US), "case 12", "admin"
    )
    purger = Purger(footage.storage, footage.clock)
    purger.run_once()
    assert len(footage.rows()) == 2
    footage.storage.holds.release(result.hold.id, "admin")
    purger.run_once()
    assert footage.rows() == []
    assert not list(footage.root.glob("hold/*"))


def test_held_files_have_a_link_until_released(footage: Site) -> None:
    made = footage.record(NOON_US - HOUR_US, 3)
    result = footage.storage.holds.place(
        footage.camera.id, TimeRange(made[1].start_us, made[1].start_us + 1), "case 12", "admin"
    )
    [link] = footage.root.glob("hold/*/*/*/*/*.mp4")
    assert link.samefile(footage.root / made[1].relative_path)
    footage.storage.holds.release(result.hold.id, "admin")
    assert not (footage.root / "hold").exists()
    assert len(footage.files()) == 3


def test_footage_recorded_into_a_hold_gets_its_link_later(footage: Site) -> None:
    window = TimeRange(NOON_US - HOUR_US, NOON_US + HOUR_US)
    footage.storage.holds.place(footage.camera.id, window, "case 12", "admin")
    footage.record(NOON_US - HOUR_US, 2)
    Purger(footage.storage, footage.clock).run_once()
    assert len(list(footage.root.glob("hold/*/*/*/*/*.mp4"))) == 2


def test_lease_blocks_purge_until_it_lapses(footage_on_each: Site) -> None:
    """failure mode 36: purge during an export is blocked by its lease; a lease left by a crash frees it."""
    site = footage_on_each
    old = site.record(OLD_US, 2)
    lease = site.storage.leases.take(site.main.id, TimeRange(old[0].start_us, old[0].start_us + 1), 60)
    purger = Purger(site.storage, site.clock)
    purger.run_once()
    assert site.rows() == [old[0].start_us]
    site.clock.advance(61)
    with pytest.raises(Conflict):
        site.storage.leases.renew(lease.id, 60)
    purger.run_once()
    assert site.rows() == []


def test_a_wrong_clock_lets_no_hold_and_no_lease_lapse(footage_on_each: Site) -> None:
    """failure mode 15: they lapse by time that surely passed; a transaction that was planned before knows it, too."""
    site = footage_on_each
    made = site.record(NOON_US - HOUR_US, 3)
    window = TimeRange(made[0].start_us, made[0].start_us + 1)
    expires_us = NOON_US + 90 * DAY_US
    site.storage.holds.place(site.camera.id, window, "case 12", "admin", expires_us=expires_us)
    site.storage.leases.take(site.main.id, TimeRange(made[1].start_us, made[1].start_us + 1), 120)
    purger = Purger(site.storage, site.clock)
    purger.run_once()
    site.clock.wall_us += 365 * DAY_US
    site.clock.advance(60)
    quota(site, 1)
    purger.run_once()
    assert site.rows() == [made[0].start_us, made[1].start_us]
    assert len(list(site.root.glob("hold/*/*/*/*/*.mp4"))) == 1
    site.clock.monotonic += 90 * DAY_US
    purger.run_once()
    assert site.rows() == []
    assert not (site.root / "hold").exists()


def test_incoming_names_of_a_hold_that_nobody_knows_stay(footage: Site) -> None:
    """failure mode 28: the index was lost, and with it the hold; what it named is not thrown away."""
    made = footage.record(OLD_US, 1)
    footage.storage.holds.place(
        footage.camera.id, TimeRange(made[0].start_us, made[0].start_us + 1), "case 12", "admin"
    )
    with footage.storage.database.write() as connection:
        connection.execute(sa.delete(hold))
    Purger(footage.storage, footage.clock).run_once()
    assert footage.rows() == []
    assert len(list(footage.root.glob("hold/*/*/*/*/*.mp4"))) == 1


def test_hold_placed_after_a_purge_reports_what_is_missing(footage: Site) -> None:
    """failure mode 38: the purge came first, so the hold says what it cannot protect."""
    old = footage.record(OLD_US, 2)
    Purger(footage.storage, footage.clock).run_once()
    window = TimeRange(old[0].start_us, old[1].start_us + MINUTE_US)
    assert footage.storage.holds.place(footage.camera.id, window, "case", "admin").missing == (window,)


def test_hold_placed_between_plan_and_transaction_wins(footage_on_each: Site) -> None:
    """failure mode 38: the hold came first, so the purge that had planned the segment leaves it alone."""
    site = footage_on_each
    old = site.record(OLD_US, 3)

    def place(step: str) -> None:
        if step == "move-to-garbage" and not site.storage.holds.list():
            window = TimeRange(old[1].start_us, old[1].start_us + 1)
            result = site.storage.holds.place(site.camera.id, window, "case", "admin")
            assert result.missing == ()

    Purger(site.storage, site.clock, on_step=place).run_once()
    assert site.rows() == [old[1].start_us]
    assert site.files() == {old[1].relative_path}


def test_clock_a_day_ahead_purges_nothing_until_it_is_confirmed(footage: Site) -> None:
    """failure mode 15: the recorder's clock jumps a day ahead; no footage may come of age by that."""
    made = footage.record(NOON_US - 30 * DAY_US + 10 * MINUTE_US, 60)
    purger = Purger(footage.storage, footage.clock)
    assert purger.run_once().segments == 0
    footage.clock.wall_us += DAY_US
    for _ in range(3):
        report = purger.run_once()
        assert report.segments == 0
        assert "jumped" in report.blocked[0].why
        assert purger.state.refusals()[0].remedy is PurgeRemedy.CLOCK
    assert "jumped" in Purger(footage.storage, footage.clock).run_once().blocked[0].why
    assert len(footage.rows()) == len(made)
    purger.state.allow_clock()
    assert purger.run_once().segments == len(made)


def test_clock_that_comes_back_purges_as_before(footage: Site) -> None:
    footage.record(NOON_US - 30 * DAY_US + 10 * MINUTE_US, 30)
    purger = Purger(footage.storage, footage.clock)
    purger.run_once()
    footage.clock.wall_us += DAY_US
    purger.run_once()
    footage.clock.wall_us -= DAY_US
    footage.clock.advance(20 * 60)
    assert 5 <= purger.run_once().segments <= 15


def test_unsynchronised_clock_purges_nothing_by_age(footage: Site) -> None:
    footage.record(OLD_US, 2)
    report = Purger(footage.storage, footage.clock, clock_trust=lambda: ClockTrust.UNSYNCED).run_once()
    assert report.segments == 0
    assert "not synchronised" in report.blocked[0].why


def test_suddenly_shortened_retention_waits_for_a_person(footage: Site) -> None:
    """More than 5 % of a stream beyond what came of age since the last pass needs an agreement."""
    made = footage.record(NOON_US - 3 * DAY_US, 200)
    footage.record(NOON_US - HOUR_US, 50)
    purger = Purger(footage.storage, footage.clock)
    purger.run_once()
    edit(footage, retention_days=1)
    report = purger.run_once()
    assert report.segments == 0
    waits = [(r.stream_id, r.remedy) for r in purger.state.refusals()]
    assert waits == [(footage.main.id, PurgeRemedy.CAMERA)]
    purger.state.allow_stream(footage.main.id)
    assert purger.run_once().segments == len(made)
    assert purger.state.refusals() == []


def test_quota_takes_the_oldest_beyond_it(footage: Site) -> None:
    made = footage.record(NOON_US - HOUR_US, 10)
    quota(footage, made[0].size_bytes * 4)
    report = Purger(footage.storage, footage.clock).run_once()
    assert report.volumes[0].deleted == {PurgeReason.QUOTA: 6}
    assert footage.rows() == [s.start_us for s in made[6:]]


def test_footage_without_a_rule_is_never_purged(footage: Site) -> None:
    footage.record(OLD_US - 300 * DAY_US, 2)
    edit(footage, retention_days=None)
    assert Purger(footage.storage, footage.clock).run_once().segments == 0


def test_more_footage_than_one_batch_goes_in_one_pass(footage: Site) -> None:
    footage.record(OLD_US, 25)
    report = Purger(footage.storage, footage.clock, batch=4).run_once()
    assert report.segments == 25
    assert footage.files() == set()


def test_a_long_hold_does_not_hide_the_footage_behind_it(footage: Site) -> None:
    old = footage.record(OLD_US, 25)
    footage.storage.holds.place(
        footage.camera.id, TimeRange(old[0].start_us, old[20].start_us), "case", "admin"
    )
    report = Purger(footage.storage, footage.clock, batch=4).run_once()
    assert report.segments == 5
    assert footage.rows() == [s.start_us for s in old[:20]]


def test_suspect_volume_is_frozen(footage: Site) -> None:
    footage.record(OLD_US, 2)
    footage.storage.volumes.set_state(footage.volume.id, VolumeState.SUSPECT, "files are missing")
    report = Purger(footage.storage, footage.clock).run_once()
    assert report.segments == 0
    assert report.volumes[0].state is VolumeState.SUSPECT
    assert footage.storage.volumes.get(footage.volume.id).state is VolumeState.SUSPECT


def test_a_file_being_read_survives_its_purge(footage: Site) -> None:
    """failure mode 35: purge while a piece is being sent; the response completes."""
    made = footage.record(OLD_US, 1)
    volume = footage.storage.volume_access.open(footage.volume)
    fd = volume.open_file(made[0].relative_path)
    Purger(footage.storage, footage.clock).run_once()
    assert footage.files() == set()
    assert len(os.pread(fd, 1 << 20, 0)) == made[0].size_bytes
    os.close(fd)


def garbage_rows(site: Site) -> list[str]:
    with site.storage.database.read() as connection:
        return list(connection.execute(sa.select(garbage.c.name)).scalars())


def edit(site: Site, **changes: object) -> None:
    site.storage.cameras.edit(site.camera.id, draft(site.camera.name, **changes))


def quota(site: Site, size_bytes: int) -> None:
    edit(site, quota_bytes=size_bytes)
