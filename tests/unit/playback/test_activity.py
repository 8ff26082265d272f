"""How busy a stream was, in bins."""

from playback.timeline.activity import MOST_BINS, Activity, activity, bin_width_us
from vms.domain.time import HOUR_US, SECOND_US, TimeRange


def test_bytes_are_spread_over_the_bins_they_touch() -> None:
    grid = TimeRange(0, 40 * SECOND_US)
    amounts = [(0, 10 * SECOND_US, 1000), (15 * SECOND_US, 25 * SECOND_US, 2000)]
    assert activity(grid, 10 * SECOND_US, amounts) == Activity(0, 10 * SECOND_US, (100, 100, 100, 0))


def test_footage_beyond_the_grid_counts_only_inside() -> None:
    grid = TimeRange(10 * SECOND_US, 30 * SECOND_US)
    found = activity(grid, 10 * SECOND_US, [(0, 40 * SECOND_US, 4000), (50 * SECOND_US, 60 * SECOND_US, 9)])
    assert found.rates == (100, 100)


def test_bin_that_holds_the_present_is_measured_by_its_past() -> None:
    grid = TimeRange(0, 15 * SECOND_US)
    assert activity(grid, 10 * SECOND_US, [(0, 15 * SECOND_US, 1500)]).rates == (100, 100)


def test_rates_have_three_digits() -> None:
    grid = TimeRange(0, 2 * SECOND_US)
    amounts = [(0, SECOND_US, 456_789), (SECOND_US, 2 * SECOND_US, 1_234)]
    assert activity(grid, SECOND_US, amounts).rates == (456_000, 1_000)


def test_bins_are_bounded_and_no_shorter_than_a_second() -> None:
    window = TimeRange(0, 6 * HOUR_US)
    assert window.duration_us / bin_width_us(window, MOST_BINS) <= MOST_BINS
    assert bin_width_us(TimeRange(0, 5 * SECOND_US), MOST_BINS) == SECOND_US


def test_there_is_no_bin_in_the_future() -> None:
    assert activity(TimeRange(5, 5), SECOND_US, []).rates == ()
