"""The index when much comes at once: a backlog of segments, and a camera that reconnects 10,000 times a day."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from storage.footage.index_writer import IndexBatch
from storage.schema.footage import LONGEST_SPAN_US
from tests.bench.findings.measurement import Latencies, latency
from tests.bench.findings.results import Results
from tests.bench.sites.bench_site import BenchSite, bench_site
from tests.support.footage import NOON_US, Recording
from vms.domain.camera import OutageCause
from vms.domain.segment import Outage, RunEnd
from vms.domain.time import BUCKET_US, DAY_US, SECOND_US, TimeRange
from vms.processes.app import tune_garbage_collector

pytestmark = pytest.mark.bench

_CITY_STREAMS = 66
_BACKLOG = 500
_RECONNECTIONS = 10_000
_ROUNDS = 40
_LIMIT = 2_000


def test_backlog_and_flapping_camera_against_bare_statements(scratch: Path, results: Results) -> None:
    with (
        bench_site(scratch) as site,
        closing(sqlite3.connect(site.settings.data_dir / "siring.db")) as bare,
        closing(_bare_table(scratch / "bare.db")) as table,
    ):
        tune_garbage_collector()
        recordings = [
            Recording(site.add_camera(f"Kamera {n}")[1].id, site.volume.id) for n in range(_CITY_STREAMS)
        ]
        site.storage.index_writer.commit(IndexBatch(runs=tuple(r.run for r in recordings)))
        flapping = _flapping_stream(site)
        day = TimeRange(NOON_US + DAY_US, NOON_US + 2 * DAY_US)
        findings = [
            latency(
                f"commit of {_BACKLOG} segments of {_CITY_STREAMS} streams, beside as many bare inserts",
                _timed(lambda _: _commit_backlog(site, recordings)),
                _timed(lambda number: _insert_bare(table, number)),
                p50_goal_ms=50,
            ),
            latency(
                f"a day of a camera that reconnects {_RECONNECTIONS} times, beside bare reads by key",
                _timed(lambda _: _ask(site, flapping, day)),
                _timed(lambda _: _ask_bare(bare, flapping, day)),
                p50_goal_ms=20,
            ),
        ]
    results.publish(
        "index-busy",
        "Index when much comes at once",
        f"{_ROUNDS} times each on SQLite; spans, sums and outages of the day are read as the timeline reads them.",
        findings,
    )


def _timed(work: Callable[[int], object]) -> Latencies:
    seconds = []
    for number in range(_ROUNDS):
        began = time.perf_counter()
        work(number)
        seconds.append(time.perf_counter() - began)
    return Latencies(tuple(seconds))


def _commit_backlog(site: BenchSite, recordings: list[Recording]) -> None:
    segments = tuple(recordings[n % len(recordings)].segment(10 * SECOND_US) for n in range(_BACKLOG))
    assert site.storage.index_writer.commit(IndexBatch(segments=segments)).inserted == _BACKLOG


def _bare_table(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(
        "CREATE TABLE bare (stream_id INT, start_us INT, data BLOB, PRIMARY KEY (stream_id, start_us)) WITHOUT ROWID"
    )
    return connection


def _insert_bare(table: sqlite3.Connection, number: int) -> None:
    rows = [(n % _CITY_STREAMS, number * _BACKLOG + n, bytes(120)) for n in range(_BACKLOG)]
    with table:
        table.executemany("INSERT INTO bare VALUES (?, ?, ?)", rows)


def _flapping_stream(site: BenchSite) -> int:
    """Store a camera's two days of short runs, each with an outage after it, and return its stream."""
    stream_id, step_us = site.add_camera("Kamera goyah")[1].id, DAY_US // _RECONNECTIONS
    for first in range(0, 2 * _RECONNECTIONS, 1_000):
        parts = [
            Recording(stream_id, site.volume.id, NOON_US + n * step_us) for n in range(first, first + 1_000)
        ]
        site.storage.index_writer.commit(
            IndexBatch(
                segments=tuple(part.segment(4 * SECOND_US) for part in parts),
                runs=tuple(replace(p.run, end_us=p.end_us, end_reason=RunEnd.EOF) for p in parts),
                outages=tuple(
                    Outage(stream_id, p.end_us, p.start_us + step_us, OutageCause.CLOSED) for p in parts
                ),
            )
        )
    site.storage.database.upkeep()
    return stream_id


def _ask(site: BenchSite, stream_id: int, day: TimeRange) -> None:
    segments = site.storage.segments
    spans = segments.spans(stream_id, day, limit=_LIMIT)
    rollups = site.storage.many_streams.cell_rollups([stream_id], day, BUCKET_US)[stream_id]
    outages = segments.outages(stream_id, day, limit=_LIMIT)
    assert (len(spans), len(rollups), len(outages)) == (_LIMIT, DAY_US // BUCKET_US, _LIMIT)


def _ask_bare(bare: sqlite3.Connection, stream_id: int, day: TimeRange) -> None:
    spans = "SELECT * FROM span WHERE stream_id = ? AND start_us > ? AND start_us < ? AND end_us > ? LIMIT ?"
    reach_us = day.start_us - LONGEST_SPAN_US
    bare.execute(spans, (stream_id, reach_us, day.end_us, day.start_us, _LIMIT)).fetchall()
    of_day = (stream_id, day.start_us, day.end_us)
    bare.execute(
        "SELECT * FROM rollup WHERE stream_id = ? AND bucket_us >= ? AND bucket_us < ?", of_day
    ).fetchall()
    outages = "SELECT * FROM outage WHERE stream_id = ? AND start_us >= ? AND start_us < ? LIMIT ?"
    bare.execute(outages, (*of_day, _LIMIT)).fetchall()
