"""Fixtures for the pages: an installation for each test, footage made once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.recorded_site import Site, open_site
from tests.support.recordings import record


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An empty installation."""
    with open_site(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="session")
def h264_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """25 seconds of H.264 in files of ten seconds, a keyframe each second."""
    folder = tmp_path_factory.mktemp("pages") / "h264"
    record(folder, "h264")
    return folder
