from dataclasses import replace
from uuid import uuid4

import pytest

from storage.footage.coverage import remove_coverage
from storage.footage.index_writer import IndexBatch
from storage.open import Storage
from storage.schema.footage import LONGEST_SPAN_US, segment
from storage.sql.database import Database
from tests.support.footage import NOON_US, Recording, add_camera, add_volume_row, stored_rollups
from tests.support.statements import rows_looked_at, sent_statements, sqlite_plan
from vms.domain.camera import OutageCause
from vms.domain.errors import NotFound
from vms.domain.segment import Outage, RunEnd
from vms.domain.time import BUCKET_US, DAY_US, HOUR_US, MINUTE_US, SECOND_US, TimeRange


@pytest.fixture
def recording(storage: Storage) -> Recording:
    """A run whose files cover ten minutes from noon."""
    camera = add_camera(storage)
    begun = Recording(camera.streams[0].id, add_volume_row(storage.database))
    storage.index_writer.commit(IndexBatch(runs=(begun.run,), segments=begun.segments(10)))
    return begun


def delete_segments(database: Database, stream_id: int, window: TimeRange) -> None:
    """Delete the segments that begin in the window, as a purge would."""
    with database.write() as connection:
        gone = (
            segment.c.stream_id == stream_id,
            segment.c.start_us >= window.start_us,
            segment.c.start_us < window.end_us,
        )
        rows = connection.execute(
            segment.delete().where(*gone).returning(segment.c.start_us, segment.c.duration_us)
        ).all()
        remove_coverage(connection, stream_id, [TimeRange(start, start + length) for start, length in rows])


def minute(number: int) -> int:
    return NOON_US + number * MINUTE_US


def test_window_finds_the_segments_that_reach_into_it(storage: Storage, recording: Recording) -> None:
    window = TimeRange(minute(2) + 1, minute(4))
    found = storage.segments.covering(recording.stream_id, window)
    assert [s.start_us for s in found] == [minute(2), minute(3)]
    assert storage.segments.covering(recording.stream_id, TimeRange(minute(10), minute(99))) == []


def test_files_of_a_window_are_those_of_its_segments(storage: Storage, recording: Recording) -> None:
    window = TimeRange(minute(2) + 1, minute(4))
    found = storage.segments.files(recording.stream_id, window)
    segments = storage.segments.covering(recording.stream_id, window)
    assert [f._asdict() for f in found] == [
        {name: getattr(s, name) for name in found[0]._fields} for s in segments
    ]
    assert [f.end_us for f in found] == [minute(3), minute(4)]


def test_longest_segment_is_found_from_its_last_instant(storage: Storage, recording: Recording) -> None:
    long = Recording(recording.stream_id, recording.volume_id, NOON_US - HOUR_US)
    storage.index_writer.commit(IndexBatch(runs=(long.run,), segments=(long.segment(600 * SECOND_US),)))
    found = storage.segments.at(recording.stream_id, NOON_US - HOUR_US + 600 * SECOND_US - 1)
    assert found is not None
    assert found.run_uuid == long.uuid
    assert storage.segments.at(recording.stream_id, NOON_US - HOUR_US + 600 * SECOND_US) is None


def test_instant_is_held_by_the_segment_that_began_last(storage: Storage, recording: Recording) -> None:
    other = Recording(recording.stream_id, recording.volume_id, minute(3) + 30 * SECOND_US)
    storage.index_writer.commit(IndexBatch(runs=(other.run,), segments=(other.segment(),)))
    found = storage.segments.at(recording.stream_id, minute(3) + 40 * SECOND_US)
    assert found is not None
    assert found.run_uuid == other.uuid


def test_neighbours_of_an_instant_are_found(storage: Storage, recording: Recording) -> None:
    before, after = storage.segments.nearest(recording.stream_id, minute(4))
    assert before is not None
    assert after is not None
    assert (before.start_us, after.start_us) == (minute(4), minute(5))
    assert storage.segments.nearest(recording.stream_id, NOON_US - 1)[0] is None
    assert storage.segments.nearest(recording.stream_id, minute(99))[1] is None


def test_first_and_last_footage_are_known(storage: Storage, recording: Recording) -> None:
    oldest = storage.segments.oldest(recording.stream_id)
    newest = storage.segments.newest(recording.stream_id)
    assert oldest is not None
    assert newest is not None
    assert (oldest.start_us, newest.end_us) == (NOON_US, minute(10))
    empty = add_camera(storage).streams[0].id
    assert storage.segments.oldest(empty) is None


def test_segment_is_found_by_its_place_in_its_run_and_stream(storage: Storage, recording: Recording) -> None:
    run = storage.segments.run_by_uuid(recording.uuid)
    assert run is not None
    found = storage.segments.find(recording.stream_id, run.id, 3)
    assert found is not None
    assert found.start_us == minute(3)
    assert storage.segments.find(recording.stream_id, run.id, 99) is None
    assert storage.segments.find(recording.stream_id + 1, run.id, 3) is None


def test_what_does_not_exist_is_not_found(storage: Storage) -> None:
    with pytest.raises(NotFound):
        storage.segments.run(1)
    with pytest.raises(NotFound):
        storage.segments.init(1)
    assert storage.segments.run_by_uuid(uuid4()) is None


def test_buckets_say_what_is_covered(storage: Storage, recording: Recording) -> None:
    (only,) = stored_rollups(storage.database, recording.stream_id)
    assert (only.bucket_us, only.covered_us, only.segments) == (NOON_US, 10 * MINUTE_US, 10)
    assert (only.size_bytes, only.gaps, only.longest_gap_us) == (10_000, 1, 5 * MINUTE_US)


def test_purge_from_the_old_end_shortens_the_span(storage: Storage, recording: Recording) -> None:
    delete_segments(storage.database, recording.stream_id, TimeRange(NOON_US, minute(4)))
    (span,) = storage.segments.spans(recording.stream_id, TimeRange(0, minute(99)))
    assert (span.start_us, span.end_us, span.size_bytes) == (minute(4), minute(10), 6000)
    assert storage.segments.stream_bytes(recording.stream_id) == 6000


def test_purge_around_a_hold_leaves_two_spans(storage: Storage, recording: Recording) -> None:
    delete_segments(storage.database, recording.stream_id, TimeRange(minute(3), minute(6)))
    spans = storage.segments.spans(recording.stream_id, TimeRange(0, minute(99)))
    assert [(s.start_us, s.end_us) for s in spans] == [(NOON_US, minute(3)), (minute(6), minute(10))]


def test_purge_of_everything_leaves_nothing(storage: Storage, recording: Recording) -> None:
    delete_segments(storage.database, recording.stream_id, TimeRange(NOON_US, minute(10)))
    everything = TimeRange(0, minute(99))
    assert storage.segments.spans(recording.stream_id, everything) == []
    assert stored_rollups(storage.database, recording.stream_id) == []


def test_purge_of_one_run_leaves_the_one_that_overlaps_it(storage: Storage, recording: Recording) -> None:
    """failure mode 16"""
    other = Recording(recording.stream_id, recording.volume_id, minute(5))
    storage.index_writer.commit(IndexBatch(runs=(other.run,), segments=other.segments(10)))
    delete_segments(storage.database, recording.stream_id, TimeRange(NOON_US, minute(5)))
    spans = storage.segments.spans(recording.stream_id, TimeRange(0, minute(99)))
    assert sorted((s.start_us, s.end_us) for s in spans) == [
        (minute(5), minute(10)),
        (minute(5) + 1, minute(15)),
    ]


def test_outage_that_began_before_the_window_is_found(storage: Storage, recording: Recording) -> None:
    long = Outage(recording.stream_id, NOON_US - 30 * DAY_US, NOON_US + 1, OutageCause.UNREACHABLE)
    short = Outage(recording.stream_id, NOON_US + HOUR_US, NOON_US + 2 * HOUR_US, OutageCause.AUTH)
    lasting = Outage(recording.stream_id, NOON_US + 3 * HOUR_US, None, OutageCause.VOLUME)
    storage.index_writer.commit(IndexBatch(outages=(long, short, lasting)))
    outages = storage.segments.outages
    assert outages(recording.stream_id, TimeRange(NOON_US, NOON_US + HOUR_US)) == [long]
    assert outages(recording.stream_id, TimeRange(NOON_US + 1, NOON_US + DAY_US)) == [short, lasting]
    assert outages(recording.stream_id, TimeRange(NOON_US + DAY_US, NOON_US + 2 * DAY_US)) == [lasting]


def test_day_of_a_flapping_camera_is_read_by_its_key_alone(storage: Storage) -> None:
    """failure mode 39"""
    camera = add_camera(storage)
    stream_id, volume_id = camera.streams[0].id, add_volume_row(storage.database)
    step_us = DAY_US // 10_000
    for first in range(7_500, 20_000, 2_500):
        recordings = [
            Recording(stream_id, volume_id, NOON_US + i * step_us) for i in range(first, first + 2_500)
        ]
        batch = IndexBatch(
            segments=tuple(r.segment(4 * SECOND_US) for r in recordings),
            runs=tuple(
                replace(r.run, end_us=r.end_us, end_reason=RunEnd.EOF, start_us=r.start_us)
                for r in recordings
            ),
            outages=tuple(
                Outage(stream_id, r.end_us, r.start_us + step_us, OutageCause.CLOSED) for r in recordings
            ),
        )
        storage.index_writer.commit(batch)
    storage.database.upkeep()
    day = TimeRange(NOON_US + DAY_US, NOON_US + 2 * DAY_US)
    with sent_statements() as sent:
        spans = storage.segments.spans(stream_id, day, limit=2_000)
        rollups = storage.many_streams.cell_rollups([stream_id], day, BUCKET_US)[stream_id]
        outages = storage.segments.outages(stream_id, day, limit=2_000)
    assert (len(spans), len(rollups), len(outages)) == (2_000, 96, 2_000)
    reads = [statement for statement in sent if statement.is_read]
    assert len(reads) == 4
    if storage.database.is_sqlite:
        assert [sqlite_plan(storage.database, read) for read in reads] == [
            ["SEARCH span USING PRIMARY KEY (stream_id=? AND start_us>? AND start_us<?)"],
            [
                "SEARCH rollup USING PRIMARY KEY (stream_id=? AND bucket_us>? AND bucket_us<?)",
                "USE TEMP B-TREE FOR GROUP BY",  # of the day's 96, which are added up to cells
                "USE TEMP B-TREE FOR ORDER BY",
            ],
            ["SEARCH outage USING PRIMARY KEY (stream_id=? AND start_us<?)"],  # of which it takes a few
            ["SEARCH outage USING PRIMARY KEY (stream_id=? AND start_us>? AND start_us<?)"],
        ]
    else:
        # Of the spans before the window, those that could still reach into it.
        earlier = 10_000 * LONGEST_SPAN_US // DAY_US
        looked_at = [rows_looked_at(storage.database, read) for read in reads]
        assert sum(looked_at) <= 2_000 + earlier + 2 * 97 + 16 + 2_000, looked_at
