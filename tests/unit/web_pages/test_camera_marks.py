"""What a page says about a camera: shape, word, and that earlier footage is safe."""

from dataclasses import replace
from uuid import UUID

import pytest

from vms.domain.camera import Camera, StreamState, StreamStatus
from vms.domain.moments.site_time import SiteZone
from vms.domain.time import MINUTE_US, SECOND_US
from web.i18n.catalogue import LANGUAGES, catalogue
from web.pages.cameras.camera_marks import camera_mark
from web.pages.frame.presenters import Presenter

NOW = 1_764_052_280_000_000
CAMERA = Camera(1, UUID(int=1), "Balai Kota", purpose="keamanan", retention_days=30)


def status(state: StreamState, *, said_us: int = NOW, media_us: int | None = NOW - SECOND_US) -> StreamStatus:
    return StreamStatus(1, state, NOW - 10 * MINUTE_US, said_us, last_media_us=media_us)


def presenter(language: str = "id") -> Presenter:
    return Presenter(catalogue(language), SiteZone("Asia/Makassar", "WITA"), NOW)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", list(StreamState))
def test_every_state_has_a_shape_a_word_and_a_sentence(state: StreamState, language: str) -> None:
    mark = camera_mark(CAMERA, status(state), presenter(language))
    assert mark.shape
    assert mark.tone
    assert mark.word
    assert mark.sentence


def test_recording_camera_whose_newest_picture_is_old_is_delayed() -> None:
    """A camera that claims to record while nothing arrives is never shown as recording."""
    mark = camera_mark(CAMERA, status(StreamState.RECORDING, media_us=NOW - 20 * SECOND_US), presenter())
    assert (mark.key, mark.word) == ("delayed", "Tertunda 20 dtk")


def test_silent_recorder_is_not_believed() -> None:
    mark = camera_mark(CAMERA, status(StreamState.RECORDING, said_us=NOW - 11 * SECOND_US), presenter())
    assert mark.key == "recorder_down"


def test_lost_camera_says_since_when() -> None:
    mark = camera_mark(CAMERA, status(StreamState.BACKOFF, media_us=NOW - 49 * MINUTE_US), presenter())
    assert mark.word == "Terputus sejak 13:42 WITA"
    assert "aman" in mark.sentence


def test_camera_without_purpose_or_retention_is_incomplete_not_broken() -> None:
    for camera in (replace(CAMERA, purpose=""), replace(CAMERA, retention_days=None)):
        assert camera_mark(camera, None, presenter()).key == "incomplete"


def test_what_a_person_decided_goes_before_what_the_recorder_says() -> None:
    off = replace(CAMERA, is_enabled=False)
    assert camera_mark(off, status(StreamState.RECORDING), presenter()).key == "disabled"
    assert camera_mark(replace(off, removed_us=NOW), None, presenter()).key == "removed"
