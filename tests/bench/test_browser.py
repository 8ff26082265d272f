"""What a person waits for who follows the recording: from reality to what can be reviewed."""

import io
import random
import re
import threading
import time
from itertools import takewhile
from pathlib import Path

import av
import numpy as np
import pytest
from playwright.sync_api import APIRequestContext, BrowserContext, Page

from tests.bench.findings.measurement import Latencies, latency
from tests.bench.findings.results import Results
from tests.bench.findings.scale import Scale
from tests.bench.sites.running_demo import RunningDemo, running_demo
from tests.support.deadline import wait_until
from vms.domain.time import MINUTE_US, SECOND_US
from vms.simulator.picture.frame_truth import read_truth

pytestmark = pytest.mark.bench

_FRAME_TRUTH = Path(__file__).parents[1] / "browser" / "driving" / "frame_truth.js"
_LIVE_SECONDS = 60.0


def test_reality_to_review(
    scratch: Path, scale: Scale, results: Results, browser_context: BrowserContext
) -> None:
    with running_demo(scratch) as demo:
        demo.sign_in(browser_context)
        camera = browser_context.request.get(f"{demo.url}/api/v1/cameras").json()[0]
        delays = _delays(demo, browser_context.request, camera["id"], scale.live_looks)
        shown = _shown_live(_following(demo, browser_context, camera["id"]), scale.live_looks)
    results.publish(
        "browser",
        "In the browser",
        "Chromium without a screen on the machine that also runs the whole demonstration: six cameras recorded, their "
        "pictures made, 1280x720 at 10 frames a second. Times are read from the pixels.",
        [
            latency(
                "P9: reality to the newest frame that can be fetched and decoded", delays, p95_goal_ms=2000
            ),
            latency("reality to the screen while playing live", shown),
        ],
    )


def _following(demo: RunningDemo, context: BrowserContext, camera_id: int) -> Page:
    """Open the playback page at the newest footage, and stay with it."""
    context.add_init_script(path=_FRAME_TRUTH)
    page = context.new_page()
    page.goto(f"{demo.url}/playback?cam={camera_id}")
    return page


def _delays(demo: RunningDemo, request: APIRequestContext, camera_id: int, count: int) -> Latencies:
    """Return how old the newest decodable frame is when its bytes have arrived, at random moments."""
    source = random.Random(5)
    base = f"{demo.url}/api/v1/cameras/{camera_id}"
    found: list[float] = []
    while len(found) < count:
        threading.Event().wait(source.uniform(0.2, 1.7))
        from_us = int(time.time() * SECOND_US) - MINUTE_US // 3
        answer = request.get(f"{base}/media.m3u8?from={from_us}&role=main")
        assert answer.ok, answer.text()
        data = _newest_file(request, base, answer.text())
        arrived_us = time.time() * SECOND_US
        found.append((arrived_us - _last_truth_us(data)) / SECOND_US)
    return Latencies(tuple(found))


def _newest_file(request: APIRequestContext, base: str, playlist: str) -> bytes:
    """Return init and pieces of the newest file in a growing playlist, from a keyframe on."""
    ranges = re.findall(r"#EXT-X-BYTERANGE:(\d+)@(\d+)\n(\S+)", playlist)
    address = ranges[-1][2]
    pieces = list(takewhile(lambda entry: entry[2] == address, reversed(ranges)))
    first, end = int(pieces[-1][1]), int(pieces[0][0]) + int(pieces[0][1])
    init = request.get(f"{base}/{address}", headers={"Range": "bytes=0-65535"}).body()
    init = init[: init.index(b"moof") - 4] if b"moof" in init else init
    media = request.get(f"{base}/{address}", headers={"Range": f"bytes={first}-{end - 1}"}).body()
    assert len(media) == end - first
    return init + media


def _last_truth_us(data: bytes) -> int:
    with av.open(io.BytesIO(data), "r", format="mp4") as container:
        truths = [
            read_truth(np.asarray(frame.to_ndarray(format="gray"), np.uint8))
            for frame in container.decode(video=0)
        ]
    return max(truth.time_us for truth in truths if truth is not None)


def _shown_live(page: Page, count: int) -> Latencies:
    """Return how old the frame on screen is while the page follows the recording."""
    found: list[float] = []

    def look() -> bool:
        shown = page.evaluate("shownNow()")
        if shown["state"] == "playing" and shown["truth"] is not None:
            found.append((shown["now_us"] - shown["truth"]["time_us"]) / SECOND_US)
        threading.Event().wait(0.3)
        return len(found) >= count

    wait_until(look, seconds=_LIVE_SECONDS, what="the live picture")
    return Latencies(tuple(found))
