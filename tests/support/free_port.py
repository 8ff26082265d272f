"""Ports for servers that tests start."""

import socket


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nothing uses at the moment."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
