"""Rebuilding a lost index from the files, and purging, beside the bare reads and unlinks that they cannot do without."""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage.installation.migrate import upgrade
from storage.open import Storage, open_storage
from storage.purge.purger import Purger
from storage.recovery.reindex import reindex, take_over
from tests.bench.findings.measurement import Finding, at_least, at_most, number
from tests.bench.findings.page_cache import files_below, forget
from tests.bench.findings.results import Results
from tests.bench.findings.scale import Scale
from tests.bench.sites.bench_site import RETENTION_DAYS, BenchSite, bench_site
from tests.bench.sites.footage_files import BITS_PER_SECOND, BenchClip, record_clip
from tests.bench.sites.sparse_files import Skeleton, publish_skeletons
from tests.support.recordings import sources_of
from vms.domain.camera import Stream
from vms.domain.time import DAY_US
from vms.host.clock import SystemClock

pytestmark = pytest.mark.bench

_CITY_CAMERAS = 66
_INGEST_FILES = _CITY_CAMERAS / 60
_INGEST_MB = _CITY_CAMERAS * BITS_PER_SECOND / 8 / 1e6
_MILLION = 1_000_000


def test_rebuild_against_bare_reads(
    scratch: Path, scale: Scale, results: Results, bench_clip: BenchClip
) -> None:
    with bench_site(scratch) as site:
        skeleton = _skeleton(bench_clip, scratch)
        root = Path(site.volume.path)
        streams = [site.add_camera(f"Kamera {number}")[1] for number in range(_CITY_CAMERAS)]
        paths = publish_skeletons(root, skeleton, streams, scale.rebuilt_files, _old_us())
        os.sync()
        names = _timed_walk(root)
        names_rebuilt = _rebuild(scratch / "names", root, len(paths), with_fragments=False)
        forget(paths)
        cold = _timed_reads(skeleton, paths)
        forget(paths)
        cold_rebuilt = _rebuild(scratch / "cold", root, len(paths), with_fragments=True)
        warm = _timed_reads(skeleton, paths)
        warm_rebuilt = _rebuild(scratch / "warm", root, len(paths), with_fragments=True)
    minutes = _MILLION / scale.rebuilt_files / 60
    findings = [
        at_most(
            "rebuild from names, beside a bare walk",
            names_rebuilt * minutes,
            names * minutes,
            "min/million",
            goal=None,
        ),
        at_most(
            "rebuild with fragment tables, nothing in memory, beside bare reads of the same headers",
            *(cold_rebuilt * minutes, cold * minutes),
            "min/million",
            goal=None,
        ),
        at_most(
            "rebuild with fragment tables, files in memory, beside bare reads of the same headers",
            *(warm_rebuilt * minutes, warm * minutes),
            "min/million",
            goal=None,
        ),
        Finding("files a second, names", number(scale.rebuilt_files / names_rebuilt)),
        Finding(
            "files a second, fragment tables, nothing in memory", number(scale.rebuilt_files / cold_rebuilt)
        ),
    ]
    results.publish(
        "rebuild",
        "Rebuild of the index from the files",
        f"{scale.rebuilt_files} files of a minute in {_CITY_CAMERAS} streams: real init and fragment headers, holes in "
        "place of pictures, so each costs 61 reads as a real one does and less disk; SQLite.",
        findings,
    )


def test_purge_against_ingest(scratch: Path, scale: Scale, results: Results, bench_clip: BenchClip) -> None:
    with bench_site(scratch) as site:
        skeleton = _skeleton(bench_clip, scratch)
        streams = [site.add_camera(f"Kamera {number}")[1] for number in range(_CITY_CAMERAS)]
        small, small_bare = _purge(site, skeleton, streams, scale.purged_files, is_allocated=False)
        large, large_bare = _purge(site, skeleton, streams, scale.purged_large_files, is_allocated=True)
    small_rate, large_rate = scale.purged_files / small, scale.purged_large_files / large
    megabytes = skeleton.size / 1e6
    findings = [
        at_least("purged files beside ingest in files of 60 s", small_rate, _INGEST_FILES, "files/s", goal=2),
        at_least(
            "purged files beside ingest in files of 10 s", small_rate, 6 * _INGEST_FILES, "files/s", goal=2
        ),
        at_least("purged megabytes beside ingest", large_rate * megabytes, _INGEST_MB, "MB/s", goal=2),
        at_most("purge of sparse files beside bare unlinks", small, small_bare, "s", goal=None),
        at_most("purge of full-size files beside bare unlinks", large, large_bare, "s", goal=None),
    ]
    results.publish(
        "purge",
        "Purge by age",
        f"{scale.purged_files} sparse files, then {scale.purged_large_files} files with {megabytes:.1f} MB allocated each, of "
        f"{_CITY_CAMERAS} streams by the purger (plan, rows, garbage, unlink, folders), SQLite; ingest is that of "
        f"{_CITY_CAMERAS} cameras at 2.5 Mbit/s.",
        findings,
    )


def _skeleton(clip: BenchClip, scratch: Path) -> Skeleton:
    record_clip(clip, scratch / "sample", seconds=60)
    (source,) = sources_of(scratch / "sample", wall_start_us=0)
    return Skeleton.of(source)


def _old_us() -> int:
    """Return a midnight from which on a day's footage is past its retention."""
    return SystemClock().now_us() // DAY_US * DAY_US - (RETENTION_DAYS + 3) * DAY_US


@contextmanager
def _empty_storage(folder: Path) -> Iterator[Storage]:
    folder.mkdir()
    url = f"sqlite:///{folder / 'siring.db'}"
    upgrade(url)
    storage = open_storage(url, SystemClock(), secret_key=None)
    try:
        yield storage
    finally:
        storage.close()


def _rebuild(folder: Path, root: Path, count: int, *, with_fragments: bool) -> float:
    """Rebuild the index in a new database and return the seconds it took."""
    with _empty_storage(folder) as storage:
        take_over(storage, [root])
        began = time.perf_counter()
        report = reindex(storage, SystemClock(), with_fragments=with_fragments)
        lasted = time.perf_counter() - began
        assert (report.added, report.damaged) == (count, []), report.summary()
    return lasted


def _timed_walk(root: Path) -> float:
    began = time.perf_counter()
    files_below(root)
    return time.perf_counter() - began


def _timed_reads(skeleton: Skeleton, paths: Sequence[Path]) -> float:
    began = time.perf_counter()
    for path in paths:
        skeleton.read(path)
    return time.perf_counter() - began


def _purge(
    site: BenchSite, skeleton: Skeleton, streams: Sequence[Stream], count: int, *, is_allocated: bool
) -> tuple[float, float]:
    """Return the seconds that purging so many files took, and those of bare unlinks of as many."""
    storage, clock, root = site.storage, SystemClock(), Path(site.volume.path)
    others = publish_skeletons(
        root / "others", skeleton, streams, count, _old_us(), is_allocated=is_allocated
    )
    publish_skeletons(root, skeleton, streams, count, _old_us(), is_allocated=is_allocated)
    reindex(storage, clock, with_fragments=False)
    purger = Purger(storage, clock)
    for stream in streams:
        purger.state.allow_stream(stream.id)
    os.sync()
    began = time.perf_counter()
    for path in others:
        path.unlink()
    bare = time.perf_counter() - began
    os.sync()
    began = time.perf_counter()
    purged = 0
    while (report := purger.run_once()).segments:
        purged += report.segments
    lasted = time.perf_counter() - began
    assert purged == count, report
    return lasted, bare
