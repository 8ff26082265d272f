"""An ffmpeg child is owned: it hides what it was told, never blocks on what it says, and dies with its parent."""

import asyncio
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.deadline import wait_until
from vms.ffmpeg.binary import find_ffmpeg
from vms.ffmpeg.process import StopSteps, spawn_ffmpeg
from vms.ffmpeg.redaction import Redactor

CANARY = "canary-5e3c"
ENDLESS = ("-re", "-f", "lavfi", "-i", "testsrc2=size=64x36:rate=5", "-f", "null", "-")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(params=["bundled", "debian"])
def ffmpeg(request: pytest.FixtureRequest) -> str:
    return find_ffmpeg("" if request.param == "bundled" else "/usr/bin/ffmpeg").path


def command_lines() -> Iterator[bytes]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                yield (entry / "cmdline").read_bytes()
            except OSError:
                continue


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.anyio
async def test_secrets_on_standard_input_are_in_no_command_line_and_no_last_words(ffmpeg: str) -> None:
    text = f"ffconcat version 1.0\nfile 'rtsp://admin:{CANARY}@127.0.0.1:9/none'\n"
    child = await spawn_ffmpeg(
        [
            ffmpeg,
            "-hide_banner",
            "-f",
            "concat",
            "-safe",
            "0",
            "-protocol_whitelist",
            "pipe,fd,rtsp,tcp,udp,rtp",
            "-i",
            "pipe:0",
            "-f",
            "null",
            "-",
        ],
        label="test",
        redact=Redactor([CANARY]),
        stdin_text=text,
    )
    seen = [line for line in command_lines() if CANARY.encode() in line]
    assert await child.wait() != 0
    assert seen == []
    assert child.last_lines()
    assert CANARY not in "\n".join(child.last_lines())


@pytest.mark.anyio
async def test_it_ends_in_order_when_asked(ffmpeg: str) -> None:
    child = await spawn_ffmpeg([ffmpeg, "-nostdin", *ENDLESS], label="test", redact=str)
    assert await child.stop() in {255, -signal.SIGTERM}
    assert not is_running(child.pid)


@pytest.mark.anyio
async def test_one_that_ignores_the_signal_is_killed() -> None:
    script = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    child = await spawn_ffmpeg([sys.executable, "-c", script], label="test", redact=str)
    async for line in child.lines():
        assert line == "up"
        break
    status = await child.stop(StopSteps(first_term=0.1, second_term=0.1))
    assert status == -signal.SIGKILL


@pytest.mark.anyio
async def test_a_flood_of_words_neither_blocks_it_nor_fills_memory() -> None:
    script = "import sys; [sys.stderr.write('x' * 200 + '\\n') for _ in range(20000)]; sys.stderr.write('y' * 300000)"
    child = await spawn_ffmpeg([sys.executable, "-c", script], label="test", redact=str)
    assert await asyncio.wait_for(child.wait(), 60) == 0
    assert len(child.last_lines()) <= 100


def test_it_dies_with_its_parent(ffmpeg: str) -> None:
    script = textwrap.dedent(
        f"""
        import asyncio, os, signal
        from vms.ffmpeg.process import spawn_ffmpeg
        async def main():
            child = await spawn_ffmpeg({[ffmpeg, "-nostdin", *ENDLESS]!r}, label="test", redact=str)
            print(child.pid, flush=True)
            await asyncio.sleep(60)
        asyncio.run(main())
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.kill()
    wait_until(lambda: not is_running(pid), seconds=30, what="ffmpeg to end with its parent")
