"""Range headers, and who reads what is sent."""

import os
import threading
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest
from starlette.requests import Request
from starlette.types import Message

from storage.volumes.volume_pool import VolumePool, Work
from web.http.range_response import ByteRange, RangeResponse, parse_range
from web.http.state import Call


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("bytes=0-9", ByteRange(0, 10)),
        ("bytes=90-", ByteRange(90, 100)),
        ("bytes=90-1000", ByteRange(90, 100)),
        ("bytes=-10", ByteRange(90, 100)),
        ("bytes=-1000", ByteRange(0, 100)),
        ("bytes=-", None),
        ("bytes=5-4", None),
        ("bytes=0-1,5-6", None),
        ("items=0-1", None),
    ],
)
def test_range_is_read_as_the_rfc_says(header: str | None, expected: ByteRange | None) -> None:
    assert parse_range(header, 100) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_range_behind_the_end_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(ValueError, match="bytes"):
        parse_range(header, 100)


def test_file_of_a_volume_whose_reads_all_wait_takes_no_other_thread(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"footage")
    pool, answered = VolumePool(), threading.Event()
    sent: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message.get("body", b""))

    async def answer(volume_id: int) -> None:
        scope = {"type": "http", "method": "GET", "headers": [], "path": "/", "query_string": b""}
        request: Call = Request(scope)
        fd = os.open(tmp_path / "file", os.O_RDONLY)
        threads = pool.threads(volume_id, Work.SEND)
        await RangeResponse(request, threads, fd, 7, media_type="video/mp4")(scope, receive, send)

    async def serve() -> None:
        for _ in range(Work.SEND.threads):
            pool.threads(1, Work.SEND).submit(answered.wait)
        with anyio.fail_after(60):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(answer, 1)
                while not sent:
                    await anyio.lowlevel.checkpoint()
                assert sent == [b""], "it has begun, and waits for its turn to read"
                sent.clear()
                await answer(2)
                assert sent == [b"", b"footage", b""]
                tasks.cancel_scope.cancel()

    anyio.run(serve)
    answered.set()
    pool.close()
