"""A camera's host name becomes an address that the administrator allowed, right before it is connected to (SEC-15)."""

import socket

from vms.domain.camera_address import StreamUrl, is_allowed_address
from vms.domain.errors import ProbeFailed


def resolve_camera_address(url: StreamUrl, networks: tuple[str, ...]) -> str:
    """Return an address of the URL's host that lies in the camera networks.

    The address, not the name, goes into the URL that ffmpeg gets: a name that answers differently a moment later
    reaches nothing.

    Raises:
        ProbeFailed: the name does not resolve ("unreachable"), or not into the camera networks ("not-allowed").
    """
    try:
        answers = socket.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ProbeFailed(
            f"the name {url.host} has no address",
            cause="unreachable",
            fix="check the spelling of the camera's address, or use its number, such as 10.0.0.12",
        ) from error
    addresses = [str(answer[4][0]) for answer in answers]
    for address in addresses:
        if is_allowed_address(address, networks):
            return address
    raise ProbeFailed(
        f"{url.host} is {addresses[0]}, which lies outside the camera networks",
        cause="not-allowed",
        fix="add the camera's network to the setting camera_networks, or correct the address",
    )
