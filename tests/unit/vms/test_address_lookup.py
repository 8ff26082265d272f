"""A camera's name becomes an address within the camera networks, or it is not connected to (SEC-15)."""

import pytest

from vms.domain.camera_address import StreamUrl
from vms.domain.errors import ProbeFailed
from vms.ffmpeg.address_lookup import resolve_camera_address

EVERYWHERE = ("0.0.0.0/0", "::/0")


def test_address_within_the_camera_networks_is_connected_to() -> None:
    assert (
        resolve_camera_address(StreamUrl("rtsp://10.0.0.12/a"), ("172.16.0.0/12", "10.0.0.0/8"))
        == "10.0.0.12"
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254"])
def test_own_services_are_refused_by_name_and_number_unless_their_network_is_named(host: str) -> None:
    with pytest.raises(ProbeFailed) as refused:
        resolve_camera_address(StreamUrl(f"rtsp://{host}/a"), EVERYWHERE)
    assert refused.value.cause == "not-allowed"


def test_name_is_judged_by_what_it_resolves_to() -> None:
    resolved = resolve_camera_address(StreamUrl("rtsp://localhost/a"), ("127.0.0.0/8", "::1/128"))
    assert resolved in {"127.0.0.1", "::1"}
