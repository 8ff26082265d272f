"""The simulator as a process of its own, from its start to SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vms.simulator.camera_spec import CameraSpec
from vms.simulator.control import ControlChannel
from vms.simulator.rtsp.server import SimulatorServer


@dataclass(frozen=True, slots=True)
class RunningSimulator:
    """Where a started simulator listens. `urls` holds an address for each stream's path, without passwords."""

    port: int
    control_port: int
    urls: dict[str, str]


def run_simulator(
    specs: Sequence[CameraSpec],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    control_port: int = 0,
    on_ready: Callable[[RunningSimulator], None],
) -> None:
    """Run the cameras until SIGTERM or SIGINT, then close everything and return.

    Must be called in the main thread, which alone may handle signals.

    Args:
        specs: the cameras.
        host: the address to listen at for RTSP; the control channel is always on 127.0.0.1.
        port: the RTSP port, 0 for a free one.
        control_port: the control channel's port, 0 for a free one.
        on_ready: called once, when every port is open.

    Raises:
        Conflict: two cameras have the same path.
        OSError: a port is taken.
    """
    asyncio.run(_run(specs, host, port, control_port, on_ready))


async def _run(
    specs: Sequence[CameraSpec],
    host: str,
    port: int,
    control_port: int,
    on_ready: Callable[[RunningSimulator], None],
) -> None:
    is_over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, is_over.set)
    try:
        async with SimulatorServer() as server, ControlChannel(server) as control:
            chosen = await server.start(specs, host, port)
            chosen_control = await control.start(control_port)
            on_ready(RunningSimulator(chosen, chosen_control, server.urls()))
            await is_over.wait()
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
