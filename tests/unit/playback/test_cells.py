"""Cells: parts of equal width, each with how much of it is recorded."""

from hypothesis import given
from hypothesis import strategies as st

from playback.timeline.cells import cell_width_us, cells_from_rollups, cells_from_silences, cells_grid
from storage.footage.many_streams import CellRollup
from vms.domain.time import BUCKET_US, DAY_US, HOUR_US, MINUTE_US, SECOND_US, TimeRange

HOURS = TimeRange(0, 4 * HOUR_US)


def test_width_is_the_fewest_quarter_hours_that_fit_the_columns() -> None:
    assert cell_width_us(TimeRange(0, 90 * DAY_US), 800) == 11 * BUCKET_US
    assert cell_width_us(TimeRange(0, HOUR_US), 800) == BUCKET_US


def test_grid_begins_at_a_multiple_of_the_width_and_ends_with_what_is_known() -> None:
    window = TimeRange(HOUR_US + 1, 9 * HOUR_US)
    assert cells_grid(window, HOUR_US, 5 * HOUR_US) == TimeRange(HOUR_US, 5 * HOUR_US)
    assert cells_grid(window, HOUR_US, MINUTE_US).is_empty


def test_short_silence_costs_its_cell_a_little_and_is_told_in_seconds() -> None:
    start = HOUR_US + 7 * MINUTE_US
    cells = cells_from_silences(HOURS, HOUR_US, [(start, start + 60 * SECOND_US)])
    assert cells.thousandths() == [1000, 983, 1000, 1000]
    assert cells.longest_gaps_s() == [0, 60, 0, 0]


def test_silence_over_a_border_is_told_whole_on_both_sides() -> None:
    cells = cells_from_silences(
        HOURS, HOUR_US, [(2 * HOUR_US - 30 * SECOND_US, 2 * HOUR_US + 30 * SECOND_US)]
    )
    assert cells.longest_gaps_s() == [0, 60, 60, 0]
    assert cells.thousandths() == [1000, 991, 991, 1000]


def test_last_cell_is_measured_by_its_past() -> None:
    grid = TimeRange(0, HOUR_US + 10 * MINUTE_US)
    cells = cells_from_silences(grid, HOUR_US, [(HOUR_US, HOUR_US + 5 * MINUTE_US)])
    assert cells.thousandths() == [1000, 500]
    rollups = [CellRollup(0, 4, HOUR_US, 1, 0), CellRollup(HOUR_US, 1, 5 * MINUTE_US, 1, 10 * MINUTE_US)]
    assert cells_from_rollups(grid, HOUR_US, rollups).thousandths() == [1000, 500]
    assert cells_from_rollups(grid, HOUR_US, rollups).longest_gaps_s() == [0, 300]


def test_nearly_all_is_not_all_and_nearly_nothing_is_not_nothing() -> None:
    tiny = 2 * SECOND_US
    cells = cells_from_silences(
        TimeRange(0, 2 * DAY_US), DAY_US, [(5 * SECOND_US, 7 * SECOND_US), (DAY_US, 2 * DAY_US - tiny)]
    )
    assert cells.thousandths() == [999, 1]


def test_rollups_say_nothing_where_no_quarter_hour_has_footage() -> None:
    cells = cells_from_rollups(HOURS, HOUR_US, [CellRollup(2 * HOUR_US, 3, 45 * MINUTE_US, 1, 0)])
    assert cells.thousandths() == [0, 0, 750, 0]
    assert cells.longest_gaps_s() == [3600, 3600, 900, 3600]


def test_there_is_no_cell_in_the_future() -> None:
    assert cells_from_silences(TimeRange(HOUR_US, HOUR_US), HOUR_US, []).thousandths() == []


@given(
    st.lists(st.integers(0, 100 * BUCKET_US), unique=True).map(sorted),
    st.integers(1, 100 * BUCKET_US),
    st.integers(1, 9),
)
def test_what_cells_miss_adds_up_to_the_silences(borders: list[int], end_us: int, buckets: int) -> None:
    silences = [
        (start, min(end, end_us))
        for start, end in zip(borders[::2], borders[1::2], strict=False)
        if start < end_us
    ]
    width = buckets * BUCKET_US
    cells = cells_from_silences(TimeRange(0, end_us), width, silences)
    past = [min(width, end_us - n * width) for n in range(len(cells.covered_us))]
    missing = [whole - part for whole, part in zip(past, cells.covered_us, strict=True)]
    assert len(missing) == -(-end_us // width)
    assert sum(missing) == sum(end - start for start, end in silences)
    for n, gap_us in enumerate(cells.longest_gaps_us):
        touching = [end - start for start, end in silences if start < n * width + past[n] and end > n * width]
        assert gap_us == max(touching, default=0)
        assert (missing[n] > 0) == bool(touching) == (cells.thousandths()[n] < 1000)
