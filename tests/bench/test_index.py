"""Looking footage up in months of index rows, beside a bare read of the same rows by their key."""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from playback.stream.footage import Footage
from playback.stream.playlist import PlaylistUrls, media_playlist
from playback.stream.segment_source import SegmentSource
from playback.timeline.activity import ActivityReader
from playback.timeline.day_view import daily_coverage, month_days
from playback.timeline.lanes import Lanes
from storage.schema.footage import LONGEST_SPAN_US
from tests.bench.findings.measurement import Finding, Latencies, latency
from tests.bench.findings.page_cache import files_below, forget
from tests.bench.findings.results import Results
from tests.bench.findings.scale import Scale, chosen_scale
from tests.bench.sites.bench_site import BenchSite, bench_site
from tests.bench.sites.footage_files import BenchClip, record_clip
from tests.bench.sites.large_index import IndexPlan, fill_index, varied_tables
from tests.support.postgres import postgres_server
from tests.support.recordings import sources_of
from vms.domain.camera import Camera, Stream
from vms.domain.moments.site_time import SiteZone
from vms.domain.segment import LONGEST_SEGMENT_US
from vms.domain.time import BUCKET_US, DAY_US, HOUR_US, MINUTE_US, SECOND_US, TimeRange
from vms.host.clock import SystemClock
from vms.processes.app import tune_garbage_collector

pytestmark = pytest.mark.bench

_GOAL_MS = 20.0
_ZONE = SiteZone("Asia/Makassar", "WITA")
_URLS = PlaylistUrls(
    media=lambda file: f"media/{file.stream_id}/{file.run_id}-{file.seq}-{file.start_us}.mp4",
    init=lambda init_id: f"init/{init_id}.mp4",
)
_COLD = (
    "Cold: before every look-up the database's files are dropped from the page cache; connections, and what they hold "
    "themselves, stay. Warm: the same look-ups again."
)

Probe = Callable[[str, int, TimeRange], int]
"""Reads a stream's rows of a window from a table by their key, and returns how many there are."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """One look-up."""

    camera: Camera
    stream: Stream
    at_us: int


@dataclass(frozen=True, slots=True)
class _Index:
    """A filled index: what it holds, where its files are, and how to read it bare."""

    site: BenchSite
    cameras: list[tuple[Camera, Stream]]
    time: TimeRange
    rows: int
    size_bytes: int
    filled_seconds: float
    files: Callable[[], list[Path]]
    probe: Probe

    def forget(self) -> None:
        """Make the next read cold."""
        forget(self.files())


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
@pytest.mark.parametrize("segment_seconds", chosen_scale().index_segment_seconds)
def test_lookups_against_bare_reads(
    database: str,
    segment_seconds: int,
    scratch: Path,
    scale: Scale,
    results: Results,
    bench_clip: BenchClip,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    segment_us = segment_seconds * SECOND_US
    monkeypatch.setattr("tempfile.tempdir", str(scratch))  # the server's folder lies where there is room
    opened = _sqlite_index if database == "sqlite" else _postgres_index
    with opened(scratch, scale, bench_clip, segment_us) as index:
        tune_garbage_collector()  # as the portal does, whose look-ups these are
        findings = _findings(index, scale)
        results.publish(
            f"index-{database}-{segment_us // SECOND_US}s",
            f"Index of {index.rows / 1e6:.1f} million segments in {database}",
            f"{scale.index_streams} streams over {scale.index_days} days in files of {segment_us // SECOND_US} s; "
            f"{index.size_bytes / 1e9:.1f} GB, {index.size_bytes / index.rows:.0f} bytes a segment with everything beside "
            f"it, filled in {index.filled_seconds:.0f} s; streams and times are drawn at random. The reference reads "
            "as many rows of the table bare, by the driver alone.",
            findings,
        )


def _findings(index: _Index, scale: Scale) -> list[Finding]:
    storage, clock = index.site.storage, SystemClock()

    def footage() -> Footage:
        # A new one for every look-up: nothing is remembered from the one before.
        return Footage(storage, SegmentSource(storage), clock)

    def timeline(length_us: int) -> Callable[[_Asked], object]:
        return lambda a: Lanes(storage, footage(), clock).read(
            [(a.camera, a.stream.id)], _window(index, a.at_us, length_us)
        )

    def activity(asked: _Asked) -> object:
        window = _window(index, asked.at_us, HOUR_US)
        return ActivityReader(storage, footage()).near([asked.stream.id], window, clock.now_us())

    def days(asked: _Asked) -> object:
        month = month_days(_ZONE, _ZONE.local(asked.at_us).date().replace(day=1))
        return daily_coverage(storage.many_streams, _ZONE, asked.stream.id, month)

    def playlist(length_us: int) -> Callable[[_Asked], object]:
        def build(asked: _Asked) -> object:
            pieces = footage().pieces(asked.stream.id, _window(index, asked.at_us, length_us))
            return media_playlist(pieces, _URLS, is_ended=True)

        return build

    def bare(table: str, length_us: int) -> Callable[[_Asked], object]:
        return lambda a: index.probe(table, a.stream.id, _window(index, a.at_us, length_us))

    month_us = 30 * DAY_US
    kinds: list[tuple[str, Callable[[_Asked], object], Callable[[_Asked], object], bool]] = [
        ("one moment", lambda a: storage.segments.at(a.stream.id, a.at_us), bare("segment", 1), False),
        ("timeline of an hour", timeline(HOUR_US), bare("span", HOUR_US), True),
        ("timeline of a day", timeline(DAY_US), bare("span", DAY_US), True),
        ("timeline of 30 days", timeline(month_us), bare("rollup", month_us), True),
        ("days of a month", days, bare("rollup", month_us), True),
        ("activity of an hour", activity, bare("segment", HOUR_US), False),
        ("playlist of 10 minutes", playlist(10 * MINUTE_US), bare("segment", 10 * MINUTE_US), True),
        ("playlist of an hour", playlist(HOUR_US), bare("segment", HOUR_US), True),
        (
            "playlist of 3 hours, as the player asks",
            playlist(3 * HOUR_US),
            bare("segment", 3 * HOUR_US),
            True,
        ),
    ]
    findings: list[Finding] = []
    for name, ours, theirs, has_goal in kinds:
        for is_cold in (True, False):
            mine, probe = _timed(index, ours, theirs, scale.lookups, is_cold=is_cold)
            goal = _GOAL_MS if has_goal else None
            what = f"{name}, {'cold' if is_cold else 'warm'}"
            findings.append(latency(what, mine, probe, p95_goal_ms=goal, note=_COLD))
    return findings


def _timed(
    index: _Index,
    ours: Callable[[_Asked], object],
    theirs: Callable[[_Asked], object],
    count: int,
    *,
    is_cold: bool,
) -> tuple[Latencies, Latencies]:
    """Time both in turns, each with its own random streams and times."""
    source = random.Random(7)
    seconds: tuple[list[float], list[float]] = ([], [])
    asked = [[_asked(index, source) for _ in range(count)] for _ in seconds]
    rounds = (True,) if is_cold else (False, True)
    for is_measured in rounds:
        for pair in zip(*asked, strict=True):
            for work, one, found in zip((ours, theirs), pair, seconds, strict=True):
                if is_cold:
                    index.forget()
                began = time.perf_counter()
                work(one)
                if is_measured:
                    found.append(time.perf_counter() - began)
    return Latencies(tuple(seconds[0])), Latencies(tuple(seconds[1]))


def _asked(index: _Index, source: random.Random) -> _Asked:
    camera, stream = source.choice(index.cameras)
    return _Asked(
        camera, stream, source.randrange(index.time.start_us + HOUR_US, index.time.end_us - HOUR_US)
    )


def _window(index: _Index, at_us: int, length_us: int) -> TimeRange:
    """Return a window around the moment, moved to where there is footage."""
    start_us = max(index.time.start_us, min(at_us - length_us // 2, index.time.end_us - length_us))
    return TimeRange(start_us, start_us + length_us)


@contextmanager
def _sqlite_index(scratch: Path, scale: Scale, clip: BenchClip, segment_us: int) -> Iterator[_Index]:
    with bench_site(scratch / "site") as site:
        file = site.settings.data_dir / "siring.db"
        with closing(sqlite3.connect(file)) as bare:

            def probe(table: str, stream_id: int, window: TimeRange) -> int:
                return len(bare.execute(_probe(table, "?"), _bounds(table, stream_id, window)).fetchall())

            yield _filled(
                site,
                scale,
                clip,
                segment_us,
                files=lambda: [
                    f for f in files_below(site.settings.data_dir) if f.name.startswith("siring.db")
                ],
                size=lambda: file.stat().st_size,
                probe=probe,
            )


@contextmanager
def _postgres_index(scratch: Path, scale: Scale, clip: BenchClip, segment_us: int) -> Iterator[_Index]:
    with (
        postgres_server() as server,
        server.database() as url,
        bench_site(scratch / "site", database_url=url) as site,
        psycopg.connect(
            site.storage.database.url.set(drivername="postgresql").render_as_string(hide_password=False),
            autocommit=True,
        ) as bare,
    ):

        def size() -> int:
            row = bare.execute("SELECT pg_database_size(current_database())").fetchone()
            assert row is not None
            return int(row[0])

        yield _filled(
            site,
            scale,
            clip,
            segment_us,
            files=lambda: files_below(server.socket_folder / "data" / "base"),
            size=size,
            probe=lambda table, stream_id, window: len(
                bare.execute(_probe(table, "%s").encode(), _bounds(table, stream_id, window)).fetchall()
            ),
        )


_REACH_US = {"segment": LONGEST_SEGMENT_US, "span": LONGEST_SPAN_US, "rollup": BUCKET_US}
"""How far before a window a row of each table may begin and still touch it."""


def _probe(table: str, mark: str) -> str:
    """Return the bare statement that reads a stream's rows of a window."""
    key = "bucket_us" if table == "rollup" else "start_us"
    return f"SELECT * FROM {table} WHERE stream_id = {mark} AND {key} > {mark} AND {key} < {mark}"


def _bounds(table: str, stream_id: int, window: TimeRange) -> tuple[int, int, int]:
    """Return the key range that holds all rows that touch the window, as the product asks for it."""
    return stream_id, window.start_us - _REACH_US[table], window.end_us


def _filled(
    site: BenchSite,
    scale: Scale,
    clip: BenchClip,
    segment_us: int,
    *,
    files: Callable[[], list[Path]],
    size: Callable[[], int],
    probe: Probe,
) -> _Index:
    cameras = [site.add_camera(f"Kamera {number}") for number in range(scale.index_streams)]
    sample = site.settings.data_dir / "sample"
    record_clip(clip, sample, seconds=60)
    (source,) = sources_of(sample, wall_start_us=0)
    end_us = SystemClock().now_us() // DAY_US * DAY_US
    time_range = TimeRange(end_us - scale.index_days * DAY_US, end_us)
    tables = varied_tables(source.fragments, source.init.timescale, segment_us // SECOND_US)
    before = size()
    began = time.monotonic()
    rows = fill_index(
        site.storage,
        [stream for _, stream in cameras],
        site.volume.id,
        IndexPlan(time_range, segment_us, tables, source.init),
    )
    return _Index(site, cameras, time_range, rows, size() - before, time.monotonic() - began, files, probe)
