"""`vms purge`: what retention would delete and a guard did not let it, and a person's word that it may."""

from typing import Annotated

import typer

from storage.purge.state import PurgeState
from vms.cli.environment import Environment, opened, out, print_json, print_table
from vms.domain.audit import AuditAction
from vms.domain.errors import Conflict, InvalidInput, NotFound
from vms.domain.retention import PurgeRemedy

app = typer.Typer(no_args_is_help=True, help="See and confirm what retention hesitates to delete.")

CLOCK = "clock"
_REMEDIES = {
    PurgeRemedy.CAMERA: "vms purge allow '#{camera_id}'",
    PurgeRemedy.CLOCK: f"set the clock, or  vms purge allow {CLOCK}",
    PurgeRemedy.VOLUME: "vms volume list",
}


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="Answer for programs.")] = False) -> None:
    """List what the latest passes did not dare to delete, and why."""
    with opened() as env:
        refusals = PurgeState(env.storage.database, env.clock).refusals()
        names = {
            stream.id: (camera.id, f"{camera.name} ({stream.role})")
            for camera in env.storage.cameras.list(include_removed=True)
            for stream in camera.streams
        }
        if as_json:
            print_json(
                [
                    {
                        "volume": r.volume_id,
                        "stream": r.stream_id,
                        "reason": r.reason,
                        "why": r.why,
                        "remedy": r.remedy,
                    }
                    for r in refusals
                ]
            )
            return
        rows = []
        for refusal in refusals:
            camera_id, name = names.get(refusal.stream_id or 0, (0, "everything"))
            remedy = _REMEDIES[refusal.remedy].format(camera_id=camera_id)
            rows.append([str(refusal.volume_id), name, refusal.reason.value, refusal.why, remedy])
        print_table(["Volume", "Camera", "Rule", "Why it waits", "What helps"], rows, empty="Nothing waits.")


@app.command()
def allow(
    what: Annotated[
        str,
        typer.Argument(
            help=f"A camera's name, number ('#7') or UUID, or the word {CLOCK}: this host's clock is right."
        ),
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Say that an unusually large purge of a camera is meant (good for a day), or that the clock is right."""
    with opened() as env:
        state = PurgeState(env.storage.database, env.clock)
        if what == CLOCK:
            _refuse_camera_called_clock(env)
            state.allow_clock()
            env.record(AuditAction.PURGE_ALLOW, CLOCK)
            out.print("Age counts again from the next pass on.")
            return
        try:
            camera = env.storage.cameras.find(what)
        except NotFound:
            raise InvalidInput(f"{what!r} is neither a camera nor the word {CLOCK}") from None
        out.print(f"Footage of “{camera.name}” that its rules no longer keep will be deleted.")
        if not yes and not typer.confirm("Go on?"):
            raise typer.Exit(1)
        for stream in camera.streams:
            state.allow_stream(stream.id)
        env.record(AuditAction.PURGE_ALLOW, f"camera {camera.id}", camera.name)
        out.print("Allowed for a day; the next pass begins within half a minute.")


def _refuse_camera_called_clock(env: Environment) -> None:
    """Raise Conflict where the word may mean a camera, too."""
    for camera in env.storage.cameras.list(include_removed=True):
        if camera.name.casefold() == CLOCK:
            raise Conflict(
                f"{CLOCK!r} is ambiguous: camera {camera.id} is called so; say '#{camera.id}' if that is meant, "
                "or give the camera another name if this host's clock is. Nothing was done"
            )
