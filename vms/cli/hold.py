"""`vms hold`: keep footage from being deleted, and let go of it again."""

import getpass
from typing import Annotated

import typer

from vms.cli.environment import CameraName, opened, out, print_json, print_table, refuse_fields
from vms.cli.moment import typed_range
from vms.cli.timeline import local
from vms.domain.audit import AuditAction
from vms.domain.retention import hold_problems, reason_problems
from vms.domain.time import DAY_US
from vms.domain.typed_reference import LARGEST_NUMBER

app = typer.Typer(no_args_is_help=True, help="Protect footage from every deletion.")


@app.command()
def add(
    camera: CameraName,
    start: Annotated[
        str, typer.Option("--from", help="Start, such as '25/11/2025 14.05' or 'yesterday 14:00'.")
    ],
    end: Annotated[str, typer.Option("--to", help="End.")],
    reason: Annotated[str, typer.Option(help="Why: a case number, a letter.")],
    days: Annotated[int | None, typer.Option(min=1, help="Lapses after so many days; default never.")] = None,
) -> None:
    """Protect a range, also where it is not recorded yet; says what of it is missing already."""
    with opened() as env:
        known = env.storage.cameras.find(camera)
        time = typed_range(env, start, end)
        expires_us = env.clock.now_us() + days * DAY_US if days is not None else None
        refuse_fields(
            list(hold_problems(time, reason, expires_us, env.clock.now_us())),
            kept="nothing was protected",
            names={"expires": "--days"},
        )
        result = env.storage.holds.place(
            known.id, time, reason, f"cli:{getpass.getuser()}", expires_us=expires_us
        )
        env.record(AuditAction.HOLD_ADD, f"camera {known.id}", reason)
        out.print(f"Hold {result.hold.id} on “{known.name}”.")
        for part in result.missing:
            out.print(f"  no footage  {local(env, part.start_us)} - {local(env, part.end_us)}")


@app.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="Also released and lapsed ones.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer for programs.")] = False,
) -> None:
    """List holds."""
    with opened() as env:
        holds = env.storage.holds.list(active_only=not everything)
        names = {camera.id: camera.name for camera in env.storage.cameras.list(include_removed=True)}
        if as_json:
            print_json(
                [
                    {
                        "id": hold.id,
                        "camera_id": hold.camera_id,
                        "from_us": hold.time.start_us,
                        "to_us": hold.end_us,
                        "reason": hold.reason,
                        "by": hold.created_by,
                        "expires_us": hold.expires_us,
                        "released_us": hold.released_us,
                    }
                    for hold in holds
                ]
            )
            return
        rows = [
            [
                str(hold.id),
                names.get(hold.camera_id, str(hold.camera_id)),
                local(env, hold.time.start_us),
                "" if hold.end_us is None else local(env, hold.end_us),
                hold.reason,
                hold.created_by,
                "" if hold.is_active(env.clock.now_us()) else "over",
            ]
            for hold in holds
        ]
        print_table(["No.", "Camera", "From", "To", "Reason", "By", ""], rows, empty="No holds.")


@app.command()
def release(
    hold: Annotated[int, typer.Argument(min=0, max=LARGEST_NUMBER, help="The hold's number.")],
    reason: Annotated[str | None, typer.Option(help="Why it is not needed any more.")] = None,
) -> None:
    """Let go of a hold; the footage then follows its retention again."""
    with opened() as env:
        if reason is not None:
            refuse_fields(reason_problems(reason), kept=f"hold {hold} stays")
        env.storage.holds.release(hold, f"cli:{getpass.getuser()}", reason=reason)
        env.record(AuditAction.HOLD_RELEASE, f"hold {hold}", reason or "")
        out.print("Released.")
