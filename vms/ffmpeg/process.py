"""One owned ffmpeg child: started so that it dies with us, read so that it never blocks, stopped within a deadline."""

import asyncio
import contextlib
import logging
import os
import signal
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from vms.domain.errors import FfmpegFailed

log = logging.getLogger(__name__)

_KEPT_LINES = 100
_LINES_PER_SECOND = 5
_LINE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class StopSteps:
    """How long each step of stopping may take, in seconds.

    One SIGTERM does not interrupt a blocked RTSP read; the second one does within a second (docs/design/media.md).
    """

    first_term: float = 3.0
    second_term: float = 3.0
    after_kill: float = 5.0


class FfmpegProcess:
    """A running ffmpeg, in a session of its own, that the kernel ends when its parent dies.

    `setpriv --pdeathsig` ties it to the *thread* that spawned it, so spawn from the main thread only.
    """

    def __init__(self, process: asyncio.subprocess.Process, redact: Callable[[str], str], label: str) -> None:
        self._process = process
        self._redact = redact
        self._label = label
        self._kept: deque[str] = deque(maxlen=_KEPT_LINES)
        self._stderr_reader = asyncio.create_task(self._read_stderr(), name=f"ffmpeg-stderr {label}")

    @property
    def pid(self) -> int:
        """Process id; setpriv replaces itself, so it is ffmpeg's own."""
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """Exit status, negative for a signal, None while it runs."""
        return self._process.returncode

    def last_lines(self) -> tuple[str, ...]:
        """Return what it said last, redacted, oldest first; at most 100 lines."""
        return tuple(self._kept)

    async def lines(self) -> AsyncIterator[str]:
        """Yield the lines of its standard output until it closes it."""
        assert self._process.stdout is not None  # noqa: S101  # spawned with a pipe
        while line := await self._process.stdout.readline():
            yield line.decode("utf-8", errors="replace").rstrip("\r\n")

    async def wait(self) -> int:
        """Return its exit status once it has ended and its last words were read."""
        status = await self._process.wait()
        await self._stderr_reader
        return status

    async def stop(self, steps: StopSteps = StopSteps()) -> int:  # frozen, so shared safely
        """End it in order: TERM, TERM again, KILL the whole group; return its exit status."""
        for seconds in (steps.first_term, steps.second_term):
            self._signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                return await asyncio.wait_for(asyncio.shield(self.wait()), seconds)
        self.kill()
        return await asyncio.wait_for(self.wait(), steps.after_kill)

    def kill(self) -> None:
        """End it at once, with anything it started."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    async def _read_stderr(self) -> None:
        """Keep the pipe empty for as long as the process lives; log at most a few lines a second."""
        assert self._process.stderr is not None  # noqa: S101  # spawned with a pipe
        window, logged, dropped = 0.0, 0, 0
        while True:
            try:
                raw = await self._process.stderr.readline()
            except ValueError:  # a line longer than the buffer: it has been thrown away
                continue
            if not raw:
                return
            line = self._redact(raw.decode("utf-8", errors="replace").rstrip())
            if not line:
                continue
            self._kept.append(line)
            now = time.monotonic()
            if now - window >= 1.0:
                if dropped:
                    log.info("ffmpeg said %d more lines", dropped, extra={"child": self._label})
                window, logged, dropped = now, 0, 0
            if logged < _LINES_PER_SECOND:
                logged += 1
                log.info("ffmpeg: %s", line, extra={"child": self._label})
            else:
                dropped += 1


async def spawn_ffmpeg(
    arguments: Sequence[str],
    *,
    label: str,
    redact: Callable[[str], str],
    stdin_text: str | None = None,
    cwd_fd: int | None = None,
) -> FfmpegProcess:
    """Start ffmpeg and return it, running.

    Args:
        arguments: the full list, the program first; it must hold no secret.
        label: names the child in logs.
        redact: applied to all it says before anything else sees it.
        stdin_text: written to its standard input, which is then closed; secrets belong here.
        cwd_fd: a directory to run in, so that relative output paths stay below a verified volume.

    Raises:
        FfmpegFailed: it could not be started.
    """
    # The folder is entered behind exec: until then whoever spawns waits, and the folder's filesystem may hang.
    within = ["env", f"--chdir=/proc/self/fd/{cwd_fd}"] if cwd_fd is not None else []
    command = ["setpriv", "--pdeathsig", "TERM", "--", *within, *arguments]
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE if stdin_text is not None else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            limit=_LINE_BYTES,
            pass_fds=(cwd_fd,) if cwd_fd is not None else (),
            env=_quiet_environment(),
        )
    except OSError as error:
        raise FfmpegFailed(f"{label}: ffmpeg could not be started: {error.strerror}") from error
    child = FfmpegProcess(process, redact, label)
    if stdin_text is not None:
        assert process.stdin is not None  # noqa: S101  # spawned with a pipe
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            process.stdin.write(stdin_text.encode())
            await process.stdin.drain()
        process.stdin.close()
    return child


def _quiet_environment() -> dict[str, str]:
    """Return what ffmpeg needs of our environment: no settings, proxies or secrets go along."""
    return {name: value for name in ("PATH", "LANG", "TZ") if (value := os.environ.get(name)) is not None}
