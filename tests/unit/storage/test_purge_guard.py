"""When a clock or a volume is not trusted with a purge."""

import pytest

from storage.purge.guards import (
    ClockReading,
    StreamAmount,
    TrustedReading,
    excess_distrust,
    judge_clock,
    volume_distrust,
)
from vms.domain.retention import PurgeReason
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US
from vms.domain.volume import FreeSpace, VolumeState

WALL_US = 20_000 * DAY_US
LAST = TrustedReading(WALL_US, 5 * HOUR_US, "boot a")
FREE = FreeSpace(1000, 500, 0, 0)


def reading(
    wall_us: int, monotonic_us: int, boot: str = "boot a", synced: bool | None = None
) -> ClockReading:
    return ClockReading(WALL_US + wall_us, 5 * HOUR_US + monotonic_us, boot, synced)


def test_clock_that_keeps_step_is_trusted_for_the_time_that_passed() -> None:
    verdict = judge_clock(reading(MINUTE_US, MINUTE_US), LAST)
    assert (verdict.elapsed_us, verdict.distrust) == (MINUTE_US, "")


@pytest.mark.parametrize("jump_us", [DAY_US, 2 * HOUR_US, -2 * HOUR_US])
def test_clock_that_jumped_more_than_an_hour_is_not_trusted(jump_us: int) -> None:
    """failure mode 15"""
    assert "jumped" in judge_clock(reading(jump_us + MINUTE_US, MINUTE_US), LAST).distrust


def test_small_corrections_are_trusted() -> None:
    assert judge_clock(reading(MINUTE_US + HOUR_US, MINUTE_US), LAST).distrust == ""


def test_time_goes_on_from_where_the_clock_was_trusted_last() -> None:
    """failure mode 15: what has lapsed is what had lapsed by the time that surely passed."""
    for jump_us in (365 * DAY_US, -365 * DAY_US):
        verdict = judge_clock(reading(jump_us, MINUTE_US), LAST)
        assert (verdict.sure_us, verdict.now_us) == (WALL_US + MINUTE_US, WALL_US + MINUTE_US)
    assert judge_clock(reading(MINUTE_US, MINUTE_US), LAST).sure_us == WALL_US + MINUTE_US


def test_over_a_restart_only_the_time_since_then_has_surely_passed() -> None:
    """failure mode 15"""
    ahead = judge_clock(reading(400 * DAY_US, -4 * HOUR_US, "boot b", synced=False), LAST)
    assert (ahead.sure_us, ahead.now_us) == (WALL_US + HOUR_US, WALL_US + 400 * DAY_US)
    behind = judge_clock(reading(-400 * DAY_US, -4 * HOUR_US, "boot b", synced=False), LAST)
    assert (behind.sure_us, behind.now_us) == (WALL_US + HOUR_US, WALL_US + HOUR_US)


def test_nothing_is_sure_of_a_clock_that_never_was_trusted() -> None:
    assert judge_clock(reading(0, 0, synced=False), None).sure_us is None


def test_clock_that_went_back_over_a_restart_is_not_trusted() -> None:
    """failure mode 15: the battery of the host's clock is dead, and nothing tells that it is wrong."""
    behind = reading(-400 * DAY_US, -4 * HOUR_US, "boot b")
    assert "went back 9600 hours" in judge_clock(behind, LAST).distrust
    synced = judge_clock(reading(-2 * HOUR_US, -4 * HOUR_US, "boot b", synced=True), LAST)
    assert (synced.elapsed_us, synced.distrust) == (0, "")


def test_footage_since_the_clock_was_trusted_was_recorded_since_then() -> None:
    """failure mode 15: its label tells only how long ago by a wrong clock."""
    last = TrustedReading(WALL_US, 5 * HOUR_US, "boot a", last_run=7)
    undated = judge_clock(reading(-400 * DAY_US, 2 * HOUR_US), last).undated
    assert undated is not None
    assert undated.after_run == 7
    assert undated.recorded_us(WALL_US - 400 * DAY_US - HOUR_US) == WALL_US + HOUR_US
    assert undated.recorded_us(WALL_US - 500 * DAY_US) == WALL_US
    assert undated.recorded_us(WALL_US + DAY_US) == WALL_US + 2 * HOUR_US
    assert judge_clock(reading(0, 0), last).undated is None


def test_what_was_noted_of_a_trusted_clock_is_read_again() -> None:
    last = TrustedReading(WALL_US, HOUR_US, "boot a", last_run=7)
    assert TrustedReading.from_text(last.to_text()) == last
    assert TrustedReading.from_text('[5, 6, "boot a"]') == TrustedReading(5, 6, "boot a")
    assert TrustedReading.from_text("[5]") is None
    assert TrustedReading.from_text(None) is None


def test_unsynchronised_clock_is_not_trusted() -> None:
    assert "not synchronised" in judge_clock(reading(0, 0, synced=False), None).distrust


def test_first_pass_expects_nothing_to_have_come_of_age() -> None:
    assert judge_clock(reading(0, 0), None).elapsed_us == 0


def test_days_over_a_restart_are_believed_only_of_a_synchronised_clock() -> None:
    later = reading(10 * DAY_US, -4 * HOUR_US, "boot b")
    assert "restart" in judge_clock(later, LAST).distrust
    synced = judge_clock(reading(10 * DAY_US, -4 * HOUR_US, "boot b", synced=True), LAST)
    assert (synced.elapsed_us, synced.distrust) == (10 * DAY_US, "")


def test_an_hour_over_a_restart_is_believed() -> None:
    assert judge_clock(reading(HOUR_US, 0, "boot b"), LAST).distrust == ""


@pytest.mark.parametrize("text", [None, "", "x", "[1]", '["a", "b", "c"]', "{}"])
def test_unreadable_memory_counts_as_none(text: str | None) -> None:
    assert TrustedReading.from_text(text) is None


def test_memory_is_read_as_written() -> None:
    assert TrustedReading.from_text(LAST.to_text()) == LAST


@pytest.mark.parametrize(
    "state", [VolumeState.READ_ONLY, VolumeState.MISSING, VolumeState.WRONG_IDENTITY, VolumeState.FAILED]
)
def test_volume_that_does_not_work_is_not_purged(state: VolumeState) -> None:
    assert volume_distrust(state, FREE)


def test_suspect_volume_is_frozen() -> None:
    assert volume_distrust(VolumeState.SUSPECT, FREE)


@pytest.mark.parametrize("state", [VolumeState.HEALTHY, VolumeState.FULL, VolumeState.DISABLED])
def test_working_volume_is_purged_unless_its_room_is_unknown(state: VolumeState) -> None:
    assert volume_distrust(state, FREE) == ""
    assert "unknown" in volume_distrust(state, None)


def test_what_came_of_age_since_the_last_pass_is_expected() -> None:
    amount = StreamAmount(covered_us=30 * DAY_US, due_us=3 * DAY_US)
    assert excess_distrust(amount, PurgeReason.AGE, elapsed_us=2 * DAY_US) == ""
    assert "72.0 of 720.0 hours" in excess_distrust(amount, PurgeReason.AGE, elapsed_us=0)


def test_the_rest_of_a_small_archive_is_no_surprise() -> None:
    amount = StreamAmount(covered_us=HOUR_US, due_us=HOUR_US)
    assert excess_distrust(amount, PurgeReason.AGE, elapsed_us=0) == ""
