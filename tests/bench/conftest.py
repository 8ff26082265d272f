"""Benchmarks run by `make bench` alone: a plain pytest leaves them out."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.findings.results import Results
from tests.bench.findings.scale import Scale, bench_folder, chosen_scale
from tests.bench.sites.footage_files import BenchClip, make_bench_clip
from tests.bench.sites.review_site import ReviewSite, review_site


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect every benchmark unless benchmarks were asked for; those that drive a browser come last.

    A browser's driver keeps an event loop in this process, beside which no other can run.
    """
    if "bench" in config.option.markexpr:
        items.sort(key=lambda item: "chromium" in getattr(item, "fixturenames", ()))
        return
    here = Path(__file__).parent
    mine = [item for item in items if item.path.is_relative_to(here)]
    config.hook.pytest_deselected(items=mine)
    items[:] = [item for item in items if item not in mine]


@pytest.fixture(scope="session")
def scale() -> Scale:
    """How large everything is."""
    return chosen_scale()


@pytest.fixture(scope="session")
def session_scratch() -> Iterator[Path]:
    """A folder for what all benchmarks of a session share."""
    with bench_folder() as folder:
        yield folder


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A folder of this benchmark's own, on the filesystem that is measured."""
    with bench_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def results(scale: Scale, session_scratch: Path, ffmpeg: str) -> Results:
    """Where findings go."""
    return Results(scale, session_scratch, ffmpeg)


@pytest.fixture(scope="session")
def bench_clip(ffmpeg: str, session_scratch: Path) -> BenchClip:
    """Ten seconds of 1080p25 at 2.5 Mbit/s."""
    return make_bench_clip(ffmpeg, session_scratch)


@pytest.fixture(scope="session")
def review(scale: Scale, session_scratch: Path) -> Iterator[ReviewSite]:
    """Sixteen cameras with a past, and the portal that shows them."""
    with review_site(session_scratch / "review", scale) as made:
        yield made
