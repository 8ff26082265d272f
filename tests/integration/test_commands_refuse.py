"""Commands keep the rules of the portal: a refusal names what is wrong and what stays, ends with 2, and changes nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.support.recorded_site import Site, open_site
from vms.cli import command_line

GOOD_PASSWORD = "jembatan merdeka 1953\n"
RANGE = ["--from", "2025-11-25T10:00:00+08:00", "--to", "2025-11-25T10:01:00+08:00"]
FOR_EVER = ["--from", "2023-11-25T10:00:00+08:00", "--to", "2025-11-25T10:01:00+08:00"]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """An installation with a camera, which commands find."""
    with open_site(tmp_path) as opened:
        opened.let_commands_find_it(monkeypatch)
        opened.add_camera("Balai Kota")
        yield opened


def state(site: Site) -> tuple[object, ...]:
    """Everything that these commands could change."""
    stores = site.storage
    lists = (
        stores.cameras.list(),
        stores.users.list(),
        stores.volumes.list(),
        stores.holds.list(active_only=False),
    )
    return (*lists, stores.exports.list())


@pytest.mark.parametrize(
    ("command", "typed", "told"),
    [
        (["user", "add", "x", "--password-stdin"], "short\n", ["nobody was added", "NAME  must be 2 to 64", "password  must have"]),
        (["user", "add", "siti", "--full-name", "x" * 121, "--password-stdin"], GOOD_PASSWORD, ["--full-name  may have at most 120"]),
        (["user", "add", "siti", "--password-stdin"], "siti12345678\n", ["password  is too easy to guess"]),
        (["user", "add", "siti", "--role", "king", "--password-stdin"], GOOD_PASSWORD, ["--role"]),
        (["camera", "edit", "Balai Kota", "--min-days", "31", "--purpose", "x" * 401], "", ["“Balai Kota” stays as it was", "--min-days  must not be more", "--purpose  may have at most 400 characters, and has 401"]),
        (["hold", "add", "Balai Kota", *RANGE, "--reason", " "], "", ["nothing was protected", "--reason  must be given"]),
        (["hold", "add", "Balai Kota", *RANGE, "--reason", "x" * 501], "", ["--reason  may have at most 500"]),
        (["hold", "add", "Balai Kota", *FOR_EVER, "--reason", "x"], "", ["--to  must be at most 400 days"]),
        (["hold", "add", "Balai Kota", *RANGE, "--reason", "x", "--days", "9" * 20], "", ["--days  must lie in the future"]),
        (["hold", "add", "Balai Kota", "--from", "10:01", "--to", "10:00", "--reason", "x"], "", ["--to must be later than --from"]),
        (["hold", "release", "9" * 20], "", ["9223372036854775807"]),
        (["export", "Balai Kota", *FOR_EVER, "--reason", "x"], "", ["nothing was exported", "--to  must be at most 24 hours"]),
        (["export", "Balai Kota", *RANGE, "--reason", " "], "", ["nothing was exported", "--reason  must be given"]),
        (["export", "Balai Kota", *RANGE, "--reason", "x" * 501], "", ["--reason  may have at most 500"]),
        (["volume", "add", "/", "--min-free-gb", "nan"], "", ["nothing was taken into use", "--min-free-gb  must be a number"]),
        (["volume", "add", "/", "--min-free-gb", "1e300"], "", ["--min-free-gb  must lie between 0 and 1000000"]),
        (["volume", "edit", "1", "--weight", "9" * 20], "", ["volume 1 stays as it was", "--weight  must lie between 1 and 1000000"]),
    ],
)  # fmt: skip
def test_refusal_names_what_is_wrong_and_changes_nothing(
    site: Site, command: list[str], typed: str, told: list[str]
) -> None:
    before = state(site)
    done = CliRunner().invoke(command_line(), command, input=typed)
    assert done.exit_code == 2, done.output
    said = " ".join(done.stderr.replace("│", " ").split())
    assert [part for part in told if " ".join(part.split()) not in said] == []
    assert state(site) == before


def test_what_keeps_the_rules_is_done(site: Site, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    for command, typed in (
        (["user", "add", "Siti.Rahmah", "--camera", "Balai Kota", "--password-stdin"], GOOD_PASSWORD),
        (["user", "password", "siti.rahmah", "--password-stdin"], "sungai martapura 1526\n"),
        (["hold", "add", "Balai Kota", *RANGE, "--reason", "B/12", "--days", "30"], ""),
        (["hold", "release", "1", "--reason", "selesai"], ""),
        (["volume", "add", str(tmp_path / "disk"), "--min-free-gb", "1,5", "--weight", "2"], ""),
        (["volume", "edit", "2", "--min-free-gb", "2"], ""),
    ):
        done = CliRunner().invoke(command_line(), command, input=typed)
        assert done.exit_code == 0, done.output
    (siti,) = site.storage.users.list()
    volume = site.storage.volumes.get(2)
    assert (siti.name, len(siti.camera_ids)) == ("siti.rahmah", 1)
    assert (volume.min_free_bytes, volume.weight) == (2_000_000_000, 2)
