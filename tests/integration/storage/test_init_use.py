"""Which streams use an init segment, on both databases."""

from dataclasses import replace

from storage.footage.index_writer import IndexBatch
from storage.open import Storage
from tests.support.footage import Recording, add_camera, add_volume_row, init_record
from vms.domain.segment import InitRecord


def recorded(storage: Storage, name: str, *inits: InitRecord) -> tuple[int, list[int]]:
    """Record a minute for each init in one run, and return the stream and the inits' numbers."""
    stream_id = add_camera(storage, name).streams[0].id
    run = Recording(stream_id, add_volume_row(storage.database))
    segments = tuple(replace(run.segment(), init=init) for init in inits)
    storage.index_writer.commit(IndexBatch(runs=(run.run,), segments=segments))
    stored = [storage.segments.at(stream_id, segment.start_us) for segment in segments]
    return stream_id, [segment.init_id for segment in stored if segment is not None]


def test_init_is_used_by_its_own_streams_only(storage: Storage) -> None:
    first, [shared] = recorded(storage, "Balai Kota", init_record())
    second, [_, own] = recorded(storage, "Puskesmas", init_record(), init_record("h265", b"other"))
    is_used_by = storage.segments.is_init_used_by
    assert is_used_by([first], shared)
    assert is_used_by([second], shared)
    assert is_used_by([second], own), "also one that no span begins with"
    assert is_used_by([first, second], own)
    assert not is_used_by([first], own)
    assert not is_used_by([first, second], own + 99)
    assert not is_used_by([], shared)
