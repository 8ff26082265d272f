"""A server without the extra `demo`: everything but the simulated cameras works, and those say what is missing."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source_files import PROJECT

WITHOUT_EXTRA = "import sys; sys.modules['numpy'] = None; "
"""How Python notes a package that cannot be imported."""
VMS = WITHOUT_EXTRA + "sys.argv[0] = 'vms'; from vms.cli import main; main()"
FOUND = (
    "; print(sorted(n for n in sys.modules if n.startswith(('vms.simulator', 'vms.demo', 'vms.cli.demo'))))"
)


def python(code: str, *arguments: str, data: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run code in an interpreter of its own."""
    command = [sys.executable, "-c", code, *arguments]
    environment = {"PATH": "/usr/bin:/bin", **({} if data is None else {"VMS_DATA_DIR": str(data)})}
    return subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_services_and_commands_are_loaded_without_the_simulator() -> None:
    done = python(WITHOUT_EXTRA + "import vms.processes.app, vms.processes.up, vms.cli" + FOUND)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


@pytest.mark.parametrize(
    "arguments", [["--help"], ["simulate", "--help"], ["demo", "--help"], ["camera", "--help"]]
)
def test_help_is_given_without_the_extra(arguments: list[str]) -> None:
    done = python(VMS, *arguments)
    assert done.returncode == 0, done.stderr
    assert "Usage: vms" in done.stdout


def test_an_installation_is_made_and_looked_over_without_the_extra(tmp_path: Path) -> None:
    footage = tmp_path / "footage"
    footage.mkdir()
    made = python(VMS, "init", "--volume", str(footage), data=tmp_path / "data")
    assert made.returncode == 0, made.stderr
    looked = python(VMS, "doctor", data=tmp_path / "data")
    assert "the recorder says nothing: start it with  vms up" in looked.stdout
    assert looked.stderr == ""


@pytest.mark.parametrize("command", ["simulate", "demo"])
def test_what_needs_the_extra_names_it(tmp_path: Path, command: str) -> None:
    done = python(VMS, command, data=tmp_path)
    assert done.returncode == 1
    assert f"{command} needs the extra “demo”" in done.stderr
    assert "requirements-demo.lock" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_none_costs_nothing_but_the_demonstration() -> None:
    code = "import os; os.environ['VMS_PORT'] = 'many'; " + VMS
    assert python(code, "--help").returncode == 0
    refused = python(code, "demo")
    assert refused.returncode == 2
    assert "VMS_PORT" in refused.stderr
