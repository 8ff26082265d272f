"""`vms export`: cut a clip and put it into a folder."""

import shutil
import threading
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from playback.exports.cover import FILE_NAME as COVER
from playback.exports.export_folder import EXPORTS
from playback.exports.file_names import name_beside
from playback.exports.manifest import FILE_NAME as MANIFEST
from vms.cli.environment import Environment, err, opened, out, print_warning, refuse_fields
from vms.cli.moment import typed_range
from vms.domain.audit import AuditAction
from vms.domain.errors import Conflict, MediaError
from vms.domain.export import LONGEST_CLIP_NAME, ClipRequest, Export, ExportState
from vms.domain.moments.site_time import SiteZone
from vms.domain.segment import ClockTrust

_POLL_SECONDS = 0.3
_CLOCKS = {
    ClockTrust.UNSYNCED: "the server's clock was not synchronised while some of this was recorded: times may be off",
    ClockTrust.UNKNOWN: "it is not known whether the server's clock was synchronised while some of this was recorded",
}


def export(
    camera: Annotated[list[str], typer.Argument(help="One or more cameras: name, number ('#7') or UUID.")],
    start: Annotated[str, typer.Option("--from", help="First frame, such as '25/11/2025 14.05.09'.")],
    end: Annotated[str, typer.Option("--to", help="End; the last frame is the one before it.")],
    reason: Annotated[str, typer.Option(help="What it is for; it is written into the record.")],
    takes_altered: Annotated[
        bool,
        typer.Option("--take-altered", help="Go on over footage that is not what was recorded, and say so."),
    ] = False,
    folder: Annotated[Path, typer.Option("--output", help="Folder that the files are put into.")] = Path(),
) -> None:
    """Export footage without re-encoding: the first frame shown is the one asked for."""
    with opened() as env:
        cameras = [env.storage.cameras.find(name) for name in camera]
        asked = typed_range(env, start, end, until_us=env.clock.now_us())
        if not folder.is_dir():
            raise Conflict(f"there is no folder {folder}")
        name = " ".join(known.name for known in cameras)[:LONGEST_CLIP_NAME]
        camera_ids = tuple(dict.fromkeys(known.id for known in cameras))
        request = ClipRequest(camera_ids, asked, name, reason.strip(), None, takes_altered)
        refuse_fields(list(request.problems()), kept="nothing was exported", names={"camera_ids": "CAMERA"})
        job = env.storage.exports.create(request)
        env.record(AuditAction.EXPORT_REQUEST, f"export {job.id}", reason)
        done = _run(env, job)
        if done.state is not ExportState.DONE or done.file_name is None:
            advice = (
                "; --take-altered exports it all the same" if done.mismatches and not takes_altered else ""
            )
            raise MediaError(f"{done.error or f'the export is {done.state}'}{advice}")
        _warn(env, done)
        made = env.settings.data_dir / EXPORTS / done.token
        for source, name in (
            (made / done.file_name, done.file_name),
            (made / MANIFEST, name_beside(done.file_name, MANIFEST)),
            (made / COVER, name_beside(done.file_name, COVER)),
        ):
            target = folder / name
            if target.exists():
                raise Conflict(f"{target} exists already; the export is kept as number {done.id}")
            shutil.copyfile(source, target)
            out.print(str(target))


def _warn(env: Environment, done: Export) -> None:
    """Say on standard error how far times can be trusted, and which footage is not what was recorded."""
    names = {camera.id: camera.name for camera in env.storage.cameras.list(include_removed=True)}
    zone = SiteZone(env.settings.time_zone, env.settings.zone_label)
    if done.clock in _CLOCKS:
        print_warning(_CLOCKS[done.clock])
    for one in done.mismatches:
        start, end = zone.local(one.time.start_us), zone.local(one.time.end_us)
        times = f"{start:%Y-%m-%d %H:%M:%S} to {end:%H:%M:%S} {zone.label}"
        print_warning(f"not what was recorded: {names[one.camera_id]}, {times}: {one.problem}")


def _run(env: Environment, job: Export) -> Export:
    """See the job through, here or by the scheduler, with a progress bar; Ctrl-C cancels it."""
    worker = env.services.export_worker()
    threading.Thread(target=worker.run_next, daemon=True).start()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("Export", total=None)
        try:
            while True:
                now = env.storage.exports.get(job.id)
                progress.update(task, total=now.total_bytes or None, completed=now.done_bytes)
                if now.state.is_final:
                    return now
                time.sleep(_POLL_SECONDS)
        except KeyboardInterrupt:
            env.storage.exports.request_cancel(job.id)
            raise
