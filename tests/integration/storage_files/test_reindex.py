"""A lost or damaged index is rebuilt from the files, clock corrections included."""

import contextlib
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.clock.clock_shift import ClockShift
from storage.installation.migrate import upgrade
from storage.open import Storage, open_storage
from storage.recovery.check import check
from storage.recovery.config_backup import back_up_config
from storage.recovery.fragment_filling import fill_fragments, fragments_left_out
from storage.recovery.reconcile import reconcile
from storage.recovery.reindex import reindex, take_over
from storage.recovery.replace_index import (
    find_damage,
    index_what_is_due,
    rebuild_footage,
    replace_index,
)
from storage.schema.footage import segment
from storage.volumes.segment_paths import sidecar_path
from tests.support.footage import NOON_US, SteppedClock, draft
from tests.support.stored_footage import Site
from vms.domain.errors import Conflict
from vms.domain.segment import SegmentFlag
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US, TimeRange

START_US = NOON_US - HOUR_US


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
    assert tables(new) == [None, None]
    new.close()


@pytest.mark.parametrize("size", [0, 100])
def test_quick_rebuild_passes_over_files_that_are_cut_off(footage: Site, tmp_path: Path, size: int) -> None:
    """failure mode 33: in a quick rebuild only the first file of a run is opened; the others tell by their size."""
    made = footage.record(START_US, 3)
    with (footage.root / made[1].relative_path).open("r+b") as file:
        file.truncate(size)
    new = new_storage(tmp_path, footage.clock)
    take_over(new, [footage.root])
    report = reindex(new, footage.clock, with_fragments=False)
    assert (report.added, report.damaged) == (2, [made[1].relative_path])
    new.close()


def test_rebuild_that_goes_on_opens_no_file_that_has_its_row(footage: Site, tmp_path: Path) -> None:
    made = footage.record(START_US, 3)
    new = new_storage(tmp_path, footage.clock)
    take_over(new, [footage.root])
    reindex(new, footage.clock)
    for segment_ in made:
        (footage.root / segment_.relative_path).write_bytes(b"")
    report = reindex(new, footage.clock)
    assert (report.files, report.added, report.damaged) == (3, 0, [])
    new.close()


def test_volume_that_a_rebuild_left_out_stays_noted_as_due(footage: Site, tmp_path: Path) -> None:
    footage.record(START_US, 3)
    away = footage.root.rename(tmp_path / "away")
    with footage.storage.database.write() as connection:
        connection.execute(sa.delete(segment))
    footage.storage.meta.note_rebuild_due()
    storage = footage.storage
    rebuild_footage(storage, footage.clock, ())
    assert storage.meta.volumes_due() == frozenset({footage.volume.id})
    away.rename(footage.root)
    assert index_what_is_due(storage, footage.clock).added == 3
    assert not storage.meta.is_rebuild_due()


def test_log_that_outlived_its_database_is_not_played_over_the_copy(
    footage: Site, sqlite_url: str, tmp_path: Path
) -> None:
    """failure mode 27: siring.db is deleted, its log is left behind."""
    back_up_config(footage.storage.database, tmp_path / "backup", footage.clock.now_us())
    footage.storage.close()
    leave_only_the_log(tmp_path / "siring.db")
    replaced = replace_index(sqlite_url, footage.clock, "gone", copies=tmp_path / "backup")
    assert replaced.moved_to is None
    assert find_damage(sqlite_url) == ""
    storage = open_storage(sqlite_url, footage.clock, secret_key=None)
    assert [camera.uuid for camera in storage.cameras.list()] == [footage.camera.uuid]
    assert storage.meta.is_rebuild_due()
    storage.close()
    assert len(list(tmp_path.glob("siring.db.damaged-*-wal"))) == 1


def test_tables_that_a_rebuild_left_out_are_filled_in_bit_by_bit(
    footage_on_each: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    footage, storage = footage_on_each, footage_on_each.storage
    made = footage.record(START_US, 5) + footage.record(START_US, 2, stream=footage.sub)
    before = tables(storage)
    assert fill_fragments(storage, lambda: True) == 0
    with storage.database.write() as connection:
        connection.execute(sa.update(segment).values(fragments=None))
    (footage.root / made[3].relative_path).unlink()
    fragments_left_out(storage.database)
    monkeypatch.setattr("storage.recovery.fragment_filling.BATCH", 2)
    turns = iter([True, False])
    assert fill_fragments(storage, lambda: next(turns)) == 2
    assert tables(storage) == [*before[:2], *[None] * 5]
    assert fill_fragments(storage, lambda: True) == 4
    assert tables(storage) == [*before[:3], None, *before[4:]]
    # All was looked at, so nothing is looked for any more, not even what could not be read.
    assert fill_fragments(storage, lambda: pytest.fail("asked though there is nothing to do")) == 0


def tables(storage: Storage) -> list[bytes | None]:
    """Return every segment's fragment table, in order of stream and start."""
    with storage.database.read() as connection:
        rows = connection.execute(
            sa.select(segment.c.fragments).order_by(segment.c.stream_id, segment.c.start_us)
        )
        return list(rows.scalars())


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
    replaced = replace_index(sqlite_url, footage.clock, find_damage(sqlite_url), copies=tmp_path / "backup")
    assert replaced.moved_to is not None
    assert replaced.moved_to.exists()
    storage = open_storage(sqlite_url, footage.clock, secret_key=None)
    assert index_what_is_due(storage, footage.clock).added == 30
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
    replaced = replace_index(sqlite_url, footage.clock, find_damage(sqlite_url))
    assert replaced.copied_from is None
    storage = open_storage(sqlite_url, footage.clock, secret_key=None)
    assert rebuild_footage(storage, footage.clock, [footage.root]).added == 5
    [camera] = storage.cameras.list(include_removed=True)
    assert (camera.uuid, camera.retention_days) == (footage.camera.uuid, None)
    storage.close()


def test_sound_database_is_left_as_it_is(footage: Site, sqlite_url: str) -> None:
    footage.storage.close()
    assert find_damage(sqlite_url) == ""


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


def leave_only_the_log(database: Path) -> None:
    """Write to a database, and take it away before its log was worked in."""
    with contextlib.closing(sqlite3.connect(database)) as lost:
        lost.execute("UPDATE camera SET uuid = zeroblob(16), name = 'of the lost one'")
        lost.commit()
        log = Path(f"{database}-wal").read_bytes()
    database.unlink()
    Path(f"{database}-wal").write_bytes(log)


def damage(path: Path) -> None:
    """Overwrite pages in the middle of a database file."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        for offset in range(8192, size - 4096, 8192):
            file.seek(offset)
            file.write(b"\xa5" * 4096)
