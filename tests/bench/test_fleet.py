"""A city's cameras for an hour in short files: no run ends that nobody asked to end, and no frame is missing."""

import threading
from collections import Counter
from pathlib import Path

import pytest

from tests.bench.findings.continuity import Continuity, continuity
from tests.bench.findings.measurement import Finding
from tests.bench.findings.results import Results
from tests.bench.findings.scale import Scale
from tests.bench.sites.bench_site import BenchSite, bench_site
from tests.bench.sites.recording_site import files_of_runs, is_recording, service
from tests.support.cameras.rtsp_server import gstreamer_cameras, make_clip
from tests.support.deadline import wait_until
from vms.domain.segment import Outage, Run, RunEnd
from vms.domain.time import DAY_US, TimeRange
from vms.host.clock import SystemClock

pytestmark = pytest.mark.bench

_FPS = 25
_SIZE = "320x180"
_FILE_SECONDS = 10
"""Six times as many file borders as usual: what goes wrong there goes wrong sooner."""
_CONNECT_SECONDS = 300.0
_STOP_SECONDS = 60.0


def test_no_run_ends_by_itself_and_every_frame_is_there(
    scratch: Path, scale: Scale, results: Results, ffmpeg: str
) -> None:
    """issue 9, number 1: four runs in 80 minutes were ended though their cameras sent."""
    clip = make_clip(ffmpeg, scratch / "clip.ts", fps=_FPS, size=_SIZE)
    count, minutes = scale.fleet_cameras, scale.fleet_minutes
    with (
        gstreamer_cameras(clip, scratch / "cameras.log", count=count, fps=_FPS) as cameras,
        bench_site(scratch / "site", segment_seconds=_FILE_SECONDS) as site,
    ):
        for number in range(count):
            site.add_camera(f"Kamera {number}", cameras.url(number))
        with service(site, "recorder") as recorder:
            wait_until(
                lambda: is_recording(site, count, recorder),
                seconds=_CONNECT_SECONDS,
                what="every camera to record",
            )
            # The length of the watch is no condition to wait for.
            threading.Event().wait(minutes * 60)
            recorder.process.terminate()
            assert recorder.wait_for_end(seconds=_STOP_SECONDS) == 0, recorder.output()
        held = [continuity(files, _FPS) for files in files_of_runs(Path(site.volume.path))]
        runs, outages = _runs_and_outages(site)
    results.publish(
        "fleet",
        "A city's cameras without a break",
        f"{count} cameras of {_SIZE} at {_FPS} frames a second from GStreamer's RTSP server for {minutes:g} minutes, in files "
        f"of {_FILE_SECONDS} s, from the first that records to an orderly stop; frames are counted in the files by their times.",
        _findings(count, held, runs, outages),
    )


def _findings(count: int, held: list[Continuity], runs: list[Run], outages: list[Outage]) -> list[Finding]:
    frames, due = sum(one.frames for one in held), sum(one.due for one in held)
    borders, broken = sum(one.borders for one in held), sum(one.broken_borders for one in held)
    ended = Counter(run.end_reason.value for run in runs if run.end_reason not in {None, RunEnd.STOP})
    unasked = ", ".join(f"{number} {reason}" for reason, number in ended.items()) or "0"
    gaps = len([outage for outage in outages if outage.end_us is not None])
    return [
        Finding("runs that nobody asked to end", unasked, f"{len(runs)} runs", None, "none", not ended),
        Finding(
            "runs a camera",
            f"{len(runs)}",
            f"{count} cameras",
            len(runs) / count,
            "= 1.00x",
            len(runs) == count,
        ),
        Finding("gaps", f"{gaps}", "", None, "none", not gaps),
        Finding("frames recorded", f"{frames}", f"{due} sent", frames / due, "= 1.00x", frames == due),
        Finding("file borders with a gap", f"{broken}", f"{borders} borders", None, "none", not broken),
    ]


def _runs_and_outages(site: BenchSite) -> tuple[list[Run], list[Outage]]:
    now_us = SystemClock().now_us()
    lately, segments = TimeRange(now_us - DAY_US, now_us + DAY_US), site.storage.segments
    streams = [stream.id for camera in site.storage.cameras.list() for stream in camera.streams]
    found = {s.run_id for stream in streams for s in segments.covering(stream, lately)}
    outages = [outage for stream in streams for outage in segments.outages(stream, lately)]
    return [segments.run(run_id) for run_id in found], outages
