"""Clocks, movement, messages and credentials of a simulated camera."""

import base64
import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vms.domain.errors import InvalidInput
from vms.simulator.camera_spec import CameraSpec, Scene, VideoSpec
from vms.simulator.demo_cameras import DEMO_PLACES, demo_cameras
from vms.simulator.frame_clock import FrameClock
from vms.simulator.picture.bitmap_font import Typesetter
from vms.simulator.picture.movers import movers_of, places_at
from vms.simulator.picture.painter import Painter
from vms.simulator.rtsp.auth import REALM, is_authorized
from vms.simulator.rtsp.message import parse_request
from vms.simulator.rtsp.tone import mu_law

NONCE = "0123456789abcdef"


@given(st.integers(0, 10**7), st.integers(1, 60))
def test_a_frame_is_due_when_its_time_comes(frame: int, fps: int) -> None:
    clock = FrameClock(1_000_000_000, 50.0, fps)
    assert clock.time_us(frame) - 1_000_000_000 == pytest.approx((clock.due_seconds(frame) - 50) * 1e6, abs=1)


def test_another_rate_goes_on_without_a_step() -> None:
    clock = FrameClock(0, 0.0, 25).at_rate(20, 100)
    assert (clock.time_us(100), clock.due_seconds(100), clock.next_frame(4.05)) == (4_000_000, 4.0, 101)


def test_a_name_with_accents_is_set_in_plain_capitals() -> None:
    font = Typesetter(2, 255, 0)
    assert np.array_equal(font.set("café"), font.set("CAFE"))
    assert np.array_equal(font.set("市"), font.set("?"))


@pytest.mark.parametrize("scene", list(Scene))
def test_the_same_instant_always_looks_the_same(scene: Scene) -> None:
    movers = movers_of(scene)
    assert places_at(movers, 3, 1_795_459_200_000_000) == places_at(movers, 3, 1_795_459_200_000_000)


@pytest.mark.parametrize("scene", list(Scene))
def test_something_moves_within_a_minute(scene: Scene) -> None:
    painter = Painter(name="Siring", camera=2, scene=scene, width=320, height=180)
    first = painter.paint(0, 0)[40:180].copy()
    assert any(
        not np.array_equal(first, painter.paint(0, second * 1_000_000)[40:180]) for second in range(1, 60)
    )


def test_the_demonstration_city_has_six_cameras_with_different_scenes() -> None:
    cameras = demo_cameras()
    assert len({camera.scene for camera in cameras}) == len({camera.path for camera in cameras}) == 6
    assert sum(camera.sub is not None for camera in cameras) == 4


def test_the_demonstration_city_says_where_its_cameras_hang_and_whose_they_are() -> None:
    assert all(place.place and place.agency and place.name not in place.place for place in DEMO_PLACES)
    assert len({place.agency for place in DEMO_PLACES}) > 3


@pytest.mark.parametrize("path", ["", "/cam", "a b", "cam/sub", "cam?x"])
def test_a_path_that_no_url_could_hold_is_refused(path: str) -> None:
    with pytest.raises(InvalidInput):
        CameraSpec("x", path, 1)


def test_an_odd_size_is_refused() -> None:
    with pytest.raises(InvalidInput):
        VideoSpec(641, 360)


def test_a_spec_never_shows_its_password() -> None:
    assert "s3cret" not in repr(CameraSpec("x", "x", 1, username="u", password="s3cret"))


def _digest(password: str, nonce: str) -> str:
    def md5(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    response = md5(f"{md5(f'admin:{REALM}:{password}')}:{nonce}:{md5('DESCRIBE:rtsp://h/x')}")
    return (
        f'Digest username="admin", realm="{REALM}", nonce="{nonce}", uri="rtsp://h/x", response="{response}"'
    )


@pytest.mark.parametrize(
    ("header", "is_right"),
    [
        (None, False),
        ("Basic " + base64.b64encode(b"admin:pa:ss").decode(), True),
        ("Basic " + base64.b64encode(b"admin:wrong").decode(), False),
        ("Basic !!", False),
        (_digest("pa:ss", NONCE), True),
        (_digest("wrong", NONCE), False),
        (_digest("pa:ss", "old nonce"), False),
        ("Bearer x", False),
    ],
)
def test_only_the_right_password_opens_a_camera(header: str | None, *, is_right: bool) -> None:
    answer = is_authorized(header=header, method="DESCRIBE", nonce=NONCE, username="admin", password="pa:ss")
    assert answer is is_right


def test_a_request_names_its_stream() -> None:
    request = parse_request("SETUP rtsp://h:1/cam0/sub/trackID=0 RTSP/1.0\r\nCSeq: 3\r\n\r\n")
    assert (request.method, request.path, request.headers["cseq"]) == ("SETUP", "cam0/sub/trackID=0", "3")


def test_what_is_not_rtsp_is_refused() -> None:
    with pytest.raises(InvalidInput):
        parse_request("GET / HTTP/1.1\r\n\r\n")


@pytest.mark.parametrize(
    ("sample", "code"), [(0, 0xFF), (-1, 0x7F), (32767, 0x80), (-32768, 0x00), (1000, 0xCE)]
)
def test_mu_law_follows_g711(sample: int, code: int) -> None:
    assert mu_law(sample) == code
