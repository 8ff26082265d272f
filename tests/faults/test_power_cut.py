"""A power cut: what the disk held at one moment, mounted again, must be an archive that keeps its promises.

Footage and database lie on one ext4 image. While eight streams are written, its backing file is copied: the copy is
what a disk holds when the power goes, with everything gone that was only in memory.
"""

import subprocess
import time
from pathlib import Path

import pytest

from storage.recovery.check import check
from tests.support.deadline import wait_until
from tests.support.installation import (
    ALL_TIME,
    Installation,
    add_camera,
    installation,
    main_stream,
    truths_of,
)
from tests.support.stored_footage import ext4

pytestmark = [pytest.mark.faults, pytest.mark.root]

STREAMS = 8
COMMIT_SECONDS = 2
LOSS_US = (COMMIT_SECONDS + 1) * 1_000_000
"""The interval of the group commit, and a fragment (docs/design/storage.md)."""
SLACK_US = 1_000_000
"""syncfs itself takes a moment with eight streams on two cores."""


def whole_segments(site: Installation) -> int:
    with site.opened() as services:
        return min(
            len(services.storage.segments.covering(main_stream(camera).id, ALL_TIME))
            for camera in services.storage.cameras.list()
        )


def record_and_cut(site: Installation, image: Path, copy: Path) -> int:
    """Record until every stream has finished files, copy the disk in mid-writing; return the time of the cut."""
    with site.running("up"):
        with site.opened() as services:
            site.wait_until_recording(services.storage)
        wait_until(lambda: whole_segments(site) >= 2, seconds=60, what="two segments of every stream")
        cut_us = time.time_ns() // 1000
        copy.write_bytes(image.read_bytes())
    return cut_us


def test_after_a_power_cut_rows_have_files_and_little_is_lost(tmp_path: Path) -> None:
    """failure mode 32: a power cut while eight streams are being written."""
    disk, image, copy = tmp_path / "disk", tmp_path / "disk.img", tmp_path / "copy.img"
    paths = [f"{name}" for name in ("balai-kota", "menara-pandang", "taman-kamboja", "puskesmas-pekauman")]
    paths += ["siring-tendean", "pasar-terapung", "balai-kota-2", "menara-pandang-2"]
    settings = {"VMS_SEGMENT_SECONDS": "6", "VMS_COMMIT_SECONDS": str(COMMIT_SECONDS)}
    with ext4(disk, image, megabytes=192):
        (disk / "site").mkdir()
        with installation(disk / "site", cameras=STREAMS, settings=settings) as site:
            with site.opened() as services:
                for path in paths:
                    add_camera(services.storage, site, path)
            cut_us = record_and_cut(site, image, copy)
    # The journal is played back by the mount itself, as after any power cut; nothing else is repaired.
    with ext4(disk, copy):
        assert_promises_kept(site, cut_us)
    subprocess.run(["e2fsck", "-fn", copy], check=True, timeout=60, capture_output=True)


def assert_promises_kept(site: Installation, cut_us: int) -> None:
    with site.opened() as services:
        cameras = services.storage.cameras.list()
        for camera in cameras:
            stream = main_stream(camera)
            for row in services.storage.segments.covering(stream.id, ALL_TIME):
                file = site.path_of(row, stream)
                assert file.stat().st_size == row.size_bytes, f"{file.name} is not what its row says"
        with site.running("recorder"):
            site.wait_until_recording_tried(services.storage)
        report = check(services.storage, services.clock, repair=False, digests=True)
        assert report.is_clean, report.summary()
        for camera in cameras:
            before = [
                truth.time_us
                for path in site.files(main_stream(camera))
                for truth in truths_of(path)
                if truth.time_us <= cut_us
            ]
            lost_us = cut_us - max(before)
            assert lost_us <= LOSS_US + SLACK_US, f"{camera.name}: lost {lost_us / 1e6:.1f} s"
