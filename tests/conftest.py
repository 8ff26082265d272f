"""Fixtures for every suite: real servers, started once per worker and ended with it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import imageio_ffmpeg
import pytest
from hypothesis import settings

from tests.support.cameras.rtsp_server import GStreamerCameras, gstreamer_cameras, make_clip

if TYPE_CHECKING:  # imported by the fixtures that need them: unit tests start without them
    from playwright.sync_api import Browser, BrowserContext

    from tests.support.postgres import PostgresServer

# Time never fails a test: a busy machine is no fault of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that take longest, so that no worker is left alone with one of them at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's own VMS_* settings out of every test."""
    for name in [name for name in os.environ if name.startswith("VMS_")]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def ffmpeg() -> str:
    """The ffmpeg that Siring brings."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


@pytest.fixture(scope="session", params=["brought", "debian"])
def any_ffmpeg(request: pytest.FixtureRequest, ffmpeg: str) -> str:
    """Each ffmpeg that has to work: the one Siring brings, and the distribution's."""
    if request.param == "brought":
        return ffmpeg
    found = shutil.which("ffmpeg", path="/usr/bin:/bin:/usr/local/bin")
    assert found, "no system ffmpeg: run `make setup`"
    return found


@pytest.fixture(scope="session")
def postgres() -> "Iterator[PostgresServer]":
    """A PostgreSQL server of this session's own."""
    from tests.support.postgres import postgres_server

    with postgres_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: "PostgresServer") -> Iterator[str]:
    """The address of an empty PostgreSQL database of this test's own."""
    with postgres.database() as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'siring.db'}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind: a test that asks for it runs on SQLite and on PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(scope="session")
def h264_clip(ffmpeg: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of H.264, 640x360 at 25 frames a second, a keyframe each second, as a transport stream."""
    return make_clip(ffmpeg, tmp_path_factory.mktemp("clips") / "h264.ts")


@pytest.fixture
def rtsp_camera(h264_clip: Path, tmp_path: Path) -> Iterator[GStreamerCameras]:
    """One camera served by GStreamer."""
    with gstreamer_cameras(h264_clip, tmp_path / "gstreamer.log") as cameras:
        yield cameras


@pytest.fixture(scope="session")
def chromium() -> "Iterator[Browser]":
    """A headless system Chromium."""
    from tests.support.chromium import headless_chromium

    with headless_chromium() as browser:
        yield browser


@pytest.fixture
def browser_context(chromium: "Browser") -> "Iterator[BrowserContext]":
    """A fresh profile in Indonesian at the first city's time, 1440x900."""
    context = chromium.new_context(
        locale="id-ID", timezone_id="Asia/Makassar", viewport={"width": 1440, "height": 900}
    )
    try:
        yield context
    finally:
        context.close()
