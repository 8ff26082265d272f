"""The index is lost or damaged: recording goes on, and every file is found again with the times it had."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.recovery.config_backup import back_up_config
from tests.support.deadline import wait_until
from tests.support.installation import (
    ALL_TIME,
    Installation,
    add_camera,
    installation,
    main_stream,
)
from vms.domain.errors import VmsError
from vms.processes.app import BACKUPS

pytestmark = pytest.mark.faults

Known = dict[str, tuple[int, int, int, bytes]]


def known_segments(site: Installation) -> Known:
    """Return start, duration, size and digest of every indexed file of the one camera, by its name."""
    with site.opened() as services:
        stream = main_stream(services.storage.cameras.list()[0])
        rows = services.storage.segments.covering(stream.id, ALL_TIME)
        return {
            site.path_of(row, stream).name: (row.start_us, row.duration_us, row.size_bytes, row.sha256)
            for row in rows
        }


def damage_pages(database: Path) -> None:
    """Overwrite the pages of the segment table with noise, as a dying disk would."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'segment'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    with database.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xa5" * size)


def remove_all(database: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


@pytest.mark.long
@pytest.mark.parametrize("spoil", [damage_pages, remove_all], ids=["damaged", "gone"])
def test_the_index_is_rebuilt_while_recording_goes_on(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    """failure mode 27 (lost) and failure mode 28 (damaged): found at start, set aside, rebuilt beside the recording."""
    with installation(tmp_path, cameras=1) as site:
        with site.opened() as services:
            add_camera(services.storage, site, "balai-kota")
        with site.running("up"):
            wait_until(lambda: len(known_segments(site)) >= 2, seconds=60, what="two segments")
        before = known_segments(site)
        with site.opened() as services:
            back_up_config(
                services.storage.database, site.settings.data_dir / BACKUPS, services.clock.now_us()
            )
        spoil(site.settings.data_dir / "siring.db")

        def is_whole_again() -> bool:
            try:
                now = known_segments(site)
            except VmsError:
                return False
            return before.items() <= now.items() and len(now) > len(before)

        with site.running("up"):
            wait_until(is_whole_again, seconds=90, what="the old segments and a new one")
        with site.opened() as services:
            (camera,) = services.storage.cameras.list()
            assert camera.name == "balai-kota"
            assert services.storage.cameras.credentials(camera.id) is not None
