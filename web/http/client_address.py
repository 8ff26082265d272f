"""Which network address a request came from, believing only the proxies that the administrator named (SEC-13)."""

import ipaddress
from collections.abc import Sequence


def client_address(peer: str | None, forwarded_for: str | None, trusted_proxies: Sequence[str]) -> str:
    """Return the address of the client, or "" where the transport has none.

    Args:
        peer: the other end of the connection.
        forwarded_for: the X-Forwarded-For header, of several lines all of them joined by commas; only its right end, written by our own proxies, means anything.
        trusted_proxies: networks of those proxies.
    """
    networks = [ipaddress.ip_network(text, strict=False) for text in trusted_proxies]

    def is_trusted(text: str) -> bool:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return False
        return any(address.version == network.version and address in network for network in networks)

    address = peer or ""
    hops = [hop.strip() for hop in forwarded_for.split(",")] if forwarded_for else []
    while hops and is_trusted(address):
        hop = hops.pop()
        try:
            address = str(ipaddress.ip_address(hop))
        except ValueError:
            break
    return address
