"""Taking folders into use as volumes, and staying inside them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from storage.volumes.beneath import split_name
from storage.volumes.open_volume import OpenVolume
from tests.support.footage import NOON_US
from tests.support.stored_footage import Site
from vms.domain.errors import Conflict, InvalidInput, NotFound, VolumeUnavailable
from vms.domain.time import HOUR_US
from vms.domain.volume import VolumeState


@pytest.fixture
def volume(footage: Site) -> OpenVolume:
    return footage.storage.volume_access.open(footage.volume)


def test_adding_a_folder_marks_it(footage: Site) -> None:
    marker = json.loads((footage.root / ".volume.json").read_text())
    assert marker["volume_uuid"] == str(footage.volume.uuid)
    assert marker["database_uuid"] == str(footage.storage.meta.database_uuid())


def test_folder_with_other_things_is_refused_and_left_as_it_is(footage: Site, tmp_path: Path) -> None:
    other = tmp_path / "documents"
    other.mkdir()
    (other / "letter.txt").write_text("dear")
    with pytest.raises(Conflict, match="not empty"):
        footage.storage.volumes.add(other)
    assert [p.name for p in other.iterdir()] == ["letter.txt"]


def test_missing_folder_is_refused_and_not_made(footage: Site, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        footage.storage.volumes.add(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_relative_path_is_refused(footage: Site) -> None:
    with pytest.raises(InvalidInput, match="absolute"):
        footage.storage.volumes.add("footage")


def test_volume_is_not_added_twice(footage: Site) -> None:
    with pytest.raises(Conflict, match="already"):
        footage.storage.volumes.add(footage.root)


def test_volume_marked_before_a_crash_is_taken_into_use(footage: Site) -> None:
    footage.storage.volumes.remove(footage.volume.id)
    again = footage.storage.volumes.add(footage.root)
    assert again.uuid == footage.volume.uuid


def test_volume_with_footage_cannot_be_removed(footage: Site) -> None:
    footage.record(NOON_US - HOUR_US, 1)
    with pytest.raises(Conflict, match="holds footage"):
        footage.storage.volumes.remove(footage.volume.id)


def test_volume_moves_to_another_path_only_if_it_is_there(footage: Site, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    with pytest.raises(VolumeUnavailable):
        footage.storage.volumes.edit(footage.volume.id, path=elsewhere)
    footage.root.rename(elsewhere)
    moved = footage.storage.volumes.edit(footage.volume.id, path=elsewhere)
    assert footage.storage.volume_access.check(moved).state is VolumeState.HEALTHY


def test_enabling_a_volume_ends_what_a_person_had_to_look_at(footage: Site) -> None:
    footage.storage.volumes.set_state(footage.volume.id, VolumeState.FAILED, "input/output error")
    footage.storage.volumes.set_enabled(footage.volume.id, is_enabled=True)
    assert footage.storage.volumes.get(footage.volume.id).state is VolumeState.HEALTHY


def test_volumes_are_found_by_number_path_or_uuid(footage: Site) -> None:
    for text in (str(footage.volume.id), footage.volume.path, str(footage.volume.uuid)):
        assert footage.storage.volumes.find(text).id == footage.volume.id
    with pytest.raises(NotFound):
        footage.storage.volumes.find("99")


def test_failed_volume_stays_failed_until_a_person_looked(footage: Site) -> None:
    footage.storage.volumes.set_state(footage.volume.id, VolumeState.FAILED, "input/output error")
    known = footage.storage.volumes.get(footage.volume.id)
    assert footage.storage.volume_access.check(known).state is VolumeState.FAILED


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../x", "a/../b", "a//b", "a/./b", "a/", "x\0y"])
def test_names_that_could_leave_the_volume_are_refused(volume: OpenVolume, name: str) -> None:
    with pytest.raises(InvalidInput):
        split_name(name)
    with pytest.raises(InvalidInput):
        volume.open_file(name)


def test_symbolic_links_are_never_followed(footage: Site, volume: OpenVolume, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("secret")
    (footage.root / "folder").symlink_to(outside)
    (footage.root / "link").symlink_to(outside / "file")
    for attempt in ("folder/file", "link"):
        with pytest.raises(VolumeUnavailable):
            volume.open_file(attempt)
    with pytest.raises(VolumeUnavailable):
        volume.create_file("folder/new")
    with pytest.raises(VolumeUnavailable):
        volume.make_dirs_below("folder/new")
    assert sorted(p.name for p in outside.iterdir()) == ["file"]


def test_small_files_are_replaced_whole(footage: Site, volume: OpenVolume) -> None:
    volume.replace_file("rec/a/stream.json", b"one")
    volume.replace_file("rec/a/stream.json", b"two")
    assert (footage.root / "rec/a/stream.json").read_bytes() == b"two"
    assert volume.names("rec/a") == ["stream.json"]


def test_removing_what_is_gone_is_no_error(volume: OpenVolume) -> None:
    assert volume.unlink("rec/a/b.mp4") is False
    assert volume.remove_empty_dir("rec/a") is True
    assert volume.names("rec/a") == []


def test_folder_in_use_is_kept(volume: OpenVolume) -> None:
    os.close(volume.create_file("rec/a/b.mp4"))
    assert volume.remove_empty_dir("rec/a") is False
    assert volume.exists("rec/a/b.mp4")


def test_sync_and_room_work_on_a_plain_folder(volume: OpenVolume) -> None:
    volume.sync()
    assert 0 < volume.free_space().free_bytes <= volume.free_space().total_bytes


def test_a_look_leaves_nothing_behind(footage: Site) -> None:
    assert footage.storage.volume_access.check(footage.volume).state is VolumeState.HEALTHY
    assert [p.name for p in footage.root.iterdir()] == [".volume.json"]


def test_process_ends_though_a_volume_never_answers(tmp_path: Path) -> None:
    """failure mode 42: here the volume is a pipe that nobody writes to."""
    os.mkfifo(tmp_path / "fifo")
    script = """
import os, sys
from storage.volumes.volume_pool import VolumePool, Work
from vms.domain.errors import VolumeUnavailable
try:
    VolumePool().threads(1, Work.READ).call(os.open, sys.argv[1], os.O_RDONLY, seconds=0.2)
except VolumeUnavailable as error:
    print(error)
"""
    command = [sys.executable, "-c", script, str(tmp_path / "fifo")]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert (ended.stdout, ended.stderr) == ("volume 1 does not answer\n", "")
