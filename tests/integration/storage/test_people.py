from dataclasses import replace

import pytest

from storage.access.session_store import FORGOTTEN_AFTER_US, IDLE_US
from storage.open import Storage
from tests.support.footage import NOON_US, SteppedClock, add_camera
from vms.domain.errors import Conflict, InvalidInput, NotFound
from vms.domain.time import HOUR_US, MINUTE_US, SECOND_US
from vms.domain.user import Right, Role, User


def add_user(storage: Storage, name: str = "siti", role: Role = Role.VIEWER) -> User:
    return storage.users.add(name=name, full_name=name.title(), role=role)


def begin(storage: Storage, user: User, digest: bytes = b"d" * 32, hours: int = 12) -> None:
    storage.sessions.create(
        digest, user_id=user.id, created_us=NOON_US, expires_us=NOON_US + hours * HOUR_US, address="10.0.0.7"
    )


def test_person_comes_back_as_added_and_edited(storage: Storage) -> None:
    cameras = frozenset({add_camera(storage).id, add_camera(storage).id})
    user = storage.users.add(name="Siti", full_name="Siti Aminah", role=Role.OPERATOR, camera_ids=cameras)
    assert (user.name, user.camera_ids, user.is_enabled) == ("siti", cameras, True)
    assert storage.users.get(user.id) == user == storage.users.by_name("SITI")
    fewer = replace(user, camera_ids=frozenset(list(cameras)[:1]), language="id", theme="dark")
    assert storage.users.edit(fewer) == fewer
    assert not storage.users.get(user.id).may(Right.VIEW, max(cameras - fewer.camera_ids))


def test_name_is_taken_once_in_whatever_case(storage: Storage) -> None:
    add_user(storage, "siti")
    with pytest.raises(Conflict):
        add_user(storage, "SITI")
    for name in ("", "a b", "x" * 101, "a\nb"):
        with pytest.raises(InvalidInput):
            add_user(storage, name)
    assert len(storage.users.list()) == 1


def test_camera_that_does_not_exist_cannot_be_allowed(storage: Storage) -> None:
    with pytest.raises(InvalidInput):
        storage.users.add(name="siti", full_name="", role=Role.VIEWER, camera_ids=frozenset({99}))
    assert storage.users.list() == []


def test_password_hash_is_stored_apart_from_the_person(storage: Storage) -> None:
    user = add_user(storage)
    assert storage.users.password_hash("siti") is None
    storage.users.set_password(user.id, "$argon2id$x")
    assert storage.users.password_hash("Siti") == "$argon2id$x"
    assert storage.users.password_hash("nobody") is None
    with pytest.raises(NotFound):
        storage.users.set_password(99, "x")


def test_last_administrator_cannot_be_lost(storage: Storage) -> None:
    assert not storage.users.has_administrator()
    first = add_user(storage, "wali", Role.ADMIN)
    assert storage.users.has_administrator()
    for change in (replace(first, role=Role.VIEWER), replace(first, is_enabled=False)):
        with pytest.raises(Conflict, match="administrator"):
            storage.users.edit(change)
    add_user(storage, "wakil", Role.ADMIN)
    assert storage.users.edit(replace(first, role=Role.VIEWER)).role is Role.VIEWER


def test_session_lasts_while_it_is_used(storage: Storage, clock: SteppedClock) -> None:
    user = add_user(storage)
    begin(storage, user)
    for _ in range(4):
        clock.advance(20 * 60)
        assert storage.sessions.resume(b"d" * 32) is not None
        storage.sessions.touch(b"d" * 32, clock.now_us())
    assert storage.users.get(user.id).last_seen_us == clock.now_us()
    clock.advance(IDLE_US / SECOND_US)
    assert storage.sessions.resume(b"d" * 32) is None


def test_session_ends_however_much_it_is_used(storage: Storage, clock: SteppedClock) -> None:
    begin(storage, add_user(storage), hours=1)
    for _ in range(5):
        clock.advance(12 * 60)
        storage.sessions.touch(b"d" * 32, clock.now_us())
    assert storage.sessions.resume(b"d" * 32) is None
    assert storage.sessions.purge(clock.now_us()) == 1


def test_sessions_are_ended_one_by_one_all_but_one_and_by_switching_off(storage: Storage) -> None:
    user, other = add_user(storage), add_user(storage, "budi")
    digests = [bytes([n]) * 32 for n in range(3)]
    for digest in digests:
        begin(storage, user, digest)
    begin(storage, other, b"o" * 32)

    def live() -> set[bytes]:
        return {digest for digest in digests if storage.sessions.resume(digest) is not None}

    storage.sessions.end(digests[0])
    assert live() == set(digests[1:])
    storage.sessions.end_all(user.id, keep=digests[1])
    assert live() == {digests[1]}
    storage.users.edit(replace(user, is_enabled=False))
    assert live() == set()
    assert storage.sessions.resume(b"o" * 32) is not None


def test_failures_are_counted_by_account_and_by_address(storage: Storage) -> None:
    attempts = storage.sign_in_attempts
    assert attempts.get("account", "siti") == (0, 0)
    assert [attempts.record_failure("account", "siti", NOON_US + n) for n in range(3)] == [1, 2, 3]
    attempts.record_failure("address", "siti", NOON_US)
    assert attempts.get("account", "siti") == (3, NOON_US + 2)
    attempts.clear("account", "siti")
    assert attempts.get("account", "siti") == (0, 0)
    assert attempts.get("address", "siti") == (1, NOON_US)


def test_old_failures_are_forgotten(storage: Storage) -> None:
    attempts = storage.sign_in_attempts
    for _ in range(3):
        attempts.record_failure("account", "siti", NOON_US)
    assert attempts.purge(NOON_US + FORGOTTEN_AFTER_US - 1) == 0
    assert attempts.record_failure("account", "siti", NOON_US + FORGOTTEN_AFTER_US) == 1
    assert attempts.purge(NOON_US + FORGOTTEN_AFTER_US + MINUTE_US) == 0
    assert attempts.purge(NOON_US + 2 * FORGOTTEN_AFTER_US) == 1


def test_setup_code_works_until_it_is_used_or_replaced(storage: Storage) -> None:
    assert not storage.meta.setup_code_matches("")
    old, code = storage.meta.issue_setup_code(), storage.meta.issue_setup_code()
    assert not storage.meta.setup_code_matches(old)
    assert storage.meta.setup_code_matches(code.lower().replace("-", " "))
    with storage.database.read() as connection:
        stored = str(connection.exec_driver_sql("SELECT * FROM meta").all())
    assert code not in stored
    assert code.replace("-", "") not in stored
    storage.meta.clear_setup_code()
    assert not storage.meta.setup_code_matches(code)
