"""`vms export`: what it says and ends with where footage is not what was recorded."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.support.recorded_site import Site, open_site
from tests.support.recordings import record
from vms.cli import command_line

RANGE = ["--from", "2024-10-04T12:00:02Z", "--to", "2024-10-04T12:00:24Z"]


@pytest.fixture(scope="module")
def h264_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """25 seconds in files of ten seconds."""
    folder = tmp_path_factory.mktemp("recorded") / "h264"
    record(folder, "h264")
    return folder


@pytest.fixture
def site(tmp_path: Path, h264_run: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """An installation that commands find, with footage of one camera."""
    with open_site(tmp_path) as opened:
        opened.let_commands_find_it(monkeypatch)
        opened.record(opened.add_camera("Balai Kota"), h264_run)
        yield opened


def alter(site: Site) -> None:
    """Alter one byte of the second recorded file."""
    [camera] = site.storage.cameras.list()
    file = site.segment_file(camera, 1)
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)


def export(folder: Path, *more: str) -> tuple[int, str]:
    """Return the exit code of `vms export` into the folder and what it said on standard error."""
    folder.mkdir(exist_ok=True)
    command = ["export", "Balai Kota", *RANGE, "--reason", "LP/12", "--output", str(folder), *more]
    done = CliRunner().invoke(command_line(), command)
    return done.exit_code, " ".join(done.stderr.split())


def test_altered_footage_ends_the_command_with_1_and_is_named(site: Site, tmp_path: Path) -> None:
    alter(site)
    code, said = export(tmp_path / "out")
    assert code == 1
    assert (
        "footage is not what was recorded: Balai Kota, 2024-10-04 20:00:10 to 20:00:20 WITA was altered"
        in said
    )
    assert "--take-altered exports it all the same" in said
    assert list((tmp_path / "out").iterdir()) == []


def test_who_takes_altered_footage_is_warned_and_gets_it(site: Site, tmp_path: Path) -> None:
    alter(site)
    code, said = export(tmp_path / "out", "--take-altered")
    assert code == 0
    assert "not what was recorded: Balai Kota, 2024-10-04 20:00:10 to 20:00:20 WITA: altered" in said
    manifest = json.loads(next((tmp_path / "out").glob("*-manifest.json")).read_text())
    assert manifest["cameras"][0]["is_as_recorded"] is False


@pytest.mark.usefixtures("site")
def test_sound_footage_is_exported_without_a_word(tmp_path: Path) -> None:
    code, said = export(tmp_path / "out")
    assert (code, said) == (0, "")
