"""The parent of `vms up`: starts the services, starts a fallen one again, ends them all in order; no logic of its own."""

import logging
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

_FIRST_DELAY_SECONDS = 1.0
_LONGEST_DELAY_SECONDS = 30.0
_GOOD_RUN_SECONDS = 60.0
_STOP_SECONDS = 25.0
_POLL_SECONDS = 0.2


@dataclass(slots=True)
class _Child:
    """A service and the process that runs it at the moment."""

    service: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    delay: float = _FIRST_DELAY_SECONDS
    due: float = field(default=0.0)


class ProcessGroup:
    """Runs one child process per service until told to stop.

    Children get SIGTERM from the kernel should this process die without a word (`setpriv --pdeathsig`).
    """

    def __init__(self, commands: dict[str, Sequence[str]]) -> None:
        """Take the services in the order in which they start; they end in reverse."""
        self._children = [_Child(service, command) for service, command in commands.items()]
        self._stop = threading.Event()

    def stop(self) -> None:
        """Ask `run` to end; from another thread, not from a signal handler."""
        self._stop.set()

    def run(self, started: Callable[[], None] = lambda: None) -> None:
        """Keep all services running until `stop`; `started` is called once after the first start of all."""
        try:
            for child in self._children:
                _start(child)
            started()
            while not self._stop.wait(_POLL_SECONDS):
                for child in self._children:
                    _supervise(child)
        finally:
            self._end_all()

    def _end_all(self) -> None:
        deadline = time.monotonic() + _STOP_SECONDS
        for child in reversed(self._children):
            if child.process is not None and child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
        for child in reversed(self._children):
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("%s did not end in time and is killed", child.service)
                child.process.kill()
                child.process.wait()


def service_command(service: str, *arguments: str) -> list[str]:
    """Return the command that runs one service as a process of its own, tied to this one's life."""
    return ["setpriv", "--pdeathsig", "TERM", "--", sys.executable, "-m", "vms", service, *arguments]


def _start(child: _Child) -> None:
    # A session of its own: Ctrl-C reaches the parent alone, which then ends the services in order.
    child.process = subprocess.Popen(child.command, stdin=subprocess.DEVNULL, start_new_session=True)
    child.started = time.monotonic()
    log.info("%s started", child.service, extra={"pid": child.process.pid})


def _supervise(child: _Child) -> None:
    now = time.monotonic()
    if child.process is None:
        if now >= child.due:
            _start(child)
        return
    status = child.process.poll()
    if status is None:
        return
    if now - child.started >= _GOOD_RUN_SECONDS:
        child.delay = _FIRST_DELAY_SECONDS
    child.due = now + child.delay * random.uniform(0.8, 1.2)  # noqa: S311  # spreads restarts, guards nothing
    log.error("%s ended with status %s; starting it again in %.0f s", child.service, status, child.delay)
    child.delay = min(child.delay * 2, _LONGEST_DELAY_SECONDS)
    child.process = None
