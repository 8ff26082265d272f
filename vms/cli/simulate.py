"""`vms simulate` and `vms demo`: cameras for trying things out, of an extra that a server need not install."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vms.cli.environment import EXIT_FAILED, err, out

if TYPE_CHECKING:
    from vms.simulator.run import RunningSimulator


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
    _require_extra("simulate")
    from vms.simulator.control import ask_simulator
    from vms.simulator.demo_cameras import demo_cameras
    from vms.simulator.run import run_simulator

    if fault is not None:
        out.print_json(json.dumps(ask_simulator(control_port, json.loads(fault))))
        return
    username, password = (sys.stdin.readline().strip() for _ in range(2)) if login_stdin else (None, None)

    def announce(running: "RunningSimulator") -> None:
        if as_json:
            urls = {"port": running.port, "control_port": running.control_port, "urls": running.urls}
            sys.stdout.write(json.dumps(urls) + "\n")
        else:
            for url in running.urls.values():
                out.print(url)
            out.print(f"Faults: vms simulate --control-port {running.control_port} --fault '{{…}}'")
        sys.stdout.flush()

    specs = demo_cameras(cameras, username=username, password=password)
    run_simulator(specs, host=host, port=port, control_port=control_port, on_ready=announce)


def demo(
    port: Annotated[
        int, typer.Option(envvar="VMS_PORT", min=0, max=65_535, help="Port of the portal; 0 for a free one.")
    ] = 0,
) -> None:
    """Run the whole system on six simulated cameras."""
    _require_extra("demo")
    from vms.cli.demo import run_demo

    run_demo(Path(os.environ.get("VMS_DATA", "demo-data")).resolve(), port)


def _require_extra(command: str) -> None:
    """End the command with what to install, where the extra `demo` is not."""
    try:
        import numpy as np  # noqa: F401  # asked for, and used by the simulator alone
    except ImportError:
        err.print(
            f"[bold red]vms:[/] {command} needs the extra “demo”, which servers do without. Install it with\n"
            "  pip install --require-hashes --no-deps -r requirements-demo.lock"
        )
        raise typer.Exit(EXIT_FAILED) from None
