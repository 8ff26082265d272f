"""Recovery at start, the comparison of files and index, and the rebuild of a lost index."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.check import check
from storage.check_report import Difference
from storage.clock_shift import ClockShift
from storage.config_backup import back_up_config
from storage.index_writer import IndexBatch
from storage.migrate import upgrade
from storage.open import Storage, open_storage
from storage.reconcile import reconcile
from storage.recovery import find_damage, open_or_recover
from storage.reindex import reindex, take_over
from storage.schema import rollup, segment, span
from storage.segment_paths import sidecar_path
from tests.support.footage import NOON_US, SteppedClock, draft
from tests.support.stored_footage import RecordedRun, Site, media_bytes
from vms.domain.camera import OutageCause
from vms.domain.errors import Conflict
from vms.domain.segment import FinishedSegment, SegmentFlag
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US, TimeRange
from vms.domain.volume import VolumeState

START_US = NOON_US - HOUR_US


def test_torn_file_is_cut_at_its_last_whole_fragment_and_published(footage: Site) -> None:
    run = footage.run(START_US)
    whole = publish(footage, run)
    torn = run.write()
    twin = run.twin(torn)
    twin.write_bytes(twin.read_bytes()[:-10])
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
    run.twin(empty).write_bytes(media_bytes(1)[:100])
    report = reconcile(footage.storage, footage.clock)
    assert report.dropped == 1
    assert len(footage.rows()) == 1
    window = TimeRange(START_US + MINUTE_US, START_US + 2 * MINUTE_US)
    [loss] = footage.storage.segments.outages(footage.main.id, window)
    assert loss.cause is OutageCause.RECORDER_DOWN


def test_large_file_that_cannot_be_read_is_kept_in_quarantine(footage: Site) -> None:
    run = footage.run(START_US)
    broken = run.write()
    run.twin(broken).write_bytes(b"\xff" * 200_000)
    reconcile(footage.storage, footage.clock)
    [kept] = footage.root.glob("quarantine/incoming/*/*.mp4")
    assert kept.stat().st_size == 200_000


def test_first_file_of_unknown_start_is_placed_by_its_last_write(footage: Site) -> None:
    run = footage.run(START_US)
    run.seq = 5
    left = run.write()
    written_us = run.twin(left).stat().st_mtime_ns // 1000
    reconcile(footage.storage, footage.clock)
    newest = footage.storage.segments.newest(footage.main.id)
    assert newest is not None
    assert newest.end_us == written_us


def test_live_runs_are_left_alone(footage: Site) -> None:
    run = footage.run(START_US)
    open_file = run.write()
    report = reconcile(footage.storage, footage.clock, live_runs=[run.uuid])
    assert (report.salvaged, report.closed_runs) == (0, 0)
    assert run.twin(open_file).exists()


def test_files_published_while_the_database_was_away_get_their_rows(footage: Site) -> None:
    footage.record(START_US - 3 * DAY_US, 2)
    run = RecordedRun(footage.main, footage.volume, START_US)
    for _ in range(3):
        made = run.write()
        run.publish(made)
        run.twin(made).unlink()
    report = reconcile(footage.storage, footage.clock)
    assert report.adopted == 3
    assert footage.rows()[-3:] == [START_US + k * MINUTE_US for k in range(3)]


def test_folder_of_an_unknown_run_is_left_alone_and_reported(footage: Site) -> None:
    run = RecordedRun(footage.main, footage.volume, START_US)
    left = run.write()
    report = reconcile(footage.storage, footage.clock)
    assert report.unclaimed == [f"incoming/{run.uuid.hex}"]
    assert run.twin(left).exists()


def test_published_file_that_never_reached_the_disk_whole_is_published_anew(footage: Site) -> None:
    """A failed sync: the file has its final name, but not the bytes that the name's digest speaks of."""
    run = footage.run(START_US)
    torn = run.write()
    run.publish(torn)
    twin = run.twin(torn)
    with twin.open("r+b") as file:
        file.truncate(torn.size_bytes - 10)
    reconcile(footage.storage, footage.clock)
    assert len(footage.files()) == 1
    [stored] = footage.storage.segments.covering(footage.main.id, TimeRange(START_US, START_US + 1))
    assert stored.sha256 != torn.sha256
    assert check(footage.storage, footage.clock, digests=True).is_clean


def test_a_row_whose_file_lost_its_name_is_saved_by_the_second_name(footage: Site) -> None:
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


def test_check_finds_nothing_wrong_with_a_sound_archive(footage: Site) -> None:
    footage.record(START_US, 5)
    footage.record(START_US, 5, stream=footage.sub)
    report = check(footage.storage, footage.clock, digests=True)
    assert report.is_clean, report.summary()
    assert (report.rows, report.files) == (10, 10)


def test_check_flags_a_truncated_file(footage: Site) -> None:
    """failure mode 33: a truncated file inside the archive is flagged, and its row stays."""
    made = footage.record(START_US, 3)
    with (footage.root / made[1].relative_path).open("r+b") as file:
        file.truncate(made[1].size_bytes - 7)
    report = check(footage.storage, footage.clock, repair=True)
    assert report.found == {Difference.TRUNCATED: [made[1].relative_path]}
    assert not report.is_clean
    assert len(footage.rows()) == 3


def test_check_finds_a_changed_byte_when_digests_are_compared(footage: Site) -> None:
    made = footage.record(START_US, 2)
    path = footage.root / made[0].relative_path
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert check(footage.storage, footage.clock).is_clean
    assert check(footage.storage, footage.clock, digests=True).counts == {Difference.DIGEST: 1}


def test_repair_forgets_a_lost_file_and_shows_the_loss(footage: Site) -> None:
    made = footage.record(START_US, 3)
    (footage.root / made[1].relative_path).unlink()
    assert check(footage.storage, footage.clock).counts == {Difference.MISSING_FILE: 1}
    assert check(footage.storage, footage.clock, repair=True).is_clean
    assert footage.rows() == [made[0].start_us, made[2].start_us]
    [loss] = footage.storage.segments.outages(footage.main.id, TimeRange(made[1].start_us, made[2].start_us))
    assert loss.cause is OutageCause.VOLUME
    assert check(footage.storage, footage.clock).is_clean


def test_many_missing_files_freeze_the_volume_and_delete_no_row(footage: Site) -> None:
    made = footage.record(START_US, 5)
    shutil.rmtree((footage.root / made[0].relative_path).parent)
    report = check(footage.storage, footage.clock, repair=True)
    assert footage.volume.id in report.suspect_volumes
    assert len(footage.rows()) == 5
    assert footage.storage.volumes.get(footage.volume.id).state is VolumeState.SUSPECT


def test_repair_indexes_a_file_without_a_row(footage: Site) -> None:
    footage.record(START_US - 2 * DAY_US, 2)
    made = footage.record(START_US, 3)
    with footage.storage.database.write() as connection:
        connection.execute(sa.delete(segment).where(segment.c.start_us == START_US - 2 * DAY_US))
    report = check(footage.storage, footage.clock, repair=True)
    assert report.counts[Difference.MISSING_ROW] == 1
    assert check(footage.storage, footage.clock).is_clean
    assert len(footage.rows()) == 2 + len(made)


def test_repair_sets_unknown_files_aside_and_deletes_none(footage: Site) -> None:
    made = footage.record(START_US, 1)
    stray = (footage.root / made[0].relative_path).with_name("holiday.mp4")
    stray.write_bytes(b"not ours")
    assert check(footage.storage, footage.clock, repair=True).counts == {Difference.UNKNOWN: 1}
    assert not stray.exists()
    [kept] = footage.root.glob("quarantine/rec/*/*/*/holiday.mp4")
    assert kept.read_bytes() == b"not ours"


def test_repair_works_out_spans_and_sums_anew(footage: Site) -> None:
    footage.record(START_US, 4)
    with footage.storage.database.write() as connection:
        connection.execute(sa.update(rollup).values(size_bytes=1))
        connection.execute(sa.delete(span))
    assert check(footage.storage, footage.clock).counts == {Difference.SPANS: 1}
    assert check(footage.storage, footage.clock, repair=True).is_clean
    assert check(footage.storage, footage.clock).is_clean
    assert [s.time for s in footage.storage.segments.spans(footage.main.id, TimeRange(0, NOON_US))] == [
        TimeRange(START_US, START_US + 4 * MINUTE_US)
    ]


def test_check_leaves_out_a_volume_that_is_away(footage: Site) -> None:
    footage.record(START_US, 2)
    footage.root.rename(footage.root.with_name("elsewhere"))
    report = check(footage.storage, footage.clock, repair=True)
    assert list(report.skipped_volumes) == [footage.volume.id]
    assert len(footage.rows()) == 2


def test_lost_database_is_rebuilt_from_file_names(footage: Site, tmp_path: Path) -> None:
    """failure mode 27: the database file is lost; every row comes back with identical start and duration."""
    footage.record(START_US, 20)
    footage.record(START_US - 40 * DAY_US, 10, stream=footage.sub)
    write_sidecars(footage)
    before = facts(footage.storage, footage)
    new = new_storage(tmp_path, footage.clock)
    take_over(new, [footage.root])
    report = reindex(new, footage.clock)
    assert (report.files, report.added, report.damaged) == (30, 30, [])
    [camera] = new.cameras.list(include_removed=True)
    assert (camera.uuid, camera.name) == (footage.camera.uuid, footage.camera.name)
    assert camera.removed_us is not None
    assert facts(new, replace(footage, camera=camera)) == before
    assert check(new, footage.clock, digests=True).is_clean
    assert reindex(new, footage.clock).added == 0
    new.close()


def test_footage_of_an_unknown_camera_is_never_given_to_another(footage: Site, tmp_path: Path) -> None:
    """failure mode 27: cameras are not re-mapped, even where the new database has a camera of the same name."""
    footage.record(START_US, 3)
    write_sidecars(footage)
    new = new_storage(tmp_path, footage.clock)
    same_name = new.cameras.add(draft(footage.camera.name))
    take_over(new, [footage.root])
    reindex(new, footage.clock)
    assert [new.segments.newest(s.id) for s in same_name.streams] == [None, None]
    [archived] = [c for c in new.cameras.list(include_removed=True) if c.removed_us is not None]
    assert archived.uuid == footage.camera.uuid
    new.close()


def test_rebuild_can_leave_fragment_tables_for_later(footage: Site, tmp_path: Path) -> None:
    footage.record(START_US, 2)
    new = new_storage(tmp_path, footage.clock)
    take_over(new, [footage.root])
    reindex(new, footage.clock, with_fragments=False)
    with new.database.read() as connection:
        without = sa.select(sa.func.count()).where(segment.c.fragments.is_(None))
        assert connection.execute(without).scalar_one() == 2
    new.close()


def test_volumes_of_two_databases_are_not_mixed(footage: Site, tmp_path: Path) -> None:
    new = new_storage(tmp_path, footage.clock)
    other = tmp_path / "other"
    other.mkdir()
    new.volumes.add(other)
    with pytest.raises(Conflict):
        take_over(new, [footage.root])
    with pytest.raises(Conflict):
        take_over(footage.storage, [footage.root, other])
    new.close()


def test_damaged_database_is_set_aside_and_rebuilt(footage: Site, sqlite_url: str, tmp_path: Path) -> None:
    """failure mode 28: a corrupt page is detected at the start; the file is moved aside and the index rebuilt."""
    footage.record(START_US, 30)
    footage.storage.holds.place(
        footage.camera.id, TimeRange(START_US, START_US + MINUTE_US), "case 5", "admin"
    )
    before = facts(footage.storage, footage)
    back_up_config(footage.storage.database, tmp_path / "backup", footage.clock.now_us())
    footage.storage.close()
    path = tmp_path / "siring.db"
    damage(path)
    assert find_damage(sqlite_url)
    storage, replaced, report = open_or_recover(
        sqlite_url, footage.clock, secret_key=None, copies=tmp_path / "backup"
    )
    assert replaced is not None
    assert replaced.moved_to is not None
    assert replaced.moved_to.exists()
    assert report is not None
    assert report.added == 30
    again = replace(footage, storage=storage, camera=storage.cameras.get(footage.camera.id))
    assert facts(storage, again) == before
    assert again.camera.retention_days == 30
    assert [held.reason for held in storage.holds.list()] == ["case 5"]
    assert find_damage(sqlite_url) == ""
    storage.close()


def test_damaged_database_without_a_copy_is_rebuilt_from_the_volumes(
    footage: Site, sqlite_url: str, tmp_path: Path
) -> None:
    """failure mode 28: without a copy of the configuration footage is all there, as an archived camera's."""
    footage.record(START_US, 5)
    write_sidecars(footage)
    footage.storage.close()
    (tmp_path / "siring.db").write_bytes(b"this is no database" * 1000)
    storage, replaced, report = open_or_recover(
        sqlite_url, footage.clock, secret_key=None, volume_paths=[footage.root]
    )
    assert replaced is not None
    assert report is not None
    assert report.added == 5
    [camera] = storage.cameras.list(include_removed=True)
    assert (camera.uuid, camera.retention_days) == (footage.camera.uuid, None)
    storage.close()


def test_sound_database_is_opened_as_it_is(footage: Site, sqlite_url: str) -> None:
    footage.storage.close()
    storage, replaced, report = open_or_recover(sqlite_url, footage.clock, secret_key=None)
    assert (replaced, report) == (None, None)
    storage.close()


def test_only_the_newest_copies_of_the_configuration_are_kept(footage: Site, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    for day in range(4):
        back_up_config(footage.storage.database, folder, NOON_US + day * DAY_US, keep=2)
    assert [p.name for p in sorted(folder.iterdir())] == [
        "config-2024-10-06T120000.db",
        "config-2024-10-07T120000.db",
    ]


def test_unsynchronised_run_is_shifted_once_and_found_after_a_rebuild(footage: Site, tmp_path: Path) -> None:
    """failure mode 18: boot unsynchronised, then the clock turns out to be 1.5 h slow."""
    made = footage.record(START_US, 5)
    delta_us = HOUR_US + 30 * MINUTE_US
    [one] = footage.storage.segments.covering(footage.main.id, TimeRange(START_US, START_US + 1))
    shift = ClockShift(footage.storage.database, footage.storage.volumes, footage.storage.volume_access)
    assert shift.shift_run(one.run_id, delta_us, token="boot 1") == 5
    assert shift.shift_run(one.run_id, delta_us, token="boot 1") == 0
    moved = [s.start_us + delta_us for s in made]
    assert footage.rows() == moved
    assert footage.files() == {s.relative_path for s in made}
    [part] = footage.storage.segments.spans(footage.main.id, TimeRange(0, 2 * NOON_US))
    assert part.time == TimeRange(moved[0], moved[-1] + MINUTE_US)
    assert footage.storage.segments.run(one.run_id).start_us == moved[0]
    [late, *_] = footage.storage.segments.covering(footage.main.id, TimeRange(moved[0], moved[0] + 1))
    assert SegmentFlag.SHIFTED in late.flags
    assert late.name_us == made[0].start_us
    assert check(footage.storage, footage.clock).is_clean
    assert reconcile(footage.storage, footage.clock).adopted == 0
    new = new_storage(tmp_path, footage.clock)
    take_over(new, [footage.root])
    reindex(new, footage.clock)
    [camera] = new.cameras.list(include_removed=True)
    assert replace(footage, storage=new, camera=camera).rows() == moved
    new.close()


def test_shift_by_less_than_a_segment_keeps_every_row(footage: Site) -> None:
    made = footage.record(START_US, 5)
    [one] = footage.storage.segments.covering(footage.main.id, TimeRange(START_US, START_US + 1))
    shift = ClockShift(footage.storage.database, footage.storage.volumes, footage.storage.volume_access)
    for token, delta_us in (("a", 60_000_000), ("b", -120_000_000)):
        assert shift.shift_run(one.run_id, delta_us, token=token) == 5
    assert footage.rows() == [s.start_us - 60_000_000 for s in made]
    assert check(footage.storage, footage.clock).is_clean


def publish(footage: Site, run: RecordedRun) -> FinishedSegment:
    made = run.write()
    run.publish(made)
    footage.index(run, made)
    return made


def new_storage(tmp_path: Path, clock: SteppedClock) -> Storage:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    upgrade(url)
    return open_storage(url, clock, secret_key=None)


def write_sidecars(footage: Site) -> None:
    for stream in footage.camera.streams:
        path = footage.root / sidecar_path(stream.uuid)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f'{{"camera_uuid": "{footage.camera.uuid}", "camera_name": "{footage.camera.name}",'
            f' "stream_uuid": "{stream.uuid}", "role": "{stream.role.value}"}}'
        )


def facts(storage: Storage, footage: Site) -> list[tuple[object, ...]]:
    """Return what a rebuild must bring back of every segment."""
    found: list[tuple[object, ...]] = []
    for stream in footage.camera.streams:
        for s in storage.segments.covering(stream.id, TimeRange(0, 2 * NOON_US)):
            init = storage.segments.init(s.init_id).sha256
            found.append(
                (
                    *(
                        stream.uuid,
                        s.start_us,
                        s.duration_us,
                        s.media_us,
                        s.size_bytes,
                        s.run_uuid.hex[:8],
                        s.seq,
                    ),
                    *(s.name_us, s.sha256, s.fragments, s.init_bytes, init),
                )
            )
    assert found
    return sorted(found, key=str)


def damage(path: Path) -> None:
    """Overwrite pages in the middle of a database file."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        for offset in range(8192, size - 4096, 8192):
            file.seek(offset)
            file.write(b"\xa5" * 4096)
