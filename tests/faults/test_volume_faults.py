"""Disks that are full, read-only, missing, swapped or out of inodes, with real filesystems; wants root to mount them."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.purge.purger import Purger
from storage.recovery.reconcile import reconcile
from storage.volumes.open_volume import OpenVolume
from storage.volumes.volume_access import VolumeAccess, VolumeCheck, choose_volume
from tests.support.footage import NOON_US
from tests.support.stored_footage import Site, ext4, remount, site, tmpfs
from vms.domain.errors import VolumeFull, VolumeUnavailable
from vms.domain.retention import PurgeReason
from vms.domain.time import HOUR_US, TimeRange
from vms.domain.volume import Volume, VolumeState

pytestmark = [pytest.mark.faults, pytest.mark.root]

MIB = 1 << 20


@pytest.fixture
def mounted(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    """A site whose volume is a memory filesystem of 4 MiB that keeps 1 MiB free."""
    with tmpfs(tmp_path / "disk") as root, site(sqlite_url, root) as made:
        made.storage.volumes.edit(made.volume.id, min_free_bytes=MIB)
        made.volume = made.storage.volumes.get(made.volume.id)
        yield made


def test_full_disk_is_freed_by_the_oldest_footage(mounted: Site) -> None:
    """failure mode 19 (storage's part): the disk is full; pressure frees it and new footage fits again."""
    made = mounted.record(NOON_US - HOUR_US, 7, filler=512 * 1024)
    fill(mounted.root)
    assert look(mounted).state is VolumeState.FULL
    volume = mounted.storage.volume_access.open(mounted.volume)
    with pytest.raises(VolumeFull, match="no bytes are left"):
        write(volume.create_file("incoming/new.mp4"), 64 * 1024, volume)
    report = Purger(mounted.storage, mounted.clock).run_once()
    taken = report.volumes[0].deleted[PurgeReason.PRESSURE]
    assert 2 <= taken <= 3
    assert mounted.rows() == [s.start_us for s in made[taken:]]
    assert volume.free_space().free_bytes >= MIB
    assert look(mounted).state is VolumeState.HEALTHY
    mounted.record(NOON_US - 30 * 60_000_000, 1, filler=512 * 1024)


def test_full_disk_with_only_held_footage_stops_and_deletes_nothing(mounted: Site) -> None:
    """failure mode 20: everything is held; the volume is full, says why, and takes footage again when there is room."""
    made = mounted.record(NOON_US - HOUR_US, 4, filler=512 * 1024)
    window = TimeRange(NOON_US - 2 * HOUR_US, NOON_US)
    held = mounted.storage.holds.place(mounted.camera.id, window, "case 3", "admin").hold
    fill(mounted.root)
    purger = Purger(mounted.storage, mounted.clock)
    for _ in range(2):
        report = purger.run_once()
        assert report.segments == 0
        assert report.volumes[0].state is VolumeState.FULL
        assert report.volumes[0].unmet_bytes > 0
    known = mounted.storage.volumes.get(mounted.volume.id)
    assert known.state is VolumeState.FULL
    assert "held" in known.state_detail
    assert choose_volume([known], {known.id: look(mounted)}) is None
    assert mounted.rows() == [s.start_us for s in made]
    mounted.storage.holds.release(held.id, "admin")
    assert purger.run_once().segments > 0
    known = mounted.storage.volumes.get(mounted.volume.id)
    assert known.state is VolumeState.HEALTHY
    assert choose_volume([known], {known.id: look(mounted)}) == known


def test_volume_that_turned_read_only_keeps_every_row(mounted: Site) -> None:
    """failure mode 21: the filesystem turns read-only; nothing is removed, and another volume is chosen."""
    made = mounted.record(NOON_US - 40 * 24 * HOUR_US, 3)
    purger = Purger(mounted.storage, mounted.clock)
    remount(mounted.root, "ro")
    report = purger.run_once()
    assert report.segments == 0
    assert mounted.storage.volumes.get(mounted.volume.id).state is VolumeState.READ_ONLY
    assert mounted.rows() == [s.start_us for s in made]
    with pytest.raises(VolumeUnavailable):
        mounted.storage.volume_access.open(mounted.volume).create_file("incoming/x.mp4")
    remount(mounted.root, "rw")
    assert purger.run_once().segments == 3


def test_volume_that_turns_read_only_during_a_purge_keeps_what_it_could_not_remove(mounted: Site) -> None:
    """failure mode 21: rows that went are remembered as garbage, and the files go once the disk is writable."""
    mounted.record(NOON_US - 40 * 24 * HOUR_US, 3)

    def turn_read_only(step: str) -> None:
        if step == "moved-to-garbage":
            remount(mounted.root, "ro")

    report = Purger(mounted.storage, mounted.clock, on_step=turn_read_only).run_once()
    assert report.volumes[0].state is VolumeState.READ_ONLY
    assert len(mounted.files()) == 3
    remount(mounted.root, "rw")
    assert Purger(mounted.storage, mounted.clock).run_once().freed_bytes > 0
    assert mounted.files() == set()


def test_unmounted_volume_takes_no_byte_and_keeps_its_rows(sqlite_url: str, tmp_path: Path) -> None:
    """failure mode 22: the volume is unmounted under us; nothing lands below its mount point; remounting recovers."""
    image, path = tmp_path / "disk.img", tmp_path / "disk"
    with ext4(path, image) as root, site(sqlite_url, root) as made:
        recorded = made.record(NOON_US - 40 * 24 * HOUR_US, 3)
        known = made.storage.volume_access.open(made.volume)
        subprocess.run(["umount", "-l", path], check=True, timeout=30)
        assert look(made).state is VolumeState.MISSING
        with pytest.raises(VolumeUnavailable):
            made.storage.volume_access.open(made.volume)
        known.make_dirs_below("incoming/late")
        known.close()
        report = Purger(made.storage, made.clock).run_once()
        assert (report.segments, report.volumes[0].state) == (0, VolumeState.MISSING)
        assert reconcile(made.storage, made.clock).skipped_volumes
        assert list(path.iterdir()) == []
        assert made.rows() == [s.start_us for s in recorded]
        made.storage.volume_access.forget(made.volume.id)
        with ext4(path, image):
            assert look(made).state is VolumeState.HEALTHY
            assert made.files() == {s.relative_path for s in recorded}


def test_swapped_volumes_are_both_refused(sqlite_url: str, tmp_path: Path) -> None:
    """failure mode 23: two disks are mounted at each other's place; neither is read or written."""
    with tmpfs(tmp_path / "a") as a, tmpfs(tmp_path / "b") as b, site(sqlite_url, a) as made:
        other = made.storage.volumes.add(b)
        marker_a, marker_b = (a / ".volume.json").read_bytes(), (b / ".volume.json").read_bytes()
        (a / ".volume.json").write_bytes(marker_b)
        (b / ".volume.json").write_bytes(marker_a)
        made.storage.volume_access.close()
        for volume in (made.volume, other):
            assert made.storage.volume_access.check(volume).state is VolumeState.WRONG_IDENTITY
            with pytest.raises(VolumeUnavailable, match="swapped"):
                made.storage.volume_access.open(volume)


def test_other_disk_mounted_over_a_volume_is_refused(mounted: Site) -> None:
    """failure mode 23: something else is mounted over the volume while it is in use."""
    made = mounted.record(NOON_US - 40 * 24 * HOUR_US, 2)
    mounted.storage.volume_access.open(mounted.volume)
    with tmpfs(mounted.root):
        assert look(mounted).state is VolumeState.MISSING
        assert Purger(mounted.storage, mounted.clock).run_once().segments == 0
        assert list(mounted.root.iterdir()) == []
    assert mounted.rows() == [s.start_us for s in made]
    assert look(mounted).state is VolumeState.HEALTHY


def test_volume_path_that_is_a_link_retargeted_live_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    """failure mode 23: the volume's path is a symbolic link, and now leads to a copy with another identity."""
    first, second, link = tmp_path / "first", tmp_path / "second", tmp_path / "link"
    first.mkdir()
    second.mkdir()
    link.symlink_to(first)
    with site(sqlite_url, link) as made:
        other = made.storage.volumes.add(second)
        assert look(made).state is VolumeState.HEALTHY
        link.unlink()
        link.symlink_to(second)
        assert look(made).state is VolumeState.WRONG_IDENTITY
        with pytest.raises(VolumeUnavailable):
            made.storage.volume_access.open(made.volume)
        assert other.id != made.volume.id


def test_removed_incoming_folder_is_made_again_below_the_verified_root_only(mounted: Site) -> None:
    """failure mode 24: incoming/ is removed while recording; it comes back on the volume, and nowhere else."""
    volume = mounted.storage.volume_access.open(mounted.volume)
    volume.make_dirs_below("incoming/run")
    shutil.rmtree(mounted.root / "incoming")
    volume.make_dirs_below("incoming/run")
    assert (mounted.root / "incoming/run").is_dir()
    subprocess.run(["umount", "-l", mounted.root], check=True, timeout=30)
    with pytest.raises(VolumeUnavailable):
        mounted.storage.volume_access.open(mounted.volume).make_dirs_below("incoming/run")
    assert list(mounted.root.iterdir()) == []


def test_lack_of_inodes_is_called_that_and_purged(sqlite_url: str, tmp_path: Path) -> None:
    """failure mode 44: ENOSPC with free bytes is reported as a lack of inodes, and the purge frees some."""
    with (
        tmpfs(tmp_path / "disk", size="64m", options="nr_inodes=600") as root,
        site(sqlite_url, root) as made,
    ):
        recorded = made.record(NOON_US - 10 * HOUR_US, 250)
        for number in range(1000):
            try:
                (root / f"other{number}").touch()
            except OSError:
                break
        volume = made.storage.volume_access.open(made.volume)
        with pytest.raises(VolumeFull, match="no inodes are left, though"):
            volume.create_file("incoming/new.mp4")
        assert "inodes" in look(made).detail
        report = Purger(made.storage, made.clock).run_once()
        assert report.volumes[0].deleted[PurgeReason.PRESSURE] == 200
        assert made.rows() == [s.start_us for s in recorded[200:]]
        assert look(made).state is VolumeState.HEALTHY


def test_footage_survives_a_repair_of_its_filesystem(sqlite_url: str, tmp_path: Path) -> None:
    """On a real ext4 filesystem: an empty one with lost+found is accepted, synced, and found again after unmounting."""
    image, path = tmp_path / "disk.img", tmp_path / "disk"
    with ext4(path, image) as root:
        assert (root / "lost+found").is_dir()
        with site(sqlite_url, root) as made:
            recorded = made.record(NOON_US - HOUR_US, 3)
            volume = made.storage.volume_access.open(made.volume)
            volume.sync()
            volume.close()
    subprocess.run(["e2fsck", "-fn", image], check=True, capture_output=True, timeout=60)
    with ext4(path, image):
        assert {str(p.relative_to(path)) for p in path.glob("rec/*/*/*/*.mp4")} == {
            s.relative_path for s in recorded
        }


def test_volume_of_another_database_is_refused(mounted: Site) -> None:
    stranger = VolumeAccess(mounted.camera.uuid)
    assert stranger.check(mounted.volume).state is VolumeState.WRONG_IDENTITY


def look(made: Site) -> VolumeCheck:
    return made.storage.volume_access.check(volume_row(made))


def volume_row(made: Site) -> Volume:
    return made.storage.volumes.get(made.volume.id)


def fill(root: Path) -> None:
    """Fill the filesystem to its last byte with something that is not ours."""
    with (root / "other").open("wb", buffering=0) as file:
        for _ in range(1 << 20):
            try:
                file.write(b"x" * 4096)
            except OSError:
                return


def write(fd: int, size: int, volume: OpenVolume) -> None:
    try:
        os.write(fd, b"x" * size)
    except OSError as error:
        volume.raise_meaning(error)
        raise
    finally:
        os.close(fd)
