"""Runs of this boot are told from those of earlier ones."""

from dataclasses import replace
from uuid import UUID

from storage.clock.clock_shift import unsynced_runs_of_boot
from storage.footage.index_writer import IndexBatch
from storage.open import Storage
from tests.support.footage import Recording, add_camera, add_volume_row
from vms.domain.segment import ClockTrust


def record(storage: Storage, trust: ClockTrust, anchor_us: int) -> UUID:
    recording = Recording(add_camera(storage).streams[0].id, add_volume_row(storage.database))
    run = replace(recording.run, trust=trust, anchor_us=anchor_us)
    storage.index_writer.commit(IndexBatch(runs=(run,)))
    return run.uuid


def test_runs_since_the_first_start_of_a_boot_are_known_at_the_next(storage: Storage) -> None:
    record(storage, ClockTrust.UNSYNCED, 1)
    assert unsynced_runs_of_boot(storage.database, "this-boot") == {}
    wrong = record(storage, ClockTrust.UNSYNCED, 77)
    record(storage, ClockTrust.SYNCED, 78)
    record(storage, ClockTrust.UNKNOWN, 79)
    assert unsynced_runs_of_boot(storage.database, "this-boot") == {wrong: 77}
    assert unsynced_runs_of_boot(storage.database, "this-boot") == {wrong: 77}


def test_runs_of_an_earlier_boot_are_not_compared(storage: Storage) -> None:
    unsynced_runs_of_boot(storage.database, "first-boot")
    record(storage, ClockTrust.UNSYNCED, 77)
    assert unsynced_runs_of_boot(storage.database, "second-boot") == {}
    assert unsynced_runs_of_boot(storage.database, "first-boot") == {}


def test_nothing_is_known_where_the_kernel_names_no_boot(storage: Storage) -> None:
    unsynced_runs_of_boot(storage.database, "")
    record(storage, ClockTrust.UNSYNCED, 77)
    assert unsynced_runs_of_boot(storage.database, "") == {}
