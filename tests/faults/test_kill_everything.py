"""kill -9 of anything, at any time, over and over: nothing is lost but the second that had not filled a fragment.

The proof is in the pixels: every simulated frame carries its number and the time it was made.
"""

import itertools
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

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
from tests.support.written_footage import growing_files, growing_of_all, grown_runs, whole_frames
from vms.domain.camera import Camera, OutageCause, Stream
from vms.domain.segment import Segment
from vms.domain.time import TimeRange
from vms.media.fragment_table import decode, ticks_to_us

pytestmark = pytest.mark.faults

CAMERAS = ("balai-kota", "menara-pandang", "taman-kamboja", "siring-tendean")
FRAME_US = 100_000
FRAGMENT_US = 1_000_000
"""What a kill costs: media that had not filled a fragment (frag_duration)."""


@dataclass(frozen=True, slots=True)
class Kill:
    """When something was killed, what had reached the disk by then, and when every stream was seen growing again."""

    at_us: int
    written: dict[Path, bytes] = field(repr=False)
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
        written = growing_of_all(site.volume, len(CAMERAS))
        at_us = now_us()
        what()
        wait_until(
            lambda: all(s.updated_us > before[i] + 1 for i, s in storage.cameras.statuses().items()),
            seconds=90,
            what="news from the recorder",
        )
        site.wait_until_recording(storage)
        resumed = growing_files(site.volume)
        wait_until(
            lambda: (
                len(site.ffmpeg_pids()) == len(CAMERAS)
                and len(grown_runs(resumed, growing_files(site.volume))) >= len(CAMERAS)
            ),
            seconds=90,
            what="every stream growing",
        )
        kills.append(Kill(at_us, written, now_us()))

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


@dataclass(frozen=True, slots=True)
class Lost:
    """Frames that are missing between the first and the last recorded one: how many, and from when to when."""

    frames: int
    start_us: int
    end_us: int

    def is_of(self, kill: Kill) -> bool:
        """Whether the kill explains it: an ffmpeg whose recorder was killed may record until it has heard that."""
        return self.start_us <= kill.mended_us and kill.at_us <= self.end_us


def lost_ranges(site: Installation, camera: Camera) -> list[Lost]:
    """Return what is missing of a camera, by the times burned into its frames."""
    stream = main_stream(camera)
    seen = {truth.frame: truth.time_us for path in site.files(stream) for truth in truths_of(path)}
    return [
        Lost(b - a - 1, seen[a] + FRAME_US, seen[b])
        for a, b in itertools.pairwise(sorted(seen))
        if b != a + 1
    ]


@pytest.mark.long
def test_killing_everything_over_and_over_costs_nothing_that_had_filled_a_fragment(
    site: Installation,
) -> None:
    """failure mode 29, failure mode 30: whatever is killed, files and rows agree and the last second is the most lost."""
    with site.opened() as services:
        cameras = [add_camera(services.storage, site, path) for path in CAMERAS]
        with site.running("up"):
            site.wait_until_recording(services.storage)
            kills = kill_storm(site, services.storage, random.Random(20261123))
        report = check(services.storage, services.clock, repair=False)
        assert report.is_clean, report.summary()
        recorded = {
            truth
            for camera in cameras
            for path in site.files(main_stream(camera))
            for truth in truths_of(path)
        }
        for kill in kills:
            written = whole_frames(kill.written.values())
            assert {truth.camera for truth in written} == {truth.camera for truth in recorded}
            assert not written - recorded
        for camera in cameras:
            stream = main_stream(camera)
            rows = services.storage.segments.covering(stream.id, ALL_TIME)
            assert {site.path_of(row, stream) for row in rows} == set(site.files(stream))
            assert median(part for row in rows for part in lengths_us(row)) <= FRAGMENT_US + FRAME_US
            lost = lost_ranges(site, camera)
            by_kills = [part for part in lost if any(part.is_of(kill) for kill in kills)]
            assert by_kills, f"{camera.name}: no kill left a trace, so this test shows nothing"
            others = [part for part in lost if part not in by_kills]
            assert sum(part.frames for part in others) <= site.left_out(camera.name), (
                camera.name,
                others,
                kills,
            )


def lengths_us(row: Segment) -> list[int]:
    """Return how much media each fragment of a file holds."""
    table = decode(row.fragments or b"")
    return [ticks_to_us(part.duration, table.timescale) for part in table.fragments]


def test_recording_is_back_at_the_first_attempt_of_the_new_process(site: Installation) -> None:
    """failure mode 30: nothing that the old one left behind keeps any camera waiting."""
    with site.opened() as services:
        storage = services.storage
        streams = [main_stream(add_camera(storage, site, path)) for path in CAMERAS]
        with site.running("up"):
            site.wait_until_recording(storage)
            old, began_us = site.pid_of("recorder"), now_us()
            site.kill("recorder")
            wait_until(lambda: site.pid_of("recorder") not in {None, old}, seconds=90, what="a new recorder")
            back_us = now_us()

            def is_back(stream: Stream) -> bool:
                return (storage.cameras.statuses()[stream.id].last_media_us or 0) > back_us

            wait_until(
                lambda: all(is_back(stream) for stream in streams),
                seconds=90,
                what="media of the new recorder",
            )
            since = TimeRange(began_us, ALL_TIME.end_us)
            for stream in streams:
                (outage,) = storage.segments.outages(stream.id, since)
                assert outage.cause is OutageCause.RECORDER_DOWN
                assert storage.cameras.statuses()[stream.id].attempts == 0
