"""Fixtures for the web: footage made once, an installation for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.recorded_site import Site, open_site
from tests.support.recordings import record


@pytest.fixture(scope="session")
def h264_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """25 seconds of H.264 in files of ten seconds, a keyframe each second."""
    folder = tmp_path_factory.mktemp("recorded") / "h264"
    record(folder, "h264")
    return folder


@pytest.fixture(scope="session")
def h265_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same in H.265."""
    folder = tmp_path_factory.mktemp("recorded") / "h265"
    record(folder, "h265", seconds=12)
    return folder


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An empty installation."""
    with open_site(tmp_path) as opened:
        yield opened
