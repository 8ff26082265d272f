"""An address in which a password may hide is refused wherever one is read, and is repeated nowhere (SEC-20)."""

import logging
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.support.page_forms import post, token
from tests.support.recorded_site import Site, browser
from vms.cli import command_line
from vms.domain.camera_address import StreamUrl
from vms.domain.user import Role

CANARY = "k4nari-rahasia"
HIDDEN = [
    f"rtsp://admin:2024/{CANARY}@10.0.0.12/s",
    f"rtsp://admin:2024?{CANARY}@10.0.0.12/s",
    f"rtsp://admin:2024#{CANARY}@10.0.0.12/s",
    f"rtsp://admin:x@10.0.0.12/{CANARY}@10.0.0.12/s",
    f"rtsp://10.0.0.12/user=admin&password=20/{CANARY}&channel=1",
]


@pytest.fixture
def commands(site: Site, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Runs commands in the site."""
    site.let_commands_find_it(monkeypatch)
    return CliRunner()


def holders(site: Site) -> list[str]:
    """Return the files of the installation that hold the canary."""
    return [str(f) for f in site.root.rglob("*") if f.is_file() and CANARY.encode() in f.read_bytes()]


@pytest.mark.parametrize("field", ["main_url", "sub_url"])
@pytest.mark.parametrize("address", HIDDEN)
def test_page_names_the_character_and_what_to_do(site: Site, address: str, field: str) -> None:
    """Trial 16."""
    typed = {"main_url": "rtsp://10.0.0.12/a", "name": "Balai Kota", "retention_days": "30", field: address}
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:
        csrf_token = token(client.get("/cameras/new").text)
        status, _, page = post(client, "/cameras/new", csrf_token=csrf_token, **typed)
    assert status == 422
    assert f'id="{field}-problem"' in page
    assert "Karena karakter" in page
    assert "%2F" in page or "%3F" in page or "%23" in page
    assert CANARY not in page
    assert holders(site) == []
    assert site.storage.cameras.list() == []


@pytest.mark.parametrize("address", HIDDEN)
def test_commands_name_the_character_and_what_to_do(
    site: Site, commands: CliRunner, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Trial 16."""
    camera = site.add_camera("Balai Kota")
    tries = [
        ["camera", "add", "Pasar", address],
        ["camera", "add", "Pasar", "rtsp://10.0.0.12/a", "--sub-url", address],
        ["camera", "edit", "Balai Kota", "--url", address],
        ["camera", "edit", "Balai Kota", "--sub-url", address],
        ["camera", "test", address],
        ["camera", "test", f" {address.replace('rtsp', 'RTSP')}"],
    ]
    caplog.set_level(logging.DEBUG)
    for command in tries:
        done = commands.invoke(command_line(), command)
        assert done.exit_code == 2, done.output
        assert "give user name and password apart, or write %" in done.stderr
        assert CANARY not in done.output
    assert CANARY not in caplog.text
    assert site.storage.cameras.list() == [camera]
    assert holders(site) == []


@pytest.mark.parametrize("column", ["url", "sub_url"])
@pytest.mark.parametrize("address", HIDDEN)
def test_table_names_the_character_and_what_to_do(
    site: Site, commands: CliRunner, tmp_path: Path, address: str, column: str
) -> None:
    """Trial 16."""
    file = tmp_path / "cameras.csv"
    urls = {"url": "rtsp://10.0.0.12/a", "sub_url": ""} | {column: address}
    file.write_text(f"name;url;sub_url\nPasar;{urls['url']};{urls['sub_url']}\n", encoding="utf-8")
    done = commands.invoke(command_line(), ["camera", "import", "--json", str(file)])
    file.unlink()
    assert done.exit_code == 2, done.output
    assert "give user name and password apart, or write %" in done.stdout
    assert CANARY not in done.output
    assert site.storage.cameras.list() == []
    assert holders(site) == []


@pytest.mark.parametrize(
    "command",
    [
        ["camera", "test", f"rtsp:/admin:{CANARY}@10.0.0.12/s"],
        ["camera", "test", f"http://admin:{CANARY}@10.0.0.12/s"],
        ["camera", "add", "Balai", "Kota", f"rtsp://admin:2024/{CANARY}@10.0.0.12/s"],
    ],
)
def test_what_is_no_address_at_all_is_not_repeated_either(commands: CliRunner, command: list[str]) -> None:
    """Trial 16."""
    done = commands.invoke(command_line(), command)
    assert done.exit_code == 2, done.output
    assert CANARY not in done.output


def test_address_that_an_earlier_version_kept_is_shown_nowhere_and_must_be_written_anew(
    site: Site, commands: CliRunner
) -> None:
    """Trial 16."""
    camera = site.add_camera("Balai Kota", main_url=StreamUrl(f"rtsp://admin:2024/{CANARY}@10.0.0.12/s"))
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:
        pages = [client.get(f"/cameras/{camera.id}{more}").text for more in ("", "/edit")]
    assert "rtsp://***@10.0.0.12/s" in pages[0]
    assert "Tulis kembali tanpa nama pengguna dan kata sandi" in pages[1]
    said = [commands.invoke(command_line(), ["camera", "list", "--json"]).output]
    kept = commands.invoke(command_line(), ["camera", "edit", "Balai Kota", "--purpose", "Keamanan"])
    assert "--url  must be given" in kept.stderr
    assert not [text for text in (*pages, *said, kept.output) if CANARY in text]
    changed = commands.invoke(command_line(), ["camera", "edit", "Balai Kota", "--url", "rtsp://10.0.0.12/s"])
    assert changed.exit_code == 0, changed.output
    assert site.storage.cameras.get(camera.id).streams[0].url.is_clear
