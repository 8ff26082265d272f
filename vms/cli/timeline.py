"""`vms timeline`: what there is of a camera, and what is missing and why."""

from typing import Annotated

import typer

from playback.timeline.lanes import Lanes
from vms.cli.environment import CameraName, Environment, opened, out, print_json, print_table
from vms.cli.moment import typed_range
from vms.domain.camera import StreamRole
from vms.domain.errors import InvalidInput, NotFound
from vms.domain.time import to_datetime


def timeline(
    camera: CameraName,
    start: Annotated[
        str, typer.Option("--from", help="Start, such as '00:00' or 'yesterday 14:00'.")
    ] = "00:00",
    end: Annotated[str, typer.Option("--to", help="End.")] = "23:59:59",
    as_json: Annotated[bool, typer.Option("--json", help="Answer for programs.")] = False,
) -> None:
    """List footage and gaps of a camera, by default of today."""
    with opened() as env:
        known = env.storage.cameras.find(camera)
        stream = known.stream(StreamRole.MAIN)
        if stream is None:
            raise NotFound(f"camera “{known.name}” has no stream")
        services = env.services
        lanes = Lanes(services.storage, services.footage(), services.clock)
        (answer,) = lanes.read([(known, stream.id)], typed_range(env, start, end))
        if as_json:
            print_json(
                {
                    "spans": [[span.start_us, span.end_us] for span in answer.spans],
                    "gaps": [[gap.time.start_us, gap.time.end_us, gap.cause] for gap in answer.gaps],
                }
            )
            return
        if answer.cells is not None:
            raise InvalidInput("that is too long to list; ask for at most two weeks, or see the portal")
        rows = [(span.start_us, span.end_us, "footage", "") for span in answer.spans]
        rows += [
            (gap.time.start_us, gap.time.end_us, "gap", f"{gap.cause} {gap.detail}") for gap in answer.gaps
        ]
        print_table(
            ["From", "To", "Seconds", "", "Cause"],
            [
                [local(env, a), local(env, b), f"{(b - a) / 1e6:.1f}", kind, cause]
                for a, b, kind, cause in sorted(rows)
            ],
            empty="Nothing there.",
        )
        out.print(f"Times are {env.settings.zone_label}.")


def local(env: Environment, at_us: int) -> str:
    """Return a time in the site's zone, such as 2025-11-25 14:05:09.2."""
    return to_datetime(at_us).astimezone(env.settings.zone).strftime("%Y-%m-%d %H:%M:%S.%f")[:-5]
