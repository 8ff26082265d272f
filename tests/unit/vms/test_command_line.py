"""The command line loads what the command at hand needs, and knows the others by name."""

import subprocess
import sys

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from vms.cli import SUMMARIES, command_line

LOADED = """
import sys
sys.argv = ["vms", {argument!r}, "--help"]
from vms.cli import main
try:
    main()
except SystemExit:
    pass
print([name for name in {names!r} if name in sys.modules])
"""
HEAVY = ["sqlalchemy", "av", "starlette", "recorder.service", "web.app", "alembic"]


def shown(wanted: str | None) -> dict[str, tuple[str, bool]]:
    """What each command says of itself, and whether it is hidden."""
    group = get_command(command_line(wanted))
    assert isinstance(group, TyperGroup)
    return {
        name: ((command.help or "").split("\n\n")[0], command.hidden)
        for name, command in group.commands.items()
        if not command.hidden
    }


def test_commands_that_are_not_loaded_say_what_they_say_when_they_are() -> None:
    assert shown("") == shown(None)


def test_every_command_can_be_had_alone() -> None:
    for name in SUMMARIES:
        assert shown(name) == shown(None)


def loaded(argument: str) -> str:
    code = LOADED.format(argument=argument, names=HEAVY)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[-1]


def test_help_loads_nothing_large() -> None:
    assert loaded("--help") == "[]"


@pytest.mark.parametrize("service", ["recorder", "pictures", "scheduler"])
def test_service_begins_without_the_portal(service: str) -> None:
    assert "web.app" not in loaded(service)
    assert "starlette" not in loaded(service)
