"""Reads about many streams at once, on both databases."""

import pytest

from storage.footage.index_writer import IndexBatch
from storage.footage.many_streams import CellRollup, StreamExtent
from storage.open import Storage
from tests.support.footage import NOON_US, Recording, add_camera, add_volume_row
from vms.domain.camera import OutageCause
from vms.domain.segment import Outage
from vms.domain.time import BUCKET_US, DAY_US, HOUR_US, MINUTE_US, SECOND_US, TimeRange

EVER = TimeRange(0, NOON_US + 100 * DAY_US)


def run_of(storage: Storage, stream_id: int, start_us: int, minutes: int, *, volume: int) -> Recording:
    """Index a run of files of a minute."""
    recording = Recording(stream_id, volume, start_us)
    storage.index_writer.commit(IndexBatch(runs=(recording.run,), segments=recording.segments(minutes)))
    return recording


@pytest.fixture
def streams(storage: Storage) -> tuple[int, int, int]:
    """Two streams with footage and one without."""
    first, second, third = (add_camera(storage).streams[0].id for _ in range(3))
    return first, second, third


@pytest.fixture
def volume(storage: Storage) -> int:
    return add_volume_row(storage.database)


def test_extents_name_the_first_and_the_last_file(
    storage: Storage, streams: tuple[int, int, int], volume: int
) -> None:
    first, second, empty = streams
    run_of(storage, first, NOON_US, 10, volume=volume)
    run_of(storage, first, NOON_US + HOUR_US, 5, volume=volume)
    cut = Recording(second, volume, NOON_US)
    cut.next_seq = 7
    storage.index_writer.commit(IndexBatch(runs=(cut.run,), segments=cut.segments(2)))
    assert storage.many_streams.extents(streams) == {
        first: StreamExtent(NOON_US, NOON_US + HOUR_US + 5 * MINUTE_US, 0),
        second: StreamExtent(NOON_US, NOON_US + 2 * MINUTE_US, 7),
    }
    assert storage.many_streams.extents([empty]) == {}
    assert storage.many_streams.extents([]) == {}


def test_last_file_of_each_run_is_found(storage: Storage, streams: tuple[int, int, int], volume: int) -> None:
    recorded = [run_of(storage, stream, NOON_US, n + 2, volume=volume) for n, stream in enumerate(streams)]
    runs = [storage.segments.run_by_uuid(recording.uuid) for recording in recorded]
    ids = [run.id for run in runs if run is not None]
    assert storage.many_streams.run_ends(ids) == {
        run_id: (n + 1, NOON_US + (n + 2) * MINUTE_US) for n, run_id in enumerate(ids)
    }
    assert storage.many_streams.run_ends([4711]) == {}


def test_spans_of_many_streams_come_in_order_and_few_only(
    storage: Storage, streams: tuple[int, int, int], volume: int
) -> None:
    first, second, empty = streams
    for hour in (2, 0, 1):
        run_of(storage, first, NOON_US + hour * HOUR_US, 10, volume=volume)
    run_of(storage, second, NOON_US, 10, volume=volume)
    found = storage.many_streams.covered(streams, EVER, most_each=3)
    starts = {stream: [start_us - NOON_US for _, start_us, _, _ in found[stream]] for stream in found}
    assert starts == {first: [0, HOUR_US, 2 * HOUR_US], second: [0], empty: []}
    assert found[second] == [(second, NOON_US, NOON_US + 10 * MINUTE_US, 10_000)]
    assert set(storage.many_streams.covered(streams, EVER, most_each=2)) == {second, empty}


def test_spans_that_reach_into_the_window_are_found(
    storage: Storage, streams: tuple[int, int, int], volume: int
) -> None:
    run_of(storage, streams[0], NOON_US, 300, volume=volume)
    late = TimeRange(NOON_US + 299 * MINUTE_US, NOON_US + DAY_US)
    after = TimeRange(NOON_US + 300 * MINUTE_US, NOON_US + DAY_US)
    assert len(storage.many_streams.covered([streams[0]], late, most_each=9)[streams[0]]) == 1
    assert storage.many_streams.covered([streams[0]], after, most_each=9) == {streams[0]: []}


def test_rollups_are_added_up_to_wider_cells(
    storage: Storage, streams: tuple[int, int, int], volume: int
) -> None:
    first, second, empty = streams
    run_of(storage, first, NOON_US, 20, volume=volume)
    run_of(storage, first, NOON_US + 20 * MINUTE_US + 30 * SECOND_US, 9, volume=volume)
    run_of(storage, second, NOON_US + HOUR_US, 60, volume=volume)
    found = storage.many_streams.cell_rollups(streams, TimeRange(NOON_US, NOON_US + DAY_US), 4 * BUCKET_US)
    assert found == {
        first: [CellRollup(NOON_US, 2, 29 * MINUTE_US, 29_000, 30 * SECOND_US)],
        second: [CellRollup(NOON_US + HOUR_US, 4, HOUR_US, 60_000, 0)],
        empty: [],
    }
    assert all(isinstance(value, int) for value in vars_of(found[first][0]))


def vars_of(found: CellRollup) -> tuple[object, ...]:
    return (found.start_us, found.buckets, found.covered_us, found.size_bytes, found.longest_gap_us)


def test_only_quarter_hours_that_begin_in_the_window_are_added(
    storage: Storage, streams: tuple[int, int, int], volume: int
) -> None:
    run_of(storage, streams[0], NOON_US, 60, volume=volume)
    window = TimeRange(NOON_US + BUCKET_US, NOON_US + 3 * BUCKET_US)
    (found,) = storage.many_streams.cell_rollups([streams[0]], window, DAY_US)[streams[0]]
    assert (found.buckets, found.covered_us) == (2, 2 * BUCKET_US)


def test_local_days_are_made_of_quarter_hours(
    storage: Storage, streams: tuple[int, int, int], volume: int
) -> None:
    wita_us = 8 * HOUR_US
    midnight_us = NOON_US + 4 * HOUR_US
    run_of(storage, streams[0], NOON_US, 10, volume=volume)
    run_of(storage, streams[0], midnight_us - 5 * MINUTE_US, 10, volume=volume)
    window = TimeRange(midnight_us - DAY_US, midnight_us + DAY_US)
    today = (midnight_us + wita_us) // DAY_US
    assert storage.many_streams.daily(streams[0], window, wita_us) == {
        today - 1: 15 * MINUTE_US,
        today: 5 * MINUTE_US,
    }
    later = TimeRange(midnight_us, midnight_us + DAY_US)
    assert storage.many_streams.daily(streams[0], later, wita_us) == {today: 5 * MINUTE_US}


def test_files_and_their_sizes_come_by_stream(
    storage: Storage, streams: tuple[int, int, int], volume: int
) -> None:
    first, second, _ = streams
    run_of(storage, first, NOON_US, 10, volume=volume)
    run_of(storage, second, NOON_US + MINUTE_US, 10, volume=volume)
    window = TimeRange(NOON_US + 90 * SECOND_US, NOON_US + 2 * MINUTE_US)
    minute = (NOON_US + MINUTE_US, NOON_US + 2 * MINUTE_US, 1000)
    assert storage.many_streams.file_sizes(streams, window) == {first: [minute], second: [minute]}


def test_outages_of_many_streams_come_in_order_the_lasting_one_too(
    storage: Storage, streams: tuple[int, int, int]
) -> None:
    first, second, _ = streams
    cause = OutageCause.TIMEOUT
    ended = [Outage(first, NOON_US + n * MINUTE_US, NOON_US + (n + 1) * MINUTE_US, cause) for n in range(40)]
    lasting = Outage(second, NOON_US - DAY_US, None, cause, "no answer")
    storage.index_writer.commit(IndexBatch(outages=(*ended, lasting)))
    window = TimeRange(NOON_US + 30 * MINUTE_US, NOON_US + 32 * MINUTE_US)
    found = storage.many_streams.outages(streams, window, limit=100)
    assert found == {first: ended[30:32], second: [lasting]}
    assert storage.many_streams.outages(streams, window, limit=1) == {first: ended[30:31]}
