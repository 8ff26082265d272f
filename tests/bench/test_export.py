"""Making a clip of recorded footage beside copying the same bytes with `cp`."""

import os
import subprocess
import time
import uuid
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest

from playback.clips.clip_source import ClipSource, Cut
from playback.clips.clip_writer import write_clip
from playback.exports.export_worker import ExportWorker
from playback.stream.footage import Footage
from playback.stream.segment_source import SegmentSource
from storage.volumes.segment_paths import incoming_folder
from tests.bench.findings.measurement import Finding, at_most
from tests.bench.findings.page_cache import files_below, forget
from tests.bench.findings.results import Results
from tests.bench.findings.scale import Scale
from tests.bench.sites.bench_site import BenchSite, bench_site
from tests.bench.sites.footage_files import BenchClip, record_clip
from tests.support.recordings import sources_of
from vms.domain.camera import Camera
from vms.domain.export import ClipRequest, ExportState
from vms.domain.moments.site_time import SiteZone
from vms.domain.time import DAY_US, MINUTE_US, TimeRange
from vms.host.clock import SystemClock

pytestmark = pytest.mark.bench

_DURABLE = (
    "An export is digested, checked and on the device before it is called done; `cp` alone leaves its bytes in memory, "
    "so the reference of equal worth is `cp` and a sync of what it wrote."
)


def test_export_against_cp(scratch: Path, scale: Scale, results: Results, bench_clip: BenchClip) -> None:
    with bench_site(scratch) as site:
        camera, time_range, size = _record(site, bench_clip, scale.export_minutes)
        sources = files_below(Path(site.volume.path) / "rec")
        media = [file for file in sources if file.suffix == ".mp4"]
        copies = scratch / "copies"
        copies.mkdir()

        def export() -> None:
            _export(site, camera, time_range, scratch / "exports")

        def copy() -> None:
            subprocess.run(["cp", "--", *media, copies], check=True)

        def copy_synced() -> None:
            copy()
            subprocess.run(["sync", "--", *files_below(copies)], check=True)

        parsed = sources_of(media[0].parent, wall_start_us=0)
        assert len(parsed) == len(media), "an hour's files lie in one folder"

        def mux() -> None:
            _mux(parsed, scratch / "muxed.mp4")

        works = {"export": export, "cp": copy, "cp and sync": copy_synced, "muxer": mux}
        findings: list[Finding] = []
        for is_cold in (True, False):
            seconds = _measured(works, media, scratch, is_cold=is_cold, rounds=scale.export_rounds)
            kind = "nothing in memory" if is_cold else "sources in memory"
            findings += [
                at_most(
                    f"export, {kind}, beside cp and sync",
                    seconds["export"],
                    seconds["cp and sync"],
                    "s",
                    goal=1.5,
                ),
                at_most(
                    f"export, {kind}, beside cp alone",
                    seconds["export"],
                    seconds["cp"],
                    "s",
                    goal=1.5,
                    note=_DURABLE,
                ),
                at_most(
                    f"bare clip writer, {kind}, beside cp alone",
                    seconds["muxer"],
                    seconds["cp"],
                    "s",
                    goal=None,
                ),
            ]
    results.publish(
        "export",
        "Export of a clip",
        f"{scale.export_minutes} minutes of 1080p25 in {len(media)} files, {size / 1e6:.0f} MB, by the export worker "
        f"(plan, copy, digest, check, manifest, publish); order A B B A, {2 * scale.export_rounds} of each, best of each.",
        findings,
    )


def _record(site: BenchSite, clip: BenchClip, minutes: int) -> tuple[Camera, TimeRange, int]:
    camera, stream = site.add_camera("Ekspor")
    run_uuid = uuid.uuid4()
    folder = Path(site.volume.path) / incoming_folder(run_uuid)
    folder.parent.mkdir(exist_ok=True)
    files = record_clip(clip, folder, seconds=minutes * 60)
    start_us = (SystemClock().now_us() // DAY_US - 1) * DAY_US
    segments = site.index_files(camera, stream, run_uuid, files, start_us)
    window = TimeRange(start_us, start_us + minutes * MINUTE_US)
    return camera, window, sum(segment.size_bytes for segment in segments)


def _measured(
    works: dict[str, Callable[[], None]], media: list[Path], scratch: Path, *, is_cold: bool, rounds: int
) -> dict[str, float]:
    """Return the best time of each work, in seconds; what it made is removed before the next begins."""
    best = dict.fromkeys(works, float("inf"))
    names = list(works)
    for name in chain.from_iterable([*names, *reversed(names)] for _ in range(rounds)):
        if is_cold:
            forget(media)
        else:
            for file in media:
                file.read_bytes()
        # What the work before has left to write back is not this one's.
        os.sync()
        began = time.perf_counter()
        works[name]()
        best[name] = min(best[name], time.perf_counter() - began)
        for folder in ("exports", "copies"):
            for made in files_below(scratch / folder):
                made.unlink()
        (scratch / "muxed.mp4").unlink(missing_ok=True)
    return best


def _export(site: BenchSite, camera: Camera, window: TimeRange, root: Path) -> None:
    storage, clock = site.storage, SystemClock()
    request = ClipRequest((camera.id,), window, "Satu jam", "measurement", None)
    export = storage.exports.create(request)
    worker = ExportWorker(
        storage,
        Footage(storage, SegmentSource(storage), clock),
        clock,
        root=root,
        zone=SiteZone("Asia/Makassar", "WITA"),
        version="bench",
        keep_hours=1,
    )
    assert worker.run_next()
    done = storage.exports.get(export.id)
    assert done.state is ExportState.DONE, done.error


def _mux(sources: list[ClipSource], target: Path) -> None:
    descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL)
    try:
        end = sources[-1].fragments[-1]
        write_clip(sources, Cut(0, end.decode_time + end.duration), descriptor)
    finally:
        os.close(descriptor)
