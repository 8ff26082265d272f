"""A role ends at the first signal, however many come and whatever lock they interrupt."""

import select
import signal
import subprocess
import sys
import textwrap
import time

_ROLE = textwrap.dedent(
    """
    import sys, threading
    from vms.host.stop_signal import call_on_stop_signal
    stop, heard = threading.Event(), []
    def act():
        heard.append(1)
        if len(heard) >= 300:
            stop.set()
    call_on_stop_signal(act)
    print("up", flush=True)
    while not stop.wait(0.0001):
        pass
    print("ended", flush=True)
    sys.stdin.read()
    """
)


def test_a_storm_of_signals_never_blocks_the_one_who_waits() -> None:
    command = [sys.executable, "-c", _ROLE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as role:
        assert role.stdout is not None
        assert role.stdout.readline() == "up\n"
        deadline = time.monotonic() + 30
        while not select.select([role.stdout], [], [], 0)[0]:
            role.send_signal(signal.SIGTERM)
            assert time.monotonic() < deadline, "it hears no signal any more"
        assert role.stdout.readline() == "ended\n"
        role.communicate("")
        assert role.returncode == 0
