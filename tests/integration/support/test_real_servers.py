"""The servers that other tests lean on do what they are leaned on for."""

import subprocess
from pathlib import Path

import psycopg
import pytest

from tests.support.cameras.rtsp_server import GStreamerCameras, gstreamer_cameras
from tests.support.postgres import PostgresServer


def frames_read(ffmpeg: str, url: str, frames: int) -> subprocess.CompletedProcess[str]:
    """Read `frames` packets from `url` without decoding."""
    command = [
        ffmpeg,
        "-hide_banner",
        "-nostdin",
        "-rtsp_transport",
        "tcp",
        "-i",
        url,
        "-map",
        "0:v",
        "-c",
        "copy",
    ]
    command += ["-frames:v", str(frames), "-f", "null", "-"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_gstreamer_camera_plays_past_the_end_of_its_clip(
    any_ffmpeg: str, rtsp_camera: GStreamerCameras
) -> None:
    """The clip is 100 frames; the server runs in real time, so a second reader joins in the middle."""
    read = frames_read(any_ffmpeg, rtsp_camera.url(), 110)
    assert read.returncode == 0, read.stderr
    assert "frame=  110" in read.stderr
    assert "DTS" not in read.stderr


def test_gstreamer_camera_refuses_a_wrong_password(ffmpeg: str, h264_clip: Path, tmp_path: Path) -> None:
    with gstreamer_cameras(h264_clip, tmp_path / "log", credentials=("warga", "benar")) as cameras:
        address = cameras.url().removeprefix("rtsp://")
        assert frames_read(ffmpeg, f"rtsp://warga:benar@{address}", 5).returncode == 0
        assert "401" in frames_read(ffmpeg, f"rtsp://warga:salah@{address}", 5).stderr


@pytest.mark.postgres
def test_each_test_has_a_postgres_database_of_its_own(postgres: PostgresServer) -> None:
    first, second = postgres.create_database(), postgres.create_database()
    with postgres.connect(first) as connection:
        connection.execute("CREATE TABLE only_in_first (id int)")
    with postgres.connect(second) as connection, pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("SELECT * FROM only_in_first")
    postgres.drop_database(first)
    postgres.drop_database(second)
