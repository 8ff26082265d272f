from dataclasses import replace

import pytest

from storage.footage.coverage import recompute_rollups, recompute_spans
from storage.footage.index_writer import IndexBatch
from storage.footage.upkeep import compact_runs
from storage.open import Storage
from tests.support.footage import NOON_US, Recording, add_camera, add_volume_row, stored_rollups
from tests.support.statements import sent_statements
from vms.domain.camera import OutageCause, StreamState, StreamStatus
from vms.domain.errors import IndexMismatch
from vms.domain.segment import Outage, RunEnd, SegmentFlag
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US, TimeRange

ALL_TIME = TimeRange(0, NOON_US * 2)


@pytest.fixture
def recording(storage: Storage) -> Recording:
    """A run on the main stream of a new camera; nothing of it is stored yet."""
    camera = add_camera(storage)
    return Recording(camera.streams[0].id, add_volume_row(storage.database))


def another_run(first: Recording, start_us: int) -> Recording:
    return Recording(first.stream_id, first.volume_id, start_us)


def commit(storage: Storage, recording: Recording, count: int) -> None:
    storage.index_writer.commit(IndexBatch(runs=(recording.run,), segments=recording.segments(count)))


def test_segment_comes_back_as_it_was_written(storage: Storage, recording: Recording) -> None:
    written = recording.segment()
    storage.index_writer.commit(IndexBatch(runs=(recording.run,), segments=(written,)))
    found = storage.segments.covering(recording.stream_id, ALL_TIME)
    assert [(s.start_us, s.duration_us, s.media_us, s.size_bytes, s.seq) for s in found] == [
        (NOON_US, MINUTE_US, MINUTE_US, 1000, 0)
    ]
    assert (found[0].sha256, found[0].fragments) == (written.sha256, b"fragments")
    assert (found[0].run_uuid, found[0].name_us) == (recording.uuid, NOON_US)
    assert found[0].init_bytes == len(recording.init.data)
    assert storage.segments.init(found[0].init_id).data == recording.init.data


def test_committing_a_batch_again_changes_nothing(storage: Storage, recording: Recording) -> None:
    batch = IndexBatch(runs=(recording.run,), segments=recording.segments(20))
    assert storage.index_writer.commit(batch).inserted == 20
    first = (
        storage.segments.covering(recording.stream_id, ALL_TIME),
        storage.segments.spans(recording.stream_id, ALL_TIME),
        stored_rollups(storage.database, recording.stream_id),
    )
    report = storage.index_writer.commit(batch)
    again = (
        storage.segments.covering(recording.stream_id, ALL_TIME),
        storage.segments.spans(recording.stream_id, ALL_TIME),
        stored_rollups(storage.database, recording.stream_id),
    )
    assert again == first
    assert (report.inserted, report.known) == (0, 20)


def test_segment_is_known_after_its_wall_time_was_corrected(storage: Storage, recording: Recording) -> None:
    batch = IndexBatch(runs=(recording.run,), segments=(recording.segment(),))
    storage.index_writer.commit(batch)
    shifted = replace(batch, segments=(replace(batch.segments[0], start_us=NOON_US + 90 * MINUTE_US),))
    assert storage.index_writer.commit(shifted).known == 1
    assert len(storage.segments.covering(recording.stream_id, ALL_TIME)) == 1


def test_segments_of_two_runs_with_one_start_are_both_kept(storage: Storage, recording: Recording) -> None:
    """failure mode 16"""
    other = another_run(recording, NOON_US)
    commit(storage, recording, 3)
    late = IndexBatch(runs=(other.run,), segments=other.segments(3))
    report = storage.index_writer.commit(late)
    found = storage.segments.covering(recording.stream_id, ALL_TIME)
    assert len(found) == 6
    assert len(report.moved) == 3
    assert {s.sha256 for s in found} >= {s.sha256 for s in late.segments}
    moved = [s for s in found if s.run_uuid == other.uuid]
    assert [s.start_us - s.name_us for s in moved] == [1, 1, 1]
    assert all(SegmentFlag.SHIFTED in s.flags for s in moved)
    assert storage.index_writer.commit(late).known == 3


def test_many_runs_with_one_start_are_all_kept_in_one_batch(storage: Storage, recording: Recording) -> None:
    """failure mode 16"""
    runs = [another_run(recording, NOON_US) for _ in range(5)]
    batch = IndexBatch(runs=tuple(r.run for r in runs), segments=tuple(r.segment() for r in runs))
    storage.index_writer.commit(batch)
    found = storage.segments.covering(recording.stream_id, ALL_TIME)
    assert [s.start_us for s in found] == [NOON_US + i for i in range(5)]
    assert {s.run_uuid for s in found} == {r.uuid for r in runs}
    assert len(storage.segments.spans(recording.stream_id, ALL_TIME)) == 5


def test_segment_of_a_run_that_was_never_opened_is_refused_whole(
    storage: Storage, recording: Recording
) -> None:
    stranger = another_run(recording, NOON_US + HOUR_US)
    with pytest.raises(IndexMismatch, match=stranger.uuid.hex):
        storage.index_writer.commit(
            IndexBatch(runs=(recording.run,), segments=(recording.segment(), stranger.segment()))
        )
    assert storage.segments.run_by_uuid(recording.uuid) is None
    assert storage.segments.newest(recording.stream_id) is None


def test_span_grows_with_its_run(storage: Storage, recording: Recording) -> None:
    for _ in range(3):
        commit(storage, recording, 2)
    (span,) = storage.segments.spans(recording.stream_id, ALL_TIME)
    assert (span.start_us, span.end_us, span.size_bytes) == (NOON_US, NOON_US + 6 * MINUTE_US, 6000)


def test_new_run_begins_a_new_span(storage: Storage, recording: Recording) -> None:
    commit(storage, recording, 2)
    other = another_run(recording, recording.end_us)
    commit(storage, other, 2)
    assert len(storage.segments.spans(recording.stream_id, ALL_TIME)) == 2


def test_span_of_a_day_is_one_to_its_readers(storage: Storage, recording: Recording) -> None:
    for _ in range(24):
        commit(storage, recording, 60)
    (span,) = storage.segments.spans(recording.stream_id, TimeRange(NOON_US, NOON_US + DAY_US))
    assert (span.start_us, span.end_us) == (NOON_US, NOON_US + DAY_US)
    late = TimeRange(NOON_US + 20 * HOUR_US, NOON_US + 21 * HOUR_US)
    (span,) = storage.segments.spans(recording.stream_id, late)
    assert span.start_us <= late.start_us
    assert span.end_us >= late.end_us


def test_segments_that_arrive_out_of_order_join_their_neighbours(
    storage: Storage, recording: Recording
) -> None:
    first, second, third = recording.segments(3)
    for late in (third, first, second):
        storage.index_writer.commit(IndexBatch(runs=(recording.run,), segments=(late,)))
    (span,) = storage.segments.spans(recording.stream_id, ALL_TIME)
    assert (span.start_us, span.end_us, span.size_bytes) == (NOON_US, NOON_US + 3 * MINUTE_US, 3000)


def test_stored_coverage_is_what_segments_say(storage: Storage, recording: Recording) -> None:
    segments = [recording.segment(gap_us=5 * SECOND_US * (i % 7 == 0)) for i in range(200)]
    for part in (segments[:90], segments[120:], segments[90:120]):
        storage.index_writer.commit(IndexBatch(runs=(recording.run,), segments=tuple(part)))
    stream_id = recording.stream_id
    written = storage.segments.spans(stream_id, ALL_TIME), stored_rollups(storage.database, stream_id)
    window = TimeRange(NOON_US - HOUR_US, NOON_US + 5 * HOUR_US)
    with storage.database.write() as connection:
        recompute_spans(connection, stream_id, window)
        recompute_rollups(connection, stream_id, window)
    assert (
        storage.segments.spans(stream_id, ALL_TIME),
        stored_rollups(storage.database, stream_id),
    ) == written
    assert storage.segments.stream_bytes(stream_id) == 200_000


def test_run_is_improved_and_ended_by_its_uuid(storage: Storage, recording: Recording) -> None:
    storage.index_writer.commit(IndexBatch(runs=(recording.run,)))
    assert [r.uuid for r in storage.segments.open_runs()] == [recording.uuid]
    ended = replace(
        recording.run, start_us=NOON_US + 5, end_us=NOON_US + MINUTE_US, end_reason=RunEnd.TIMEOUT
    )
    storage.index_writer.commit(IndexBatch(runs=(ended,)))
    assert storage.segments.open_runs() == []
    stored = storage.segments.run_by_uuid(recording.uuid)
    assert stored is not None
    assert replace(stored, id=0) == ended
    assert storage.segments.run(stored.id) == stored


def test_last_number_of_a_run_is_known(storage: Storage, recording: Recording) -> None:
    commit(storage, recording, 3)
    stored = storage.segments.run_by_uuid(recording.uuid)
    assert stored is not None
    assert storage.segments.last_seq(stored.id) == (2, NOON_US + 3 * MINUTE_US)
    assert storage.segments.last_seq(stored.id + 1) is None


def test_outage_is_opened_and_closed(storage: Storage, recording: Recording) -> None:
    begun = Outage(recording.stream_id, NOON_US, None, OutageCause.TIMEOUT, "no answer")
    storage.index_writer.commit(IndexBatch(outages=(begun,)))
    assert storage.segments.open_outages() == [begun]
    ended = replace(begun, end_us=NOON_US + MINUTE_US)
    storage.index_writer.commit(IndexBatch(outages=(ended,)))
    assert storage.segments.outages(recording.stream_id, ALL_TIME) == [ended]
    assert storage.segments.open_outages() == []


def test_status_is_replaced(storage: Storage, recording: Recording) -> None:
    said = StreamStatus(recording.stream_id, StreamState.BACKOFF, NOON_US, NOON_US, cause=OutageCause.AUTH)
    storage.index_writer.commit(IndexBatch(statuses=(said,)))
    later = replace(
        said, state=StreamState.RECORDING, cause=None, updated_us=NOON_US + 1, bitrate_bps=4_000_000
    )
    storage.index_writer.commit(IndexBatch(statuses=(later,)))
    assert storage.cameras.statuses() == {recording.stream_id: later}


def test_runs_without_footage_are_forgotten_and_others_kept(storage: Storage, recording: Recording) -> None:
    """failure mode 39"""
    commit(storage, recording, 1)
    ended = {"end_us": NOON_US, "end_reason": RunEnd.EOF}
    with_footage = replace(recording.run, **ended)  # type: ignore[arg-type]  # real fields of Run
    empty = [replace(another_run(recording, NOON_US).run, **ended) for _ in range(50)]  # type: ignore[arg-type]  # as above
    still_open = another_run(recording, NOON_US).run
    storage.index_writer.commit(IndexBatch(runs=(with_footage, *empty, still_open)))
    assert compact_runs(storage.database, ended_before_us=NOON_US) == 0
    assert compact_runs(storage.database, ended_before_us=NOON_US + 1) == 50
    assert storage.segments.run_by_uuid(recording.uuid) is not None
    assert storage.segments.run_by_uuid(still_open.uuid) is not None


def test_five_hundred_segments_take_no_more_statements_than_one_of_each_stream(storage: Storage) -> None:
    volume_id = add_volume_row(storage.database)
    recordings = [Recording(add_camera(storage).streams[0].id, volume_id) for _ in range(66)]
    storage.index_writer.commit(
        IndexBatch(runs=tuple(r.run for r in recordings), segments=tuple(r.segment() for r in recordings))
    )
    counts: list[int] = []
    for count in (66, 500):
        segments = tuple(recordings[i % 66].segment(10 * SECOND_US) for i in range(count))
        with sent_statements() as sent:
            storage.index_writer.commit(IndexBatch(segments=segments))
        counts.append(len(sent))
    few, many = counts
    # What each stream's spans and sums are made of has to be read; all is written at once.
    assert 66 < many == few <= 2 * 66 + 10
