"""The `vms` command: everything an administrator does from a shell. Only what the command at hand needs is loaded."""

import sys
from collections.abc import Callable
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException
from typing_extensions import override

from vms.domain.errors import VmsError
from vms.ffmpeg.redaction import Redactor

SUMMARIES: Final = {
    "up": "Bring the database up to date, then run everything until Ctrl-C.",
    "recorder": "Record all cameras that are enabled and complete.",
    "pictures": "Make the small pictures that scrubbing shows.",
    "scheduler": "Run retention, exports and upkeep.",
    "web": "Serve the portal and the API.",
    "init": "Set up a new installation: folder, key, database, first volume, one-time code for the first administrator.",
    "doctor": "Look over everything that footage depends on, and say what to do about what is wrong.",
    "timeline": "List footage and gaps of a camera, by default of today.",
    "export": "Export footage without re-encoding: the first frame shown is the one asked for.",
    "check": "Compare files and index; exit 1 if they differ.",
    "simulate": "Run simulated RTSP cameras until Ctrl-C, or make those of a running simulator fail.",
    "camera": "Add, test and edit cameras.",
    "volume": "Add disks for footage and see how full they are.",
    "hold": "Protect footage from every deletion.",
    "purge": "See and confirm what retention hesitates to delete.",
    "user": "Add people and set what they may see.",
    "db": "Upgrade, back up and restore the database.",
    "key": "Replace the key that camera passwords are encrypted with.",
}
"""What `vms --help` says of each command without loading it."""
_HIDDEN: Final = ("demo",)


class _Commands(TyperGroup):
    """All commands; what is said of arguments in the wrong place repeats no login in them."""

    @override
    def invoke(self, ctx: Any) -> object:  # the kind of context has no public name
        try:
            return super().invoke(ctx)
        except TyperException as error:
            error.message = Redactor()(error.message)
            raise


def command_line(wanted: str | None = None) -> typer.Typer:
    """Return the command line: all of it, or one that can run the command `wanted` and knows of the others by name."""
    app = typer.Typer(
        cls=_Commands,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="Siring: records cameras, keeps footage as policy says, finds moments, hands over clips.",
    )
    for name in (*SUMMARIES, *_HIDDEN):
        command = _load(name) if wanted in {None, name} else None
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        elif command is not None:
            app.command(name, hidden=name in _HIDDEN)(command)
        elif name in SUMMARIES:
            app.command(name, help=SUMMARIES[name])(_not_loaded)
    return app


def main() -> None:
    """Run the command line; exit 0 done, 1 failed, 2 wrong usage."""
    first = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        command_line(first)()
    except VmsError as error:
        from vms.cli.environment import fail

        try:
            fail(error)
        except typer.Exit as ended:
            sys.exit(ended.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


def _not_loaded() -> None:
    """Stand for a command that is listed and not run."""


def _load(name: str) -> typer.Typer | Callable[..., None]:  # noqa: C901, PLR0911, PLR0912  # a table of imports
    """Return a command or a group of them, importing what it needs; each is a line of its own, so that tools see it."""
    match name:
        case "up" | "recorder" | "pictures" | "scheduler" | "web":
            from vms.cli import up

            services = (up.up, up.recorder, up.pictures, up.scheduler, up.web)
            return next(service for service in services if service.__name__ == name)
        case "init" | "doctor" | "db":
            from vms.cli import installation

            return {"init": installation.init, "doctor": installation.doctor}.get(name, installation.db_app)
        case "timeline":
            from vms.cli import timeline

            return timeline.timeline
        case "export":
            from vms.cli import export

            return export.export
        case "check":
            from vms.cli import check

            return check.check
        case "simulate" | "demo":
            from vms.cli import simulate

            return simulate.simulate if name == "simulate" else simulate.demo
        case "camera":
            from vms.cli import camera

            return camera.app
        case "volume":
            from vms.cli import volume

            return volume.app
        case "hold":
            from vms.cli import hold

            return hold.app
        case "purge":
            from vms.cli import purge

            return purge.app
        case "user":
            from vms.cli import user

            return user.app
        case "key":
            from vms.cli import key

            return key.app
        case _:
            raise AssertionError(f"no command {name}")
