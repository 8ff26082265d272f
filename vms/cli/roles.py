"""`vms up` and the roles that it starts: recorder, pictures, scheduler, web; each also runs alone."""

import signal
from collections.abc import Callable

import typer

from storage.migrate import upgrade
from vms import app as composition
from vms.cli.environment import err, fail, read_settings
from vms.domain.errors import VmsError
from vms.logs import set_up_logging
from vms.process_group import ProcessGroup, role_command
from vms.settings import Settings

ROLES = ("recorder", "pictures", "scheduler", "web")


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
    try:
        prepare(settings)
    except VmsError as error:
        fail(error)
    err.print(f"Siring on http://{settings.host}:{settings.port}  (Ctrl-C ends it)")
    run_group(settings)


def prepare(settings: Settings) -> None:
    """Make the data folder and bring the database up to date."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    upgrade(settings.effective_database_url)


def run_group(settings: Settings) -> None:
    """Run all roles until SIGTERM or SIGINT."""
    set_up_logging(level=settings.log_level, format_name=settings.log_format, role="up", redact=str)
    roles = [role for role in ROLES if role != "pictures" or settings.pictures_enabled]
    group = ProcessGroup({role: role_command(role) for role in roles})
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: group.stop())
    group.run()


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


def _serve(role: Callable[[Settings], None]) -> None:
    settings = read_settings()
    try:
        role(settings)
    except VmsError as error:
        fail(error)
