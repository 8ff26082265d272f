"""A recorder in a process of its own, which may be told to die at a step of publishing: python -m … JSON."""

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from recorder.service import run_recorder
from storage.open import open_storage
from tests.support.recorder_scene import KEY, QUICK
from vms.host.clock import SystemClock
from vms.host.settings import Settings


def dying_at(step: str, count: int) -> Callable[[str], None]:
    """Return what kills this process, as kill -9 does, when the step is taken for the `count`th time."""
    left = count

    def take(name: str) -> None:
        nonlocal left
        if name == step:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return take


async def record(data: Path, segment_seconds: int, step: Callable[[str], None]) -> None:
    """Record until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    clock = SystemClock()
    settings = Settings(data_dir=data, segment_seconds=segment_seconds, camera_networks=("127.0.0.0/8",))
    storage = open_storage(settings.effective_database_url, clock, secret_key=KEY)
    try:
        await run_recorder(settings, storage, clock, stop, timings=QUICK, step=step)
    finally:
        storage.close()


def main() -> None:
    """Record as the JSON argument says."""
    logging.basicConfig(level=logging.INFO, format="%(name)s %(message)s")
    order = json.loads(sys.argv[1])
    step = dying_at(order.get("step", ""), order.get("count", 1))
    asyncio.run(record(Path(order["data"]), order["segment_seconds"], step))


if __name__ == "__main__":
    main()
