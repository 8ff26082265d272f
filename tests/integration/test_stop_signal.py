"""A service ends at the first signal, however many come and whatever lock they interrupt."""

import select
import signal
import subprocess
import sys
import textwrap

from tests.support.deadline import wait_until

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
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout is not None
        assert service.stdout.readline() == "up\n"
        heard = [service.stdout]

        def has_ended() -> bool:
            for _ in range(50):
                service.send_signal(signal.SIGTERM)
            return bool(select.select(heard, [], [], 0)[0])

        wait_until(has_ended, seconds=60, what="its end, so it hears no signal any more")
        assert service.stdout.readline() == "ended\n"
        service.communicate("")
        assert service.returncode == 0
