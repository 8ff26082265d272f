"""Page, command and table: the same text about a camera is taken by all of them, or refused for the same fields."""

import csv
import json
import re
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from typer.testing import CliRunner

from tests.support.page_forms import post, token
from tests.support.recorded_site import Site, browser
from vms.cli import command_line
from vms.domain.camera_table import COLUMNS
from vms.domain.user import Role

KEPT = frozenset({"kept"})
ONLY_ELSEWHERE = ("min_days", "quota_gb")
"""Fields that a table has no column for."""

# No line breaks: a password is one line of standard input, and "\r\n" is one to some programs and two to others.
LETTERS = st.characters(exclude_categories=["Cs", "Cc"])
NUMBERS = st.sampled_from(
    [
        "",
        "",
        "30",
        "0",
        "-1",
        "0.1",
        "0,05",
        "3650",
        "3651",
        "30.0",
        "30.7",
        "1e3",
        "nan",
        "-inf",
        "9" * 20,
        " 7 ",
    ]
) | st.text(LETTERS, max_size=5)
ADDRESSES = st.sampled_from(
    [
        "rtsp://10.0.0.12/a",
        "rtsp://10.0.0.12/b",
        "rtsp://siti:rahasia@10.0.0.12/a",
        "rtsp://10.0.0.12/user=siti&password=x",
        "rtsp://10.0.0.12/?password=x&pwd=y",
        "rtsp://169.254.169.254/x",
        "rtsp://siti:2024/x@10.0.0.12/a",
        "rtsp://siti:20?24#x@10.0.0.12/a",
        "rtsps://kamera1.lan:322/a",
        "http://10.0.0.12/",
        "rtsp://[::1",
        "rtsp://10.0.0.12/" + "a" * 2000,
        "",
    ]
)


def texts_up_to(longest: int) -> st.SearchStrategy[str]:
    edges = [
        "",
        "Balai Kota",
        "  ",
        "x" * longest,
        f" {'x' * longest} ",
        "x" * (longest + 1),
        "[b]",
        "-x",
        "a,b;c",
    ]
    return st.sampled_from(edges) | st.text(LETTERS, max_size=12)


CAMERAS = st.fixed_dictionaries(
    {
        "main_url": ADDRESSES | st.text(LETTERS, max_size=20),
        "sub_url": ADDRESSES,
        "username": st.sampled_from(["", "", "siti", " siti "]),
        "password": st.sampled_from(["", "", "rahasia", " a b "]),
        "name": texts_up_to(120),
        "place": texts_up_to(120),
        "agency": texts_up_to(120),
        "group": texts_up_to(120),
        "latitude": NUMBERS.filter(lambda text: "," not in text),
        "longitude": NUMBERS.filter(lambda text: "," not in text),
        "purpose": texts_up_to(400),
        "retention_days": NUMBERS,
        "min_days": NUMBERS,
        "quota_gb": NUMBERS,
    }
)


def fields(names: list[str]) -> frozenset[str]:
    """Return what was named, as the page calls it; a position is one option of the command."""
    called = {
        "NAME": "name",
        "URL": "main_url",
        "url": "main_url",
        "latitude": "position",
        "longitude": "position",
    }
    return frozenset(called.get(name, name.removeprefix("--").replace("-", "_")) for name in names)


def of_page(site: Site, client: TestClient, texts: Mapping[str, str]) -> frozenset[str]:
    csrf_token = token(client.get("/cameras/new").text)
    status, where, page = post(client, "/cameras/new", csrf_token=csrf_token, is_enabled="1", **texts)
    if status == 303:
        site.storage.cameras.remove(int(where.partition("?")[0].rpartition("/")[2]))
        return KEPT
    assert status == 422
    return fields(re.findall(r'id="(\w+)-problem"', page))


def of_command(site: Site, texts: Mapping[str, str]) -> frozenset[str]:
    options = [
        f"--{name.replace('_', '-')}={texts[name]}"
        for name in (
            "sub_url",
            "place",
            "agency",
            "group",
            "purpose",
            "retention_days",
            "min_days",
            "quota_gb",
        )
    ]
    if texts["latitude"] or texts["longitude"]:
        options.append(f"--position={texts['latitude']},{texts['longitude']}")
    if texts["username"] or texts["password"]:
        options += ["--password-stdin", f"--username={texts['username']}"]
    command = ["camera", "add", *options, "--", texts["name"], texts["main_url"]]
    done = CliRunner().invoke(command_line(), command, input=f"{texts['password']}\n")
    if done.exit_code == 0:
        (camera,) = site.storage.cameras.list()
        site.storage.cameras.remove(camera.id)
        return KEPT
    assert (done.exit_code, "nothing was added" in done.stderr) == (2, True), done.output
    return fields(re.findall(r"^  (\S+)  ", done.stderr, re.MULTILINE))


def of_table(site: Site, texts: Mapping[str, str]) -> frozenset[str]:
    file = site.root / "cameras.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        table = csv.writer(opened)
        table.writerow(COLUMNS)
        table.writerow([texts["main_url" if column == "url" else column] for column in COLUMNS])
    done = CliRunner().invoke(command_line(), ["camera", "import", "--dry-run", "--json", str(file)])
    if done.exit_code == 0:
        return KEPT
    assert (done.exit_code, "nothing was imported" in done.stderr) == (2, True), done.output
    (row,) = json.loads(done.stdout)["rows"]
    return fields([problem["field"] for problem in row["problems"]])


def test_same_text_has_the_same_verdict_everywhere(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.let_commands_find_it(monkeypatch)
    seen: set[frozenset[str]] = set()
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:

        @settings(max_examples=60)
        @given(CAMERAS)
        def try_everywhere(texts: dict[str, str]) -> None:
            verdict = of_page(site, client, texts)
            assert of_command(site, texts) == verdict
            fewer = texts | dict.fromkeys(ONLY_ELSEWHERE, "")
            assert of_table(site, fewer) == (verdict if fewer == texts else of_page(site, client, fewer))
            seen.add(verdict)

        try_everywhere()
    assert len(seen) > 5


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, KEPT),
        ({"retention_days": "9" * 20}, {"retention_days"}),
        ({"purpose": "x" * 5000}, {"purpose"}),
        ({"purpose": "x" * 400, "retention_days": "3650", "name": "x" * 120}, KEPT),
        ({"retention_days": "30.7", "latitude": "-3.3"}, {"retention_days", "position"}),
        ({"main_url": "rtsp://169.254.169.254/x"}, {"main_url"}),
        ({"password": "rahasia"}, {"username"}),
    ],
)
def test_what_was_once_taken_by_some_is_refused_by_all(
    site: Site, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], verdict: set[str]
) -> None:
    site.let_commands_find_it(monkeypatch)
    empty = dict.fromkeys((*COLUMNS, *ONLY_ELSEWHERE), "")
    texts = empty | {"main_url": "rtsp://10.0.0.12/a", "name": "Balai Kota"} | changes
    del texts["url"]
    with browser(site, site.add_user("admin", Role.ADMIN)) as client:
        verdicts = [of_page(site, client, texts), of_command(site, texts), of_table(site, texts)]
    assert verdicts == [verdict] * 3
