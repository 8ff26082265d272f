"""A power cut: what the disk held at one moment, mounted again, must be an archive that keeps its promises.

Footage and database lie on one ext4 image. While eight streams are written, its backing file is copied: the copy is
what a disk holds when the power goes, with everything gone that was only in memory.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.open import Storage
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
from tests.support.written_footage import growing_of_all, whole_frames
from vms.simulator.picture.frame_truth import FrameTruth

pytestmark = [pytest.mark.faults, pytest.mark.root]

STREAMS = 8
COMMIT_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Promised:
    """What a power cut must not cost: segments by run and number, and frames by what they say of themselves."""

    rows: set[tuple[int, int]]
    frames: set[FrameTruth]


def stored_rows(storage: Storage) -> set[tuple[int, int]]:
    """Return run and number of every segment that is committed."""
    cameras = storage.cameras.list()
    rows = [row for c in cameras for row in storage.segments.covering(main_stream(c).id, ALL_TIME)]
    return {(row.run_id, row.seq) for row in rows}


def record_and_cut(site: Installation, image: Path, copy: Path) -> Promised:
    """Record until every stream has finished files, copy the disk in mid-writing.

    Returns:
        The rows that were there, and the frames that had filled a fragment before the last two commits, each of which
        begins with a sync of the volume.
    """
    with site.running("up"), site.opened() as services:
        storage = services.storage
        site.wait_until_recording(storage)
        wait_until(
            lambda: len([seq for _, seq in stored_rows(storage) if seq == 1]) >= STREAMS,
            seconds=120,
            what="two segments of every stream",
        )
        written = growing_of_all(site.volume, STREAMS)
        for _ in range(2):
            before = stored_rows(storage)
            wait_until(lambda: stored_rows(storage) > before, seconds=60, what="a commit")  # noqa: B023  # at once
        rows = stored_rows(storage)
        copy.write_bytes(image.read_bytes())
    return Promised(rows, whole_frames(written.values()))


@pytest.mark.long
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
            promised = record_and_cut(site, image, copy)
    # The journal is played back by the mount itself, as after any power cut; nothing else is repaired.
    with ext4(disk, copy):
        assert_promises_kept(site, promised)
    subprocess.run(["e2fsck", "-fn", copy], check=True, timeout=60, capture_output=True)


def assert_promises_kept(site: Installation, promised: Promised) -> None:
    with site.opened() as services:
        cameras = services.storage.cameras.list()
        rows = [
            (main_stream(c), services.storage.segments.covering(main_stream(c).id, ALL_TIME)) for c in cameras
        ]
        assert stored_rows(services.storage) >= promised.rows
        for stream, of_stream in rows:
            for row in of_stream:
                file = site.path_of(row, stream)
                assert file.stat().st_size == row.size_bytes, f"{file.name} is not what its row says"
        with site.running("recorder"):
            site.wait_until_recording_tried(services.storage)
        report = check(services.storage, services.clock, repair=False, digests=True)
        assert report.is_clean, report.summary()
        kept = {t for c in cameras for path in site.files(main_stream(c)) for t in truths_of(path)}
        assert len({truth.camera for truth in promised.frames}) == STREAMS
        assert not promised.frames - kept
