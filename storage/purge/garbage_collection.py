"""Unlinks the files that the garbage table names, then deletes the names: the second half of every purge.

Any step may be the last one before a crash. Names stay until the files are gone for good, so doing it all again is
always right.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from storage.installation.steps import OnStep, ignore_step
from storage.schema.retention import garbage
from storage.sql.database import Database
from storage.volumes.open_volume import OpenVolume
from storage.volumes.segment_paths import RECORDED
from vms.domain.time import DAY_US, HOUR_US, to_datetime

BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Collected:
    """What a collection removed.

    Attributes:
        files: names that were there and are gone. freed_bytes: their sizes, as the index had them.
    """

    files: int = 0
    freed_bytes: int = 0


def collect_garbage(
    database: Database, volume: OpenVolume, now_us: int, on_step: OnStep = ignore_step
) -> Collected:
    """Unlink every garbage file of a volume and return what that freed.

    Args:
        database: where the names are.
        volume: the open volume.
        now_us: wall time: folders of the present and the last hour are left, as somebody may be using them.
        on_step: called with the name of each step before it is taken.

    Raises:
        VolumeUnavailable: the volume failed; the names that are left stay for the next time.
    """
    files = freed_bytes = 0
    while True:
        with database.read() as connection:
            rows = connection.execute(
                sa.select(garbage.c.name, garbage.c.size_bytes)
                .where(garbage.c.volume_id == volume.volume_id)
                .order_by(garbage.c.name)
                .limit(BATCH)
            ).all()
        if not rows:
            return Collected(files, freed_bytes)
        for name, size_bytes in rows:
            on_step("unlink")
            if volume.unlink(name):
                files += 1
                freed_bytes += size_bytes
        on_step("folders")
        _remove_folders(volume, (name for name, _ in rows), now_us)
        on_step("sync")
        # Without it a power cut could bring a file back after its name was forgotten.
        volume.sync()
        on_step("forget")
        with database.write() as connection:
            connection.execute(
                sa.delete(garbage).where(
                    garbage.c.volume_id == volume.volume_id, garbage.c.name.in_([name for name, _ in rows])
                )
            )


def _remove_folders(volume: OpenVolume, names: Iterable[str], now_us: int) -> None:
    """Remove the folders of these names that are empty and will not be written to again.

    An hour's folder is kept until the hour after has passed, a day's until the day after has: files are named by
    when they began and published when they end.
    """
    recent = {f"{to_datetime(now_us - back_us):%Y-%m-%d/%H}" for back_us in (0, HOUR_US)}
    recent |= {f"{to_datetime(now_us - back_us):%Y-%m-%d}" for back_us in (0, DAY_US)}
    hours = {name.rpartition("/")[0] for name in names}
    for folder in sorted(hours, key=len, reverse=True):
        top, _, rest = folder.partition("/")
        _, _, dated = rest.partition("/")
        if not dated or dated in recent or not volume.remove_empty_dir(folder):
            continue
        day, _, hour = dated.partition("/")
        if top == RECORDED and hour and day not in recent:
            volume.remove_empty_dir(folder.rpartition("/")[0])
