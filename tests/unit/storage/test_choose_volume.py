"""Which volume a new run goes to."""

from dataclasses import replace
from uuid import UUID

import pytest

from storage.volumes.volume_access import VolumeCheck, choose_volume, lack_of_room
from vms.domain.volume import FreeSpace, Volume, VolumeState

GB = 1_000_000_000


def volume(number: int, **changes: object) -> Volume:
    return replace(Volume(number, UUID(int=number), f"/srv/{number}"), **changes)  # type: ignore[arg-type]  # each test names real fields


def check(free_gb: int, state: VolumeState = VolumeState.HEALTHY) -> VolumeCheck:
    return VolumeCheck(state, "", FreeSpace(1000 * GB, free_gb * GB, 0, 0))


def test_the_volume_with_most_room_takes_the_run() -> None:
    assert choose_volume([volume(1), volume(2)], {1: check(100), 2: check(200)}) == volume(2)


def test_weight_draws_runs() -> None:
    heavy = volume(1, weight=3)
    assert choose_volume([heavy, volume(2)], {1: check(100), 2: check(200)}) == heavy


@pytest.mark.parametrize("state", [s for s in VolumeState if s is not VolumeState.HEALTHY])
def test_volume_that_does_not_work_takes_nothing(state: VolumeState) -> None:
    assert choose_volume([volume(1)], {1: check(100, state)}) is None


@pytest.mark.parametrize("state", [VolumeState.FULL, VolumeState.SUSPECT, VolumeState.FAILED])
def test_volume_on_which_nothing_may_be_deleted_takes_nothing(state: VolumeState) -> None:
    """failure mode 20"""
    assert choose_volume([volume(1, state=state)], {1: check(100)}) is None


def test_disabled_volume_takes_nothing() -> None:
    assert choose_volume([volume(1, is_enabled=False)], {1: check(100)}) is None


def test_volume_that_nobody_looked_at_takes_nothing() -> None:
    assert choose_volume([volume(1)], {}) is None


def test_volume_of_unknown_room_takes_nothing() -> None:
    assert choose_volume([volume(1)], {1: VolumeCheck(VolumeState.HEALTHY)}) is None


def test_lack_of_inodes_is_told_from_lack_of_bytes() -> None:
    """failure mode 44"""
    assert "inodes" in lack_of_room(FreeSpace(1000 * GB, 500 * GB, 10_000, 5))
    assert "bytes are left" in lack_of_room(FreeSpace(1000 * GB, GB // 2, 10_000, 5000))
    assert lack_of_room(FreeSpace(1000 * GB, 500 * GB, 0, 0)) == ""
