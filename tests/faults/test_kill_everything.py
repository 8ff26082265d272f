"""kill -9 of anything, at any time, over and over: nothing that had reached the machine is lost but the last second.

The proof is in the pixels: every simulated frame carries its number and the time it was made.
"""

import itertools
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.open import Storage
from storage.recovery.check import check
from tests.support.deadline import wait_until
from tests.support.installation import (
    ALL_TIME,
    Installation,
    add_camera,
    installation,
    main_stream,
    truths_of,
)
from vms.domain.camera import Camera

pytestmark = pytest.mark.faults

CAMERAS = ("balai-kota", "menara-pandang", "taman-kamboja", "siring-tendean")
FRAME_US = 100_000
FRAGMENT_US = 1_000_000
"""What may be lost: media that had not filled a fragment (frag_duration)."""
SLACK_US = 250_000
"""A frame is on its way for a moment: encoder, socket, muxer."""


@dataclass(frozen=True, slots=True)
class Kill:
    """When something was killed, and when every stream was seen growing again."""

    at_us: int
    mended_us: int


def now_us() -> int:
    return time.time_ns() // 1000


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path, cameras=len(CAMERAS) + 1) as made:
        yield made


def kill_storm(site: Installation, storage: Storage, rng: random.Random) -> list[Kill]:
    """Kill each role, a few ffmpegs and then everything at once, each while all are recording."""
    kills: list[Kill] = []

    def strike(what: Callable[[], None]) -> None:
        before = {stream_id: s.updated_us for stream_id, s in storage.cameras.statuses().items()}
        at_us = now_us()
        what()
        wait_until(
            lambda: all(s.updated_us > before[i] + 1 for i, s in storage.cameras.statuses().items()),
            seconds=30,
            what="news from the recorder",
        )
        site.wait_until_recording(storage)
        grown = {path: path.stat().st_size for path in site.volume.glob("incoming/*/*.mp4")}
        wait_until(
            lambda: (
                len(site.ffmpeg_pids()) == len(CAMERAS)
                and sum(p.stat().st_size > grown.get(p, 0) for p in site.volume.glob("incoming/*/*.mp4"))
                >= len(CAMERAS)
            ),
            seconds=30,
            what="every stream growing",
        )
        kills.append(Kill(at_us, now_us()))

    def kill_ffmpeg() -> None:
        os.kill(rng.choice(site.ffmpeg_pids()), signal.SIGKILL)

    def kill_all() -> None:
        pids = [pid for role in ("recorder", "pictures", "scheduler", "web") if (pid := site.pid_of(role))]
        for pid in [*site.ffmpeg_pids(), *pids]:
            os.kill(pid, signal.SIGKILL)

    for what in (
        kill_ffmpeg,
        lambda: site.kill("recorder"),
        lambda: site.kill("web"),
        lambda: site.kill("scheduler"),
        lambda: site.kill("pictures"),
        kill_ffmpeg,
        kill_all,
        lambda: site.kill("recorder"),
        kill_all,
    ):
        strike(what)
    return kills


def lost_stretches(site: Installation, camera: Camera) -> list[tuple[int, int]]:
    """Return [first, end) of the burned-in times of frames that are missing between the first and last recorded one."""
    stream = main_stream(camera)
    seen = {truth.frame: truth.time_us for path in site.files(stream) for truth in truths_of(path)}
    numbers = sorted(seen)
    return [(seen[a] + FRAME_US, seen[b]) for a, b in itertools.pairwise(numbers) if b != a + 1]


def test_killing_everything_over_and_over_loses_at_most_the_last_second(site: Installation) -> None:
    """failure mode 29, failure mode 30: whatever is killed, files and rows agree and the last second is the most lost."""
    with site.opened() as services:
        cameras = [add_camera(services.storage, site, path) for path in CAMERAS]
        with site.running("up"):
            site.wait_until_recording(services.storage)
            kills = kill_storm(site, services.storage, random.Random(20261123))
        report = check(services.storage, services.clock, repair=False)
        assert report.is_clean, report.summary()
        for camera in cameras:
            stream = main_stream(camera)
            rows = services.storage.segments.covering(stream.id, ALL_TIME)
            assert {site.path_of(row, stream) for row in rows} == set(site.files(stream))
            for first_us, end_us in lost_stretches(site, camera):
                # An ffmpeg whose recorder was killed is told to end, and may record until it has heard it.
                cause = [
                    k for k in kills if first_us - SLACK_US <= k.mended_us and k.at_us <= end_us + SLACK_US
                ]
                assert cause, (
                    f"{camera.name}: {(end_us - first_us) / 1e6:.1f} s lost from {first_us} without a kill: {kills}"
                )
                lost_before = min(k.at_us for k in cause) - first_us
                assert lost_before <= FRAGMENT_US + SLACK_US, (
                    f"{camera.name}: lost {lost_before / 1e6:.2f} s before a kill"
                )


def test_recording_is_back_within_five_seconds_of_the_process_being_back(site: Installation) -> None:
    """failure mode 30: the frames say when recording was back; the new process's own start says since when."""
    with site.opened() as services:
        cameras = [add_camera(services.storage, site, path) for path in CAMERAS]
        with site.running("up"):
            site.wait_until_recording(services.storage)
            old = site.pid_of("recorder")
            site.kill("recorder")
            killed_us = now_us()
            wait_until(lambda: site.pid_of("recorder") not in {None, old}, seconds=20, what="a new recorder")
            back_us = now_us()
            wait_until(
                lambda: all(
                    (status := services.storage.cameras.statuses()[main_stream(c).id]).last_media_us
                    is not None
                    and (status.last_media_us or 0) > back_us
                    for c in cameras
                ),
                seconds=30,
                what="media of the new recorder",
            )
        for camera in cameras:
            after = [end_us for _first_us, end_us in lost_stretches(site, camera) if end_us >= killed_us]
            assert after, f"{camera.name}: the kill left no trace, so this test shows nothing"
            assert after[0] - back_us <= 5_000_000, (
                f"{camera.name}: back after {(after[0] - back_us) / 1e6:.1f} s"
            )
