from storage.installation.meta import (
    drop_meta,
    drop_meta_by_prefix,
    get_meta,
    get_meta_by_prefix,
    put_meta,
)
from storage.open import Storage


def test_value_is_kept_replaced_and_dropped_with_its_transaction(storage: Storage) -> None:
    with storage.database.write() as connection:
        assert get_meta(connection, "note") is None
        put_meta(connection, "note", "first")
        put_meta(connection, "note", "second")
    with storage.database.write() as connection:
        assert get_meta(connection, "note") == "second"
        drop_meta(connection, "note")
        drop_meta(connection, "note")
        assert get_meta(connection, "note") is None


def test_prefix_reaches_the_keys_that_begin_so_and_no_others(storage: Storage) -> None:
    with storage.database.write() as connection:
        for key in ("a_note:2", "a_note:1", "a-note:3", "not a_note:4"):
            put_meta(connection, key, f"of {key}")
        assert list(get_meta_by_prefix(connection, "a_note:").items()) == [
            ("1", "of a_note:1"),
            ("2", "of a_note:2"),
        ]
        drop_meta_by_prefix(connection, "a_note:")
        assert get_meta_by_prefix(connection, "a_note:") == {}
        assert get_meta(connection, "a-note:3") == "of a-note:3"
        assert get_meta(connection, "not a_note:4") == "of not a_note:4"
