"""Wherever a command names a camera or a volume, a number is never another's name, and a doubtful one changes nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from storage.schema.cameras import camera as camera_table
from storage.sql.columns import metadata
from tests.support.page_forms import post, token
from tests.support.recorded_site import Site, browser, open_site
from vms.cli import command_line
from vms.domain.user import Role

RANGE = ["--from", "2024-10-04T10:00:00+08:00", "--to", "2024-10-04T10:01:00+08:00"]
PASSWORD = "jembatan merdeka 1953\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Camera 1 is called "one", and camera 2 "1", as an earlier version allowed; a disk to take into use."""
    with open_site(tmp_path) as opened:
        opened.let_commands_find_it(monkeypatch)
        for name, called in (("one", "one"), ("two", "1"), ("three", "clock"), ("four", "9")):
            call(opened, opened.add_camera(name).id, called)
        (tmp_path / "disk").mkdir()
        yield opened


def call(site: Site, camera_id: int, name: str) -> None:
    """Give a camera a name that no store takes any more."""
    with site.storage.database.write() as connection:
        connection.execute(sa.update(camera_table).where(camera_table.c.id == camera_id).values(name=name))


def everything(site: Site) -> dict[str, list[object]]:
    """Return every row of the database."""
    with site.storage.database.read() as connection:
        return {name: list(connection.execute(sa.select(t))) for name, t in metadata.tables.items()}


def run(*command: str, typed: str = "") -> tuple[int, str]:
    done = CliRunner().invoke(command_line(), command, input=typed)
    return done.exit_code, " ".join(done.output.split())


@pytest.mark.parametrize(
    "command",
    [
        ["camera", "remove", "{}", "--yes"],
        ["camera", "edit", "{}", "--disable"],
        ["camera", "test", "{}"],
        ["hold", "add", "{}", *RANGE, "--reason", "B/12"],
        ["export", "one", "{}", *RANGE, "--reason", "B/12"],
        ["timeline", "{}"],
        ["purge", "allow", "{}", "--yes"],
        ["user", "add", "siti", "--camera", "one", "--camera", "{}", "--password-stdin"],
    ],
)
@pytest.mark.parametrize(("number", "answer"), [("1", "say '#1' or '#2'"), ("9", "say '#4'")])
def test_number_that_is_another_camera_s_name_is_ambiguous_and_changes_nothing(
    site: Site, command: list[str], number: str, answer: str
) -> None:
    """Trial 15."""
    before = everything(site)
    code, said = run(*(part.format(number) for part in command), typed=PASSWORD)
    assert code == 1
    assert "ambiguous" in said
    assert answer in said
    assert everything(site) == before


def test_number_with_its_sign_always_means_the_number(site: Site) -> None:
    """Trial 15."""
    done = [
        run("camera", "edit", "#2", "--purpose", "Keamanan pasar"),
        run("hold", "add", "#1", *RANGE, "--reason", "B/12"),
        run("hold", "add", "#2", *RANGE, "--reason", "B/13"),
        run("user", "add", "siti", "--camera", "#2", "--password-stdin", typed=PASSWORD),
        run("purge", "allow", "#3", "--yes"),
        run("timeline", "#1"),
        run("camera", "remove", "#2", "--yes"),
    ]
    assert [code for code, _ in done] == [0] * len(done), done
    stores = site.storage
    assert {(hold.camera_id, hold.reason) for hold in stores.holds.list()} == {(1, "B/12"), (2, "B/13")}
    assert [user.camera_ids for user in stores.users.list()] == [{2}]
    assert [(c.id, c.name) for c in stores.cameras.list()] == [(4, "9"), (3, "clock"), (1, "one")]
    assert "Footage of “clock”" in done[4][1]
    # The removed camera keeps its name, so that its number stays doubtful.
    assert "ambiguous" in run("hold", "add", "1", *RANGE, "--reason", "B/14")[1]


def test_word_for_the_clock_is_ambiguous_where_a_camera_is_called_so(site: Site) -> None:
    """Trial 15."""
    before = everything(site)
    code, said = run("purge", "allow", "clock")
    assert (code, everything(site)) == (1, before)
    assert "'clock' is ambiguous" in said
    assert "'#3'" in said


def test_camera_may_keep_its_old_name_and_none_may_take_such_a_one(site: Site) -> None:
    """Trial 15."""
    for command in (
        ["camera", "add", "7", "rtsp://10.0.0.12/a"],
        ["camera", "add", "#7", "rtsp://10.0.0.12/a"],
        ["camera", "edit", "one", "--name", "2"],
        ["camera", "edit", "#2", "--name", "3"],
    ):
        before = everything(site)
        code, said = run(*command)
        assert (code, "reads as a number" in said) == (2, True), said
        assert everything(site) == before
    assert run("camera", "edit", "#2", "--retention-days", "7")[0] == 0
    assert (site.storage.cameras.get(2).name, site.storage.cameras.get(2).retention_days) == ("1", 7)
    assert run("camera", "edit", "#2", "--name", "Pasar 1")[0] == 0
    code, said = run("camera", "remove", "1", "--yes")
    assert (code, "“one”" in said) == (0, True)


def test_volume_is_named_by_number_with_or_without_sign_folder_or_uuid(site: Site) -> None:
    """Trial 15."""
    volume = site.storage.volumes.get(1)
    for text in ("1", "#1", "01", volume.path, f"{volume.path}/", str(volume.uuid)):
        for command in ("disable", "enable"):
            assert run("volume", command, text)[0] == 0
        assert run("volume", "edit", text, "--weight", "3")[0] == 0
    before = everything(site)
    for text in ("2", "#2", "9" * 20, "1_", "+1", "disk"):
        code, said = run("volume", "disable", text)
        assert (code, "there is no volume" in said) == (1, True)
    assert everything(site) == before
    assert run("volume", "remove", "#1")[0] == 0
    assert site.storage.volumes.list() == []


def test_page_refuses_a_new_name_that_reads_as_a_number_and_keeps_an_old_one(site: Site) -> None:
    """Trial 15."""
    fields = {"main_url": "rtsp://10.0.0.12/a", "name": "7", "purpose": "x", "retention_days": "7"}
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:
        fields["csrf_token"] = token(client.get("/cameras/new").text)
        status, _, page = post(client, "/cameras/new", **fields)
        assert (status, "terbaca sebagai nomor kamera" in page) == (422, True)
        assert post(client, "/cameras/2/edit", **fields)[0] == 422
        assert post(client, "/cameras/2/edit", **(fields | {"name": "1"}))[0] == 303
