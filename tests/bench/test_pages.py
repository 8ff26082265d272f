"""How long the portal takes to make each of its pages with 64 cameras (bar G1), and pictures while somebody scrubs (P5)."""

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.routing import Route

from storage.volumes.segment_paths import pack_path
from tests.bench.findings.measurement import Finding, Latencies, latency
from tests.bench.findings.results import Results
from tests.bench.sites.city_index import CAMERAS, FILES_OF, City, city_index
from tests.bench.sites.footage_files import BenchClip
from tests.bench.sites.portal import Portal, open_portal, seconds_of
from vms.domain.time import DAY_US, HOUR_US, SECOND_US
from vms.media.picture_pack import append_pictures

pytestmark = pytest.mark.bench

_ROUNDS = 40
_PAGE_GOAL_MS = 200.0
_PICTURE_BYTES = 8_000
_PICTURE_US = 10 * SECOND_US
_HOURS = 6
_PICTURES = 400


@pytest.fixture
def city(scratch: Path, bench_clip: BenchClip) -> Iterator[City]:
    with city_index(scratch / "site", bench_clip) as opened:
        yield opened


def test_pages_of_a_city(city: City, results: Results) -> None:
    with open_portal(city.site) as portal:
        findings: list[Finding] = []
        for path in _paths(portal, city):
            first = portal.get(path)
            if first.status != 200 or not first.headers.get("content-type", "").startswith("text/html"):
                continue
            portal.get_all([path] * 2, at_once=1)
            answers = portal.get_all([path] * _ROUNDS, at_once=1)
            assert {answer.status for answer in answers} == {200}
            findings.append(
                latency(
                    f"{_named(path)} ({len(answers[0].body) / 1000:.0f} kB)",
                    Latencies(seconds_of(answers)),
                    p95_goal_ms=_PAGE_GOAL_MS,
                )
            )
    assert len(findings) >= 8
    results.publish(
        "pages",
        f"Pages with {CAMERAS} cameras",
        f"{FILES_OF}. The application is called in its own process by an administrator who sees all cameras, from the request "
        "to the last byte, uncompressed.",
        findings,
    )


def test_pictures_while_somebody_scrubs(city: City, results: Results) -> None:
    chosen = random.Random(5)
    since_us = city.time.end_us - DAY_US
    wall = city.cameras[:16]
    for _, stream in wall:
        for hour in range(_HOURS):
            _pack(city, pack_path(stream.uuid, since_us + hour * HOUR_US), since_us + hour * HOUR_US, chosen)

    def path(camera_id: int) -> str:
        at_us = since_us + chosen.randrange(20, _HOURS * 3600) * SECOND_US
        return f"/api/v1/cameras/{camera_id}/picture?at={at_us}&width=320"

    with open_portal(city.site) as portal:
        portal.get_all([path(camera.id) for camera, _ in wall for _ in range(_HOURS)], at_once=4)
        one = portal.get_all([path(wall[0][0].id) for _ in range(_PICTURES)], at_once=1)
        sixteen = portal.get_all(
            [path(camera.id) for _ in range(_PICTURES // 8) for camera, _ in wall], at_once=16
        )
    assert {answer.status for answer in (*one, *sixteen)} == {200}
    results.publish(
        "pictures",
        "Pictures from packs",
        f"Random seconds of {_HOURS} hours; pictures of {_PICTURE_BYTES // 1000} kB each {_PICTURE_US // SECOND_US} s, packs in "
        "memory; the application is called in its own process, with signing in and rights.",
        [
            latency("one camera, one at a time", Latencies(seconds_of(one)), p50_goal_ms=10),
            latency("16 cameras, 16 at once", Latencies(seconds_of(sixteen)), p95_goal_ms=60),
        ],
    )


def _pack(city: City, name: str, hour_us: int, source: random.Random) -> None:
    file = Path(city.site.volume.path) / name
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w+b") as opened:
        append_pictures(
            opened.fileno(),
            [
                (at_us, source.randbytes(_PICTURE_BYTES))
                for at_us in range(hour_us, hour_us + HOUR_US, _PICTURE_US)
            ],
        )


def _paths(portal: Portal, city: City) -> list[str]:
    """Return the address of every page, of those with a number one; what is no page answers something else."""
    camera = city.cameras[0][0].id
    known = {"camera_id": camera, "user_id": 1}
    found = {"/playback?cam=" + city.ids(16): None}
    for route in portal.app.routes:
        if not isinstance(route, Route) or "GET" not in (route.methods or ()):
            continue
        if not route.path.startswith(("/api", "/metrics", "/healthz")):
            found[re.sub(r"{(\w+)(?::\w+)?}", lambda match: str(known.get(match[1], 1)), route.path)] = None
    return sorted(found)


def _named(path: str) -> str:
    return "/playback of 16 cameras" if path.startswith("/playback?cam=") else path
