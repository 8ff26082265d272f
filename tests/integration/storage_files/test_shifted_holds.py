"""Holds follow footage whose clock turned out to be wrong."""

import logging

import pytest

from storage.clock.clock_shift import ClockShift
from storage.purge.purger import Purger
from tests.support.footage import NOON_US
from tests.support.stored_footage import Site
from vms.domain.retention import OPEN_END_US, Hold
from vms.domain.segment import FinishedSegment
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US, TimeRange

START_US = NOON_US - HOUR_US
BACK_US = -40 * DAY_US
"""Far enough for the footage to be past its age afterwards."""


def test_footage_stays_held_when_its_time_is_corrected(
    footage_on_each: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """failure mode 18: the purge that comes right after the correction finds it held."""
    site = footage_on_each
    made = site.record(START_US, 6)
    window = TimeRange(made[1].start_us + 1, made[2].start_us + 1)
    expires_us = NOON_US + 90 * DAY_US
    placed = site.storage.holds.place(site.camera.id, window, "case 12", "admin", expires_us=expires_us).hold
    with caplog.at_level(logging.WARNING):
        shift(site, made, BACK_US)
    assert "a hold follows footage" in caplog.text
    added, kept = site.storage.holds.list()
    assert kept == placed
    assert added.time == TimeRange(window.start_us + BACK_US, window.end_us + BACK_US)
    assert (added.reason, added.created_by, added.created_us, added.expires_us) == (
        "case 12",
        "admin",
        placed.created_us,
        expires_us,
    )
    Purger(site.storage, site.clock).run_once()
    assert site.rows() == [made[1].start_us + BACK_US, made[2].start_us + BACK_US]
    assert len(list(site.root.glob(f"hold/{added.id}/*/*/*/*.mp4"))) == 2


def test_a_small_correction_makes_the_hold_longer(footage_on_each: Site) -> None:
    site = footage_on_each
    made = site.record(START_US, 6)
    hold(site, TimeRange(made[0].start_us, made[3].start_us))
    shift(site, made, 20_000_000)
    [held] = site.storage.holds.list()
    assert held.time == TimeRange(made[0].start_us, made[3].start_us + 20_000_000)


def test_runs_of_both_streams_are_followed_by_one_hold(footage: Site) -> None:
    """Short runs one after another, of either stream, are one further line in the list and not dozens."""
    runs = [footage.record(START_US + k * 10 * MINUTE_US, 8) for k in range(3)]
    runs += [footage.record(START_US + k * 10 * MINUTE_US, 8, stream=footage.sub) for k in range(3)]
    placed = hold(footage, TimeRange(START_US + MINUTE_US, START_US + 25 * MINUTE_US))
    for made in runs:
        shift(footage, made, BACK_US)
    added, kept = footage.storage.holds.list()
    assert kept == placed
    assert added.time == TimeRange(placed.time.start_us + BACK_US, placed.time.end_us + BACK_US)


def test_a_correction_within_a_hold_changes_nothing(footage: Site) -> None:
    made = footage.record(START_US, 3)
    placed = hold(footage, TimeRange(START_US - HOUR_US, OPEN_END_US))
    shift(footage, made, HOUR_US)
    assert footage.storage.holds.list() == [placed]


def test_released_holds_and_those_of_other_footage_are_left_alone(footage: Site) -> None:
    made = footage.record(START_US, 3)
    released = hold(footage, TimeRange(START_US, START_US + MINUTE_US))
    footage.storage.holds.release(released.id, "admin")
    other = hold(footage, TimeRange(START_US + HOUR_US, START_US + 2 * HOUR_US))
    shift(footage, made, BACK_US)
    assert footage.storage.holds.list() == [other]
    assert len(footage.storage.holds.list(active_only=False)) == 2


def hold(site: Site, time: TimeRange) -> Hold:
    return site.storage.holds.place(site.camera.id, time, "case 12", "admin").hold


def shift(site: Site, made: list[FinishedSegment], delta_us: int) -> None:
    """Correct the time of the run that these segments are of."""
    run = site.storage.segments.run_by_uuid(made[0].run_uuid)
    assert run is not None
    moving = ClockShift(site.storage.database, site.storage.volumes, site.storage.volume_access)
    assert moving.shift_run(run.id, delta_us, token=f"{made[0].run_uuid} {delta_us}") == len(made)
