"""Camera addresses: no secret stays in them, nothing but a camera can be reached through them."""

import pytest

from vms.domain.camera import Credentials, Secret, is_allowed_address, parse_stream_url
from vms.domain.errors import InvalidInput

CANARY = "k4n4ry-P4ss:w@rd/?"


def test_a_login_in_the_address_is_taken_out() -> None:
    url, credentials = parse_stream_url("rtsp://admin:s%40cret@10.0.0.5/Streaming/Channels/101?x=1")
    assert url.text == "rtsp://10.0.0.5/Streaming/Channels/101?x=1"
    assert credentials == Credentials("admin", Secret("s@cret"))


def test_credentials_go_back_in_percent_encoded_and_hidden() -> None:
    url, _ = parse_stream_url("rtsp://kamera1.lan:8554/a")
    secret = url.with_credentials(Credentials("admin", Secret(CANARY)), "10.0.0.7")
    assert secret.value == "rtsp://admin:k4n4ry-P4ss%3Aw%40rd%2F%3F@10.0.0.7:8554/a"
    assert CANARY not in f"{secret} {secret!r} {url!r} {Credentials('admin', Secret(CANARY))!r}"


@pytest.mark.parametrize(
    "text",
    [
        "http://10.0.0.5/",
        "file:///etc/passwd",
        "concat:rtsp://10.0.0.5/",
        "rtsp://",
        "rtsp://-i/",
        "rtsp://10.0.0.5/'\nfile 'x",
        "rtsp://10.0.0.5/a b",
        "rtsp://10.0.0.5/a'b",
        "rtsp://10.0.0.5/a\\b",
        "rtsp://10.0.0.5:99999/",
        "rtsp://10.0.0.5:0x10/",
        "rtsp://exa$mple/",
        "rtsp://10.0.0.5/#frag",
        "rtsp://" + "a" * 3000,
        "",
    ],
)
def test_addresses_that_could_mean_something_else_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_stream_url(text)
    assert refused.value.field == "url"


def test_a_refusal_never_repeats_the_password() -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_stream_url("rtsp://admin:canary-secret@exa$mple/")
    assert "canary-secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "networks", "expected"),
    [
        ("10.1.2.3", ("10.0.0.0/8",), True),
        ("11.1.2.3", ("10.0.0.0/8",), False),
        ("127.0.0.1", ("0.0.0.0/0",), False),
        ("127.0.0.1", ("127.0.0.0/8",), True),
        ("169.254.169.254", ("0.0.0.0/0", "10.0.0.0/8"), False),
        ("::ffff:127.0.0.1", ("10.0.0.0/8",), False),
        ("::ffff:10.0.0.9", ("10.0.0.0/8",), True),
        ("::1", ("::/0",), False),
        ("fd00::5", ("fd00::/8",), True),
        ("0.0.0.0", ("0.0.0.0/0",), False),
    ],
)
def test_only_camera_networks_can_be_reached(
    address: str, networks: tuple[str, ...], *, expected: bool
) -> None:
    assert is_allowed_address(address, networks) is expected
