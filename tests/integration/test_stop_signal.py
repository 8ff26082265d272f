"""A role ends at the first signal, however many come and whatever lock they interrupt."""

import signal
import subprocess
import sys
import textwrap

_ROLE = textwrap.dedent(
    """
    import threading
    from vms.stop_signal import call_on_stop_signal
    stop, heard = threading.Event(), []
    def act():
        heard.append(1)
        if len(heard) >= 300:
            stop.set()
    call_on_stop_signal(act)
    print("up", flush=True)
    while not stop.wait(0.0001):
        pass
    """
)


def test_a_storm_of_signals_never_blocks_the_one_who_waits() -> None:
    with subprocess.Popen([sys.executable, "-c", _ROLE], stdout=subprocess.PIPE, text=True) as role:
        assert role.stdout is not None
        assert role.stdout.readline() == "up\n"
        while role.poll() is None:
            role.send_signal(signal.SIGTERM)
        assert role.wait(20) == 0
