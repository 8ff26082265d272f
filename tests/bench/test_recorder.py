"""The recorder's processor time and memory beside bare ffmpegs that record the same cameras with the same arguments."""

import os
import shutil
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.bench.findings.bare_ffmpeg import bare_fleet
from tests.bench.findings.continuity import Continuity, continuity
from tests.bench.findings.measurement import Finding, at_most
from tests.bench.findings.process_tree import usage
from tests.bench.findings.results import Results
from tests.bench.findings.scale import Scale
from tests.bench.sites.bench_site import bench_site
from tests.bench.sites.footage_files import FPS, BenchClip
from tests.bench.sites.recording_site import files_of_runs, is_recording, service
from tests.support.cameras.rtsp_server import GStreamerCameras, gstreamer_cameras
from tests.support.deadline import wait_until

pytestmark = pytest.mark.bench

_CONNECT_SECONDS = 180.0
_STOP_SECONDS = 60.0
_MEMORY = (
    "Proportional set size of the whole process tree at the end of the window; Python and its libraries are a cost per "
    "installation, not per camera."
)


@dataclass(slots=True)
class _Arm:
    """What the arms of one kind measured: per window seconds of processor and bytes of memory, and what was recorded."""

    cpu_seconds: list[float] = field(default_factory=list)
    own_cpu_seconds: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    held: list[Continuity] = field(default_factory=list)

    @property
    def cpu(self) -> float:
        """Mean seconds of processor time per window."""
        return sum(self.cpu_seconds) / len(self.cpu_seconds)

    @property
    def own_cpu(self) -> float:
        """Of these, those that are not ffmpeg's."""
        return sum(self.own_cpu_seconds) / len(self.own_cpu_seconds)

    @property
    def memory_mb(self) -> float:
        """Mean megabytes at the end of the window."""
        return sum(self.memory) / len(self.memory) / 1e6


def test_recorder_against_bare_ffmpegs(
    scratch: Path, scale: Scale, results: Results, bench_clip: BenchClip
) -> None:
    bare, off, on = _Arm(), _Arm(), _Arm()
    with gstreamer_cameras(bench_clip.path, scratch / "cameras.log", count=scale.cameras, fps=FPS) as cameras:
        urls = [cameras.url(number) for number in range(scale.cameras)]
        for number, arm in enumerate((bare, off, on, on, off, bare)):
            folder = scratch / f"arm{number}"
            if arm is bare:
                _record_bare(arm, bench_clip.ffmpeg, urls, folder, scale)
            else:
                _record_ours(arm, cameras, folder, scale, with_pictures=arm is on)
    results.publish(
        "recorder",
        "Recorder beside bare ffmpegs",
        f"{scale.cameras} cameras of 1080p25 at 2.5 Mbit/s from GStreamer's RTSP server, files of {scale.segment_seconds} s; "
        f"whole process trees over {scale.window_seconds:.0f} s, order A B C C B A (A bare, B recorder, C with pictures), "
        "mean of both; the server's processor time is not counted.",
        _findings(bare, off, on, scale),
    )


def _findings(bare: _Arm, off: _Arm, on: _Arm, scale: Scale) -> list[Finding]:
    per_core = 100 / scale.window_seconds
    own = f"Of these, {off.own_cpu:.2f} s are the recorder's own process, the rest its ffmpegs."
    findings = [
        at_most("processor, pictures off", off.cpu, bare.cpu, "CPU-s", goal=1.10, note=own),
        at_most("processor, pictures on", on.cpu, bare.cpu, "CPU-s", goal=1.35),
        at_most("share of one core, pictures off", off.cpu * per_core, bare.cpu * per_core, "%", goal=None),
        at_most("memory, pictures off", off.memory_mb, bare.memory_mb, "MB", goal=None, note=_MEMORY),
        at_most("memory, pictures on", on.memory_mb, bare.memory_mb, "MB", goal=None, note=_MEMORY),
    ]
    for name, arm in (("bare ffmpegs", bare), ("pictures off", off), ("pictures on", on)):
        frames, due = sum(held.frames for held in arm.held), sum(held.due for held in arm.held)
        borders, broken = (
            sum(held.borders for held in arm.held),
            sum(held.broken_borders for held in arm.held),
        )
        findings += [
            Finding(
                f"frames recorded, {name}", f"{frames}", f"{due} sent", frames / due, "= 1.00x", frames == due
            ),
            Finding(
                f"file borders with a gap, {name}",
                f"{broken}",
                f"{borders} borders",
                None,
                "none",
                not broken,
            ),
        ]
    return findings


def _record_bare(arm: _Arm, ffmpeg: str, urls: Sequence[str], folder: Path, scale: Scale) -> None:
    with bare_fleet(ffmpeg, urls, folder, segment_seconds=scale.segment_seconds) as fleet:
        wait_until(
            lambda: fleet.recording() == len(urls), seconds=_CONNECT_SECONDS, what="every ffmpeg to record"
        )
        _measure(arm, list(fleet.pids), None, scale)
    arm.held += [continuity(files, FPS) for files in fleet.recordings()]
    _remove(folder)


def _record_ours(
    arm: _Arm, cameras: GStreamerCameras, folder: Path, scale: Scale, *, with_pictures: bool
) -> None:
    with bench_site(folder, segment_seconds=scale.segment_seconds) as site:
        for number in range(cameras.count):
            site.add_camera(f"Kamera {number}", cameras.url(number))
        with service(site, "recorder") as recorder:
            wait_until(
                lambda: is_recording(site, cameras.count, recorder),
                seconds=_CONNECT_SECONDS,
                what="every camera to record",
            )
            if with_pictures:
                with service(site, "pictures") as pictures:
                    _measure(arm, [recorder.pid, pictures.pid], recorder.pid, scale)
            else:
                _measure(arm, [recorder.pid], recorder.pid, scale)
            recorder.process.terminate()
            assert recorder.wait_for_end(seconds=_STOP_SECONDS) == 0, recorder.output()
        arm.held += [continuity(files, FPS) for files in files_of_runs(Path(site.volume.path))]
    _remove(folder)


def _measure(arm: _Arm, roots: Sequence[int], own: int | None, scale: Scale) -> None:
    """Let the trees run for a window after they have settled, and note what they used."""
    _let_pass(scale.settle_seconds)
    began, before, own_before = time.monotonic(), usage(roots), _own_seconds(own)
    _let_pass(scale.window_seconds)
    lasted, after, own_after = time.monotonic() - began, usage(roots), _own_seconds(own)
    assert after.processes == before.processes, "a process ended during the measured window"
    to_window = scale.window_seconds / lasted
    arm.cpu_seconds.append((after.cpu_seconds - before.cpu_seconds) * to_window)
    arm.own_cpu_seconds.append((own_after - own_before) * to_window)
    arm.memory.append(after.memory_bytes)


def _own_seconds(pid: int | None) -> float:
    """Return the processor time of one process alone, without its children."""
    if pid is None:
        return 0.0
    clocks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(clock.read_text().split()[0]) for clock in clocks) / 1e9


def _let_pass(seconds: float) -> None:
    """Let time pass: the length of a measured window is no condition to wait for."""
    threading.Event().wait(seconds)


def _remove(folder: Path) -> None:
    """Remove an arm's files, so that the next one finds the disk as this one did."""
    shutil.rmtree(folder)
    os.sync()
