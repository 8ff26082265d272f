"""Finds the volumes that do not answer: each is asked in a thread of its own, so one that hangs holds nobody up."""

import threading
import time
from collections.abc import Sequence

from storage.volumes.volume_access import VolumeAccess
from vms.domain.volume import Volume


def silent_volumes(access: VolumeAccess, volumes: Sequence[Volume], seconds: float) -> frozenset[int]:
    """Return the row numbers of the volumes that have not answered in time; one that refuses us has answered.

    A thread that is left waiting ends when its volume answers, and does nothing then.

    Args:
        access: opens them.
        volumes: whom to ask, all at once.
        seconds: patience, on the monotonic clock; disks that sleep need a while.
    """
    threads = {
        volume.id: threading.Thread(
            target=access.check, args=(volume,), daemon=True, name=f"ask volume {volume.id}"
        )
        for volume in volumes
    }
    for thread in threads.values():
        thread.start()
    deadline = time.monotonic() + seconds
    for thread in threads.values():
        thread.join(max(0.0, deadline - time.monotonic()))
    return frozenset(number for number, thread in threads.items() if thread.is_alive())
