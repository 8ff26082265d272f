"""Timelines of many cameras as the portal answers them, beside a bare read of the same spans (bar P8)."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from storage.schema.footage import LONGEST_SPAN_US
from tests.bench.findings.measurement import Finding, Latencies, latency
from tests.bench.findings.results import Results
from tests.bench.sites.city_index import CAMERAS, DAYS, FILES_OF, City, city_index
from tests.bench.sites.footage_files import BenchClip
from tests.bench.sites.portal import Portal, open_portal, seconds_of
from tests.support.postgres import postgres_server
from vms.domain.time import DAY_US, HOUR_US, TimeRange

pytestmark = pytest.mark.bench

_ROUNDS = 40
_SERVER_GOAL_MS = 150.0
_SIZE_GOAL_KB = 100.0
_ASKED: tuple[tuple[int, int, bool], ...] = (
    (CAMERAS, DAYS * DAY_US, False),
    (CAMERAS, DAYS * DAY_US, True),
    (CAMERAS, 14 * DAY_US, False),
    (16, 30 * DAY_US, False),
    (16, 7 * DAY_US, False),
    (16, DAY_US, True),
    (16, HOUR_US, True),
    (1, DAYS * DAY_US, True),
    (1, DAY_US, True),
)
"""Cameras, window, and whether their activity is asked for, too."""
_BARE = (
    "SELECT stream_id, start_us, end_us, size_bytes FROM span WHERE stream_id IN ({streams}) "
    "AND start_us > {start} AND start_us < {end} AND end_us > {touching} ORDER BY stream_id, start_us"
)

Read = Callable[[str], int]
"""Reads the rows of a statement by the driver alone, and returns how many there were."""


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_timelines_of_many_cameras(
    database: str,
    scratch: Path,
    results: Results,
    bench_clip: BenchClip,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(scratch))  # the server's folder lies where there is room
    opened = _sqlite_city if database == "sqlite" else _postgres_city
    with opened(scratch, bench_clip) as (city, read), open_portal(city.site) as portal:
        findings = [finding for asked in _ASKED for finding in _findings(city, portal, read, *asked)]
        results.publish(
            f"timeline-{database}",
            f"Timelines of many cameras in {database}",
            f"{FILES_OF}. 800 columns; the application is called in its own process, from the request to the last byte of "
            "the compressed answer, with signing in and rights. The reference reads the same spans by the driver alone.",
            findings,
        )


def _findings(
    city: City,
    portal: Portal,
    read: Read,
    cameras: int,
    length_us: int,
    with_activity: bool,
) -> list[Finding]:
    window = TimeRange(city.time.end_us - length_us, city.time.end_us)
    path = (
        f"/api/v1/timeline?cameras={city.ids(cameras)}&from={window.start_us}&to={window.end_us}&columns=800"
        f"&activity={int(with_activity)}"
    )
    bare = _BARE.format(
        streams=",".join(str(stream.id) for _, stream in city.cameras[:cameras]),
        start=window.start_us - LONGEST_SPAN_US,
        end=window.end_us,
        touching=window.start_us,
    )
    portal.get_all([path] * 3, at_once=1)
    references: list[float] = []
    answers = []
    for _ in range(_ROUNDS):
        answers.append(portal.get(path))
        began = time.perf_counter()
        read(bare)
        references.append(time.perf_counter() - began)
    assert {answer.status for answer in answers} == {200}
    name = f"{cameras} cameras, {_length(length_us)}{', with activity' if with_activity else ''}"
    size_kb = max(len(answer.body) for answer in answers) / 1000
    is_bar = (cameras, length_us, with_activity) == _ASKED[0]
    return [
        latency(
            name,
            Latencies(seconds_of(answers)),
            Latencies(tuple(references)),
            p95_goal_ms=_SERVER_GOAL_MS if is_bar else None,
        ),
        Finding(
            f"{name}: compressed",
            f"{size_kb:.1f} kB",
            goal=f"≤ {_SIZE_GOAL_KB:g} kB" if is_bar else "",
            is_met=size_kb <= _SIZE_GOAL_KB if is_bar else None,
        ),
    ]


def _length(length_us: int) -> str:
    return f"{length_us // DAY_US} days" if length_us >= DAY_US else f"{length_us // HOUR_US} h"


@contextmanager
def _sqlite_city(scratch: Path, clip: BenchClip) -> Iterator[tuple[City, Read]]:
    file = scratch / "site" / "siring" / "siring.db"
    with city_index(scratch / "site", clip) as city, closing(sqlite3.connect(file)) as bare:
        yield city, lambda statement: len(bare.execute(statement).fetchall())


@contextmanager
def _postgres_city(scratch: Path, clip: BenchClip) -> Iterator[tuple[City, Read]]:
    with (
        postgres_server() as server,
        server.database() as url,
        city_index(scratch / "site", clip, database_url=url) as city,
        psycopg.connect(
            city.site.storage.database.url.set(drivername="postgresql").render_as_string(hide_password=False),
            autocommit=True,
        ) as bare,
    ):
        yield city, lambda statement: len(bare.execute(statement.encode()).fetchall())
