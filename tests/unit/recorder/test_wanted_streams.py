"""Which streams the recorder records: none of a camera of which nobody said why and for how long (PRV-01)."""

from dataclasses import replace
from uuid import UUID

import pytest

from recorder.streams.supervisor import wanted_streams
from vms.domain.camera import Camera, Stream, StreamRole
from vms.domain.camera_address import StreamUrl

MAIN = Stream(7, UUID(int=7), 1, StreamRole.MAIN, StreamUrl("rtsp://10.0.0.12/main"))
SUB = Stream(8, UUID(int=8), 1, StreamRole.SUB, StreamUrl("rtsp://10.0.0.12/sub"))
CAMERA = Camera(1, UUID(int=1), "Balai Kota", purpose="keamanan", retention_days=30, streams=(MAIN, SUB))


def test_both_streams_of_a_complete_camera_are_wanted() -> None:
    assert set(wanted_streams([CAMERA], {})) == {MAIN.id, SUB.id}


@pytest.mark.parametrize(
    "camera",
    [
        replace(CAMERA, purpose=""),
        replace(CAMERA, retention_days=None),
        replace(CAMERA, is_enabled=False),
        replace(CAMERA, removed_us=1),
    ],
    ids=["no purpose", "no retention", "switched off", "removed"],
)
def test_nothing_is_recorded_without_purpose_and_retention(camera: Camera) -> None:
    assert wanted_streams([camera], {}) == {}


def test_stream_that_is_switched_off_is_not_wanted() -> None:
    camera = replace(CAMERA, streams=(MAIN, replace(SUB, is_enabled=False)))
    assert set(wanted_streams([camera], {})) == {MAIN.id}
