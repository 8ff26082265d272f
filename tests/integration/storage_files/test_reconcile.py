"""What a crash left behind is brought into order at the next start."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage.footage.index_writer import IndexBatch
from storage.recovery.check import check
from storage.recovery.reconcile import reconcile
from storage.volumes.markers import make_run_folder
from storage.volumes.segment_paths import MARKER
from tests.support.footage import NOON_US
from tests.support.stored_footage import RecordedRun, Site, media_bytes
from vms.domain.camera import OutageCause
from vms.domain.segment import FinishedSegment, SegmentFlag
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US, TimeRange

START_US = NOON_US - HOUR_US


def test_torn_file_is_cut_at_its_last_whole_fragment_and_published(footage: Site) -> None:
    run = footage.run(START_US)
    whole = publish(footage, run)
    torn = run.write()
    incoming = run.incoming_file(torn)
    incoming.write_bytes(incoming.read_bytes()[:-10])
    report = reconcile(footage.storage, footage.clock)
    assert (report.salvaged, report.closed_runs) == (1, 1)
    stored = footage.storage.segments.at(footage.main.id, whole.start_us + MINUTE_US)
    assert stored is not None
    assert SegmentFlag.RECOVERED in stored.flags
    assert stored.duration_us == 45_000_000
    assert check(footage.storage, footage.clock, digests=True).is_clean


def test_file_without_media_is_dropped_and_shown_as_an_outage(footage: Site) -> None:
    run = footage.run(START_US)
    publish(footage, run)
    empty = run.write()
    run.incoming_file(empty).write_bytes(media_bytes(1)[:100])
    report = reconcile(footage.storage, footage.clock)
    assert report.dropped == 1
    assert len(footage.rows()) == 1
    window = TimeRange(START_US + MINUTE_US, START_US + 2 * MINUTE_US)
    [loss] = footage.storage.segments.outages(footage.main.id, window)
    assert loss.cause is OutageCause.RECORDER_DOWN


def test_large_file_that_cannot_be_read_is_kept_in_quarantine(footage: Site) -> None:
    run = footage.run(START_US)
    broken = run.write()
    run.incoming_file(broken).write_bytes(b"\xff" * 200_000)
    reconcile(footage.storage, footage.clock)
    [kept] = footage.root.glob("quarantine/incoming/*/*.mp4")
    assert kept.stat().st_size == 200_000


def test_first_file_of_unknown_start_is_placed_by_its_last_write(footage: Site) -> None:
    run = footage.run(START_US)
    run.seq = 5
    left = run.write()
    written_us = run.incoming_file(left).stat().st_mtime_ns // 1000
    reconcile(footage.storage, footage.clock)
    newest = footage.storage.segments.newest(footage.main.id)
    assert newest is not None
    assert newest.end_us == written_us


def test_live_runs_are_left_alone(footage: Site) -> None:
    run = footage.run(START_US)
    open_file = run.write()
    report = reconcile(footage.storage, footage.clock, live_runs=[run.uuid])
    assert (report.salvaged, report.closed_runs) == (0, 0)
    assert run.incoming_file(open_file).exists()


def test_files_published_while_the_database_was_away_get_their_rows(footage: Site) -> None:
    footage.record(START_US - 3 * DAY_US, 2)
    run = RecordedRun(footage.main, footage.volume, START_US)
    for _ in range(3):
        made = run.write()
        run.publish(made)
        run.incoming_file(made).unlink()
    report = reconcile(footage.storage, footage.clock)
    assert report.adopted == 3
    assert footage.rows()[-3:] == [START_US + k * MINUTE_US for k in range(3)]


def test_lost_index_gets_back_the_last_hours_and_the_rest_is_left_to_a_rebuild(footage: Site) -> None:
    """failure mode 27: nothing is recorded while files are read, so an archive is not read before recording."""
    old, recent = START_US - 40 * DAY_US, START_US
    for start_us in (old, recent):
        run = RecordedRun(footage.main, footage.volume, start_us)
        made = run.write()
        run.publish(made)
        run.incoming_file(made).unlink()
    report = reconcile(footage.storage, footage.clock)
    assert (report.adopted, report.needs_rebuild) == (1, True)
    assert footage.rows() == [recent]
    assert not reconcile(
        footage.storage, footage.clock
    ).needs_rebuild  # its newest row is no older than its files


def test_half_rebuilt_index_is_left_to_the_rebuild(footage: Site) -> None:
    """failure mode 27: the newest row of a rebuild that was cut off says nothing about what has no row."""
    footage.record(START_US - 40 * DAY_US, 1)
    run = RecordedRun(footage.main, footage.volume, START_US - 30 * DAY_US)
    left_out = run.write()
    run.publish(left_out)
    run.incoming_file(left_out).unlink()
    footage.storage.meta.note_rebuild_due()
    report = reconcile(footage.storage, footage.clock)
    assert (report.adopted, report.needs_rebuild) == (0, True)


def test_folder_of_an_unknown_run_is_left_alone_and_reported(footage: Site) -> None:
    run = RecordedRun(footage.main, footage.volume, START_US)
    left = run.write()
    report = reconcile(footage.storage, footage.clock)
    assert report.unclaimed == [f"incoming/{run.uuid.hex}"]
    assert run.incoming_file(left).exists()


def test_run_whose_row_was_never_written_is_known_by_the_note_in_its_folder(footage: Site) -> None:
    """The recorder was killed within a run's first second, or while the database was away."""
    run = RecordedRun(footage.main, footage.volume, START_US)
    make_run_folder(footage.storage.volume_access.open(footage.volume), run.uuid, footage.main.uuid)
    first, second = run.write(), run.write()
    for made, end_us in ((first, START_US + MINUTE_US), (second, START_US + 2 * MINUTE_US)):
        os.utime(run.incoming_file(made), ns=(end_us * 1000, end_us * 1000))
    report = reconcile(footage.storage, footage.clock)
    assert (report.salvaged, report.unclaimed) == (2, [])
    assert footage.rows() == [START_US, START_US + MINUTE_US]
    assert not run.incoming_file(first).parent.exists()
    assert reconcile(footage.storage, footage.clock).salvaged == 0


def test_published_file_that_never_reached_the_disk_whole_is_published_anew(footage: Site) -> None:
    """A failed sync: the file has its final name, but not the bytes that the name's digest speaks of."""
    run = footage.run(START_US)
    torn = run.write()
    run.publish(torn)
    incoming = run.incoming_file(torn)
    with incoming.open("r+b") as file:
        file.truncate(torn.size_bytes - 10)
    reconcile(footage.storage, footage.clock)
    assert len(footage.files()) == 1
    [stored] = footage.storage.segments.covering(footage.main.id, TimeRange(START_US, START_US + 1))
    assert stored.sha256 != torn.sha256
    assert check(footage.storage, footage.clock, digests=True).is_clean


def test_a_row_whose_file_lost_its_name_is_saved_by_the_incoming_name(footage: Site) -> None:
    run = footage.run(START_US)
    made = run.write()
    run.publish(made)
    footage.storage.index_writer.commit(IndexBatch(segments=(made,)))
    run.file(made).unlink()
    reconcile(footage.storage, footage.clock)
    assert footage.files() == {made.relative_path}


def test_same_name_is_never_replaced(footage: Site) -> None:
    """failure mode 34: a second publish under a taken name is refused, and both contents are kept."""
    volume = footage.storage.volume_access.open(footage.volume)
    for name, content in (("incoming/a.mp4", b"first"), ("incoming/b.mp4", b"second")):
        (footage.root / name).parent.mkdir(exist_ok=True)
        (footage.root / name).write_bytes(content)
    assert volume.link_no_replace("incoming/a.mp4", "rec/x/1.mp4")
    with pytest.raises(FileExistsError):
        volume.link_no_replace("incoming/b.mp4", "rec/x/1.mp4")
    assert (footage.root / "rec/x/1.mp4").read_bytes() == b"first"
    assert (footage.root / "incoming/b.mp4").read_bytes() == b"second"


def publish(footage: Site, run: RecordedRun) -> FinishedSegment:
    made = run.write()
    run.publish(made)
    footage.index(run, made)
    return made


def test_volume_that_hangs_is_left_out_and_the_others_are_not(footage: Site, tmp_path: Path) -> None:
    """failure mode 42: a file server hangs while the recorder starts; here each open of its marker waits."""
    left_on_hanging = footage.run(START_US)
    left_on_hanging.write()
    (tmp_path / "healthy").mkdir()
    healthy = footage.storage.volumes.add(tmp_path / "healthy")
    left_on_healthy = footage.run(START_US, stream=footage.sub, volume=healthy)
    left_on_healthy.write()
    with marker_that_hangs(footage.root):
        report = reconcile(footage.storage, footage.clock, answer_seconds=0.5)
        assert report.skipped_volumes == {footage.volume.id: f"{footage.root} does not answer"}
        assert (report.salvaged, report.closed_runs) == (1, 1)
    assert [run.uuid for run in footage.storage.segments.open_runs()] == [left_on_hanging.uuid]
    assert reconcile(footage.storage, footage.clock).salvaged == 1


@contextmanager
def marker_that_hangs(root: Path) -> Iterator[None]:
    """Let whoever opens a volume's marker wait, as on a file server that is gone, while the block lasts."""
    marker = root / MARKER
    aside = marker.rename(root.parent / "marker")
    os.mkfifo(marker)
    try:
        yield
    finally:
        waiting = os.open(marker, os.O_RDWR)
        aside.rename(marker)
        os.close(waiting)
