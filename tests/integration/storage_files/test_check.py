"""The comparison of files and index, and its repairs."""

import shutil

import sqlalchemy as sa

from storage.recovery.check import check
from storage.recovery.check_report import Difference
from storage.schema.footage import rollup, segment, span
from tests.support.footage import NOON_US
from tests.support.stored_footage import Site
from vms.domain.camera import OutageCause
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US, TimeRange
from vms.domain.volume import VolumeState

START_US = NOON_US - HOUR_US


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


def test_repair_works_out_spans_and_rollups_anew(footage: Site) -> None:
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
