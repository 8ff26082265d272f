"""`vms up` and the services that it starts: recorder, pictures, scheduler, web; each also runs alone."""

from collections.abc import Callable

import typer

from vms.cli.environment import err, fail, read_settings
from vms.domain.errors import VmsError
from vms.host.logs import set_up_logging
from vms.host.settings import Settings
from vms.processes import app as composition
from vms.processes.up import prepare, run_all


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("up")(up)
    app.command("recorder")(recorder)
    app.command("pictures")(pictures)
    app.command("scheduler")(scheduler)
    app.command("web")(web)


def up() -> None:
    """Bring the database up to date, then run everything until Ctrl-C."""
    settings = read_settings()
    set_up_logging(level=settings.log_level, format_name=settings.log_format, service="up", redact=str)
    try:
        prepare(settings)
        err.print(f"Siring on http://{settings.host}:{settings.port}  (Ctrl-C ends it)")
        run_all(settings)
    except VmsError as error:
        fail(error)


def recorder() -> None:
    """Record all cameras that are enabled and complete."""
    _serve(composition.serve_recorder)


def pictures() -> None:
    """Make the small pictures that scrubbing shows."""
    _serve(composition.serve_pictures)


def scheduler() -> None:
    """Run retention, exports and upkeep."""
    _serve(composition.serve_scheduler)


def web() -> None:
    """Serve the portal and the API."""
    _serve(composition.serve_web)


def _serve(service: Callable[[Settings], None]) -> None:
    settings = read_settings()
    try:
        service(settings)
    except VmsError as error:
        fail(error)
