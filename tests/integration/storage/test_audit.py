import threading

import pytest
from sqlalchemy.exc import IntegrityError

from storage.access.audit_log import FIRST_PREVIOUS
from storage.open import Storage
from tests.support.footage import NOON_US, SteppedClock
from vms.domain.audit import AuditAction, AuditEntry


def write_three(storage: Storage) -> None:
    for number in range(3):
        storage.audit.append("siti", AuditAction.CAMERA_EDIT, f"camera {number}", "nama", address="10.0.0.7")


def tamper(storage: Storage, statement: str) -> None:
    """Do what somebody with full rights over the database could do: drop the triggers, then change rows."""
    with storage.database.write() as connection:
        if storage.database.is_sqlite:
            connection.exec_driver_sql("DROP TRIGGER audit_refuses_update")
            connection.exec_driver_sql("DROP TRIGGER audit_refuses_delete")
        else:
            connection.exec_driver_sql("DROP TRIGGER audit_refuses_change ON audit")
        connection.exec_driver_sql(statement)


def test_entries_come_back_newest_first(storage: Storage, clock: SteppedClock) -> None:
    first = storage.audit.append("siti", AuditAction.CAMERA_EDIT, "camera 4", "nama", address="10.0.0.7")
    assert first == AuditEntry(NOON_US, "siti", "camera.edit", "camera 4", "nama", "10.0.0.7")
    clock.advance(1)
    second = storage.audit.append("cli", AuditAction.VOLUME_ADD, "volume 1")
    assert storage.audit.recent() == [second, first]
    assert storage.audit.recent(1) == [second]
    assert storage.audit.recent(subject="camera 4") == [first]
    assert storage.audit.recent(actor="cli") == [second]


def test_unbroken_record_is_sound(storage: Storage) -> None:
    assert storage.audit.head() == (0, FIRST_PREVIOUS)
    assert storage.audit.first_broken() is None
    write_three(storage)
    assert storage.audit.first_broken() is None
    assert storage.audit.head()[0] == 3


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit SET detail = 'x' WHERE id = 2", 2),
        ("UPDATE audit SET at_us = at_us + 1 WHERE id = 3", 3),
        ("DELETE FROM audit WHERE id = 1", 1),
        ("DELETE FROM audit WHERE id = 2", 2),
        ("UPDATE audit SET sha256 = previous_sha256 WHERE id = 2", 2),
    ],
)
def test_tampering_is_found_where_it_happened(storage: Storage, statement: str, broken: int) -> None:
    write_three(storage)
    tamper(storage, statement)
    assert storage.audit.first_broken() == broken


@pytest.mark.parametrize("statement", ["UPDATE audit SET detail = 'x'", "DELETE FROM audit"])
def test_database_refuses_to_change_the_record(storage: Storage, statement: str) -> None:
    write_three(storage)
    with pytest.raises(IntegrityError, match="append-only"), storage.database.write() as connection:
        connection.exec_driver_sql(statement)
    assert len(storage.audit.recent()) == 3


def test_entries_of_several_threads_make_one_chain(storage: Storage) -> None:
    threads = [threading.Thread(target=write_three, args=(storage,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert storage.audit.head()[0] == 12
    assert storage.audit.first_broken() is None


def test_text_cannot_forge_a_line(storage: Storage) -> None:
    entry = storage.audit.append("siti\n2025 root", AuditAction.CAMERA_EDIT, "\x1b[31mcamera", "y" * 5000)
    assert (entry.actor, entry.subject, len(entry.detail)) == ("siti 2025 root", " [31mcamera", 2000)
