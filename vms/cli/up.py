"""`vms up` and the services that it starts: recorder, pictures, scheduler, web; each also runs alone."""

from collections.abc import Callable

from vms.cli.environment import err, fail, read_settings
from vms.domain.errors import VmsError
from vms.host.logs import set_up_logging
from vms.host.settings import Settings
from vms.processes.app import serve_pictures, serve_recorder, serve_scheduler, serve_web


def up() -> None:
    """Bring the database up to date, then run everything until Ctrl-C."""
    from vms.processes.up import prepare, run_all  # the services do without

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
    _serve(serve_recorder)


def pictures() -> None:
    """Make the small pictures that scrubbing shows."""
    _serve(serve_pictures)


def scheduler() -> None:
    """Run retention, exports and upkeep."""
    _serve(serve_scheduler)


def web() -> None:
    """Serve the portal and the API."""
    _serve(serve_web)


def _serve(service: Callable[[Settings], None]) -> None:
    settings = read_settings()
    try:
        service(settings)
    except VmsError as error:
        fail(error)
