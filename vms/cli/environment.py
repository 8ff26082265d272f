"""What every command needs: the settings, the storage, and one place where errors become exit codes."""

import json
import logging
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from storage.open import Storage
from vms.domain.audit import AuditAction
from vms.domain.errors import InvalidInput, SettingsError, VmsError
from vms.domain.form_fields import FieldProblem
from vms.host.clock import SystemClock
from vms.host.settings import Settings, load_settings
from vms.processes.app import Services, open_services

EXIT_FAILED = 1
EXIT_USAGE = 2
CameraName = Annotated[str, typer.Argument(help="The camera's name, number ('#7') or UUID.")]

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Environment:
    """An open installation, as commands see it."""

    services: Services

    @property
    def settings(self) -> Settings:
        """What the file and the environment say."""
        return self.services.settings

    @property
    def storage(self) -> Storage:
        """The stores."""
        return self.services.storage

    @property
    def clock(self) -> SystemClock:
        """This host's clocks."""
        return self.services.clock

    def record(self, action: AuditAction, subject: str, detail: str = "") -> None:
        """Append to the audit record what this command did; `detail` never holds a secret."""
        self.storage.audit.append("cli", action, subject, detail)


def read_settings() -> Settings:
    """Return the settings of the file named by VMS_CONFIG and of the environment; ends the command if they are wrong."""
    try:
        return load_settings(None, os.environ)
    except SettingsError as error:
        fail(error)


@contextmanager
def opened(*, is_alone: bool = False) -> Iterator[Environment]:
    """Open the installation for one command; a VmsError inside ends the command with its message.

    Args:
        is_alone: for what may happen only while nothing else uses the installation.
    """
    settings = read_settings()
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    try:
        with open_services(settings, is_alone=is_alone) as services:
            yield Environment(services)
    except VmsError as error:
        fail(error)


def refuse_fields(
    problems: Sequence[FieldProblem], *, kept: str, names: Mapping[str, str] | None = None
) -> None:
    """Raise InvalidInput with a line for each problem; nothing happens where there is none.

    Args:
        problems: what is wrong.
        kept: what stays as it was, such as "nothing was added".
        names: what a field is called on the command line, where that is not an option of its own name.
    """
    if problems:
        lines = [
            f"  {(names or {}).get(p.field, '--' + p.field.replace('_', '-'))}  {p.text}" for p in problems
        ]
        raise InvalidInput("\n".join([f"{kept}; correct this and run the command again:", *lines]))


def fail(error: VmsError) -> NoReturn:
    """Print the error for a person and end the command: 2 for wrong usage, 1 for anything else."""
    err.print(f"[bold red]vms:[/] {_escaped(str(error))}")
    raise typer.Exit(EXIT_USAGE if isinstance(error, InvalidInput | SettingsError) else EXIT_FAILED)


def print_warning(text: str) -> None:
    """Tell a person on standard error what to know about what was done all the same."""
    err.print(f"[bold yellow]vms:[/] {_escaped(text)}")


def print_json(value: Any) -> None:  # noqa: ANN401  # JSON is any value
    """Print an answer for programs."""
    sys.stdout.write(json.dumps(value, indent=2, default=str, ensure_ascii=False) + "\n")


def print_table(columns: list[str], rows: list[list[str]], *, empty: str) -> None:
    """Print an answer for people, or one sentence where there is nothing to show."""
    if not rows:
        out.print(empty)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(_escaped(cell) for cell in row))
    out.print(table)


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")
