"""Published files of a run that is still being recorded get the rows that memory had no room for."""

import pytest

from storage.recovery.check import check
from storage.recovery.late_rows import LateFiles, clear_folder, index_late_files, late_files
from tests.support.footage import NOON_US
from tests.support.stored_footage import RecordedRun, Site
from vms.domain.errors import IndexMismatch
from vms.domain.segment import FinishedSegment
from vms.domain.time import HOUR_US, MINUTE_US

START_US = NOON_US - HOUR_US - 3 * MINUTE_US
"""Its third minute is in another hour's folder."""


def publish(run: RecordedRun, count: int) -> list[FinishedSegment]:
    segments = [run.write() for _ in range(count)]
    for segment in segments:
        run.publish(segment)
    return segments


def late(run: RecordedRun, last_seq: int) -> LateFiles:
    last_us = START_US + last_seq * MINUTE_US
    return LateFiles(run.uuid, run.stream.id, run.volume.id, START_US, last_us, last_seq)


def test_files_get_their_rows_and_lose_their_incoming_names(footage_on_each: Site) -> None:
    run = footage_on_each.run(START_US)
    segments = publish(run, 6)
    footage_on_each.index(run, segments[5])
    wanted = late(run, 3)
    files = late_files(footage_on_each.storage, wanted)
    assert [file.name.seq for file in files] == [0, 1, 2, 3]
    assert index_late_files(footage_on_each.storage, wanted, files) == 4
    assert footage_on_each.rows() == [START_US + seq * MINUTE_US for seq in (0, 1, 2, 3, 5)]
    assert [run.incoming_file(segment).exists() for segment in segments] == [False] * 4 + [True, False]
    assert late_files(footage_on_each.storage, wanted) == []
    assert index_late_files(footage_on_each.storage, wanted, files) == 0


def test_folder_of_a_run_that_goes_on_stays(footage: Site) -> None:
    run = footage.run(START_US)
    publish(run, 1)
    index_late_files(footage.storage, late(run, 0), late_files(footage.storage, late(run, 0)))
    clear_folder(footage.storage, late(run, 0))
    assert (footage.root / "incoming" / run.uuid.hex).is_dir()


def test_file_that_is_not_what_its_name_says_gets_no_row_and_keeps_both_names(footage: Site) -> None:
    run = footage.run(START_US)
    good, bad = publish(run, 2)
    run.file(bad).write_bytes(run.file(bad).read_bytes()[:-1] + b"?")
    files = late_files(footage.storage, late(run, 1))
    assert index_late_files(footage.storage, late(run, 1), files) == 1
    assert footage.rows() == [good.start_us]
    assert run.incoming_file(bad).exists()
    assert not check(footage.storage, footage.clock, digests=True).is_clean


def test_run_without_a_row_waits(footage: Site) -> None:
    """Its files would otherwise be given to a run that is made up from their names."""
    run = RecordedRun(footage.main, footage.volume, START_US)
    publish(run, 1)
    with pytest.raises(IndexMismatch, match="no row yet"):
        late_files(footage.storage, late(run, 0))
