"""`vms simulate`: RTSP cameras for trying things out, with faults on demand."""

import json
import os
import sys
from dataclasses import replace
from typing import Annotated

import typer

from vms.cli.environment import out
from vms.simulator.camera_spec import CameraSpec
from vms.simulator.control import ask_simulator
from vms.simulator.demo_cameras import demo_cameras
from vms.simulator.run import RunningSimulator, run_simulator


def simulate(
    cameras: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 6,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="RTSP port; 0 for a free one.")] = 8554,
    control_port: Annotated[int, typer.Option(help="Port for faults; 0 for a free one.")] = 0,
    login_stdin: Annotated[
        bool,
        typer.Option(
            "--login-stdin", help="Ask viewers for the name and password on the first two lines of input."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Say the addresses as one line of JSON.")] = False,
    fault: Annotated[
        str | None,
        typer.Option(help="Do not start: send this JSON to a running simulator's --control-port and end."),
    ] = None,
) -> None:
    """Run simulated RTSP cameras until Ctrl-C, or make those of a running simulator fail.

    Faults: {"camera": "balai-kota", "fault": "freeze"}; others are resume, close, reset, refuse, silent, drop,
    rtp_jump, rtp_backward, sr_clock_step, lie_fps, change_encoding (docs/operations.md).
    """
    if fault is not None:
        out.print_json(json.dumps(ask_simulator(control_port, json.loads(fault))))
        return
    username, password = (sys.stdin.readline().strip() for _ in range(2)) if login_stdin else (None, None)
    specs = _specs(cameras, username, password)

    def announce(running: RunningSimulator) -> None:
        if as_json:
            urls = {"port": running.port, "control_port": running.control_port, "urls": running.urls}
            sys.stdout.write(json.dumps(urls) + "\n")
        else:
            for url in running.urls.values():
                out.print(url)
            out.print(f"Faults: vms simulate --control-port {running.control_port} --fault '{{…}}'")
        sys.stdout.flush()

    run_simulator(specs, host=host, port=port, control_port=control_port, on_ready=announce)


def demo(
    port: Annotated[int, typer.Option(help="Port of the portal; 0 for a free one.")] = int(
        os.environ.get("VMS_PORT", "0")
    ),
) -> None:
    """Run the whole system on six simulated cameras."""
    from pathlib import Path

    from vms.cli.demo import run_demo

    run_demo(Path(os.environ.get("VMS_DATA", "demo-data")).resolve(), port)


def _specs(count: int, username: str | None, password: str | None) -> list[CameraSpec]:
    """Return the six places, again under other names where more cameras are wanted."""
    places = demo_cameras(username=username, password=password)
    specs = [
        replace(
            places[number % len(places)],
            name=f"{places[number % len(places)].name} {number // len(places) + 1}",
            path=f"{places[number % len(places)].path}-{number // len(places) + 1}",
            number=number + 1,
        )
        for number in range(len(places), count)
    ]
    return [*places, *specs][:count]
