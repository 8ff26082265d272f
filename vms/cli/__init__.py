"""The `vms` command: everything an administrator does from a shell."""

import sys
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException
from typing_extensions import override

from vms.cli import (
    camera,
    check,
    export,
    hold,
    installation,
    key,
    purge,
    simulate,
    timeline,
    up,
    user,
    volume,
)
from vms.cli.environment import fail
from vms.domain.errors import VmsError
from vms.ffmpeg.redaction import Redactor


class _Commands(TyperGroup):
    """All commands; what is said of arguments in the wrong place repeats no login in them."""

    @override
    def invoke(self, ctx: Any) -> object:  # the kind of context has no public name
        try:
            return super().invoke(ctx)
        except TyperException as error:
            error.message = Redactor()(error.message)
            raise


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Siring: records cameras, keeps footage as policy says, finds moments, hands over clips.",
)
up.register(app)
installation.register(app)
app.add_typer(camera.app, name="camera")
app.add_typer(volume.app, name="volume")
app.add_typer(hold.app, name="hold")
app.add_typer(purge.app, name="purge")
app.add_typer(user.app, name="user")
app.add_typer(installation.db_app, name="db")
app.add_typer(key.app, name="key")
app.command("timeline")(timeline.timeline)
app.command("export")(export.export)
app.command("check")(check.check)
app.command("simulate")(simulate.simulate)
app.command("demo", hidden=True)(simulate.demo)


def main() -> None:
    """Run the command line; exit 0 done, 1 failed, 2 wrong usage."""
    try:
        app()
    except VmsError as error:
        try:
            fail(error)
        except typer.Exit as ended:
            sys.exit(ended.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
