"""What a person waits for: from a click on the timeline to the frame, and from reality to what can be reviewed."""

import io
import random
import re
import threading
import time
from collections.abc import Callable
from itertools import takewhile
from pathlib import Path
from typing import TypeVar

import av
import numpy as np
import pytest
from playwright.sync_api import APIRequestContext, BrowserContext, Page

from tests.bench.measurement import Finding, Latencies, latency, number
from tests.bench.results import Results
from tests.bench.running_demo import RunningDemo, running_demo
from tests.bench.scale import Scale
from tests.support.deadline import wait_until
from vms.domain.time import DAY_US, HOUR_US, MINUTE_US, SECOND_US, format_rfc3339
from vms.simulator.frame_truth import read_truth

pytestmark = pytest.mark.bench

_SCRIPTS = (
    Path(__file__).parents[1] / "browser" / "frame_truth.js",
    Path(__file__).with_name("frame_probe.js"),
)
_CLICK_SECONDS = 30.0
_T = TypeVar("_T")


def test_click_to_frame_and_reality_to_review(
    scratch: Path, scale: Scale, results: Results, browser_context: BrowserContext
) -> None:
    with running_demo(scratch) as demo:
        demo.sign_in(browser_context)
        camera = browser_context.request.get(f"{demo.url}/api/v1/cameras").json()[0]
        page = _playback(demo, browser_context, camera["id"])
        clicks, errors = _clicks(page, scale.seeks)
        bare = _bare_seeks(page, scale.seeks)
        page.close()
        delays = _delays(demo, browser_context.request, camera["id"], scale.live_looks)
        shown = _shown_live(_playback(demo, browser_context, camera["id"]), scale.live_looks)
    worst, unlabelled = max(errors), len(clicks.seconds) - len(errors)
    results.publish(
        "browser",
        "In the browser",
        "Chromium without a screen on the machine that also runs the whole demonstration: six cameras recorded, their "
        "pictures made. Past: 640x360 at 5 frames a second; present: 1280x720 at 10. Times are read from the pixels.",
        [
            latency(
                "click on the timeline to its frame on screen, beside a jump within what is buffered",
                *(clicks, bare),
                p50_goal_ms=150,
                p95_goal_ms=300,
            ),
            Finding(
                "time label beside the time burned into the frame, worst",
                f"{number(worst / 1000)} ms",
                "200 ms a frame",
                None,
                "< 1 frame",
                worst < 200_000,
            ),
            Finding(
                "clicks whose frame was painted while the label kept another frame's time",
                f"{unlabelled}",
                f"{len(clicks.seconds)} clicks",
                None,
                "none",
                unlabelled == 0,
            ),
            latency("reality to the newest frame that can be fetched and decoded", delays, p95_goal_ms=2000),
            latency("reality to the screen while playing live", shown),
        ],
    )


def _playback(demo: RunningDemo, context: BrowserContext, camera_id: int) -> Page:
    """Open the playback page half an hour ago, its timeline showing about an hour, paused."""
    page = context.new_page()
    at_us = int(time.time() * SECOND_US) - HOUR_US // 2
    page.goto(f"{demo.url}/playback?cam={camera_id}&t={format_rfc3339(at_us)}")
    _wait(lambda: page.locator("[data-player]").get_attribute("data-wall-us"), "a first frame")
    for _ in range(4):
        page.locator('[data-act="zoom-in"]').click()
    if page.locator("[data-player]").get_attribute("data-state") == "playing":
        page.locator('[data-act="play"]').click()
    for script in _SCRIPTS:
        page.evaluate(script.read_text(encoding="utf-8"))
    return page


def _clicks(page: Page, count: int) -> tuple[Latencies, list[int]]:
    """Click at random places within 25 minutes of the playhead; return latencies, and the label's errors in us.

    The timeline shows an hour, which stands as far from the left edge as the playhead stood in its day.
    """
    plot = page.locator("[data-plot]")
    box = plot.bounding_box()
    assert box is not None
    playhead = int(plot.get_attribute("aria-valuenow") or 0) * SECOND_US / DAY_US
    reach = 25 * MINUTE_US / HOUR_US
    left, right = max(0.02, playhead - reach), min(0.98, playhead + reach)
    source = random.Random(3)
    seconds: list[float] = []
    errors: list[int] = []
    while len(seconds) < count:
        page.mouse.click(
            box["x"] + source.uniform(left, right) * box["width"], box["y"] + box["height"] * 0.55
        )
        found = _wait(lambda: page.evaluate("frameProbe.settled()"), "the frame that was clicked at")
        seconds.append(found["ms"] / 1000)
        if found["isLabelled"]:
            errors.append(abs(found["truth_us"] - found["label_us"]))
    return Latencies(tuple(seconds)), errors


def _bare_seeks(page: Page, count: int) -> Latencies:
    source = random.Random(4)
    found = [page.evaluate("(share) => frameProbe.bareSeek(share)", source.random()) for _ in range(count)]
    return Latencies(tuple(ms / 1000 for ms in found))


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
    """Return how old the frame on screen is while the page plays live."""
    page.locator('[data-act="live"]').click()
    found: list[float] = []

    def look() -> bool:
        shown = page.evaluate("frameProbe.shown()")
        if shown["state"] == "playing" and shown["truth_us"] is not None:
            age = (shown["now_us"] - shown["truth_us"]) / SECOND_US
            if age < MINUTE_US / SECOND_US:
                found.append(age)
        threading.Event().wait(0.3)
        return len(found) >= count

    _wait(look, "the live picture")
    return Latencies(tuple(found))


def _wait(condition: Callable[[], _T], what: str) -> _T:
    return wait_until(condition, seconds=_CLICK_SECONDS, what=what)
