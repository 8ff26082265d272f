"""Child processes of tests: each in a group of its own, its output in a file, gone when the block ends."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.deadline import wait_until

_END_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Child:
    """A running child and the file that collects its standard output and error."""

    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def pid(self) -> int:
        """The child's process id, which is its group's id too."""
        return self.process.pid

    def output(self) -> str:
        """Return everything it has written so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_for_output(self, text: str, *, seconds: float) -> str:
        """Return the output once it contains `text`.

        Raises:
            AssertionError: the deadline passed, or the child ended first; the message carries the output.
        """

        def said_it() -> bool:
            said = text in self.output()
            assert said or self.process.poll() is None, (
                f"ended with {self.process.returncode} before it said {text!r}:\n{self.output()}"
            )
            return said

        try:
            wait_until(said_it, seconds=seconds, what=f"{text!r}")
        except AssertionError as error:
            error.add_note(self.output())
            raise
        return self.output()

    def wait_for_end(self, *, seconds: float) -> int:
        """Return the exit code (negative: the signal's number).

        Raises:
            AssertionError: the deadline passed.
        """
        wait_until(lambda: self.process.poll() is not None, seconds=seconds, what=f"the end of {self.pid}")
        return int(self.process.returncode)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to this process alone."""
        self.process.send_signal(number)

    def kill_group(self) -> None:
        """Kill the child and every descendant that stayed in its group, as `kill -9 -PID` would."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)


def stop_still(pid: int) -> None:
    """Send SIGSTOP to a process and wait until all of its threads stand still; on a busy machine some run on for a while.

    Raises:
        AssertionError: one of them still runs after half a minute.
    """
    os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: _thread_states(pid) == {"T"}, seconds=30, what=f"process {pid} to stand still")


def _thread_states(pid: int) -> set[str]:
    stats = [stat.read_text() for stat in Path(f"/proc/{pid}/task").glob("*/stat")]
    return {stat.rpartition(")")[2].split()[0] for stat in stats}


@contextlib.contextmanager
def running(
    command: Sequence[str | os.PathLike[str]],
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    user: str | None = None,
) -> Iterator[Child]:
    """Run `command` while the block lasts, its output in the file `log`.

    Args:
        env: the whole environment; None hands ours on.
        user: run as this user, which needs root.

    Yields:
        The child. When the block ends it gets SIGTERM, and its group SIGKILL after 10 s or when it has ended.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            [os.fspath(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env,
            cwd=cwd,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            start_new_session=True,
        )
    child = Child(process, log)
    try:
        yield child
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_END_SECONDS)
        child.kill_group()
        process.wait()
