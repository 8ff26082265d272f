from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest

from storage.open import Storage, open_storage
from tests.support.footage import SteppedClock, draft
from tests.support.statements import sent_statements
from vms.domain.camera import CameraDraft, StreamRole
from vms.domain.camera_address import Credentials, Secret, StreamUrl
from vms.domain.errors import Conflict, InvalidInput, NotFound, SettingsError

LOGIN = Credentials("admin", Secret("kopi/pahit 9"))


def test_camera_comes_back_as_it_was_drafted(storage: Storage, clock: SteppedClock) -> None:
    wanted = draft(
        place="Jalan Piere Tendean",
        agency="Dishub",
        group="Siring",
        latitude=-3.32,
        longitude=114.59,
        min_days=3,
    )
    camera = storage.cameras.add(replace(wanted, quota_bytes=5, record_audio=True))
    assert camera == storage.cameras.get(camera.id)
    assert (camera.name, camera.place, camera.agency, camera.group) == (
        "Siring Menara Pandang",
        "Jalan Piere Tendean",
        "Dishub",
        "Siring",
    )
    assert (camera.latitude, camera.longitude) == (-3.32, 114.59)
    assert (camera.retention_days, camera.min_days, camera.quota_bytes) == (30, 3, 5)
    assert camera.created_us == clock.now_us()
    assert camera.may_record
    assert not camera.has_credentials
    assert [(s.role, s.url.text, s.record_audio) for s in camera.streams] == [
        (StreamRole.MAIN, "rtsp://10.0.0.12/main", True),
        (StreamRole.SUB, "rtsp://10.0.0.12/sub", False),
    ]


def test_changed_address_keeps_the_stream(storage: Storage) -> None:
    camera = storage.cameras.add(draft())
    changed = storage.cameras.edit(camera.id, draft(main_url=StreamUrl("rtsp://10.0.0.99/other")))
    assert [(s.id, s.uuid) for s in changed.streams] == [(s.id, s.uuid) for s in camera.streams]
    assert changed.streams[0].url.text == "rtsp://10.0.0.99/other"


def test_dropped_sub_stream_is_switched_off_and_comes_back_as_itself(storage: Storage) -> None:
    camera = storage.cameras.add(draft())
    without = storage.cameras.edit(camera.id, draft(sub_url=None))
    assert [s.is_enabled for s in without.streams] == [True, False]
    assert storage.cameras.edit(camera.id, draft()).streams == camera.streams


def test_every_change_moves_the_revision(storage: Storage) -> None:
    seen = [storage.cameras.revision()]
    camera = storage.cameras.add(draft())
    changes: list[Callable[[], object]] = [
        lambda: storage.cameras.edit(camera.id, draft("Lain")),
        lambda: storage.cameras.set_enabled(camera.id, False),
        lambda: storage.cameras.remove(camera.id),
    ]
    seen.append(storage.cameras.revision())
    for change in changes:
        change()
        seen.append(storage.cameras.revision())
    assert seen == sorted(set(seen))


def test_removed_camera_stays_resolvable_and_gives_its_name_free(storage: Storage) -> None:
    camera = storage.cameras.add(draft(credentials=LOGIN))
    storage.cameras.remove(camera.id)
    removed = storage.cameras.get(camera.id)
    assert removed.removed_us is not None
    assert not removed.may_record
    assert not removed.has_credentials
    assert storage.cameras.list() == []
    assert [c.id for c in storage.cameras.list(include_removed=True)] == [camera.id]
    assert storage.cameras.stream_owner(camera.streams[0].id) == camera.id
    assert storage.cameras.find(camera.name).id == camera.id
    again = storage.cameras.add(draft())
    assert storage.cameras.find(again.name).id == again.id
    with pytest.raises(Conflict, match="removed"):
        storage.cameras.edit(camera.id, draft("Lain"))


def test_name_of_another_camera_is_a_conflict_and_changes_nothing(storage: Storage) -> None:
    storage.cameras.add(draft("Pasar Terapung"))
    other = storage.cameras.add(draft("Sabilal Muhtadin"))
    with pytest.raises(Conflict, match="Pasar Terapung"):
        storage.cameras.add(draft("Pasar Terapung"))
    with pytest.raises(Conflict, match="Pasar Terapung"):
        storage.cameras.edit(other.id, draft("Pasar Terapung", purpose="changed"))
    assert storage.cameras.get(other.id) == other


def test_camera_is_found_by_number_uuid_and_name_in_any_case(storage: Storage) -> None:
    camera = storage.cameras.add(draft("Pasar Terapung"))
    for text in (str(camera.id), str(camera.uuid), camera.uuid.hex, "Pasar Terapung", " pasar terapung "):
        assert storage.cameras.find(text) == camera
    for text in ("9999", "9" * 40, str(uuid4()), "Pasar", ""):
        with pytest.raises(NotFound):
            storage.cameras.find(text)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", draft("  ")),
        ("name", draft("x" * 121)),
        ("place", draft(place="x" * 121)),
        ("purpose", draft(purpose="x" * 401)),
        ("retention_days", draft(retention_days=3651)),
        ("retention_days", draft(retention_days=0)),
        ("min_days", draft(min_days=31)),
        ("min_days", draft(min_days=-1)),
        ("quota_gb", draft(quota_bytes=0)),
        ("latitude", draft(latitude=1.0)),
        ("latitude", draft(latitude=91.0, longitude=0.0)),
        ("longitude", draft(latitude=0.0, longitude=181.0)),
    ],
)
def test_unusable_draft_names_its_field(sqlite_storage: Storage, field: str, wrong: CameraDraft) -> None:
    with pytest.raises(InvalidInput) as caught:
        sqlite_storage.cameras.add(wrong)
    assert caught.value.field == field


def test_all_cameras_are_listed_in_two_statements(storage: Storage) -> None:
    for number in range(20):
        storage.cameras.add(draft(f"Kamera {number:02}", credentials=LOGIN))
    with sent_statements() as sent:
        cameras = storage.cameras.list()
    assert [c.name for c in cameras] == [f"Kamera {number:02}" for number in range(20)]
    assert all(len(c.streams) == 2 and c.has_credentials for c in cameras)
    assert sum(statement.is_read for statement in sent) == 2


def test_credentials_are_kept_until_replaced_or_cleared(storage: Storage) -> None:
    camera = storage.cameras.add(draft(credentials=LOGIN))
    assert camera.has_credentials
    storage.cameras.edit(camera.id, draft("Lain"))
    assert storage.cameras.credentials(camera.id) == LOGIN
    other = Credentials("viewer", Secret("teh manis"))
    storage.cameras.edit(camera.id, draft("Lain", credentials=other))
    assert storage.cameras.credentials(camera.id) == other
    cleared = storage.cameras.edit(camera.id, draft("Lain"), clear_credentials=True)
    assert not cleared.has_credentials
    assert storage.cameras.credentials(camera.id) is None


def test_password_is_not_in_the_database_file(sqlite_storage: Storage) -> None:
    sqlite_storage.cameras.add(draft(credentials=LOGIN))
    with sqlite_storage.database.read() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        content = bytes(raw.serialize())
    assert b"kopi" not in content
    assert b"admin" not in content


def test_passwords_are_listed_for_redaction_as_typed_and_encoded(storage: Storage) -> None:
    storage.cameras.add(draft(credentials=LOGIN))
    assert storage.cameras.secrets_for_redaction() == ["kopi%2Fpahit%209", "kopi/pahit 9"]


def test_another_key_opens_no_password(storage: Storage, database_url: str, clock: SteppedClock) -> None:
    camera = storage.cameras.add(draft(credentials=LOGIN))
    for key in (bytes(32), None):
        other = open_storage(database_url, clock, secret_key=key)
        with pytest.raises(SettingsError, match="key"):
            other.cameras.credentials(camera.id)
        other.close()


def test_unknown_footage_gets_a_removed_camera_of_its_own(storage: Storage) -> None:
    camera_uuid, main, sub, stranger = uuid4(), uuid4(), uuid4(), uuid4()
    cameras = storage.cameras
    ids = [
        cameras.import_unknown(main, camera_uuid=camera_uuid, camera_name="Lama", role=StreamRole.MAIN),
        cameras.import_unknown(sub, camera_uuid=camera_uuid, camera_name="Lama", role=StreamRole.SUB),
        cameras.import_unknown(stranger, camera_uuid=camera_uuid, camera_name="Lama", role=StreamRole.MAIN),
    ]
    owners = [cameras.stream_owner(stream_id) for stream_id in ids]
    assert owners[0] == owners[1] != owners[2]
    imported = cameras.get(owners[0])
    assert (imported.uuid, imported.name) == (camera_uuid, "Lama")
    assert imported.removed_us is not None
    assert not imported.may_record
    again = cameras.import_unknown(main, camera_uuid=None, camera_name="", role=StreamRole.MAIN)
    assert again == ids[0]
