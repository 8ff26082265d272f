"""A table of cameras is tried and imported with one verdict; all of its cameras come, or none."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.support.footage import draft
from tests.support.recorded_site import Site, open_site
from vms.cli import command_line
from vms.domain.audit import AuditAction
from vms.domain.camera_address import Credentials, Secret
from vms.domain.errors import Conflict

ROWS = st.lists(
    st.sampled_from(
        [
            "A;rtsp://10.0.0.1/a;siti;rahasia;30",
            "A;rtsp://10.0.0.1/b;;;",
            'B;rtsp://siti:x@10.0.0.2/a;;"a;b";7',
            "C;rtsp://10.0.0.3/a;;;;;",
            "Lama;rtsp://10.0.0.4/a;;;",
            "7;rtsp://10.0.0.5/a;;;",
            "D;rtsp://10.0.0.6/a;siti;se;cret;",
            "E;rtsp://10.0.0.7/a",
            "F;rtsp://s:2024/x@10.0.0.8/a;;;",
            "G;rtsp://10.0.0.9/a;;;inf",
            'H;rtsp://10.0.0.9/a;;"x"y;',
            ";;;;",
            "",
        ]
    ),
    max_size=4,
)
HEADINGS = st.sampled_from(
    ["name;url;username;password;retention_days"] * 6 + ["name;url;url", "name", "sep=;"]
)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """An installation with one camera, which commands find."""
    with open_site(tmp_path) as opened:
        opened.let_commands_find_it(monkeypatch)
        opened.add_camera("Lama")
        yield opened


def run(file: Path, *options: str) -> tuple[int, dict[str, object]]:
    done = CliRunner().invoke(command_line(), ["camera", "import", "--json", *options, str(file)])
    assert done.exception is None or done.exit_code in {1, 2}, done.output
    return done.exit_code, json.loads(done.stdout)


def test_dry_run_and_import_have_the_same_verdict(site: Site) -> None:
    """Trial 17."""
    file = site.root / "cameras.csv"
    outcomes: set[int] = set()

    @settings(max_examples=60)
    @given(HEADINGS, ROWS, st.sampled_from(["UTF-8", "UTF-16", "Windows-1252"]))
    def try_both(heading: str, rows: list[str], encoding: str) -> None:
        file.write_bytes("\r\n".join([heading, *rows, ""]).encode(encoding))
        before = site.storage.cameras.list()
        tried = run(file, "--dry-run")
        assert site.storage.cameras.list() == before
        imported = run(file)
        assert imported == tried
        added = [camera for camera in site.storage.cameras.list() if camera not in before]
        wanted = [row for row in rows if row.strip(";")] if tried[0] == 0 else []
        assert len(added) == len(wanted)
        for camera in added:
            site.storage.cameras.remove(camera.id)
        outcomes.add(tried[0])

    try_both()
    assert outcomes == {0, 2}


def test_every_row_has_a_line_in_one_table_and_no_password(site: Site) -> None:
    """Trial 17."""
    file = site.root / "cameras.csv"
    rows = [
        "A;rtsp://10.0.0.1/a;siti;k4nari",
        "B;rtsp://10.0.0.1/a;siti;k4;nari",
        "C;rtsp://a:1/k4nari@10.0.0.1/;;",
    ]
    file.write_text("\n".join(["name;url;username;password", *rows]), encoding="utf-8")
    done = CliRunner().invoke(command_line(), ["camera", "import", str(file)])
    assert done.exit_code == 2
    lines = [line for line in done.stdout.splitlines() if line[:1].isdigit()]
    assert [line.split()[:2] for line in lines] == [["2", "A"], ["3", "row"], ["4", "C"]]
    assert lines[0].split()[2:] == ["good"]
    assert "2 of 3 rows are wrong" in done.stderr
    assert "k4nari" not in done.output
    assert [camera.name for camera in site.storage.cameras.list()] == ["Lama"]


def test_good_table_is_imported_with_a_record_of_each_camera(site: Site) -> None:
    """Trial 17."""
    file = site.root / "cameras.csv"
    file.write_bytes(
        'sep=;\r\nname;url;username;password;;\r\nA;rtsp://10.0.0.1/a;siti;"se,cr;et";;\r\n;;;;;\r\n'.encode(
            "UTF-16"
        )
    )
    assert run(file)[0] == 0
    camera = site.storage.cameras.find("A")
    assert site.storage.cameras.credentials(camera.id) == Credentials("siti", Secret("se,cr;et"))
    (entry,) = site.storage.audit.recent()
    assert (entry.action, entry.subject, entry.detail) == (AuditAction.CAMERA_ADD, f"camera {camera.id}", "A")


@pytest.mark.parametrize("name", ["no-such-file.csv", ""])
def test_file_that_cannot_be_read_is_named(site: Site, name: str) -> None:
    """Trial 17."""
    done = CliRunner().invoke(command_line(), ["camera", "import", str(site.root / name)])
    assert done.exit_code == 2
    assert "nothing was imported" in done.stderr
    assert "cannot be read" in done.stderr


def test_several_cameras_are_stored_all_or_none(site: Site) -> None:
    """Trial 17."""
    revision = site.storage.cameras.revision()
    for is_rehearsal in (True, False):
        with pytest.raises(Conflict, match="Lama"):
            site.storage.cameras.add_all([draft("Baru"), draft("Lama")], is_rehearsal=is_rehearsal)
    assert len(site.storage.cameras.add_all([draft("Baru"), draft("Lain")], is_rehearsal=True)) == 2
    assert [camera.name for camera in site.storage.cameras.list()] == ["Lama"]
    assert site.storage.cameras.revision() == revision
