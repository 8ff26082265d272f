"""Publishing a finished file on a real volume, while others work on it."""

import os
from pathlib import Path

import pytest
from typing_extensions import override

from recorder.clock.wall_clock import Assignment
from recorder.publish.finished_file import FileFacts, RunFile, examine, publish
from storage.volumes.open_volume import OpenVolume
from storage.volumes.volume_access import open_volume
from tests.support.footage import NOON_US
from tests.support.stored_footage import RecordedRun, Site, site
from vms.domain.errors import StorageError
from vms.domain.segment import SegmentFlag
from vms.domain.time import MINUTE_US


class PurgedMeanwhile(OpenVolume):
    """A real volume on which a purge removes empty folders just after they were made."""

    left = 1

    @override
    def make_parents(self, name: str) -> None:
        super().make_parents(name)
        if name.startswith("rec/") and self.left:
            self.left -= 1
            assert self.remove_empty_dir(name.rpartition("/")[0])


def written(made: Site) -> tuple[RunFile, FileFacts]:
    """Return a file that ffmpeg has closed."""
    run = RecordedRun(made.main, made.volume, NOON_US)
    run.write()
    with open_volume(made.volume, None) as known:
        volume = PurgedMeanwhile(known.volume_id, known.uuid, known.path, os.dup(known.root_fd))
    file = RunFile(volume, made.main, run.uuid, 0)
    facts = examine(file)
    assert facts is not None
    return file, facts


ASSIGNED = Assignment(NOON_US, MINUTE_US, SegmentFlag.NONE, is_jump=False)


def test_folder_that_a_purge_removes_before_the_link_is_made_again(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "volume").mkdir()
    with site(sqlite_url, tmp_path / "volume") as made:
        file, facts = written(made)
        finished = publish(file, facts, ASSIGNED, lambda _step: None)
        assert made.files() == {finished.relative_path}


def test_folder_that_vanishes_again_and_again_is_a_failure_and_no_missing_file(
    sqlite_url: str, tmp_path: Path
) -> None:
    (tmp_path / "volume").mkdir()
    with site(sqlite_url, tmp_path / "volume") as made:
        file, facts = written(made)
        assert isinstance(file.volume, PurgedMeanwhile)
        file.volume.left = 1000
        with pytest.raises(StorageError, match="vanishes"):
            publish(file, facts, ASSIGNED, lambda _step: None)
        assert file.volume.exists(file.path)


def test_file_that_is_gone_is_told_from_a_folder_that_is(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "volume").mkdir()
    with site(sqlite_url, tmp_path / "volume") as made:
        file, facts = written(made)
        file.volume.unlink(file.path)
        with pytest.raises(FileNotFoundError):
            publish(file, facts, ASSIGNED, lambda _step: None)
